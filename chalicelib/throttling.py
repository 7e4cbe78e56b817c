"""Throttling of guesses: sign-ins and client secrets, per account and per address.

A guess is counted before it is checked and taken back when it was right, so that many at once
cannot slip through and success is never punished. A process that has seen a failure asks the
counter before the next check of the same caller; one that has seen none asks nobody, and a warm
client_credentials request stays free of table calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .aws import counters
from .aws.counters import Limit, LimitReached
from .errors import InvalidClient, OAuthError, TooManyRequests
from .services import Services

SIGN_IN_BY_ACCOUNT = Limit("sign-in-account", most=10, seconds=15 * 60)
SIGN_IN_BY_ADDRESS = Limit("sign-in-address", most=50, seconds=15 * 60)
CLIENT_BY_CALLER = Limit("client-caller", most=30, seconds=5 * 60)
CLIENT_BY_ADDRESS = Limit("client-address", most=300, seconds=5 * 60)
REQUEST_URI_BY_CALLER = Limit("request-uri-caller", most=100, seconds=5 * 60)
REQUEST_URI_BY_CLIENT = Limit("request-uri-client", most=6000, seconds=5 * 60)
DOCUMENT_BY_CALLER = Limit("document-caller", most=30, seconds=5 * 60)
DOCUMENT_BY_HOST = Limit("document-host", most=300, seconds=5 * 60)
DOCUMENT_BY_URL = Limit("document-url", most=30, seconds=5 * 60)
PUSH_BY_CALLER = Limit("push-caller", most=300, seconds=5 * 60)
SIGNED_ERROR_BY_CALLER = Limit("signed-error-caller", most=100, seconds=5 * 60)
SIGNED_ERROR_BY_CLIENT = Limit("signed-error-client", most=6000, seconds=5 * 60)
# How many registrations that nobody uses there can be follows from these and from how long they
# live: REGISTRATION_UNUSED.
REGISTRATION_BY_ADDRESS = Limit("registration-address", most=100, seconds=60 * 60)
REGISTRATION_BY_ANYONE = Limit("registration-anyone", most=1000, seconds=60 * 60)
REGISTRATION_FETCHES = Limit("registration-fetches", most=300, seconds=60 * 60)
REGISTRATION_CHANGE = Limit("registration-change", most=100, seconds=60 * 60)
MOST_SUSPECTS = 1000


class WrongPassword(Exception):
    """A sign-in failed; it stays counted."""


@contextmanager
def sign_in(username: str, address: str, services: Services) -> Iterator[None]:
    """Count a sign-in around its check: WrongPassword keeps the count, success takes it back.

    TooManyRequests before anything is checked, for known and unknown names alike.
    """
    now = services.now()
    limits = (
        (SIGN_IN_BY_ADDRESS, services.keyring.pseudonym("address", network(address))),
        (SIGN_IN_BY_ACCOUNT, services.keyring.pseudonym("account", username)),
    )
    taken = []
    try:
        for limit, who in limits:
            taken.append(counters.count(services.table, limit, who, now))
    except LimitReached as reached:
        # The attempt is not made, so what was counted for it is taken back.
        for counter in taken:
            counters.take_back(services.table, counter)
        services.log.event("sign_in.throttled", limit=limit.what)
        raise TooManyRequests(retry_after=reached.retry_after) from None
    yield
    for counter in taken:
        counters.take_back(services.table, counter)


@contextmanager
def client_secret(
    client_id: str, address: str, services: Services, failure: type[OAuthError] = InvalidClient
) -> Iterator[None]:
    """Count the failures of what is done inside. TooManyRequests when too many."""
    now = services.now()
    # Who calls is asked only where somebody has failed: most requests of most processes pass by.
    for limit, who in _callers(client_id, address, services) if services.suspects else ():
        blocked_until = services.suspects.get(who)
        if blocked_until is None:
            continue
        if blocked_until > now:
            raise TooManyRequests(retry_after=blocked_until - now)
        with _limited(limit, who, services):
            counters.check(services.table, limit, who, now)
    try:
        yield
    except failure:
        for limit, who in _callers(client_id, address, services):
            _remember(services, who, 0)
            with _limited(limit, who, services):
                counters.count(services.table, limit, who, now)
        raise


def request_uri(client_id: str, address: str, services: Services) -> None:
    """Count a fetch of a client's request object before it is made; TooManyRequests.

    Whoever knows a client_id can have its host called: so much by one caller, so much by all.
    """
    limits = (REQUEST_URI_BY_CALLER, REQUEST_URI_BY_CLIENT)
    _count(limits, client_id, address, services, "request_uri", "requests by reference")


def client_document(url: str, host: str, services: Services, *, known: bool) -> None:
    """Count the reading of a client's metadata before it is done; TooManyRequests.

    Of a URL that is new, for who asks and for the host. A known one has a limit of its own, or
    whoever asks for others at its host could keep it from being read again.
    """
    pseudonym, now = services.keyring.pseudonym, services.now()
    limits = [
        (DOCUMENT_BY_CALLER, pseudonym("address", network(services.source_address))),
        (DOCUMENT_BY_HOST, pseudonym("document host", host)),
    ]
    if known:
        limits = [(DOCUMENT_BY_URL, pseudonym("document", url))]
    try:
        for limit, who in limits:
            counters.count(services.table, limit, who, now)
    except LimitReached as reached:
        services.log.event("client_document.throttled", client_id=url, limit=limit.what)
        raise TooManyRequests(
            "Client metadata are asked for too often. Wait, then try again.",
            retry_after=reached.retry_after,
        ) from None


def push(client_id: str, address: str, services: Services) -> None:
    """Count a request that a public client pushes, before it is checked; TooManyRequests.

    Not for the client as a whole: whoever knows its client_id could keep all its users out.
    """
    _count((PUSH_BY_CALLER,), client_id, address, services, "push", "pushed requests")


def signed_error(client_id: str, address: str, services: Services) -> None:
    """Count an error that is to be signed though nobody has signed in; TooManyRequests.

    The quota of KMS is that of tokens as well.
    """
    limits = (SIGNED_ERROR_BY_CALLER, SIGNED_ERROR_BY_CLIENT)
    _count(limits, client_id, address, services, "signed_error", "requests that were refused")


def registration(address: str, services: Services) -> None:
    """Count a registration by a stranger before anything of it is stored; TooManyRequests.

    Nothing is taken back. Beside its source, all of them together have a limit.
    """
    who = services.keyring.pseudonym("address", network(address))
    _count_all(
        ((REGISTRATION_BY_ADDRESS, who), (REGISTRATION_BY_ANYONE, "all")),
        services,
        "registration",
        "registrations",
    )


def registration_fetches(token_id: str, services: Services) -> None:
    """Count a registration with an initial access token for which others are called: one that is
    refused then does not use the token. TooManyRequests."""
    who = services.keyring.pseudonym("initial access token", token_id)
    _count_all(((REGISTRATION_FETCHES, who),), services, "registration", "registrations")


def registration_change(client_id: str, services: Services) -> None:
    """Count a change by a self-registered client of its own registration; TooManyRequests."""
    who = services.keyring.pseudonym("client", client_id)
    _count_all(((REGISTRATION_CHANGE, who),), services, "registration_change", "changes", client_id)


def _count(
    limits: tuple[Limit, ...],
    client_id: str,
    address: str,
    services: Services,
    event: str,
    words: str,
) -> None:
    """Count for the caller, then for the client where it has a limit; nothing is taken back."""
    caller = _callers(client_id, address, services)[0][1]
    client = services.keyring.pseudonym("client", client_id)
    counted = tuple(zip(limits, (caller, client), strict=False))
    _count_all(counted, services, event, words, client_id)


def _count_all(
    limits: tuple[tuple[Limit, str], ...],
    services: Services,
    event: str,
    words: str,
    client_id: str | None = None,
) -> None:
    now = services.now()
    try:
        for limit, who in limits:
            counters.count(services.table, limit, who, now)
    except LimitReached as reached:
        services.log.event(f"{event}.throttled", client_id=client_id)
        raise TooManyRequests(
            f"Too many {words}. Wait, then try again.", retry_after=reached.retry_after
        ) from None


def _callers(client_id: str, address: str, services: Services) -> tuple[tuple[Limit, str], ...]:
    where = network(address)
    pseudonym = services.keyring.pseudonym
    return (
        (CLIENT_BY_CALLER, pseudonym("caller", f"{client_id}\0{where}")),
        (CLIENT_BY_ADDRESS, pseudonym("address", where)),
    )


@contextmanager
def _limited(limit: Limit, who: str, services: Services) -> Iterator[None]:
    try:
        yield
    except LimitReached as reached:
        _remember(services, who, services.now() + reached.retry_after)
        services.log.event("client_authentication.throttled", limit=limit.what)
        raise TooManyRequests(retry_after=reached.retry_after) from None


def _remember(services: Services, who: str, blocked_until: int) -> None:
    while len(services.suspects) >= MOST_SUSPECTS:
        services.suspects.pop(next(iter(services.suspects)))
    services.suspects[who] = max(blocked_until, services.suspects.pop(who, 0))


def network(address: str) -> str:
    """Who an address stands for: itself, or the /64 of an IPv6 address, which one person owns."""
    import ipaddress

    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
