"""A client that makes DPoP proofs, and uses a world with them. RFC 9449 section 4."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from chalicelib.encoding import base64url, sha256
from chalicelib.protocol import jwk
from tests.client_signatures import KINDS, Private, private_key, public_jwk, signed
from tests.reply import Reply
from tests.world import REDIRECT, VERIFIER, World

MACHINE = ("demomachine", "demomachinesecret")
CREDENTIALS = {"grant_type": "client_credentials", "scope": "read"}
# Of proofs: what leaves a member out.
LEFT_OUT = object()


@dataclass(frozen=True)
class Prover:
    """A key, and the proofs that it makes."""

    alg: str = "ES256"
    owner: str = "prover"

    @property
    def private(self) -> Private:
        """The key."""
        return private_key(KINDS[self.alg], self.owner)

    @property
    def jwk(self) -> dict[str, str]:
        """The public key."""
        return public_jwk(self.private)

    @property
    def jkt(self) -> str:
        """What tokens are bound to."""
        return jwk.thumbprint(self.jwk)

    def header(self, **changes: Any) -> dict[str, Any]:
        """The header of a proof, with members changed or LEFT_OUT."""
        return _changed({"typ": "dpop+jwt", "alg": self.alg, "jwk": self.jwk}, changes)

    def claims(self, method: str, url: str, now: int, **changes: Any) -> dict[str, Any]:
        """The claims of a proof; `token` in the changes adds the ath of that access token."""
        token = changes.pop("token", None)
        made = {"jti": secrets.token_urlsafe(12), "htm": method, "htu": url, "iat": now}
        if token is not None:
            made["ath"] = base64url(sha256(token))
        return _changed(made, changes)

    def proof(self, method: str, url: str, now: int, **changes: Any) -> str:
        """A proof, with claims changed or LEFT_OUT; `header` in the changes changes the header."""
        header = self.header(**changes.pop("header", {}))
        return signed(header, self.claims(method, url, now, **changes), self.private)

    def at(self, world: World, path: str = "/token", method: str = "POST", **changes: Any) -> str:
        """A proof for an endpoint of a world, made now."""
        return self.proof(method, f"{world.issuer}{path}", world.clock(), **changes)


ALICE = Prover()
MALLORY = Prover(owner="mallory")


def header(*proofs: str) -> list[tuple[str, str]]:
    """The DPoP headers of a request."""
    return [("DPoP", proof) for proof in proofs]


def post(
    world: World,
    form: dict[str, str],
    prover: Prover | None = ALICE,
    *,
    auth: tuple[str, str] | None = ("demoweb", "demowebsecret"),
    **changes: Any,
) -> Reply:
    """A token request, with a new proof; prover None sends none."""
    headers = header(prover.at(world, **changes)) if prover else []
    return world.post("/token", form, auth=auth, headers=headers)


def redeem(
    world: World,
    code: str,
    prover: Prover | None = ALICE,
    *,
    client: str = "demoweb",
    nonce: Any = LEFT_OUT,
    **changes: str,
) -> Reply:
    """A code traded with a new proof; of demospa without a secret."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        **changes,
    }
    return _as_client(world, form, prover, client, nonce)


def refresh(
    world: World,
    token: str,
    prover: Prover | None = ALICE,
    *,
    client: str = "demoweb",
    nonce: Any = LEFT_OUT,
    **changes: str,
) -> Reply:
    """A refresh token traded with a new proof."""
    form = {"grant_type": "refresh_token", "refresh_token": token, **changes}
    return _as_client(world, form, prover, client, nonce)


def tokens(
    world: World, prover: Prover | None = ALICE, *, client: str = "demoweb", **asked: str
) -> dict[str, Any]:
    """A whole code flow, to its bound tokens."""
    reply = redeem(world, world.code(client_id=client, **asked), prover, client=client)
    assert reply.status == 200, reply.text
    return reply.json


def userinfo(
    world: World,
    token: str,
    prover: Prover = ALICE,
    *,
    scheme: str = "DPoP",
    proofs: list[str] | None = None,
    **changes: Any,
) -> Reply:
    """/userinfo with a token and a new proof, or with these proofs."""
    if proofs is None:
        proofs = [prover.at(world, "/userinfo", "GET", **{"token": token, **changes})]
    headers = [("Authorization", f"{scheme} {token}"), *header(*proofs)]
    return world.request("GET", "/userinfo", headers=headers)


def _as_client(
    world: World, form: dict[str, str], prover: Prover | None, client: str, nonce: Any
) -> Reply:
    public = client == "demospa"
    auth = None if public else (client, f"{client}secret")
    named = {"client_id": client} if public else {}
    return post(world, {**form, **named}, prover, auth=auth, nonce=nonce)


def _changed(members: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**members, **changes}.items() if value is not LEFT_OUT}
