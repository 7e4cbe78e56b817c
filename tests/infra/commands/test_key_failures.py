"""Rotation that fails half-way: the server goes on as before, and running it again finishes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.aws import keyring
from chalicelib.protocol.signing_keys import ANNOUNCE, KEEP
from infra import bootstrap
from tests.emulated_aws import Fault
from tests.infra.commands.conftest import CommandLine, KeyKeeper

ROTATE = ("key", "rotate", "--alg", "ES256")


def listed(keeper: KeyKeeper) -> list[dict[str, Any]]:
    """The ES256 keys."""
    return [key for key in keeper.get("key", "list") if key["alg"] == "ES256"]


def works(keeper: KeyKeeper) -> None:
    """Tokens are issued, and verify with the JWKS of this moment."""
    world = keeper.world
    world.restart()
    assert world.introspect(world.tokens()["access_token"])["active"] is True


def made(keeper: KeyKeeper) -> int:
    """How many KMS keys were made since the recorder was reset."""
    return keeper.world.aws.count().get("CreateKey", 0)


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("CreateKey", "refuse"),
        ("UpdateAlias", "refuse"),
        ("CreateAlias", "refuse"),
        ("GetPublicKey", "refuse"),
        ("UpdateItem", "refuse"),
        ("UpdateItem", "drop_before"),
    ],
)
def test_announcing_is_finished_by_another_run(keeper: KeyKeeper, action: str, kind: str) -> None:
    """Whatever call failed; nothing was announced by the first."""
    before = listed(keeper)
    keeper.world.aws.reset()
    keeper.world.aws.faults.append(Fault(action, kind))
    assert "AWS refused, or cannot be reached" in keeper.refused(*ROTATE)
    keeper.world.aws.faults.clear()
    assert listed(keeper) == before
    works(keeper)
    keeper.get(*ROTATE)
    assert [key["state"] for key in listed(keeper)] == ["active", "next"]


@pytest.mark.parametrize("action", ["GetPublicKey", "UpdateItem"])
def test_key_of_a_failed_run_is_used_by_the_next(keeper: KeyKeeper, action: str) -> None:
    """Each KMS key costs a dollar a month: none is left behind."""
    keeper.world.aws.reset()
    keeper.world.aws.faults.append(Fault(action, "refuse"))
    keeper.refused(*ROTATE)
    keeper.world.aws.faults.clear()
    rotation = keeper.get(*ROTATE)
    assert made(keeper) == 1
    assert keeper.key_state(rotation["announced"]["arn"]) == "Enabled"


def test_key_that_cannot_sign_is_not_taken_up(keeper: KeyKeeper) -> None:
    """The alias may name one that somebody has disabled since."""
    keeper.world.aws.faults.append(Fault("UpdateItem", "refuse"))
    keeper.refused(*ROTATE)
    keeper.world.aws.reset()
    left = keeper.aliases()["es256-next"]
    keeper.kms.disable_key(KeyId=left)
    rotation = keeper.get(*ROTATE)
    assert made(keeper) == 1
    assert keeper.aliases()["es256-next"] == rotation["announced"]["arn"].rpartition("/")[2] != left


@pytest.mark.parametrize("action", ["UpdateAlias", "DeleteAlias", "UpdateItem"])
def test_promoting_is_finished_by_another_run(keeper: KeyKeeper, action: str) -> None:
    """The same key is promoted by the second, and no third one is made."""
    announced = keeper.get(*ROTATE)["announced"]
    keeper.world.clock.forward(ANNOUNCE)
    keeper.world.aws.reset()
    keeper.world.aws.faults.append(Fault(action, "refuse"))
    keeper.refused(*ROTATE)
    keeper.world.aws.faults.clear()
    assert [key["state"] for key in listed(keeper)] == ["active", "next"]
    works(keeper)
    assert keeper.get(*ROTATE)["promoted"]["kid"] == announced["kid"]
    assert set(keeper.aliases()) == {"es256"}
    assert made(keeper) == 0


@pytest.mark.parametrize(
    "action", ["DescribeKey", "DisableKey", "ScheduleKeyDeletion", "UpdateItem"]
)
def test_retiring_is_finished_by_another_run(keeper: KeyKeeper, action: str) -> None:
    """The key is in the JWKS until everything is done, and gone after the second run."""
    keeper.get(*ROTATE, "--force")
    old = next(key for key in listed(keeper) if key["state"] == "retired")
    keeper.world.clock.forward(KEEP)
    keeper.world.aws.faults.append(Fault(action, "refuse"))
    keeper.refused("key", "retire", old["kid"])
    keeper.world.aws.reset()
    assert old in listed(keeper)
    works(keeper)
    keeper.get("key", "retire", old["kid"])
    assert old not in listed(keeper)
    assert keeper.key_state(old["arn"]) == "PendingDeletion"


def test_lost_answer_of_the_write_is_recognised(keeper: KeyKeeper) -> None:
    """The keyring was changed by the first try; the second finds its own work."""
    keeper.world.aws.faults.append(Fault("UpdateItem", "drop_after", times=1))
    rotation = keeper.get(*ROTATE)
    assert [key["kid"] for key in listed(keeper)][1] == rotation["announced"]["kid"]


def test_keys_that_another_changed_meanwhile(keeper: KeyKeeper) -> None:
    """Compare and set: the one who comes second is told, and changes nothing."""
    world = keeper.world

    def late() -> int:
        # Between reading the keyring and writing it, somebody else writes.
        services = world.new_services()
        record = bootstrap.read_keyring(services)
        keyring.save(services.table, record, keyring.read_keys(record))
        return world.clock()

    other = CommandLine(replace(keeper.surroundings, now=late), keeper.stage)
    before = listed(keeper)
    assert other.refused(*ROTATE) == ("somebody else changed the keys just now; run it again")
    assert listed(keeper) == before
