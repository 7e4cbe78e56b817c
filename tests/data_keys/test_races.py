"""Scheduled runs and operators at once: one change of the keyring, and no key is lost."""

from __future__ import annotations

from functools import partial

import pytest

from chalicelib import rotation
from chalicelib.aws.keyring import KeyringChanged
from chalicelib.protocol.key_schedule import ROTATE_EVERY
from chalicelib.protocol.signing_keys import ACTIVE, ANNOUNCE, DATA_KEY, NEXT, RETIRED
from infra import bootstrap
from infra import keys as operators_keys
from tests.data_keys.conftest import NewStage, keys
from tests.races.starting_line import all_at_once, racers
from tests.world import World

pytestmark = pytest.mark.emulator


def run(stage: World) -> bool:
    """A scheduled run; whether it was the one that changed something."""
    try:
        return bool(rotation.run(stage.services))
    except KeyringChanged:
        return False


def test_one_of_many_runs_makes_the_successor(new_stage: NewStage) -> None:
    """The others are told that somebody was faster, or find nothing to do."""
    stage = new_stage("ES256")
    for _ in range(4):
        stage.clock.forward(ROTATE_EVERY)
        version = bootstrap.read_keyring(stage.services).version
        assert all_at_once([partial(run, world) for world in racers(stage, 8)]).count(True) == 1
        states = [state for mode, _, state in keys(stage) if mode == DATA_KEY]
        assert states == [ACTIVE, NEXT]
        stage.clock.forward(ANNOUNCE)
        # A promotion is the same change for all, so that more than one may take it for its own.
        assert all_at_once([partial(run, world) for world in racers(stage, 8)]).count(True) >= 1
        states = [state for mode, _, state in keys(stage) if mode == DATA_KEY]
        assert states == [RETIRED, ACTIVE]
        assert bootstrap.read_keyring(stage.services).version == version + 2


def test_an_operator_and_a_run_do_not_undo_each_other(new_stage: NewStage, kms: object) -> None:
    """Whoever comes second reads again: the key is announced once and promoted by nobody."""
    stage = new_stage("ES256")
    stage.clock.forward(ROTATE_EVERY)

    def rotate(world: World) -> bool:
        try:
            operators_keys.rotate(world.services, kms, "ES256", DATA_KEY)
        except (KeyringChanged, operators_keys.signing_keys.KeyRefused):
            return False
        return True

    worlds = racers(stage, 4)
    acts = [partial(rotate, worlds[0]), *(partial(run, world) for world in worlds[1:])]
    assert all_at_once(acts).count(True) == 1
    assert [state for mode, _, state in keys(stage) if mode == DATA_KEY] == [ACTIVE, NEXT]


def test_a_run_that_is_overtaken_changes_nothing(new_stage: NewStage) -> None:
    """Between its reading and its writing somebody else wrote; the next run finishes."""
    stage = new_stage("ES256")
    stage.clock.forward(ROTATE_EVERY)
    other = stage.new_services()
    late = stage.new_services()
    found_now = late.now

    def meanwhile() -> int:
        late.now = found_now
        rotation.run(other)
        return found_now()

    late.now = meanwhile
    _ = late.table
    with pytest.raises(KeyringChanged):
        rotation.run(late)
    assert not rotation.run(stage.services)
    assert [state for mode, _, state in keys(stage) if mode == DATA_KEY] == [ACTIVE, NEXT]
