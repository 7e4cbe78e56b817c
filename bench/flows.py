"""The requests that are measured. A flow is a generator: it yields an event, is sent its answer,
and yields the next; what it needs in between it asks the function itself, unmeasured."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from functools import partial
from typing import Any
from urllib.parse import urlencode

from bench import cloud, proofs
from bench.caller import WEB, Caller, authorize_url, parameters, redeemed
from bench.cloud import ISSUER, SECRET, WAYS
from chalicelib.protocol.grant_types import ID_JAG, ID_TOKEN, JWT_BEARER, TOKEN_EXCHANGE
from infra.local.events import Event

Flow = Generator[Event, Any, None]


def client_credentials(caller: Caller, client_id: str) -> Flow:
    """The same request again and again."""
    form = {"grant_type": "client_credentials", "scope": "read"}
    return same(caller.form("/token", form, (client_id, SECRET)))


def get(caller: Caller, path: str) -> Flow:
    """A document."""
    return same(caller.event("GET", path))


def same(event: Event) -> Flow:
    """One event for ever."""
    while True:
        yield event


def authorize(caller: Caller) -> Flow:
    """A new authorization request of a browser that is signed in."""
    target = authorize_url("read write").removeprefix(ISSUER)
    return same(caller.event("GET", target, [caller.cookies]))


def redeem(caller: Caller, scope: str) -> Flow:
    """A fresh code each time."""
    while True:
        yield caller.redemption(scope)


def refresh(caller: Caller) -> Flow:
    """Down one family."""
    token = caller.ask(caller.redemption())["refresh_token"]
    while True:
        answer = yield caller.refresh(token)
        token = json.loads(answer["body"])["refresh_token"]


def introspect(caller: Caller) -> Flow:
    """One user's access token."""
    token = caller.ask(caller.redemption())["access_token"]
    event = caller.form("/introspect", {"token": token}, WEB)
    if not caller.ask(event)["active"]:
        raise RuntimeError("the token to introspect is not active")
    return same(event)


def revoke(caller: Caller) -> Flow:
    """The refresh token of a fresh grant."""
    while True:
        token = caller.ask(caller.redemption())["refresh_token"]
        yield caller.form("/revoke", {"token": token}, WEB)


def with_proof(caller: Caller, client_id: str) -> Flow:
    """A DPoP proof beside the secret: the token is bound."""
    form = {"grant_type": "client_credentials", "scope": "read"}
    while True:
        yield caller.form("/token", form, (client_id, SECRET), [proof("/token")])


def with_assertion(caller: Caller) -> Flow:
    """private_key_jwt instead of a secret."""
    form = {"grant_type": "client_credentials", "scope": "read"}
    while True:
        yield caller.form("/token", {**form, **proofs.assertion(ISSUER)})


def refresh_with_proof(caller: Caller) -> Flow:
    """Down one family whose tokens are bound."""
    form = redeemed(caller.code("read write"))
    event = caller.form("/token", form, WEB, [proof("/token")])
    token = caller.ask(event)["refresh_token"]
    while True:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        answer = yield caller.form("/token", form, WEB, [proof("/token")])
        token = json.loads(answer["body"])["refresh_token"]


def push(caller: Caller) -> Flow:
    """A pushed request of a client with a secret."""
    return same(caller.form("/par", parameters("read write"), WEB))


def push_signed(caller: Caller) -> Flow:
    """One of a client that signs, and proves the key that the code will be bound to."""
    asked = parameters("read write", proofs.CLIENT)
    while True:
        yield caller.form("/par", {**asked, **proofs.assertion(ISSUER)}, None, [proof("/par")])


def authorize_pushed(caller: Caller) -> Flow:
    """What a browser that is signed in brings of a pushed request."""
    for event in push(caller):
        yield caller.event("GET", brought(caller.ask(event), WEB[0]), [caller.cookies])


def redeem_signed(caller: Caller) -> Flow:
    """A code that was pushed for, by the client that signs."""
    for event in push_signed(caller):
        code = caller.arrive(ISSUER + brought(caller.ask(event), proofs.CLIENT))
        form = {**redeemed(code), **proofs.assertion(ISSUER)}
        yield caller.form("/token", form, None, [proof("/token")])


def bring(caller: Caller) -> Flow:
    """A fresh assertion about a user, by the jwt-bearer grant."""
    while True:
        assertion = proofs.about_user(ISSUER, cloud.BEARER, WAYS[0].resource)
        form = {"grant_type": JWT_BEARER, "assertion": assertion}
        yield caller.form("/token", form, (cloud.BEARER, SECRET))


def exchange(caller: Caller) -> Flow:
    """A user's ID token for an assertion about them."""
    auth = (cloud.EXCHANGE, SECRET)
    url = f"{ISSUER}/authorize?{urlencode(parameters('openid', cloud.EXCHANGE))}"
    while True:
        signed_in = caller.ask(caller.form("/token", redeemed(caller.arrive(url)), auth))
        form = {
            "grant_type": TOKEN_EXCHANGE,
            "requested_token_type": ID_JAG,
            "audience": cloud.ELSEWHERE,
            "resource": cloud.API_ELSEWHERE,
            "scope": "read write",
            "subject_token": signed_in["id_token"],
            "subject_token_type": ID_TOKEN,
        }
        yield caller.form("/token", form, auth)


def proof(path: str) -> tuple[str, str]:
    """The DPoP header of a request."""
    return proofs.dpop(f"{ISSUER}{path}")


def brought(pushed: dict[str, Any], client_id: str) -> str:
    """Where the browser is sent with a pushed request."""
    query = urlencode({"client_id": client_id, "request_uri": pushed["request_uri"]})
    return f"/authorize?{query}"


TOKEN = "/token, client_credentials"
# What the baseline can do as well.
NAIVE = f"{TOKEN}, kms RS256"
BEARER, EXCHANGE = "/token, jwt-bearer", "/token, token-exchange"
FLOWS: dict[str, Callable[[Caller], Flow]] = {
    **{
        f"{TOKEN}, {way.name}": partial(client_credentials, client_id=way.client_id) for way in WAYS
    },
    "/authorize, signed in": authorize,
    "/authorize, sign-in page": lambda caller: get(
        caller, authorize_url("read write").removeprefix(ISSUER)
    ),
    "/token, code": partial(redeem, scope="read write"),
    "/token, code, with ID token": partial(redeem, scope="openid read write"),
    "/token, refresh": refresh,
    "/introspect": introspect,
    "/revoke": revoke,
    f"{NAIVE}, DPoP": partial(with_proof, client_id=WAYS[0].client_id),
    f"{NAIVE}, private_key_jwt": with_assertion,
    "/token, refresh, DPoP": refresh_with_proof,
    "/par": push,
    "/authorize, pushed": authorize_pushed,
    "/par, private_key_jwt, DPoP": push_signed,
    "/token, code, private_key_jwt, DPoP": redeem_signed,
    BEARER: bring,
    EXCHANGE: exchange,
    "metadata": partial(get, path="/.well-known/openid-configuration"),
    "JWKS": partial(get, path="/.well-known/jwks.json"),
    "/healthz": partial(get, path="/healthz"),
}
