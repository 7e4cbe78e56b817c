"""Checks OAuth 2.0 access tokens at a resource server. README.md shows how to begin.

The entrance is `Verifier.check`. Each module is named for what it knows:

    presented       the token in the request               RFC 6750, 9449
    access_token    a JWT checked by the issuer's keys     RFC 9068
    introspection   the issuer asked about a token         RFC 7662, 9701
    status_lists    the issuer's list of revoked tokens    draft-ietf-oauth-status-list
    claims, needs   what is asked of a token               RFC 9068, 9470
    proof           DPoP; with nonces and replays          RFC 9449
    binding         the token's key or certificate         RFC 7800, 8705
    challenge       what a refused client is told          RFC 6750, 9449, 9470
    metadata        what clients can read beforehand       RFC 9728
    issuer, cached  the issuer's metadata and keys         RFC 8414, 7517

Below these: jwt, keys, strict_json, encoding, urls, fetching. Frameworks are in adapters/.
"""

from __future__ import annotations

from .cached import Caching
from .claims import REQUIRED, TokenRules
from .errors import Refused
from .introspection import Introspection
from .keys import ALGORITHMS
from .needs import Needs
from .nonces import Nonces
from .proof import ProofRules
from .replays import Replays
from .status_lists import StatusLists
from .verified import ANY, BOUND, Binding, Token
from .verifier import Verifier

__all__ = [
    "ALGORITHMS",
    "ANY",
    "BOUND",
    "REQUIRED",
    "Binding",
    "Caching",
    "Introspection",
    "Needs",
    "Nonces",
    "ProofRules",
    "Refused",
    "Replays",
    "StatusLists",
    "Token",
    "TokenRules",
    "Verifier",
]
