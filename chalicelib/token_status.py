"""What becomes of tokens that are revoked, where resource servers look into a token status list.

draft-ietf-oauth-status-list-21; docs/decisions/0034. A place in a list belongs to a grant: all its
access tokens of such resources have it. A client that acts for itself has one for each token.

    first token ── place ──► grant (and its session) ── revoked ──► list ── at most `ttl` ──► all
"""

from __future__ import annotations

from collections.abc import Iterable

from .aws.client import ConditionFailed
from .errors import InvalidGrant, TemporarilyUnavailable
from .records.grant import NO_PLACE, Grant, grant_key
from .records.record import Value
from .records.session_mark import SessionMark, session_mark
from .services import Services
from .settings import Lifetimes
from .values import replace

MOST_RACES = 10
SLOWEST_REQUEST = 120  # seconds by which a token may be younger than what it was noted with
MOST_IN_A_SESSION = 2000  # grants that end with it and still may have tokens


def placed(grant: Grant, lifetime: int, services: Services) -> Grant:
    """The grant with a place for a token of so many seconds; nothing is written to the grant.

    InvalidGrant where its session was signed out just now.
    """
    known = grant.place is not None and grant.place != NO_PLACE
    if known and lifetime <= grant.place_lifetime:
        return grant
    place = grant.place if known else services.status_lists.allocate()
    assert place is not None
    placed = replace(grant, place=place, place_lifetime=max(lifetime, grant.place_lifetime))
    if ends_with_session(grant):
        _note_in_session(placed, services)
    return placed


def place_of_living(grant: Grant, lifetime: int, services: Services) -> Grant:
    """The same for a grant that lives already: written, where that is new; Spent.

    Of two requests at once the first has its way, and both use its place.
    """
    from .aws import grants

    wanted = placed(grant, lifetime, services)
    return wanted if wanted is grant else grants.place(services.table, grant, wanted)


def ends_with_session(grant: Grant) -> bool:
    """Whether signing out of the session that it was given in ends it (docs/decisions/0023)."""
    return grant.session_id is not None and "offline_access" not in grant.scope


def revoke_grant(grant: Grant, services: Services) -> Grant | None:
    """End a grant, and have the lists say so; the grant as it was found, None where it is not.

    The lists first: who is answered with an error may not come again. TemporarilyUnavailable.
    """
    from .aws import grants

    revoke_place(grant, services)
    ended = grants.revoke(services.table, grant.key, services.now())
    # A token that was made meanwhile may have brought a place along.
    if ended is not None and _of(ended) != _of(grant):
        revoke_place(ended, services)
    return ended


def revoke_place(grant: Grant, services: Services) -> None:
    """Have the lists say that all tokens of a grant are revoked. TemporarilyUnavailable."""
    if _of(grant) is not None:
        services.status_lists.revoke([grant.place or 0], grant.place_lifetime)


def revoke_all(ended: Iterable[Grant], services: Services) -> None:
    """The same for many grants: a write for each list that has some of them."""
    found = [grant for grant in ended if _of(grant) is not None]
    if found:
        longest = max(grant.place_lifetime for grant in found)
        services.status_lists.revoke([grant.place or 0 for grant in found], longest)


def may_be_listed(grant: Grant, services: Services) -> bool:
    """Whether a grant has a place in a list, or may get one by what is under way."""
    found = (services.registry.resource(uri) for uri in grant.resources)
    return grant.place is not None or any(one is not None and one.status_list for one in found)


def revoke_token(
    place: int, remaining: int, of: tuple[str, str] | None, services: Services
) -> None:
    """Have a list say that an access token is revoked, which has `remaining` seconds left.

    of: the user and grant that it is of, if any; their other tokens share the place, so the list
    takes them for revoked as well, and the next one gets another place. TemporarilyUnavailable.
    """
    if of is None:
        services.status_lists.revoke([place], remaining)
        return
    from .aws import grants

    left = grants.leave_place(services.table, grant_key(*of), place)
    services.status_lists.revoke([place], max(remaining, left.place_lifetime if left else 0))


def end_session(user_id: str, lineage: str, services: Services) -> None:
    """Mark a session as signed out, and have the lists say so of the grants that end with it.

    One write, and one more for each list that has some of them. TemporarilyUnavailable.
    """
    mark = session_mark(user_id, lineage, _longest_grant(services))
    given = mark.attributes()
    # What the session's grants have noted there stays.
    del given["ps"], given["lt"]
    anyway = "attribute_exists(pk) OR attribute_not_exists(pk)"
    try:
        found = services.table.change(mark.key, given, when=anyway)
    except ConditionFailed:
        raise TemporarilyUnavailable(detail="a mark without a condition was refused") from None
    places = [place for place, _ in _pairs(found)]
    if places:
        longest = found.get("lt")
        services.status_lists.revoke(places, longest if isinstance(longest, int) else 0)


def revoke_client(client_id: str, services: Services) -> None:
    """Have the lists say that all tokens of a client are revoked. TemporarilyUnavailable."""
    services.status_lists.revoke_client(client_id)


def _note_in_session(grant: Grant, services: Services) -> None:
    """Note a grant's place where signing out finds it: one write, two when it is not the first.

    Before the grant is: whoever signs out meanwhile ends it, or it is not given at all.
    """
    assert grant.session_id is not None
    assert grant.place is not None
    mark = session_mark(grant.user_id, grant.session_id, _longest_grant(services))
    until = grant.ends_at if grant.current_hash is not None else grant.expires_at
    pairs: tuple[tuple[int, int], ...] = ()
    longest, condition = 0, "attribute_not_exists(pk) OR x <= :now"
    given: dict[str, Value] = {}
    for _ in range(MOST_RACES):
        now = services.now() - SLOWEST_REQUEST
        kept = tuple(pair for pair in pairs if pair[1] > now and pair[0] != grant.place)
        if len(kept) >= MOST_IN_A_SESSION:
            raise InvalidGrant(detail="the session has too many grants; it must be signed out")
        noted = replace(
            mark,
            open=True,
            places=(*kept, (grant.place, until)),
            longest=max(longest, grant.place_lifetime),
        )
        try:
            services.table.change(mark.key, noted.attributes(), when=condition, given=given)
            return
        except ConditionFailed as failed:
            found = failed.item or {}
        if not found:
            condition, given, pairs, longest = "attribute_not_exists(pk)", {}, (), 0
            continue
        now_there = SessionMark.read(found)
        if not now_there.open and now_there.expires_at > services.now():
            raise InvalidGrant(detail="the session was signed out meanwhile")
        pairs, longest = now_there.places, now_there.longest
        enough = longest >= grant.place_lifetime
        if enough and any(place == grant.place for place, _ in pairs):
            return  # our own first try, its answer lost
        condition = "ps = :pairs AND lt = :longest AND op = :open"
        given = {"pairs": pairs, "longest": longest, "open": True}
    raise TemporarilyUnavailable(detail="the session's mark changes all the time")


def _pairs(item: object) -> list[tuple[int, int]]:
    """The places in a mark's item."""
    found = item.get("ps", ()) if isinstance(item, dict) else ()
    return [(int(place), int(until)) for place, until in found]


def _of(grant: Grant) -> tuple[int, int] | None:
    if grant.place is None or grant.place == NO_PLACE:
        return None
    return grant.place, grant.place_lifetime


def _longest_grant(services: Services) -> int:
    """When the last grant that is given now has ended.

    A stage that has shortened the life of grants still has older ones.
    """
    return services.now() + max(services.settings.lifetimes.grant, Lifetimes().grant)
