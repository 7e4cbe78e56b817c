"""What a client's OpenID metadata ask of the world: keys of the stage, and a document of its own.

OpenID Connect Dynamic Client Registration 1.0 sections 2 and 5.
"""

from __future__ import annotations

from ..fetching import NotFetched
from ..protocol import sector, signing_keys
from ..records.client import Client
from ..services import Services
from . import Refused

_ALGS = (
    *("id_token_signed_response_alg", "userinfo_signed_response_alg"),
    *("authorization_signed_response_alg", "introspection_signed_response_alg"),
)
_CALLED = ("sector_identifier_uri", "backchannel_logout_uri", "jwks_uri")


def check(client: Client, services: Services, before: Client | None = None) -> None:
    """Refused for an algorithm without a key, for a URL that this stage does not call, and for a
    sector that does not know the client.

    What is as it was `before` was checked then: a client's host may be down while its name changes.
    """
    for member in _ALGS:
        if before is None or getattr(client, member) != getattr(before, member):
            _check_key(member, getattr(client, member), services)
    for member in _CALLED:
        if before is None or getattr(client, member) != getattr(before, member):
            _check_called(member, getattr(client, member), services)
    known = before.request_uris if before else ()
    for named in client.request_uris:
        if named not in known:
            _check_called("request_uris", named.partition("#")[0], services)
    uri = client.sector_identifier_uri
    if uri is not None and (before is None or _sector(client) != _sector(before)):
        _check_sector(uri, client, services)


def check_same_subjects(before: Client, after: Client) -> None:
    """Refused for a change after which the client would know its users by other names."""
    if _subjects(before) != _subjects(after):
        raise Refused(
            "subject_type, sector_identifier_uri, redirect_uris: the client would know every user "
            "by another sub; create another one"
        )


def _check_key(member: str, alg: str | None, services: Services) -> None:
    # Every stage signs with RS256 (Core section 15.1), and most clients never use OpenID.
    if alg in (None, "RS256"):
        return
    settings = services.settings
    if alg not in settings.id_token_algs:
        offered = ", ".join(settings.id_token_algs)
        raise Refused(f"{member}: this stage offers {offered} (its setting ID_TOKEN_ALGS)")
    mode = settings.id_token_signing_mode or settings.signing_mode
    if signing_keys.signer(services.keyring.keys, mode, alg) is None:
        raise Refused(f"{member}: there is no active key for {signing_keys.name(mode, alg)}")


def _check_called(member: str, uri: str | None, services: Services) -> None:
    """Which hosts are called is the stage's to say: on a developer's own machine, that one too."""
    if uri is None:
        return
    if member == "backchannel_logout_uri" and services.settings.logout_queue_url is None:
        raise Refused(f"{member}: this stage has no queue for it (its setting LOGOUT_QUEUE_URL)")
    try:
        services.fetcher.check(uri)
    except ValueError as reason:
        raise Refused(f"{member}: {reason}") from None


def _check_sector(uri: str, client: Client, services: Services) -> None:
    """Core section 8.1: whoever names a sector must be named by it, or could join any."""
    try:
        named = services.fetcher.json(uri)
    except NotFetched as reason:
        if not client.is_self_registered:
            raise Refused(f"sector_identifier_uri: {reason}") from None
        # What the network said is for operators: a stranger could look around in ours by it.
        services.log.event(
            "client.not_read", client_id=client.client_id, uri=uri, reason=str(reason)
        )
        raise Refused("sector_identifier_uri: nothing can be read there") from None
    if not isinstance(named, list):
        raise Refused("sector_identifier_uri: its document is no JSON array")
    missing = [redirect for redirect in client.redirect_uris if redirect not in named]
    if missing:
        raise Refused(f"sector_identifier_uri: its document does not name {missing[0]}")


def _sector(client: Client) -> tuple[str | None, tuple[str, ...]]:
    return client.sector_identifier_uri, client.redirect_uris


def _subjects(client: Client) -> str | None:
    if client.subject_type == sector.PUBLIC:
        return None
    return sector.of(client.sector_identifier_uri, client.redirect_uris)
