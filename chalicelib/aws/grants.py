"""Moving a grant from state to state: one conditional write each. docs/storage.md, "A grant".

    put_new        redeem              rotate           revoke, or expires_at
───────●─────────────●───────────────────●──────●─────────────●──────────► time
       │ st = CODE   │ st = LIVE, n = 0  │ n=1  │ …           │ every token is dead
       └ redeemable once, before x       └ one successor each, of the current secret
"""

from __future__ import annotations

from ..encoding import equal, sha256
from ..errors import TemporarilyUnavailable
from ..protocol.refresh_chain import steps_behind, successor
from ..records.grant import CODE, LIVE, NO_PLACE, Grant
from ..records.record import Attributes, Key
from ..values import replace
from .client import ConditionFailed
from .table import Table

_ALIVE = "attribute_not_exists(rv) AND x > :now"


class Spent(Exception):
    """The write lost: the thing had been used, revoked or had ended. `grant` is what was found."""

    def __init__(self, grant: Grant | None) -> None:
        super().__init__("already spent")
        self.grant = grant


def redeem(table: Table, grant: Grant, redeemed: Grant) -> None:
    """Turn a code into a living grant, once. Spent when another was first.

    `redeemed` holds a fresh random chain: meeting that very chain means that our own first try was
    carried out and its answer lost.
    """
    try:
        table.change(
            grant.key,
            _difference(grant, redeemed),
            when=f"st = :issued AND ch = :code AND {_ALIVE}",
            given={"issued": CODE, "code": grant.code_hash},
        )
    except ConditionFailed as failed:
        found = _found(failed)
        if found is None or found.chain != redeemed.chain or found.revoked_at is not None:
            raise Spent(found) from None


def rotate(
    table: Table, grant: Grant, bound: Grant, secret: bytes, now: int, expires_at: int
) -> bytes:
    """Exchange the current refresh secret for its successor. Spent when it is not current any more.

    `bound` is the grant with the binding that it has from now on. Two requests with the same secret
    compute the same successor; the second finds it stored, bound alike, and has its answer as well.
    """
    assert grant.chain is not None
    following = successor(grant.chain, secret)
    rotated = replace(
        bound,
        current_hash=sha256(following),
        number=grant.number + 1,
        rotated_at=now,
        expires_at=expires_at,
    )
    try:
        table.change(
            grant.key,
            _difference(grant, rotated),
            when=_is_current(grant),
            given={"live": LIVE, "presented": sha256(secret)},
        )
    except ConditionFailed as failed:
        found = _found(failed)
        if found is None or found.revoked_at is not None or found.current_hash is None:
            raise Spent(found) from None
        alike = found.confirmation == bound.confirmation
        if not alike or not equal(found.current_hash, sha256(following)):
            raise Spent(found) from None
    return following


def keep(table: Table, grant: Grant, bound: Grant, secret: bytes, expires_at: int) -> None:
    """Let a living grant go on under the same refresh secret. Spent when it is that no more."""
    changed = _difference(grant, replace(bound, expires_at=expires_at))
    try:
        table.change(
            grant.key,
            {"x": expires_at, **changed},
            when=_is_current(grant),
            given={"live": LIVE, "presented": sha256(secret)},
        )
    except ConditionFailed as failed:
        raise Spent(_found(failed)) from None


def bind(table: Table, grant: Grant, bound: Grant) -> None:
    """Bind a living grant, where that changes anything. Spent when another has bound it."""
    if bound.confirmation == grant.confirmation:
        return
    try:
        table.change(
            grant.key, _difference(grant, bound), when=f"attribute_not_exists(cf) AND {_ALIVE}"
        )
    except ConditionFailed as failed:
        found = _found(failed)
        alike = found is not None and found.confirmation == bound.confirmation
        if found is None or found.revoked_at is not None or not alike:
            raise Spent(found) from None


def place(table: Table, grant: Grant, placed: Grant) -> Grant:
    """Give a living grant its place in a token status list; the grant as it is then.

    Where another request was first, it is that one's place. Spent when the grant has ended.
    """
    before = {} if grant.place is None else {"place": grant.place, "life": grant.place_lifetime}
    unchanged = "sx = :place AND sl = :life" if before else "attribute_not_exists(sx)"
    try:
        table.change(
            grant.key, _difference(grant, placed), when=f"{_ALIVE} AND {unchanged}", given=before
        )
    except ConditionFailed as failed:
        found = _found(failed)
        if found is None or found.revoked_at is not None:
            raise Spent(found) from None
        if found.place in (None, NO_PLACE) or found.place_lifetime < placed.place_lifetime:
            raise TemporarilyUnavailable(detail="the grant changed meanwhile") from None
        return replace(grant, place=found.place, place_lifetime=found.place_lifetime)
    return placed


def leave_place(table: Table, key: Key, place: int) -> Grant | None:
    """Take a grant's place from it, if it is this one; the grant as it is then, if there is one."""
    try:
        left = table.change(key, {"sx": NO_PLACE}, when="sx = :place", given={"place": place})
    except ConditionFailed as failed:
        return _found(failed)
    return Grant.read(left)


def revoke(table: Table, key: Key, now: int) -> Grant | None:
    """End a grant: every token of it is dead. Ending it twice is no error, nor is its absence.

    Returns the grant as it is then, None where there is none.
    """
    try:
        when = "attribute_exists(pk) AND attribute_not_exists(rv)"
        return Grant.read(table.change(key, {"rv": now}, when=when))
    except ConditionFailed as failed:
        return _found(failed)


def revoke_by_refresh_token(
    table: Table, key: Key, secret: bytes, client_id: str, now: int
) -> Grant | None:
    """End the grant of a refresh token, if it is this client's: one write when it is the current.

    Returns the grant of the token, whoever's it is; None when it is forged, or the grant is over.
    """
    try:
        ended = table.change(
            key,
            {"rv": now},
            when="c = :client AND h = :presented AND x > :now",
            given={"client": client_id, "presented": sha256(secret)},
        )
        return Grant.read(ended)
    except ConditionFailed as failed:
        found = _found(failed)
    # What has expired is gone, whether it was swept or not.
    if found is None or found.expires_at <= now:
        return None
    # A code, or a grant without refresh tokens: nothing that this could be the token of.
    if found.chain is None or found.current_hash is None:
        return None
    if steps_behind(secret, found.chain, found.current_hash, found.number) is None:
        return None
    if found.client_id == client_id:
        over = revoke(table, key, now) or found
        # A request that was under way may just have given it a place.
        found = replace(found, place=over.place, place_lifetime=over.place_lifetime)
    return found


def _found(failed: ConditionFailed) -> Grant | None:
    return Grant.read(failed.item) if failed.item else None


def _is_current(grant: Grant) -> str:
    """The condition that the presented refresh secret is the current one, and the binding is as
    read: what was free, and is bound by now, is not for whoever shows nothing."""
    unbound = " AND attribute_not_exists(cf)" if grant.confirmation is None else ""
    return f"st = :live AND h = :presented AND {_ALIVE}{unbound}"


def _difference(before: Grant, after: Grant) -> Attributes:
    """The attributes that a write has to set; none is ever removed."""
    old = before.attributes()
    return {name: value for name, value in after.attributes().items() if old.get(name) != value}
