"""Scheduled rotations of data keys while clients get tokens and verify them all the time."""

from __future__ import annotations

import pytest

from chalicelib import rotation, tokens
from chalicelib.aws import keyring
from chalicelib.protocol import signing_keys
from chalicelib.protocol.key_schedule import ROTATE_EVERY
from chalicelib.protocol.signing_keys import (
    ACTIVE,
    ANNOUNCE,
    DATA_KEY,
    HOUR,
    KEEP,
    KMS,
    LONGEST_TOKEN,
    MOST_KEYS,
    NEXT,
    RETIRED,
)
from chalicelib.records.authorization import Authorization
from infra import bootstrap
from tests.data_keys.conftest import ALGORITHMS, NewStage, keys
from tests.data_keys.verifier import accepts, claims, header, key_set
from tests.on_ministack import Cloud
from tests.world import World

pytestmark = pytest.mark.emulator

MOST_CACHED = 2 * HOUR


def longest(mode: str) -> Authorization:
    """A token with the longest life there can be."""
    return Authorization(
        client_id="demomachine",
        subject="demomachine",
        scope=("read",),
        audience="https://api.example.com",
        signing_alg="ES256",
        signing_mode=mode,
        lifetime=LONGEST_TOKEN,
    )


def states(stage: World) -> list[str]:
    """The states of the ES256 data keys, oldest first."""
    return [state for mode, alg, state in keys(stage) if (mode, alg) == (DATA_KEY, "ES256")]


def test_every_token_verifies_throughout(new_stage: NewStage) -> None:
    """Two rotations by hourly runs; tokens of both modes, and a verifier that reads every 2 h."""
    stage = new_stage("ES256")
    process = stage.new_services()  # warm all the time
    living: list[str] = []
    signers: list[str] = []
    known, read_at = key_set(stage), stage.clock()

    def live_for(seconds: int) -> None:
        nonlocal known, read_at
        for _ in range(0, seconds, HOUR):
            stage.clock.forward(HOUR)
            rotation.run(stage.services)
            for mode in (KMS, DATA_KEY):
                living.append(str(tokens.issue(longest(mode), process)["access_token"]))
            signers.append(header(living[-1])["kid"])
            living[:] = [each for each in living if claims(each)["exp"] > stage.clock()]
            if stage.clock() - read_at >= MOST_CACHED:
                known, read_at = key_set(stage), stage.clock()
            assert all(accepts(each, known) for each in living)

    live_for(3 * HOUR)
    for _ in range(2):
        old = keys(stage)[DATA_KEY, "ES256", ACTIVE].kid
        since = keys(stage)[DATA_KEY, "ES256", ACTIVE].changed_at
        stage.clock.time = since + ROTATE_EVERY - 5 * HOUR
        living.clear()
        live_for(12 * HOUR)
        assert keys(stage)[DATA_KEY, "ES256", RETIRED].kid == old
        live_for(KEEP)
        assert states(stage) == [ACTIVE]
        assert old not in {key.kid for key in keys(stage).values()}
    assert len(set(signers)) == 3
    stage.aws.reset()
    tokens.issue(longest(DATA_KEY), process)
    assert stage.aws.calls == []


def test_each_step_waits_for_its_time(new_stage: NewStage) -> None:
    """A second too early nothing happens; every step is an event."""
    stage = new_stage("ES256", "RS256")
    steps = [
        (ROTATE_EVERY, [ACTIVE, NEXT], "key.announced"),
        (ANNOUNCE, [RETIRED, ACTIVE], "key.promoted"),
        (KEEP, [ACTIVE], "key.retired"),
    ]
    stage.clock.time = keys(stage)[DATA_KEY, "ES256", ACTIVE].changed_at
    for wait, after, event in steps:
        before = keys(stage)
        stage.clock.forward(wait - 1)
        assert not rotation.run(stage.services)
        assert keys(stage) == before
        stage.clock.forward(1)
        assert rotation.run(stage.services)
        assert states(stage) == after
        told = stage.events(event)
        assert sorted(each["alg"] for each in told) == ["ES256", "RS256"]
        assert {each["mode"] for each in told} == {DATA_KEY}
        assert not rotation.run(stage.services)


def test_a_retired_key_has_lost_its_private_half(new_stage: NewStage) -> None:
    """From the moment it signs no more, nobody can take it out of the table."""
    stage = new_stage("ES256")
    stage.clock.forward(ROTATE_EVERY)
    rotation.run(stage.services)
    stage.clock.forward(ANNOUNCE)
    rotation.run(stage.services)
    found = keys(stage)
    assert found[DATA_KEY, "ES256", RETIRED].encrypted is None
    assert found[DATA_KEY, "ES256", ACTIVE].encrypted is not None


def test_keys_inside_kms_are_left_alone(new_stage: NewStage) -> None:
    """However old; their successors are the operator's to make and to pay for."""
    stage = new_stage("ES256")
    before = {kid: key for kid, key in keys(stage).items() if key.mode == KMS}
    for _ in range(4):
        stage.clock.forward(ROTATE_EVERY)
        rotation.run(stage.services)
    assert {kid: key for kid, key in keys(stage).items() if key.mode == KMS} == before


def test_a_stage_without_data_keys_costs_one_read(new_stage: NewStage) -> None:
    """Nothing is made and nothing is written."""
    stage = new_stage()
    stage.clock.forward(2 * ROTATE_EVERY)
    stage.aws.reset()
    assert not rotation.run(stage.services)
    assert stage.aws.count() == {"GetItem": 1}


def test_a_successor_is_wrapped_by_the_same_key(new_stage: NewStage, wrapping_key: str) -> None:
    """One call to KMS; the scheduled run makes no KMS key."""
    stage = new_stage("ES256")
    stage.clock.forward(ROTATE_EVERY)
    stage.aws.reset()
    rotation.run(stage.services)
    assert stage.aws.count() == {
        "GetItem": 1,
        "GenerateDataKeyPairWithoutPlaintext": 1,
        "UpdateItem": 1,
    }
    assert keys(stage)[DATA_KEY, "ES256", NEXT].arn == wrapping_key


def test_a_full_jwks_is_told_and_stops_nothing_else(new_stage: NewStage, cloud: Cloud) -> None:
    """One of five successors has room; the others are a problem in the log, at each run."""
    stage = new_stage(*ALGORITHMS)
    stage.clock.forward(ROTATE_EVERY)
    record = bootstrap.read_keyring(stage.services)
    found = keyring.read_keys(record)
    spare = {jwk["alg"]: (arn, jwk) for arn, jwk in cloud.spare_keys.items()}
    for arn, jwk in spare.values():
        found = signing_keys.announce(found, arn, jwk, stage.clock())
    keyring.save(stage.services.table, record, found)
    rotation.run(stage.services)
    assert len(keys(stage)) == MOST_KEYS
    assert [state for mode, _, state in keys(stage) if mode == DATA_KEY].count(NEXT) == 1
    assert stage.log.getvalue().count("a data key is not rotated") == 4
    version = bootstrap.read_keyring(stage.services).version
    rotation.run(stage.services)
    assert bootstrap.read_keyring(stage.services).version == version
