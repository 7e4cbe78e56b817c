"""Initial access tokens: who may register clients, and how many. RFC 7591 section 3.

token = identifier (12 characters) + secret (43 characters), all of it base62
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..aws.client import ConditionFailed
from ..encoding import base62, equal, sha256
from ..errors import TemporarilyUnavailable
from ..records.initial_access_token import InitialAccessToken, initial_access_token_key
from ..services import Services
from ..settings import DAY
from . import Refused, directory

DIRECTORY = "initial access token"
MOST_RACES = 10
ID_LENGTH = 12
_TOKEN = re.compile(r"(?P<id>[0-9A-Za-z]{12})(?P<secret>[0-9A-Za-z]{43})", re.ASCII)


def create(
    services: Services,
    *,
    expires_in: int = 7 * DAY,
    uses: int = 1,
    note: str | None = None,
    without_pkce: bool = False,
) -> tuple[InitialAccessToken, str]:
    """Make a token for so many registrations in so many seconds; its text is told this once."""
    now = services.now()
    token_id = base62(services.token_bytes(10), ID_LENGTH)
    secret = base62(services.token_bytes(34), 43)
    token = InitialAccessToken(
        token_id=token_id,
        secret_hash=sha256(secret),
        created_at=now,
        uses=uses,
        expires_at=now + expires_in,
        note=note,
        without_pkce=without_pkce,
    )
    directory.add(DIRECTORY, token_id, services, token.expires_at)
    services.table.put_new(token)
    services.log.event("initial_access_token.created", token=token_id, uses=uses)
    return token, token_id + secret


def list_all(services: Services) -> Iterator[InitialAccessToken]:
    """Every token that has not expired, used up or not."""
    for name in directory.names(DIRECTORY, services):
        token = services.table.get(InitialAccessToken, initial_access_token_key(name))
        if token is not None:
            yield token


def revoke(token_id: str, services: Services) -> None:
    """End a token; clients that were registered with it stay. Refused."""
    key = initial_access_token_key(token_id)
    if services.table.get(InitialAccessToken, key) is None:
        raise Refused(f"there is no initial access token {token_id}")
    services.table.delete(key)
    directory.remove(DIRECTORY, token_id, services)
    services.log.event("initial_access_token.revoked", token=token_id)


def find(text: str, services: Services) -> InitialAccessToken | None:
    """The token of this text, if it can be used: at most one read."""
    parts = _TOKEN.fullmatch(text)
    if parts is None:
        return None
    token = services.table.get(InitialAccessToken, initial_access_token_key(parts["id"]))
    if token is None or not equal(sha256(parts["secret"]), token.secret_hash):
        return None
    return token if token.uses > 0 else None


def spend(token: InitialAccessToken, services: Services) -> bool:
    """Use a token once; False where others have used it up, or it was revoked.

    Compare and set: a lost answer is known again by the mark of this very request.
    """
    mark = services.random_text(16)
    for _ in range(MOST_RACES):
        if token.uses < 1 or token.is_over(services.now()):
            return False
        try:
            services.table.change(
                token.key,
                {"n": token.uses - 1, "lu": mark},
                when="n = :known AND x > :now",
                given={"known": token.uses},
            )
        except ConditionFailed as failed:
            if not failed.item:
                return False
            token = InitialAccessToken.read(failed.item)
            if token.last_use == mark:
                return True
            continue
        services.log.event("initial_access_token.used", token=token.token_id, left=token.uses - 1)
        return True
    raise TemporarilyUnavailable(detail="too many use the initial access token at once")
