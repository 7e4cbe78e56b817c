"""Moving a waiting authorization request on, and spending it: two tabs cannot both finish.

One that was pushed may wait in several browsers; they all spend the pushed one.
"""

from __future__ import annotations

from ..records.authorization_request import AuthorizationRequest
from ..records.pushed_request import PushedRequest, pushed_request_key
from ..records.record import Attributes
from .client import ConditionFailed
from .table import Table

# `by` marks who spent it, so that a retry after a lost answer recognises its own work.
_WAITING = "attribute_exists(pk) AND x > :now AND attribute_not_exists(sp)"
#  pushed ───── visited ───── x ───── finished ───────── ttl, a day after x ──► time
#     │ may be visited         │ what was visited goes on, ten minutes at most
_UNSPENT = "attribute_exists(pk) AND attribute_not_exists(sp)"


class RequestGone(Exception):
    """The request was finished already, or has expired."""


def sign_in(table: Table, request: AuthorizationRequest, session_id: str) -> None:
    """A session was opened for this very request. RequestGone."""
    _change(table, request, {"si": session_id})


def choose_account(table: Table, request: AuthorizationRequest, session_id: str) -> None:
    """The user goes on with this session. RequestGone."""
    _change(table, request, {"ch": session_id})


def consent(
    table: Table,
    request: AuthorizationRequest,
    user_id: str,
    scope: tuple[str, ...],
    details: tuple[int, ...] = (),
) -> None:
    """The user agreed to these scopes and details, for this request. RequestGone.

    details: their places in the request's authorization details.
    """
    placed = {"cd": details} if details else {}
    _change(table, request, {"cu": user_id, "cs": scope, **placed})


def spend(table: Table, request: AuthorizationRequest | PushedRequest, by: str) -> None:
    """Finish the request, once. RequestGone. `by` is a random name of the one who does."""
    key, when = request.key, _WAITING
    if isinstance(request, PushedRequest):
        when = _UNSPENT
    elif request.pushed is not None:
        key, when = pushed_request_key(request.pushed), _UNSPENT
    try:
        table.change(key, {"sp": by}, when=when)
    except ConditionFailed as failed:
        if not failed.item or failed.item.get("sp") != by:
            raise RequestGone from None


def _change(table: Table, request: AuthorizationRequest, assign: Attributes) -> None:
    try:
        table.change(request.key, assign, when=_WAITING)
    except ConditionFailed:
        raise RequestGone from None
