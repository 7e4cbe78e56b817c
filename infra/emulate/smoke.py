"""The smoke story, told over HTTP to any deployment: `python -m infra.emulate.smoke URL`.

Metadata, keys, a token for a machine, a person's sign-in with consent, refresh, introspection,
revocation and what stands at an unknown path. The clients and the user are the demo seeds, or
SMOKE_* variables. `--public` tells only what needs neither.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

import jwt

from .browser import Answer, Browser, Pairs, forms, words

Say = Callable[[str], None]
Json = dict[str, Any]
_FORM = "application/x-www-form-urlencoded"


class SmokeFailure(AssertionError):
    """A step did not go as the contract says."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays in the story."""

    machine: str = "demomachine"
    machine_secret: str = "demomachinesecret"
    client: str = "demoweb"
    client_secret: str = "demowebsecret"
    redirect_uri: str = "http://127.0.0.1:8000/demo/callback"
    username: str = "demo@example.com"
    password: str = "demo-password"
    resource: str = "https://api.example.com"

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Cast:
        """The demo's cast, and whom SMOKE_MACHINE, SMOKE_CLIENT_SECRET, ... replace."""
        names = cls.__dataclass_fields__
        given = {name: environ.get(f"SMOKE_{name.upper()}") for name in names}
        return cls(**{name: value for name, value in given.items() if value})


def run(base: str, *, cast: Cast | None = None, say: Say, public: bool = False) -> None:
    """Tell the story to the deployment at `base`; SmokeFailure at the first wrong turn."""
    base = base.rstrip("/")
    story = Story(base, cast or Cast(), say)
    story.metadata_and_keys()
    story.unknown_path()
    if not public:
        story.machine()
        code, verifier = story.sign_in()
        story.tokens(code, verifier)


