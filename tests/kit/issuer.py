"""An issuer without a network, its tokens, and requests with them, for tests of the kit."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from postern_verifier import Needs, Refused, Token, Verifier
from postern_verifier.encoding import digest
from postern_verifier.fetching import Answer, Call
from postern_verifier.keys import read
from tests import client_signatures as signatures

ISSUER = "https://id.example.com"
API = "https://api.example.com"
URL = f"{API}/files"
NOW = 1_800_000_000
JWKS_URI = f"{ISSUER}/keys"
INTROSPECT = f"{ISSUER}/introspect"
OWNER = "issuer"
NOTHING = Needs()


class Clock:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.time = float(NOW)

    def __call__(self) -> float:
        return self.time


class FakeIssuer:
    """Answers the kit's calls from `documents`: a document, or a whole Answer, for each URL."""

    def __init__(self, issuer: str = ISSUER) -> None:
        self.issuer = issuer
        self.calls: list[Call] = []
        self.down = False
        self.clock = Clock()
        self.documents: dict[str, object] = {
            f"{ISSUER}/.well-known/oauth-authorization-server": {
                "issuer": ISSUER,
                "jwks_uri": JWKS_URI,
                "introspection_endpoint": INTROSPECT,
            },
            JWKS_URI: signatures.jwks(OWNER),
        }

    def fetch(self, call: Call) -> Answer:
        """The document, 404, or no answer at all."""
        self.calls.append(call)
        if self.down:
            raise ConnectionError("the issuer is down")
        found = self.documents.get(call.url)
        if isinstance(found, Answer):
            return found
        if found is None:
            return Answer(404, {}, b"")
        return answer(found)

    def called(self, url: str) -> int:
        """How often a URL was called."""
        return sum(call.url == url for call in self.calls)

    def verifier(self, audience: str | tuple[str, ...] = API, **settings: Any) -> Verifier:
        """A resource server's verifier of this issuer's tokens."""
        return Verifier(self.issuer, audience, fetch=self.fetch, now=self.clock, **settings)


def answer(document: object, **headers: str) -> Answer:
    """A document as the issuer sends it; `cache_control="..."` is a header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(200, {"content-type": "application/json", **named}, json.dumps(document).encode())


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good token; a claim that is None is left out."""
    whole = {
        "iss": ISSUER,
        "sub": "alice",
        "aud": API,
        "client_id": "app",
        "scope": "read write",
        "iat": NOW - 5,
        "exp": NOW + 600,
        "jti": "t1",
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def token(alg: str = "ES256", header: Mapping[str, Any] | None = None, **changes: Any) -> str:
    """An access token that the issuer has signed."""
    return signatures.jwt(claims(**changes), alg, OWNER, **{"typ": "at+jwt", **(header or {})})


def jkt(kind: str = "EC", owner: str = "client") -> str:
    """The thumbprint of a client's key."""
    return read(signatures.public_jwk(signatures.private_key(kind, owner))).thumbprint


def proof(
    text: str, alg: str = "ES256", header: Mapping[str, Any] | None = None, **changes: Any
) -> str:
    """A DPoP proof for GET of URL with a token; what is None is left out."""
    key = signatures.private_key(signatures.KINDS.get(alg, "EC"), "client")
    whole = {"typ": "dpop+jwt", "alg": alg, "jwk": signatures.public_jwk(key), **(header or {})}
    made = {
        "jti": secrets.token_hex(8),
        "htm": "GET",
        "htu": URL,
        "iat": NOW,
        "ath": digest(text.encode()),
        **changes,
    }
    return signatures.signed(
        {name: value for name, value in whole.items() if value is not None},
        {name: value for name, value in made.items() if value is not None},
        key if alg in signatures.KINDS else b"secret" if alg.startswith("HS") else None,
    )


def bearer(text: str) -> list[tuple[str, str]]:
    """The headers of a request with a bearer token."""
    return [("Authorization", f"Bearer {text}")]


def dpop(text: str, *proofs: str) -> list[tuple[str, str]]:
    """The headers of a request by the DPoP scheme."""
    return [("Authorization", f"DPoP {text}"), *(("DPoP", one) for one in proofs)]


def refusal(verifier: Verifier, headers: Any, **request: Any) -> Refused:
    """How a request is refused; fails when it is not."""
    asked = {"method": "GET", "url": URL, **request}
    try:
        found: Token = verifier.check(headers, **asked)
    except Refused as refused:
        return refused
    raise AssertionError(f"accepted: {found}")


def challenges(refused: Refused) -> list[str]:
    """The WWW-Authenticate headers of a refusal."""
    return [value for name, value in refused.headers if name == "WWW-Authenticate"]
