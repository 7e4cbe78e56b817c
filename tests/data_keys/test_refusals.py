"""What is wrong with a data key is a 503: nothing is signed, and no other key stands in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib import rotation
from chalicelib.aws import keyring
from chalicelib.protocol.signing_keys import ACTIVE, DATA_KEY, HOUR, NEXT, SigningKey
from chalicelib.values import replace
from infra import bootstrap
from tests.data_keys.conftest import NewStage, ask, keys, replace_key, resource, token
from tests.data_keys.verifier import header
from tests.world import World

pytestmark = pytest.mark.emulator


@dataclass(frozen=True)
class Tampering:
    """What somebody did, and the reason in the log."""

    act: Callable[[World, SigningKey, Any], None]
    reason: str


def other_stage(stage: World, key: SigningKey, kms: Any) -> None:
    """The keyring of another stage, brought here."""
    stage.settings = replace(stage.settings, stage="prod")


def other_algorithm(stage: World, key: SigningKey, kms: Any) -> None:
    """The private half of a key for another algorithm."""
    other = keys(stage)[DATA_KEY, "Ed25519", ACTIVE]
    replace_key(stage, replace(key, encrypted=other.encrypted))


def swapped(stage: World, key: SigningKey, kms: Any) -> None:
    """The private half of the next key for the same algorithm."""
    stage.clock.forward(HOUR)
    record = bootstrap.read_keyring(stage.services)
    after = rotation.announce(keyring.read_keys(record), key.arn, "ES256", stage.services)
    keyring.save(stage.services.table, record, after)
    other = keys(stage)[DATA_KEY, "ES256", NEXT]
    replace_key(stage, replace(key, encrypted=other.encrypted))


def one_bit(stage: World, key: SigningKey, kms: Any) -> None:
    """A ciphertext that was changed; the emulator's is not authenticated as KMS's is."""
    assert key.encrypted is not None
    changed = bytearray(key.encrypted)
    changed[-100] ^= 1
    replace_key(stage, replace(key, encrypted=bytes(changed)))


def cut(stage: World, key: SigningKey, kms: Any) -> None:
    """A ciphertext without its end."""
    assert key.encrypted is not None
    replace_key(stage, replace(key, encrypted=key.encrypted[:-40]))


def gone(stage: World, key: SigningKey, kms: Any) -> None:
    """No ciphertext."""
    replace_key(stage, replace(key, encrypted=None))


def other_wrapping_key(stage: World, key: SigningKey, kms: Any) -> None:
    """Another KMS key is named."""
    replace_key(stage, replace(key, arn=kms.create_key()["KeyMetadata"]["Arn"]))


def no_wrapping_key(stage: World, key: SigningKey, kms: Any) -> None:
    """A KMS key is named that does not exist."""
    replace_key(stage, replace(key, arn=f"{key.arn[:-4]}0000"))


TAMPERINGS = {
    "other stage": Tampering(other_stage, "InvalidCiphertextException"),
    "other algorithm": Tampering(other_algorithm, "InvalidCiphertextException"),
    "swapped": Tampering(swapped, "is not the private half"),
    "one bit": Tampering(one_bit, "is not the private half"),
    "cut": Tampering(cut, "is not the private half"),
    "gone": Tampering(gone, "has no private half"),
    "other wrapping key": Tampering(other_wrapping_key, "is not the private half"),
    "no wrapping key": Tampering(no_wrapping_key, "kms Decrypt"),
}


@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS)
def test_nothing_is_signed(new_stage: NewStage, kms: Any, tampering: Tampering) -> None:
    """The client is told to try again, the operator why; no KMS key signs instead."""
    stage = new_stage("ES256", "Ed25519")
    uri = resource(stage, "ES256")
    tampering.act(stage, keys(stage)[DATA_KEY, "ES256", ACTIVE], kms)
    stage.restart()
    stage.aws.reset()
    reply = ask(stage, uri)
    assert (reply.status, reply.json["error"]) == (503, "temporarily_unavailable")
    assert tampering.reason in stage.log.getvalue()
    assert "Sign" not in stage.aws.count()
    assert stage.events("token.issued") == []


def test_a_disabled_wrapping_key_stops_cold_processes(new_stage: NewStage, kms: Any) -> None:
    """A warm one holds the private half and goes on: the switch is for what is not read yet."""
    stage = new_stage("ES256")
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    record = bootstrap.read_keyring(stage.services)
    others = tuple(key for key in keyring.read_keys(record) if key.mode != DATA_KEY)
    after = rotation.announce(others, arn, "ES256", stage.services)
    keyring.save(stage.services.table, record, after)
    uri = resource(stage, "ES256")
    token(stage, uri)
    kms.disable_key(KeyId=arn)
    token(stage, uri)
    stage.restart()
    assert ask(stage, uri).status == 503
    assert "DisabledException" in stage.log.getvalue()
    kms.enable_key(KeyId=arn)
    assert header(token(stage, uri))["alg"] == "ES256"
