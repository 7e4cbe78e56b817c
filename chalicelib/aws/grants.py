"""Moving a grant from state to state: one conditional write each. docs/storage.md, "A grant".

    put_new        redeem              rotate           revoke, or expires_at
───────●─────────────●───────────────────●──────●─────────────●──────────► time
       │ st = CODE   │ st = LIVE, n = 0  │ n=1  │ …           │ every token is dead
       └ redeemable once, before x       └ one successor each, of the current secret
"""

from __future__ import annotations

from ..encoding import equal, sha256
from ..protocol.refresh_chain import steps_behind, successor
from ..records.grant import CODE, LIVE, Grant
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


def rotate(table: Table, grant: Grant, secret: bytes, now: int, expires_at: int) -> bytes:
    """Exchange the current refresh secret for its successor. Spent when it is not current any more.

    Two requests with the same secret compute the same successor; the second finds it stored and
    has its answer as well.
    """
    assert grant.chain is not None
    following = successor(grant.chain, secret)
    rotated = replace(
        grant,
        current_hash=sha256(following),
        number=grant.number + 1,
        rotated_at=now,
        expires_at=expires_at,
    )
    try:
        table.change(
            grant.key,
            _difference(grant, rotated),
            when=f"st = :live AND h = :presented AND {_ALIVE}",
            given={"live": LIVE, "presented": sha256(secret)},
        )
    except ConditionFailed as failed:
        found = _found(failed)
        ours = found is not None and found.revoked_at is None and found.current_hash is not None
        if not ours or not equal(found.current_hash, sha256(following)):  # type: ignore[union-attr, arg-type]  # ours says so
            raise Spent(found) from None
    return following


def revoke(table: Table, key: Key, now: int) -> None:
    """End a grant: every token of it is dead. Ending it twice is no error, nor is its absence."""
    try:
        table.change(key, {"rv": now}, when="attribute_exists(pk) AND attribute_not_exists(rv)")
    except ConditionFailed:
        return


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
        revoke(table, key, now)
    return found


def _found(failed: ConditionFailed) -> Grant | None:
    return Grant.read(failed.item) if failed.item else None


def _difference(before: Grant, after: Grant) -> Attributes:
    """The attributes that a write has to set; none is ever removed."""
    old = before.attributes()
    return {name: value for name, value in after.attributes().items() if old.get(name) != value}
