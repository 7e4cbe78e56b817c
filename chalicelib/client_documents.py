"""Clients whose identifier is the https URL of a document about them.

draft-ietf-oauth-client-id-metadata-document-02; docs/decisions/0039 says why it is so.

    URL good? host allowed? ─► known and fresh ──────────────────────────────► client
                      └─► counted ─► fetched ─► read ─► stored, 60 s to 24 h ─► client
                                        └ not reached ─► for an hour as it was, but for new grants
                                        └ gone, or bad ─► no client

A client that was read is stored like any other, so most requests cost what those of others cost.
"""

from __future__ import annotations

from collections.abc import Callable

from . import lapsing, throttling
from .aws.table import Gone
from .errors import InvalidRequest, TooManyRequests
from .fetching import NotFetched
from .protocol import client_document as rules
from .records.client import Client, client_key
from .registration import InvalidMetadata, document_metadata, self_registration
from .services import Services
from .settings import DAY
from .values import replace

AGAIN = 60  # seconds after a failure for which the client is served as it was, and nobody is asked
MOST_TRIES = 500  # that a process remembers
MOST_WORDS = 300  # of a refusal; what is quoted in it is a stranger's
TYPE = "application/json"
# The answers that say of a host's own trouble, and not that the document is gone.
_TROUBLE = (408, 425, 429)


def find(
    url: str, stored: Callable[[], Client | None], services: Services, *, current: bool
) -> Client | None:
    """The client of a URL, or None. `stored` reads what is known of it.

    current: for what it asks for anew: InvalidRequest in words for its developer, and nothing that
    cannot be read now. TooManyRequests.
    """
    try:
        _check(url, services)
    except ValueError as reason:
        return _refused(f"The client_id is a URL that {reason}.", current=current)
    known = stored()
    if known is not None and known.blocked_at is not None:
        return _refused("This server does not take this application.", current=current)
    if known is not None and services.now() < (known.fresh_until or 0):
        return known
    try:
        return _read_again(url, known, services, current=current)
    except TooManyRequests:
        # Of a client that nobody knows: whoever asks is the one who asks too often.
        if current or known is None:
            raise
        return _as_it_was(known, services)


def _check(url: str, services: Services) -> None:
    """All that costs nothing: nobody is asked for a URL that is not good. ValueError."""
    settings = services.settings
    rules.check(url)
    services.fetcher.check(url)
    if rules.is_among(url, settings.client_documents_denied):
        raise ValueError("this server does not take clients from")
    allowed = settings.client_documents_allowed
    if allowed and not rules.is_among(url, allowed):
        raise ValueError("this server does not take clients from")


def _read_again(
    url: str, known: Client | None, services: Services, *, current: bool
) -> Client | None:
    just_tried = services.now() < services.document_tries.get(url, 0) + AGAIN
    if just_tried and not current and known is not None and _as_it_was(known, services):
        return known
    throttling.client_document(url, rules.host(url), services, known=known is not None)
    try:
        headers, text = services.fetcher.document(
            url, TYPE, suffix="+json", most_bytes=rules.MOST_BYTES
        )
        described = document_metadata.read(text, url, services.settings, services.now())
        _check_called(described, services)
    except NotFetched as problem:
        _log(url, str(problem), services)
        if problem.status is not None and problem.status < 500 and problem.status not in _TROUBLE:
            _end(known, services)
        else:
            _remember(url, services)
            if known is not None and not current:
                return _as_it_was(known, services)
        return _refused("No client metadata can be read at the client_id.", current=current)
    except InvalidMetadata as problem:
        _log(url, str(problem), services)
        _end(known, services)
        words = f"The client metadata at the client_id are not good: {problem}"[:MOST_WORDS]
        return _refused(words, current=current)
    services.document_tries.pop(url, None)
    return _store(described, known, rules.lifetime(headers, services.now()), services)


def _check_called(client: Client, services: Services) -> None:
    """Which hosts are called is the stage's to say."""
    if client.jwks_uri is not None:
        try:
            services.fetcher.check(client.jwks_uri)
        except ValueError as reason:
            raise InvalidMetadata(f"jwks_uri: {reason}") from None


def _store(
    described: Client, known: Client | None, lifetime: rules.Lifetime, services: Services
) -> Client | None:
    """Keep what was read. What another process has written meanwhile counts instead."""
    now = services.now()
    client = replace(
        described,
        fresh_until=lifetime.fresh_until,
        stale_until=lifetime.stale_until,
        # As long as something of it may be alive; who comes later is a new client.
        expires_at=now + services.settings.lifetimes.refresh_token + 2 * DAY,
        not_before=now - 1,
    )
    lapsing.enter(client, known, services)
    if known is None:
        if services.table.put_first(client):
            services.log.event("client.document_read", client_id=client.client_id, new=True)
            return client
        return _stored(client.client_id, services)
    # The keys may change at any time; what users went by, not without asking them again.
    changed = known.fresh_until is not None and self_registration.looks_different(known, client)
    client = replace(
        client,
        created_at=known.created_at,
        not_before=known.not_before,
        changed_at=now if changed else known.changed_at,
    )
    try:
        _amend(known, client, services)
    except Gone:
        return _stored(client.client_id, services)
    if changed:
        services.log.event("client.document_read", client_id=client.client_id, new=False)
    return client


def _end(known: Client | None, services: Services) -> None:
    """Its host has said that the document is no more, so nothing stands in for it."""
    if known is None or not known.stale_until:
        return
    try:
        _amend(known, replace(known, fresh_until=0, stale_until=0), services)
    except Gone:
        return  # another process has read it since, or an operator has removed it
    services.log.event("client.document_gone", client_id=known.client_id)


def _amend(known: Client, after: Client, services: Services) -> None:
    """Two that have read different documents must not mix them."""
    if known.fresh_until is None:  # it was blocked before it was ever read
        services.table.amend(known, after, when="attribute_not_exists(fu)")
        return
    seen = {"seen": known.fresh_until}
    services.table.amend(known, after, when="fu = :seen", given=seen)


def _stored(url: str, services: Services) -> Client | None:
    found = services.table.get(Client, client_key(url))
    return found if found is not None and found.blocked_at is None else None


def _as_it_was(known: Client, services: Services) -> Client | None:
    return known if services.now() < (known.stale_until or 0) else None


def _refused(words: str, *, current: bool) -> Client | None:
    if current:
        raise InvalidRequest(words)
    return None


def _log(url: str, reason: str, services: Services) -> None:
    """What the network said is not for whoever asks."""
    services.log.event("client.not_read", client_id=url, uri=url, reason=reason)


def _remember(url: str, services: Services) -> None:
    tries = services.document_tries
    while len(tries) >= MOST_TRIES:
        tries.pop(next(iter(tries)))
    tries[url] = services.now()