class Story:
    """The steps, in order; each prints one line when it went well."""

    def __init__(self, base: str, cast: Cast, say: Say) -> None:
        self._base = base
        self._cast = cast
        self._say = say
        self._browser = Browser(base, base)
        self._metadata: Json = {}
        self._keys: dict[str, Any] = {}

    def metadata_and_keys(self) -> None:
        """RFC 8414, OpenID Connect Discovery, RFC 7517."""
        openid = self._get("/.well-known/openid-configuration")
        self._expect(openid.status == 200, "openid-configuration", openid)
        self._metadata = json.loads(openid.body)
        issuer = self._metadata["issuer"]
        # Everything that follows goes by the URLs that the metadata names.
        self._browser = Browser(issuer, self._base)
        oauth = self._browser.send(f"{issuer}/.well-known/oauth-authorization-server")
        self._expect(json.loads(oauth.body) == self._metadata, "one document at both", oauth)
        own = [v for n, v in self._metadata.items() if n.endswith(("_endpoint", "jwks_uri"))]
        self._expect(all(url.startswith(f"{issuer}/") for url in own), "endpoints", openid)
        self._say(f"metadata: issuer {issuer}, {len(own)} endpoints")

        jwks = self._browser.send(self._metadata["jwks_uri"])
        self._expect(jwks.status == 200, "jwks", jwks)
        self._keys = {key["kid"]: jwt.PyJWK(key) for key in json.loads(jwks.body)["keys"]}
        self._expect(bool(self._keys), "at least one key", jwks)
        algorithms = sorted(key.algorithm_name for key in self._keys.values())
        self._say(f"keys: {', '.join(algorithms)}")

    def unknown_path(self) -> None:
        """API Gateway's own answer, in OAuth's words."""
        nowhere = self._browser.send(f"{self._metadata['issuer']}/no/such/path")
        self._expect(nowhere.status == 404, "404", nowhere)
        self._expect(json.loads(nowhere.body)["error"] == "invalid_request", "error", nowhere)
        self._expect(nowhere.headers["Cache-Control"] == "no-store", "no-store", nowhere)
        self._say("unknown path: 404, invalid_request")

    def machine(self) -> str:
        """RFC 6749 section 4.4; RFC 9068; the access token."""
        cast = self._cast
        asked = [
            ("grant_type", "client_credentials"),
            ("scope", "read"),
            ("resource", cast.resource),
        ]
        wrong = self._post("token_endpoint", asked, _basic(cast.machine, "not-the-secret"))
        self._expect(wrong.status == 401, "a wrong secret is refused", wrong)
        self._expect(json.loads(wrong.body)["error"] == "invalid_client", "error", wrong)
        answer = self._post("token_endpoint", asked, _basic(cast.machine, cast.machine_secret))
        self._expect(answer.status == 200, "client_credentials", answer)
        token: str = json.loads(answer.body)["access_token"]
        claims = self._verified(token, cast.resource)
        self._expect(claims["client_id"] == cast.machine, "client_id", answer)
        self._say("client_credentials: a wrong secret refused, a JWT verified against the keys")
        return token

    def sign_in(self) -> tuple[str, str]:
        """RFC 6749 section 4.1 with RFC 7636 and RFC 9207; the code and its verifier."""
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._cast.client,
            "redirect_uri": self._cast.redirect_uri,
            "scope": "openid email offline_access read",
            "resource": self._cast.resource,
            "state": state,
            "nonce": "smoke",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "prompt": "consent",
        }
        url = f"{self._metadata['authorization_endpoint']}?{urlencode(asked)}"
        arrived = self._browser.arrive(url, until=self._cast.redirect_uri)
        for form_id, filled in (
            ("sign-in", {"username": self._cast.username, "password": self._cast.password}),
            ("consent", {"decision": "allow"}),
        ):
            arrived = self._submit(arrived, form_id, filled)
        if not isinstance(arrived, str):
            raise self._failure("the browser comes back with a code", arrived)
        answer = {name: values[0] for name, values in parse_qs(urlsplit(arrived).query).items()}
        if answer.get("state") != state or answer.get("iss") != self._metadata["issuer"]:
            raise SmokeFailure(f"state and iss: {answer}")
        self._say("authorize: signed in, consented, a code came back with state and iss")
        return answer["code"], verifier

    def tokens(self, code: str, verifier: str) -> None:
        """Redeem, refresh, introspect (RFC 7662), revoke (RFC 7009)."""
        cast = self._cast
        client = _basic(cast.client, cast.client_secret)
        redeem = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", cast.redirect_uri),
            ("code_verifier", verifier),
        ]
        answer = self._post("token_endpoint", redeem, client)
        self._expect(answer.status == 200, "the code is redeemed", answer)
        first = json.loads(answer.body)
        user = self._verified(first["id_token"], cast.client)
        self._expect(user["nonce"] == "smoke", "nonce", answer)
        access = self._verified(first["access_token"], cast.resource)
        self._expect(access["sub"] == user["sub"], "one subject in both tokens", answer)
        self._say("token: ID token and access token verified")

        refresh = [("grant_type", "refresh_token"), ("refresh_token", first["refresh_token"])]
        answer = self._post("token_endpoint", refresh, client)
        self._expect(answer.status == 200, "refresh", answer)
        second = json.loads(answer.body)
        rotated = second["refresh_token"] != first["refresh_token"]
        self._expect(rotated, "the refresh token is rotated", answer)
        self._say("refresh: rotated")

        token = [("token", second["access_token"])]
        seen = self._post("introspection_endpoint", token, client)
        self._expect(json.loads(seen.body).get("active") is True, "the token is active", seen)
        revoked = self._post("revocation_endpoint", [("token", second["refresh_token"])], client)
        self._expect(revoked.status == 200, "revoke", revoked)
        seen = self._post("introspection_endpoint", token, client)
        self._expect(json.loads(seen.body) == {"active": False}, "the token is dead", seen)
        last = [("grant_type", "refresh_token"), ("refresh_token", second["refresh_token"])]
        refused = self._post("token_endpoint", last, client)
        self._expect(json.loads(refused.body).get("error") == "invalid_grant", "error", refused)
        self._say("introspect and revoke: active, then dead, its refresh token with it")

    def _submit(
        self, arrived: Answer | str, form_id: str, filled: Mapping[str, str]
    ) -> Answer | str:
        if isinstance(arrived, str):
            raise SmokeFailure(f"the {form_id} page was skipped: {arrived}")
        found = forms(arrived).get(form_id)
        if found is None:
            raise self._failure(f"a form {form_id}", arrived)
        fields = [(name, value) for name, value in found.fields if name not in filled]
        return self._browser.arrive(
            found.action, [*fields, *filled.items()], until=self._cast.redirect_uri
        )

    def _get(self, path: str) -> Answer:
        return self._browser.send(self._base + path)

    def _post(self, endpoint: str, form: Pairs, headers: Mapping[str, str]) -> Answer:
        url = self._metadata[endpoint]
        return self._browser.send(url, form, {**headers, "Content-Type": _FORM})

    def _verified(self, token: str, audience: str) -> Json:
        key = self._keys[jwt.get_unverified_header(token)["kid"]]
        claims: Json = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=audience,
            issuer=self._metadata["issuer"],
            options={"require": ["aud", "exp", "iat", "iss", "sub"]},
        )
        return claims

    def _expect(self, true: bool, claim: str, answer: Answer) -> None:
        if not true:
            raise self._failure(claim, answer)

    @staticmethod
    def _failure(claim: str, answer: Answer) -> SmokeFailure:
        return SmokeFailure(f"{claim}: {answer.url} said {answer.status} {words(answer)[:1000]}")


def _basic(client: str, secret: str) -> dict[str, str]:
    pair = f"{quote_plus(client)}:{quote_plus(secret)}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def main(arguments: list[str]) -> int:
    """0 when the whole story went well."""
    public = "--public" in arguments
    urls = [argument for argument in arguments if not argument.startswith("-")]
    if len(urls) != 1:
        print("python -m infra.emulate.smoke [--public] URL", file=sys.stderr)
        return 2
    try:
        run(urls[0], cast=Cast.read(os.environ), say=print, public=public)
    except SmokeFailure as problem:
        print(f"FAILED {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
