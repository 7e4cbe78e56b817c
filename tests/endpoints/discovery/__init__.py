"""The metadata document, member by member: each has a prover under its own name.

A prover takes the world and the member's value. It shows that every value that is listed works
through the real endpoints, and that no well-known value that is not listed does. Whoever adds a
member to the document writes its prover: in the module of its family, or in a new one that FAMILIES
names. What is well known and not listed at all stands in unlisted.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.endpoints.discovery import (
    answers,
    claims,
    clients,
    endpoints,
    logouts,
    possession,
    request_objects,
    requests,
    unlisted,
)
from tests.world import World

Prover = Callable[[World, Any], None]

FAMILIES = (endpoints, requests, answers, clients, claims, request_objects, logouts, possession)
MEMBERS: Mapping[str, Prover] = {
    name: prover for family in FAMILIES for name, prover in family.PROVERS.items()
}
UNLISTED: Mapping[str, Callable[[World], None]] = unlisted.PROVERS
