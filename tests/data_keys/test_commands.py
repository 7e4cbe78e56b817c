"""`key` with data keys: one wrapping key for all, and the same waits as for any key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chalicelib.aws.log import Log
from chalicelib.protocol import signature, signing_keys
from chalicelib.protocol.signing_keys import (
    ACTIVE,
    ANNOUNCE,
    DATA_KEY,
    HOUR,
    KEEP,
    KMS,
    NEXT,
    RETIRED,
)
from chalicelib.values import replace
from infra import bootstrap
from infra.commands.invocation import Surroundings
from infra.emulate.ministack import CREDENTIALS
from infra.stage import open_services
from tests.data_keys.conftest import MACHINE, NewStage, ask, keys, replace_key, resource, token
from tests.data_keys.verifier import accepts, header, key_set
from tests.infra.commands.conftest import KeyKeeper, write_local_env
from tests.on_ministack import Cloud
from tests.world import World

pytestmark = pytest.mark.emulator

ROTATE = ("key", "rotate", "--mode", DATA_KEY, "--alg", "ES256")
ALIAS = "alias/postern-local-data-keys"


@pytest.fixture
def keeper(new_stage: NewStage, kms: Any, tmp_path: Path) -> Iterator[KeyKeeper]:
    """The operator of a stage that had its first hour, without data keys so far."""
    stage = new_stage()
    stage.clock.forward(HOUR)
    write_local_env(tmp_path, stage.environ)
    yield KeyKeeper(Surroundings({}, (tmp_path,), stage.clock), world=stage, kms=kms)
    # The stages of this folder share the wrapping key.
    found = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]
    assert found["KeyState"] == "Enabled"


def states(stage: World) -> list[str]:
    """The states of the ES256 data keys, oldest first."""
    return [state for mode, _, state in keys(stage) if mode == DATA_KEY]


def test_the_first_run_announces_and_the_second_promotes(keeper: KeyKeeper) -> None:
    """Nothing signs before every verifier knows the key."""
    stage = keeper.world
    uri = resource(stage, "ES256")
    announced = keeper.get(*ROTATE)["announced"]
    assert (announced["mode"], announced["state"]) == (DATA_KEY, NEXT)
    assert announced["promotable_from"] == stage.clock() + ANNOUNCE
    assert announced["kid"] in key_set(stage)
    assert ask(stage, uri).status == 503
    stage.clock.forward(ANNOUNCE - 1)
    assert keeper.refused(*ROTATE).startswith(
        "the next key for ES256 in mode kms-data-key is not known to all verifiers before "
    )
    stage.clock.forward(1)
    rotation = keeper.get(*ROTATE)
    assert rotation["promoted"]["kid"] == announced["kid"]
    assert rotation["retired"] is None
    stage.restart()
    made = token(stage, uri)
    assert header(made)["kid"] == announced["kid"]
    assert accepts(made, key_set(stage))


def test_the_wrapping_key_is_made_once(new_stage: NewStage, kms: Any) -> None:
    """Tagged as the policy wants it, found by its alias, rotated by KMS itself."""
    arn = bootstrap.wrapping_key(kms, "made-once")
    assert bootstrap.wrapping_key(kms, "made-once") == arn
    described = kms.describe_key(KeyId="alias/postern-made-once-data-keys")["KeyMetadata"]
    assert (described["Arn"], described["KeySpec"]) == (arn, "SYMMETRIC_DEFAULT")
    tags = kms.list_resource_tags(KeyId=arn)["Tags"]
    assert {tag["TagKey"]: tag["TagValue"] for tag in tags} == {
        "app": "postern",
        "stage": "made-once",
    }
    assert kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"] is True


def test_all_data_keys_share_it(keeper: KeyKeeper, wrapping_key: str) -> None:
    """A dollar a month for the stage, not for the key."""
    announced = [
        keeper.get("key", "rotate", "--mode", DATA_KEY, "--alg", alg)["announced"]
        for alg in signing_keys.ALGORITHMS
    ]
    assert {key["arn"] for key in announced} == {wrapping_key}
    assert len({key["kid"] for key in announced}) == len(signing_keys.ALGORITHMS)


def test_list_shows_the_mode(keeper: KeyKeeper) -> None:
    """And never the private half."""
    keeper.get(*ROTATE)
    listed = keeper.get("key", "list")
    assert [key["mode"] for key in listed] == ["kms", "kms", DATA_KEY]
    assert not any("encrypted" in key for key in listed)


@pytest.mark.parametrize("early", [1, KEEP])
def test_a_data_key_is_kept_while_its_tokens_live(keeper: KeyKeeper, early: int) -> None:
    """The same wait as for a key inside KMS."""
    old = keeper.get(*ROTATE, "--force")["promoted"]["kid"]
    keeper.get(*ROTATE, "--force")
    keeper.world.clock.forward(KEEP - early)
    assert "tokens signed by this key may live" in keeper.refused("key", "retire", old)


def test_retiring_leaves_the_wrapping_key(keeper: KeyKeeper, wrapping_key: str) -> None:
    """It wraps the others; nothing is to be ended in KMS."""
    old = keeper.get(*ROTATE, "--force")["promoted"]["kid"]
    keeper.get(*ROTATE, "--force")
    keeper.world.clock.forward(KEEP)
    result = keeper.run("key", "retire", old)
    assert (result.exit_code, result.stderr) == (0, "")
    assert states(keeper.world) == [ACTIVE]
    assert keeper.key_state(wrapping_key) == "Enabled"


def test_a_forced_retirement_ends_its_tokens(keeper: KeyKeeper) -> None:
    """Whoever copied the private half is locked out with the key's leaving the JWKS."""
    stage = keeper.world
    uri = resource(stage, "ES256")
    old = keeper.get(*ROTATE, "--force")["promoted"]["kid"]
    stage.restart()
    forged = token(stage, uri)
    keeper.get(*ROTATE, "--force")
    keeper.get("key", "retire", old, "--force")
    stage.restart()
    assert not accepts(forged, key_set(stage))
    assert stage.introspect(forged, ("demomachine", "demomachinesecret")) == {"active": False}
    assert accepts(token(stage, uri), key_set(stage))


