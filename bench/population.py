"""Many grants, and long families, written straight into the table as the server leaves them.

A family of n rotations is computed by protocol/refresh_chain.py; `growth.py` checks the outcome
against a family that was really refreshed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.administration import users
from chalicelib.aws.attribute_values import encode_item
from chalicelib.encoding import base64url, sha256
from chalicelib.protocol import handle
from chalicelib.protocol.handle import Handle
from chalicelib.protocol.refresh_chain import successor
from chalicelib.records.grant import LIVE, Grant
from chalicelib.records.user import User
from chalicelib.services import Services
from chalicelib.values import replace
from infra import seeds

BATCH = 25  # the most that BatchWriteItem takes


def pattern(services: Services) -> tuple[User, Grant]:
    """The demo user, and a living grant of theirs that the server made."""
    user = users.find(seeds.USER[0], services)
    made = users.grants_of(user, services)
    return user, next(grant for grant in made if grant.state == LIVE and grant.current_hash)


def fill(services: Services, like: Grant, count: int) -> None:
    """Write `count` more grants of the same user, each with a family of its own."""
    pending: list[Grant] = []
    for at in range(count):
        pending.append(_fresh(like))
        if len(pending) == BATCH or at == count - 1:
            _write(services, pending)
            pending = []


@dataclass(frozen=True, slots=True)
class Family:
    """A grant in the table, and the secrets of its first and its current refresh token."""

    grant: Grant
    first: bytes
    current: bytes


def family(services: Services, like: Grant, rotations: int) -> Family:
    """Write a family that was refreshed so often."""
    grant = _fresh(like)
    first = os.urandom(32)
    current = later(grant, first, rotations)
    grant = replace(grant, current_hash=sha256(current), number=rotations)
    _write(services, [grant])
    return Family(grant, first, current)


def later(grant: Grant, secret: bytes, rotations: int) -> bytes:
    """The secret so many rotations after this one."""
    assert grant.chain is not None
    for _ in range(rotations):
        secret = successor(grant.chain, secret)
    return secret


def token(services: Services, grant: Grant, secret: bytes) -> str:
    """The refresh token that carries a secret."""
    shown = Handle(grant.user_id, grant.grant_id, secret)
    return handle.write(shown, services.keyring.salt)


def _fresh(like: Grant) -> Grant:
    return replace(
        like,
        grant_id=base64url(os.urandom(handle.ID_BYTES)),
        code_hash=os.urandom(32),
        chain=os.urandom(32),
        current_hash=os.urandom(32),
    )


def _write(services: Services, grants: list[Grant]) -> None:
    puts = [{"PutRequest": {"Item": item}} for item in _items(grants)]
    request = {services.settings.table_name: puts}
    services.client.call("dynamodb", "BatchWriteItem", {"RequestItems": request})


def _items(grants: list[Grant]) -> Iterator[dict[str, object]]:
    for grant in grants:
        yield {
            "pk": {"S": grant.key.pk},
            "sk": {"S": grant.key.sk},
            **encode_item(grant.attributes()),
        }
