"""What a request proves to hold, so that what it gets is of no use to a thief.

DPoP proofs are dpop.py's (RFC 9449), certificates certificate.py's (RFC 8705). A token is bound to
all that its request has shown. The endpoint asks first, spends what was shown just before the
grant, and mints last:

     proved ──► the grant's own checks ──► binding met ──► spend ──► the grant is spent ──► mint
        └ nothing is written                                 └ a replay ends here, and burns nothing
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidToken
from ..http import Request
from ..protocol.confirmation import JKT, X5T, Confirmation
from ..records.client import Client
from ..services import Services
from ..values import Frozen, replace

if TYPE_CHECKING:
    from ..records.seen_once import SeenOnce


class Possession(Frozen):
    """What a request has shown. confirmation: the `cnf` members; None when it has shown nothing.

    once: what must never be seen again. headers: what the answer carries.
    """

    confirmation: Confirmation | None = None
    once: SeenOnce | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def spend(self, services: Services) -> None:
        """Use the proof up; InvalidDPoPProof when it was used before."""
        if self.once is not None:
            from . import dpop

            dpop.spend(self.once, services)


def proved(
    request: Request, client: Client, services: Services, *, path: str, compulsory: bool
) -> Possession:
    """What a request to the endpoint at `path` shows to hold; it is not spent yet.

    InvalidDPoPProof, UseDPoPNonce. compulsory: a client that is registered for bound tokens only
    must show something; InvalidRequest.
    """
    shown = Possession()
    if "dpop" in request.headers or (compulsory and client.dpop_bound_access_tokens):
        from . import dpop

        shown = dpop.proved(request, client, services, path=path)
    if compulsory and client.tls_client_certificate_bound_access_tokens:
        from . import certificate

        held = {**(shown.confirmation or {}), X5T: certificate.proved(request, services)}
        shown = replace(shown, confirmation=held)
    return shown


def of_token(
    presented: tuple[str, str],
    confirmation: Confirmation,
    client: Client,
    request: Request,
    services: Services,
    *,
    path: str,
) -> Possession:
    """What a request shows that presents an access token; it is not spent yet.

    presented: the scheme, in lower case, and the token. confirmation: what the token is bound to.
    InvalidToken when the scheme is not the token's, or the key is another; InvalidDPoPProof.
    """
    scheme, token = presented
    # A binding that nobody here can check is none that was met.
    if set(confirmation) - {JKT, X5T}:
        raise InvalidToken("The access token is bound in a way that this endpoint cannot check.")
    if X5T in confirmation:
        from . import certificate

        certificate.must_be(confirmation[X5T], request, services)
    if (scheme == "dpop") != (JKT in confirmation):
        if scheme == "dpop":
            raise InvalidToken("The access token is not bound to a key: send it as Bearer.")
        raise InvalidToken("The access token is bound to a key: send it as DPoP, with a proof.")
    if scheme != "dpop":
        return Possession()
    from . import dpop

    shown = dpop.proved(request, client, services, path=path, token=token)
    if shown.confirmation != {JKT: confirmation[JKT]}:
        raise InvalidToken("The access token is bound to another key than the proof's.")
    return shown
