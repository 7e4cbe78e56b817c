"""DPoP proofs at our endpoints: their nonces, and that each is used once. RFC 9449.

A nonce is a keyed hash of the period it is given in; nothing is stored:

    ── period n ──────┬── period n+1 ────┬── period n+2 ───► time
       nonce n given  │  n+1 given       │
       n accepted     │  n accepted too  │  n refused
"""

from __future__ import annotations

from ..errors import InvalidDPoPProof, InvalidRequest, UseDPoPNonce
from ..http import Request
from ..protocol import dpop, fapi
from ..protocol.confirmation import DPOP_ALGORITHMS, JKT
from ..records.client import Client
from ..records.seen_once import SeenOnce, dpop_proof
from ..services import Services
from . import Possession

NONCE_PERIOD = 5 * 60  # seconds


def proved(
    request: Request, client: Client, services: Services, *, path: str, token: str | None = None
) -> Possession:
    """The key of the request's proof, and the mark that it was used, not written yet.

    token: the access token that is presented with it. InvalidDPoPProof, UseDPoPNonce;
    InvalidRequest when no proof was sent.
    """
    headers = request.headers.get("dpop", ())
    if not headers:
        if token is not None:
            raise InvalidDPoPProof("The DPoP header is missing.")
        raise InvalidRequest("This client must send a DPoP proof, and the DPoP header is missing.")
    proof = dpop.verify(
        headers,
        dpop.Expected(
            method=request.method,
            url=services.settings.called_url(
                path, certified=request.client_certificate is not None
            ),
            now=services.now(),
            token=token,
            algs=fapi.ALGORITHMS if client.is_fapi else DPOP_ALGORITHMS,
        ),
    )
    answered: tuple[tuple[str, str], ...] = ()
    if services.settings.dpop_nonce or client.require_dpop_nonce:
        fresh, before = nonces(services)
        if proof.nonce not in (fresh, before):
            raise UseDPoPNonce(fresh)
        answered = (("DPoP-Nonce", fresh),)
    return Possession(
        confirmation={JKT: proof.thumbprint},
        # Whose write it is: a second one is a replay, unless it is our own first try.
        once=dpop_proof(proof.thumbprint, proof.jti, proof.ends_at, services.random_text(12)),
        headers=answered,
    )


def spend(once: SeenOnce, services: Services) -> None:
    """Write the mark; InvalidDPoPProof when it is there."""
    if not services.table.put_first(once):
        raise InvalidDPoPProof("The DPoP proof was used before.")


def nonces(services: Services) -> tuple[str, str]:
    """The nonce of this period, and that of the one before."""
    period = services.now() // NONCE_PERIOD
    fresh, before = (
        services.keyring.pseudonym("dpop-nonce", str(number)) for number in (period, period - 1)
    )
    return fresh, before
