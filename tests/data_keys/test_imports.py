"""What a cold start imports where a data key signs; the other doors: tests/test_imports.py."""

from __future__ import annotations

from tests.data_keys.conftest import NewStage
from tests.doors import CRYPTOGRAPHY, DATA_KEY, MACHINE, SIGNED, Door
from tests.first_requests import as_client
from tests.test_imports import costly, open_door


def test_a_token_by_a_data_key(new_stage: NewStage) -> None:
    """`cryptography` and one module of ours more than a token that KMS signs."""
    stage = new_stage("RS256", mode="kms-data-key")
    door = Door(
        "token",
        lambda _: as_client("/token", "demomachine", **MACHINE),
        200,
        SIGNED | DATA_KEY | CRYPTOGRAPHY | {"dataclasses", "inspect"},
    )
    assert costly(open_door(stage, door)) == door.imports
