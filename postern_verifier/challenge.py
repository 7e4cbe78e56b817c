"""What a refused client is told. RFC 6750 section 3, 9449 section 7.1, 9470, 9728 section 5."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .errors import (
    Headers,
    InsufficientScope,
    InsufficientUserAuthentication,
    NoToken,
    Refused,
    Unavailable,
)
from .needs import Needs
from .nonces import Nonces

RETRY_AFTER = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a resource server takes: the schemes, best first, and where a client reads more."""

    schemes: tuple[str, ...]
    algs: tuple[str, ...]
    realm: str
    metadata_url: str | None
    nonces: Nonces | None


def headers(
    offer: Offer, refused: Refused, needs: Needs, scheme: str | None, now: float
) -> Headers:
    """The headers of the answer. `scheme` is what the request used, None when that is unclear."""
    made = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    if isinstance(refused, Unavailable):
        return (*made, ("Retry-After", str(RETRY_AFTER)))
    scope = needs.scope
    if isinstance(refused, InsufficientScope):
        scope = needs.scope_with(refused.granted)
    for offered in offer.schemes:
        # RFC 9449 section 7.2: the error goes with the scheme that was used.
        told = refused if scheme in (None, offered) else None
        made.append(("WWW-Authenticate", _challenge(offer, offered, told, needs, scope)))
    if offer.nonces is not None and refused.status == 401:
        made.append(("DPoP-Nonce", offer.nonces.current(now)))
    return tuple(made)


def _challenge(offer: Offer, scheme: str, refused: Refused | None, needs: Needs, scope: str) -> str:
    found = dict(_parameters(offer, scheme, refused, needs, scope))
    # RFC 6750 section 3: there is at least one.
    return f"{scheme} " + ", ".join(
        f'{name}="{value}"' for name, value in (found or {"realm": offer.realm}).items()
    )


def _parameters(
    offer: Offer, scheme: str, refused: Refused | None, needs: Needs, scope: str
) -> Iterator[tuple[str, str]]:
    if refused is not None and not isinstance(refused, NoToken):
        yield "error", str(refused.error)
        yield "error_description", refused.description
    if scope:
        yield "scope", scope
    if isinstance(refused, InsufficientUserAuthentication):
        if needs.acr_values:
            yield "acr_values", " ".join(needs.acr_values)
        if needs.max_age is not None:
            yield "max_age", str(needs.max_age)
    if scheme == "DPoP":
        yield "algs", " ".join(offer.algs)
    if offer.metadata_url is not None:
        yield "resource_metadata", offer.metadata_url
