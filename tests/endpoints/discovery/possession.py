"""What tokens can be bound to."""

from __future__ import annotations

from tests import dpop
from tests.client_signatures import KINDS, signed
from tests.dpop import CREDENTIALS, MACHINE, Prover
from tests.endpoints.discovery.asking import others
from tests.endpoints.discovery.claims import ALGORITHMS
from tests.reply import claims
from tests.world import World


def dpop_algs(world: World, value: list[str]) -> None:
    """RFC 9449 section 5.1: a proof of each binds, here and at /userinfo; another binds nothing."""
    for alg in value:
        prover = Prover(alg)
        answer = dpop.post(world, CREDENTIALS, prover, auth=MACHINE).json
        assert claims(answer["access_token"])["cnf"] == {"jkt": prover.jkt}
        token = dpop.tokens(world, prover, scope="openid")["access_token"]
        assert dpop.userinfo(world, token, prover).status == 200
    for alg in others(ALGORITHMS, value):
        prover = Prover({"RS": "RS256", "PS": "PS256", "Ed": "Ed25519"}.get(alg[:2], "ES256"))
        made = prover.claims("POST", f"{world.issuer}/token", world.clock())
        proof = signed({**prover.header(), "alg": alg}, made, prover.private)
        assert alg not in KINDS
        reply = world.post("/token", CREDENTIALS, auth=MACHINE, headers=dpop.header(proof))
        assert (reply.status, reply.json["error"]) == (400, "invalid_dpop_proof")


PROVERS = {"dpop_signing_alg_values_supported": dpop_algs}
