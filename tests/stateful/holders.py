"""Who holds keys and certificates: makes proofs and assertions, right and wrong ones."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace

from tests.client_certificates import issued, thumbprint
from tests.client_signatures import jwks, signed
from tests.dpop import Prover
from tests.flows import assertions
from tests.stage import START
from tests.stateful.model import DAY, App
from tests.stateful.possession import JKT, X5T, Assertion, Certificate, Held, Proof, Shown
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


def public_keys(client_id: str) -> dict[str, object]:
    """What a client registers that signs assertions."""
    return {"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks(client_id, "EC")}


class Holders:
    """They remember every proof and assertion that they made. `way` names what is wrong."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.proofs: list[Proof] = []
        self.assertions: list[Assertion] = []

    def assertion(self, client_id: str, way: str = "") -> Assertion:
        """A new assertion of a client, or what passes for one."""
        old = [one for one in self.assertions if one.used and one.client_id == client_id]
        if way == "replayed" and old:
            return old[-1]
        audience = "https://other.example" if way == "audience" else self.world.issuer
        ends = self.world.clock() + (0 if way == "expired" else 60)
        signer = "somebody" if way == "signer" else client_id
        kid = f"{client_id}-EC"
        text = assertions.signed(
            self.world, client_id, owner=signer, header={"kid": kid}, aud=audience, exp=ends
        )
        made = Assertion(text, client_id, ends, genuine=way not in ("audience", "signer"))
        self.assertions.append(made)
        return made

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
        proofs = [self._proof(way, owner, shown.url(path), token, which)]
        if way == "two proofs":
            proofs.append(self._proof("right", owner, shown.url(path), token, which))
        return replace(shown, proofs=tuple(proofs), scheme=scheme)

    def _proof(self, way: str, owner: str, url: str, token: str | None, which: int) -> Proof:
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
        signer = Prover(prover.alg, "mallory") if way == "forged" else prover
        text = signed(prover.header(), claims, signer.private)
        made = Proof(text, jkt(owner), method, url, made_at, about, genuine=way != "forged")
        self.proofs.append(made)
        return made
