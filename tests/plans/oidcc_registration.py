"""Clients that the conformance suite registers by itself, for plans with dynamic registration."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from chalicelib.fetching import Fetcher, NotFetched
from chalicelib.protocol.fetchable import THIS_MACHINE_TOO
from tests.client_signatures import jwks, jwt
from tests.emulated_aws import Recorder
from tests.flows.registrations import bearer, initial_token, with_tokens_only
from tests.plans import oidcc
from tests.plans.oidcc import CALLBACK, Module
from tests.plans.oidcc_conditions import json_of
from tests.reply import Reply
from tests.world import World

METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt")
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
JSON = [("Accept", "application/json"), ("Content-Type", "application/json")]


class Suite(Fetcher):
    """The suite as a host, without a network: of documents, and for forms."""

    def __init__(self) -> None:
        super().__init__(reach=THIS_MACHINE_TOO)
        self.documents: dict[str, Any] = {}
        self.received: list[tuple[str, dict[str, str]]] = []

    def document(
        self, url: str, *types: str, suffix: str = "", most_bytes: int = 0
    ) -> tuple[Mapping[str, str], str]:
        """The document, JSON unless it is a text; NotFetched where there is none."""
        if url not in self.documents:
            raise NotFetched("the answer is 404 text/html, not 200 and a document")
        served = self.documents[url]
        return {}, served if isinstance(served, str) else json.dumps(served)

    def post(self, url: str, form: Mapping[str, str]) -> int:
        """Take a form, at any address."""
        self.received.append((url, dict(form)))
        return 200


@contextmanager
def stage(
    emulated: tuple[str, Recorder, dict[str, dict[str, str]]],
) -> Iterator[tuple[World, Suite]]:
    """A server that can read what the suite serves, and the suite."""
    with oidcc.stage(emulated) as world:
        world.fetcher = suite = Suite()
        yield with_tokens_only(world), suite


def metadata(**members: Any) -> dict[str, Any]:
    """What every module registers; None leaves a member out."""
    (key,) = jwks("suite", "RSA")["keys"]
    del key["kid"]  # the suite gives one only where keys are at a URL
    given = {
        "client_name": "Example Suite kDsZ2rXk1b",
        "grant_types": ["authorization_code"],
        "jwks": {"keys": [{**key, "alg": "RS256"}]},
        "token_endpoint_auth_method": "client_secret_basic",
        "response_types": ["code"],
        "redirect_uris": [CALLBACK],
        "contacts": ["certification@oidf.org"],
        **members,
    }
    return {name: value for name, value in given.items() if value is not None}


def post(world: World, *, without_pkce: bool = True, **members: Any) -> Reply:
    """Ask to be registered, with an `initial_access_token` as docs/conformance.md tells."""
    token = initial_token(world, without_pkce=without_pkce)
    body = json.dumps(metadata(**members)).encode()
    headers = [*JSON, bearer(token)]
    return world.request("POST", "/register", headers=headers, body=body)


def registered(world: World, **members: Any) -> dict[str, Any]:
    """Register, and look at the answer; the metadata come back as they were sent."""
    told = json_of(post(world, **members), 201)
    assert "error" not in told
    assert told["client_id"]
    assert told["registration_access_token"]
    assert told["registration_client_uri"].startswith("https://")
    if told["token_endpoint_auth_method"] != "private_key_jwt":
        assert told["client_secret"]
        assert type(told["client_secret_expires_at"]) is int
    sent = metadata(**members)
    assert {name: told[name] for name in sent} == sent
    world.clock.forward(1)
    return told


def manage(world: World, client: dict[str, Any], method: str) -> Reply:
    """Read or remove a client, with its own token."""
    path = client["registration_client_uri"].removeprefix(world.issuer)
    proof = bearer(client["registration_access_token"])
    return world.request(method, path, headers=[proof, ("Accept", "application/json")])


class Dynamic(Module):
    """A module of a client that registered itself."""

    def __init__(self, world: World, mode: str = "default", **members: Any) -> None:
        self.client = registered(world, **members)
        self.method = self.client["token_endpoint_auth_method"]
        super().__init__(world, mode, self.client["client_id"], self.client["redirect_uris"][0])
        self.owner = "suite"
        self.kid: str | None = None
        self.audience = f"{world.issuer}/token"

    def token(self, **form: str) -> Reply:
        """Ask the token endpoint, by the method that was registered."""
        if self.method != "private_key_jwt":
            return self.with_secret(form, self.client["client_secret"], self.method)
        now = self.world.clock()
        assertion = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.audience,
            "jti": self.random(20),
            "iat": now,
            "exp": now + 60,
        }
        signed = jwt(assertion, "RS256", self.owner, kid=self.kid)
        proof = {"client_assertion_type": ASSERTION, "client_assertion": signed}
        return self.post("/token", {**form, **proof})
