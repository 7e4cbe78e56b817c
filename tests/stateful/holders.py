"""Who holds keys and certificates: makes proofs and assertions, right and wrong ones."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace

from tests.client_certificates import issued, thumbprint
from tests.client_signatures import jwt, signed
from tests.dpop import Prover
from tests.flows import assertions
from tests.stage import START
from tests.stateful.model import DAY, App
from tests.stateful.nonces import Nonces
from tests.stateful.possession import (
    JKT,
    X5T,
    Assertion,
    Certificate,
    Held,
    Proof,
    RequestObject,
    Shown,
)
from tests.world import World

KEYS = {"alice": Prover("ES256", "alice"), "bob": Prover("Ed25519", "bob")}
LATE = START + 40_000 * DAY
_WRONG_TIMES = {"old": -61, "just in time": -60, "early": 11, "hardly early": 10}


def jkt(owner: str) -> str:
    """RFC 7638."""
    text = json.dumps(KEYS[owner].jwk, sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def certificate(owner: str, ends: int = LATE) -> Certificate:
    """The certificate of somebody."""
    pem = issued(owner=owner, ends=ends)
    return Certificate(pem, thumbprint(pem), ends)


OWNERS = {jkt(owner): owner for owner in KEYS}
CERTIFICATES = {one.thumbprint: one for one in map(certificate, KEYS)}
EXPIRED = certificate("alice", ends=START)


class Holders:
    """They remember every proof and assertion that they made. `way` names what is wrong."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.proofs: list[Proof] = []
        self.assertions: list[Assertion] = []
        self.nonces = Nonces()

    def assertion(self, app: App, way: str = "") -> Assertion:
        """A new assertion of a client, or what passes for one."""
        client_id = app.client_id
        old = [one for one in self.assertions if one.used and one.client_id == client_id]
        if way == "replayed" and old:
            return old[-1]
        audience = "https://other.example" if way == "audience" else self.world.issuer
        ends = self.world.clock() + (0 if way == "expired" else 60)
        signer, kid = self._signer(app, way)
        text = assertions.signed(
            self.world, client_id, owner=signer, header={"kid": kid}, aud=audience, exp=ends
        )
        made = Assertion(text, client_id, signer, ends, genuine=way != "audience")
        self.assertions.append(made)
        return made

    def request_object(
        self, app: App, pairs: list[tuple[str, str]], way: str = ""
    ) -> RequestObject:
        """A request as a client signs it, or what passes for that."""
        now = self.world.clock()
        ends = now + (0 if way == "expired" else 60)
        audience = "https://other.example" if way == "audience" else self.world.issuer
        signer, kid = self._signer(app, way)
        client_id = "demoweb" if way == "client" else app.client_id
        asked: dict[str, object] = {**dict(pairs), "client_id": client_id}
        asked["resource"] = [value for name, value in pairs if name == "resource"]
        claims = {**asked, "iss": client_id, "aud": audience, "nbf": now, "exp": ends}
        text = jwt(claims, "ES256", signer, kid=kid)
        return RequestObject(text, client_id, signer, ends, genuine=way != "audience")

    def _signer(self, app: App, way: str) -> tuple[str, str]:
        """Whose key signs, and under which name: for way "signer" another's, and one that the
        client had before where there is one."""
        if way == "signer" and app.signer:
            return app.client_id, f"{app.client_id}-EC"
        return "somebody" if way == "signer" else app.holder, f"{app.holder}-EC"

    def shown(
        self, way: str, app: App, bound: Held, path: str, token: str | None = None, which: int = 0
    ) -> Shown:
        """What a client shows with what is bound to some keys; the right thing for way "right".

        token: the access token that it is shown with; which: for way "any", which of all proofs.
        """
        right = CERTIFICATES.get(bound.get(X5T, ""))
        if right is None and app.certified and token is None:
            right = next(iter(CERTIFICATES.values()))
        others = {"no certificate": None, "expired certificate": EXPIRED}
        if way == "another certificate":
            others[way] = next(one for one in CERTIFICATES.values() if one is not right)
        shown = Shown(certificate=others.get(way, right))
        needed = JKT in bound or (app.dpop and token is None)
        scheme = "DPoP" if JKT in bound else "Bearer"
        if way == "another scheme":
            scheme = "Bearer" if scheme == "DPoP" else "DPoP"
        if way == "no proof" or (way in (*others, "right") and not needed):
            return replace(shown, scheme=scheme)
        owner = OWNERS[bound[JKT]] if JKT in bound else "alice"
        nonce = self._nonce(way) if app.nonces else None
        proofs = [self._proof(way, owner, shown.url(path), token, which, nonce)]
        if way == "two proofs":
            proofs.append(self._proof("right", owner, shown.url(path), token, which, nonce))
        return replace(shown, proofs=tuple(proofs), scheme=scheme)

    def _nonce(self, way: str) -> tuple[int | None, str] | None:
        """A nonce, and its period where it is ours: the best there is, or the one of a way."""
        now = self.world.clock()
        others = {
            "no nonce": None,
            "old nonce": self.nonces.old(now),
            "kept nonce": self.nonces.last(),
            "another's nonce": (None, "x" * 43),
        }
        return others[way] if way in others else self.nonces.latest(now)

    def _proof(
        self,
        way: str,
        owner: str,
        url: str,
        token: str | None,
        which: int,
        nonce: tuple[int | None, str] | None,
    ) -> Proof:
        method, now = "POST" if token is None else "GET", self.world.clock()
        if way == "another key":
            owner = next(one for one in KEYS if one != owner)
        old = [one for one in self.proofs if one.used and one.fits(method, url, token, now)]
        if way == "replayed" and old:
            return old[-1]
        if way == "any" and self.proofs:
            return self.proofs[-1 - which % len(self.proofs)]
        made_at = now + _WRONG_TIMES.get(way, 0)
        method = {"GET": "POST", "POST": "GET"}[method] if way == "method" else method
        url = {"url": url + "/", "path": url.rpartition("/")[0] + "/par"}.get(way, url)
        about = {"hash": f"{token}x", "no hash": None}.get(way, token)
        prover = KEYS[owner]
        claims = prover.claims(method, url, made_at, **({"token": about} if about else {}))
        period, claims["nonce"] = nonce or (None, None)
        claims = {name: value for name, value in claims.items() if value is not None}
        signer = Prover(prover.alg, "mallory") if way == "forged" else prover
        text = signed(prover.header(), claims, signer.private)
        made = Proof(text, jkt(owner), method, url, made_at, about, way != "forged", period)
        self.proofs.append(made)
        return made
