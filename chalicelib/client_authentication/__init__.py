"""How a client proves who it is. RFC 6749 section 2.3; the methods are RFC 7591's.

Each member has two functions: `claimed(request)` gives the client_id that the request claims by
this method, or None, and `prove(request, client, services)` raises InvalidClient. What counts once
is spent by whoever asked, after everything else that can be proved:

     proved ──► possession proved, or a nonce asked for ──► spend ──► the grant
        └ nothing is written                                  └ a replay ends here
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from ..errors import InvalidClient, InvalidRequest
from ..modules import Modules
from ..values import Frozen

if TYPE_CHECKING:  # the metadata document reads the table below, and needs no more
    from ..http import Request
    from ..records.client import Client
    from ..records.seen_once import SeenOnce
    from ..services import Services
    from ..settings import Settings


class Method(Protocol):
    """What a member looks like."""

    def claimed(self, request: Request) -> str | None:
        """The client_id claimed by this method, or None when the method is not used."""

    def prove(self, request: Request, client: Client | None, services: Services) -> SeenOnce | None:
        """InvalidClient unless the request proves to come from `client`.

        What must never be seen again is returned, and not written yet.
        """


METHODS: Modules[Method] = Modules(
    __name__,
    {
        "client_secret_basic": "client_secret_basic",
        "client_secret_post": "client_secret_post",
        "none": "none",
        "private_key_jwt": "private_key_jwt",
        "tls_client_auth": "tls_client_auth",
        "self_signed_tls_client_auth": "self_signed_tls_client_auth",
    },
)
# What proves these is in the connection (RFC 8705 section 2): a stage has them with an mtls_url.
BY_CERTIFICATE = ("tls_client_auth", "self_signed_tls_client_auth")


class Caller(Frozen):
    """Who sent a request, and how it was proved. once: what must never be seen again."""

    client: Client
    method: str
    once: SeenOnce | None = None

    def spend(self, request: Request, services: Services) -> None:
        """Use the proof up; InvalidClient when it was used before."""
        if self.once is None:
            return
        with _watched(self.client.client_id, self.method, request, services):
            if not services.table.put_first(self.once):
                raise InvalidClient(detail="the assertion was used before")


def authenticate(request: Request, services: Services) -> Client:
    """The client that sent the request; its proof is used up. The errors are those of `proved`."""
    caller = proved(request, services)
    caller.spend(request, services)
    return caller.client


def proved(request: Request, services: Services) -> Caller:
    """The client that sent the request; what counts once is not spent yet.

    InvalidClient when it is unknown, proves nothing, or uses another method than it registered;
    InvalidRequest when it uses two; TooManyRequests after many failures. An unknown client and a
    wrong proof are answered alike.
    """
    try:
        method, client_id = _used(request)
    except InvalidClient as refused:
        services.log.event("client_authentication.failed", reason=refused.detail)
        raise
    client = services.registry.client(client_id)
    # In the request such a client only says who it is, as a public one does.
    if method == "none" and client is not None and _is_by_certificate(client):
        method = client.token_endpoint_auth_method
    with _watched(client_id, method, request, services):
        once = METHODS[method].prove(request, client, services)
        if client is None:
            raise InvalidClient(detail="unknown client")
        if client.token_endpoint_auth_method != method:
            raise InvalidClient(detail=f"registered {client.token_endpoint_auth_method}")
    return Caller(client, method, once)


@contextmanager
def _watched(client_id: str, method: str, request: Request, services: Services) -> Iterator[None]:
    """Count and log what fails inside."""
    from .. import throttling

    with throttling.client_secret(client_id, request.source_address, services):
        try:
            yield
        except InvalidClient as refused:
            services.log.event(
                "client_authentication.failed",
                client_id=client_id[:255],
                method=method,
                reason=refused.detail,
            )
            raise


def offered(settings: Settings) -> list[str]:
    """The methods that a stage has."""
    return [m for m in METHODS if settings.mtls_url is not None or m not in BY_CERTIFICATE]


def _is_by_certificate(client: Client) -> bool:
    return client.token_endpoint_auth_method in BY_CERTIFICATE


def is_tried(request: Request) -> bool:
    """Whether the request says, in any way, which client it comes from."""
    return "authorization" in request.headers or any(
        METHODS[name].claimed(request) is not None for name in METHODS
    )


def _used(request: Request) -> tuple[str, str]:
    """The method a request uses, and the client_id it claims."""
    claims = {name: METHODS[name].claimed(request) for name in METHODS}
    used = {name: client_id for name, client_id in claims.items() if client_id is not None}
    # A client_id in the body beside HTTP Basic is what many libraries send; it must be the same.
    identified = used.pop("none", None) if len(used) > 1 else None
    if not used:
        raise InvalidClient(detail="no client authentication")
    if len(used) > 1:
        raise InvalidRequest("The request uses more than one way to authenticate the client.")
    ((method, client_id),) = used.items()
    if identified is not None and identified != client_id:
        raise InvalidRequest("The request names two clients.")
    return method, client_id
