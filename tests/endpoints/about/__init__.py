"""The implementation report, answer by answer: each has a prover under its own name.

A prover takes the world and the answer's value, and shows through the real endpoints that the
server behaves so. Whoever adds an answer writes its prover, in the module of its chapter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.endpoints.about import authorization, clients, grants, profiles, resources
from tests.world import World

Prover = Callable[[World, Any], None]

CHAPTERS = (clients, authorization, grants, resources, profiles)
ANSWERS: Mapping[str, Prover] = {
    name: prover for chapter in CHAPTERS for name, prover in chapter.PROVERS.items()
}
