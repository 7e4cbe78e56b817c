"""Authorization details: what a client asks for in objects, by their numbers here. RFC 9396.

A token carries those that its user has agreed to for this very grant, of types that its client may
have now, less what the request leaves out, where they are for its audience; and no others. What was
declined is in no token of the grant, ever. docs/decisions/0037.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tests.flows.rich import ACCOUNT, ORDER, PAYMENT, RENT
from tests.stateful.model import API, App, Grant

# The last is of a type that no resource defines.
OBJECTS: tuple[Mapping[str, Any], ...] = (PAYMENT, RENT, ACCOUNT, ORDER)
UNKNOWN = 3
Numbers = tuple[int, ...]


def objects(numbers: Iterable[int]) -> list[Mapping[str, Any]]:
    """What they stand for."""
    return [OBJECTS[number] for number in numbers]


def text(numbers: Iterable[int]) -> str:
    """The parameter."""
    return json.dumps(objects(numbers))


def may_have(app: App, number: int) -> bool:
    """Whether a client is registered for the type of one."""
    return app.types is None or OBJECTS[number]["type"] in app.types


def may_ask(app: App, numbers: Numbers) -> bool:
    """Whether an authorization request for these is in order."""
    return all(number != UNKNOWN and may_have(app, number) for number in numbers)


def carried(app: App, grant: Grant, audience: str, asked: Numbers | None) -> Numbers | None:
    """What a token of a grant carries; None where more is asked for than there is."""
    own = [number for number in grant.details if audience == API and may_have(app, number)]
    if asked is None:
        return tuple(own)
    return tuple(n for n in own if n in asked) if set(asked) <= set(own) else None
