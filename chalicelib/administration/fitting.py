"""What a stage can do for a client: a registration that it cannot keep is refused."""

from __future__ import annotations

from ..client_authentication import BY_CERTIFICATE
from ..grants import offered
from ..records.client import Client
from ..records.resource import Resource, resource_key
from ..services import Services
from . import Refused, relying_parties, resources

_NO_CERTIFICATES = "this stage takes no client certificates (its setting MTLS_URL)"


def must_fit(client: Client, services: Services, before: Client | None = None) -> None:
    """Refused for what this stage has not, or does not do; of a change, also for other subjects."""
    _check_resources(client, services)
    _check_certificates(client, services)
    _check_assertions(client, services, before)
    if before is not None:
        relying_parties.check_same_subjects(before, client)
    relying_parties.check(client, services, before)


def _check_assertions(client: Client, services: Services, before: Client | None) -> None:
    """For other servers only: who takes its own word about users gives away more than was asked."""
    settings = services.settings
    known = before.grant_types if before else ()
    for name in client.grant_types:
        if name not in (*offered(settings), *known):
            raise Refused(f"grant_types: this stage does not offer {name} (its setting ID_JAG)")
    for audience in client.id_jag_audiences or ():
        if audience == settings.issuer:
            raise Refused("id_jag_audiences: names this server itself")
        if audience.startswith("http:") and not settings.is_local:
            raise Refused("id_jag_audiences: must be https URLs")


def _check_resources(client: Client, services: Services) -> None:
    named = {*(client.allowed_resources or ()), *client.resource_server}
    for uri in named:
        if not resources.is_served(uri, services):
            raise Refused(f"there is no resource {uri}")
    # Chosen from those that can be listed: one of a family is not, unless the client names it.
    default = client.default_resource
    if default is None or default in named:
        return
    if services.table.get(Resource, resource_key(default)) is None:
        raise Refused(f"there is no resource {default}")


def _check_certificates(client: Client, services: Services) -> None:
    """A client that nobody could reach with its certificate could never prove itself."""
    if services.settings.mtls_url is not None:
        return
    if client.token_endpoint_auth_method in BY_CERTIFICATE:
        raise Refused(f"token_endpoint_auth_method: {_NO_CERTIFICATES}")
    if client.tls_client_certificate_bound_access_tokens:
        raise Refused(f"tls_client_certificate_bound_access_tokens: {_NO_CERTIFICATES}")
