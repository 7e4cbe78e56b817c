"""The keyring: kept for a minute, lent for an hour when the table is silent, compared and set."""

from __future__ import annotations

import pytest

from chalicelib.aws import keyring
from chalicelib.aws.keyring import FRESH, STALE, Keyring, KeyringChanged
from chalicelib.aws.table import AlreadyExists, Table
from chalicelib.encoding import base64url, hmac_sha256
from chalicelib.errors import TemporarilyUnavailable
from chalicelib.protocol.signing_keys import ACTIVE, NEXT, SigningKey
from chalicelib.records.keyring import KEYRING_KEY, KeyringRecord
from tests.emulated_aws import Fault, Recorder
from tests.stage import START, Clock

SALT = bytes(range(32))


def key(kid: str, state: str = ACTIVE, alg: str = "RS256", created_at: int = START) -> SigningKey:
    jwk = {"kid": kid, "alg": alg}
    return SigningKey(kid, f"arn:{kid}", alg, jwk, state, created_at, created_at)


def record(table: Table) -> KeyringRecord:
    found = table.get(KeyringRecord, KEYRING_KEY)
    assert found is not None
    return found


@pytest.fixture
def ring(table: Table, clock: Clock, aws: Recorder) -> Keyring:
    """A keyring with one key, not read yet."""
    keyring.create(table, SALT)
    keyring.save(table, record(table), (key("a"),))
    aws.reset()
    return Keyring(table, clock)


def test_it_is_read_once_a_minute(ring: Keyring, clock: Clock, aws: Recorder) -> None:
    """Whatever is asked of it within FRESH seconds is answered from memory."""
    for _ in range(2):
        assert [one.kid for one in ring.keys] == ["a"]
        assert ring.salt == SALT
        clock.forward(FRESH - 1)
        ring.find("a")
        assert aws.count() == {"GetItem": 1}
        clock.forward(1)
        aws.reset()


def test_a_change_is_seen_within_a_minute(ring: Keyring, table: Table, clock: Clock) -> None:
    """Another process has rotated."""
    assert ring.find("b") is None
    keyring.save(table, record(table), (key("a"), key("b", NEXT)))
    clock.forward(FRESH)
    assert ring.find("b") == key("b", NEXT)


def test_it_serves_while_the_table_is_silent(ring: Keyring, clock: Clock, aws: Recorder) -> None:
    """What was read last, for STALE seconds and no longer."""
    assert ring.signing_key("kms", "RS256").kid == "a"
    aws.faults.append(Fault("GetItem", "refuse"))
    clock.forward(STALE - 1)
    assert ring.signing_key("kms", "RS256").kid == "a"
    clock.forward(1)
    with pytest.raises(TemporarilyUnavailable):
        ring.signing_key("kms", "RS256")


def test_it_comes_back_with_the_table(ring: Keyring, clock: Clock, aws: Recorder) -> None:
    """The silence leaves nothing behind."""
    assert ring.keys
    aws.faults.append(Fault("GetItem", "throttle", times=3))
    clock.forward(FRESH)
    assert ring.keys
    aws.reset()
    assert ring.keys
    assert aws.count() == {"GetItem": 1}


def test_without_ever_having_read_there_are_no_keys(ring: Keyring, aws: Recorder) -> None:
    """A first read that fails is no empty keyring."""
    aws.faults.append(Fault("GetItem", "internal"))
    with pytest.raises(TemporarilyUnavailable):
        _ = ring.keys


def test_a_stage_without_a_keyring_says_so(table: Table, clock: Clock) -> None:
    """The operator is told what to run."""
    with pytest.raises(TemporarilyUnavailable, match="no keyring; run the deployment"):
        _ = Keyring(table, clock).salt


def test_a_missing_algorithm_is_no_fallback(ring: Keyring) -> None:
    """Nothing else signs in its place."""
    with pytest.raises(TemporarilyUnavailable, match="no active key for ES256"):
        ring.signing_key("kms", "ES256")


@pytest.mark.parametrize("kid", ["", "A", "a ", None, 7, ["a"], {"a": 1}])
def test_any_kid_can_be_looked_for(ring: Keyring, kid: object) -> None:
    """A token names what it likes."""
    assert ring.find(kid) is None


def test_keys_come_oldest_first(table: Table) -> None:
    """A map has no order of its own."""
    keyring.create(table, SALT)
    keys = (key("z"), key("a", created_at=START + 1), key("m", created_at=START + 2))
    keyring.save(table, record(table), keys)
    assert keyring.read_keys(record(table)) == keys


def test_the_salt_is_made_once(table: Table) -> None:
    """Another would lose every sign-in name and grant."""
    keyring.create(table, SALT)
    with pytest.raises(AlreadyExists):
        keyring.create(table, bytes(32))
    assert record(table).salt == SALT


def test_who_read_an_older_version_does_not_write(table: Table) -> None:
    """Two operators at once: the second reads again."""
    keyring.create(table, SALT)
    before = record(table)
    keyring.save(table, before, (key("a"),))
    with pytest.raises(KeyringChanged):
        keyring.save(table, before, (key("b"),))
    assert keyring.read_keys(record(table)) == (key("a"),)


def test_saving_recognises_its_own_lost_try(table: Table, aws: Recorder) -> None:
    """The operator is not told that somebody else was there."""
    keyring.create(table, SALT)
    before = record(table)
    aws.faults.append(Fault("UpdateItem", "drop_after", times=1))
    keyring.save(table, before, (key("a"),))
    assert record(table).version == before.version + 1


def test_a_pseudonym_is_keyed_and_has_a_purpose(ring: Keyring) -> None:
    """One text, one name for each purpose; nobody without the salt can tell it."""
    assert ring.pseudonym("login", "ann") == ring.pseudonym("login", "ann")
    assert ring.pseudonym("login", "ann") != ring.pseudonym("address", "ann")
    assert ring.pseudonym("login", "ann") != ring.pseudonym("login", "ben")
    assert ring.pseudonym("login", "ann") == base64url(hmac_sha256(SALT, b"login\0ann"))