def test_a_warm_process_follows_within_a_minute(keeper: KeyKeeper) -> None:
    """It holds the old private half and signs with it until it reads the keyring again."""
    stage = keeper.world
    uri = resource(stage, "ES256")
    old = keeper.get(*ROTATE, "--force")["promoted"]["kid"]
    stage.restart()
    assert header(token(stage, uri))["kid"] == old
    new = keeper.get(*ROTATE, "--force")["promoted"]["kid"]
    stage.clock.forward(59)
    assert header(token(stage, uri))["kid"] == old
    stage.clock.forward(1)
    assert header(token(stage, uri))["kid"] == new


def test_force_does_not_trust_the_next_key(keeper: KeyKeeper) -> None:
    """Who could decrypt the one could decrypt the other: a new one is made, in one write."""
    waiting = keeper.get(*ROTATE)["announced"]["kid"]
    version = bootstrap.read_keyring(keeper.world.services).version
    rotation = keeper.get(*ROTATE, "--force")
    assert rotation["announced"]["kid"] == rotation["promoted"]["kid"] != waiting
    assert bootstrap.read_keyring(keeper.world.services).version == version + 1
    assert states(keeper.world) == [ACTIVE]


def test_a_disabled_wrapping_key_is_replaced(keeper: KeyKeeper, wrapping_key: str) -> None:
    """An operator has locked it up: what it wraps stays locked, a new one wraps what follows."""
    keeper.get(*ROTATE, "--force")
    keeper.kms.disable_key(KeyId=wrapping_key)
    try:
        rotation = keeper.get(*ROTATE, "--force")
        assert rotation["promoted"]["arn"] != wrapping_key
        assert keeper.key_state(wrapping_key) == "Disabled"
        assert keeper.key_state(rotation["promoted"]["arn"]) == "Enabled"
    finally:
        keeper.kms.enable_key(KeyId=wrapping_key)
        keeper.kms.update_alias(AliasName=ALIAS, TargetKeyId=wrapping_key)


@pytest.mark.parametrize("alg", ["PS256", "Ed25519", "EdDSA"])
def test_a_key_inside_kms_signs_with_each_algorithm(keeper: KeyKeeper, alg: str) -> None:
    """Made, announced and promoted by the command; its tokens verify elsewhere."""
    uri = resource(keeper.world, alg, KMS)
    made = keeper.get("key", "rotate", "--alg", alg, "--force")["promoted"]
    keeper.world.restart()
    signed = token(keeper.world, uri)
    assert (header(signed)["alg"], header(signed)["kid"]) == (alg, made["kid"])
    assert accepts(signed, key_set(keeper.world))
    assert keeper.world.introspect(signed, MACHINE)["active"] is True


def test_a_key_that_somebody_spoiled_is_rotated_away(keeper: KeyKeeper) -> None:
    """The cure for a keyring that holds the wrong private half."""
    stage = keeper.world
    uri = resource(stage, "ES256")
    keeper.get(*ROTATE, "--force")
    spoiled = keys(stage)[DATA_KEY, "ES256", ACTIVE]
    replace_key(stage, replace(spoiled, encrypted=b"spoiled"))
    stage.restart()
    assert ask(stage, uri).status == 503
    keeper.get(*ROTATE, "--force")
    stage.clock.forward(60)
    assert accepts(token(stage, uri), key_set(stage))
    assert states(stage) == [RETIRED, ACTIVE]


def test_an_emulated_stage_is_prepared_with_data_keys(cloud: Cloud, kms: Any) -> None:
    """In its first hour they sign at once; preparing it again makes none."""
    environ = {
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": cloud.url,
        "AWS_REGION": "eu-west-1",
        "ISSUER": "https://id.example.com",
        "SIGNING_MODE": DATA_KEY,
        "STAGE": "prepared",
        "TABLE_NAME": "postern-prepared",
    }
    for _ in range(2):
        bootstrap.prepare(environ, ("ES256",), data_keys=("ES256", "Ed25519"))
    with closing(open_services(environ, Log())) as services:
        found = services.keyring.keys
        assert sorted((key.mode, key.alg, key.state) for key in found) == [
            ("kms", "ES256", ACTIVE),
            (DATA_KEY, "ES256", ACTIVE),
            (DATA_KEY, "Ed25519", ACTIVE),
        ]
        signing = services.keyring.signing_key(DATA_KEY, "Ed25519")
        made = services.signer.sign(signing, b"data")
        assert signature.verify("Ed25519", signing.jwk, b"data", made)
