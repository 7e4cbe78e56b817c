"""The scheduled rotation of the data keys. docs/key-rotation.md.

Run at any time and as often as one likes: what has come due is done, by one compare-and-set, and
what fails is left to the next run. A stage without data keys costs one read.
"""

from __future__ import annotations

from .aws import data_keys, keyring
from .errors import TemporarilyUnavailable
from .protocol import key_schedule, signing_keys
from .protocol.signing_keys import DATA_KEY, SigningKey
from .records.keyring import KEYRING_KEY, KeyringRecord
from .services import Services

Keys = tuple[SigningKey, ...]


def run(services: Services) -> key_schedule.Due:
    """Do what has come due, and say what it was. TemporarilyUnavailable, KeyringChanged."""
    # Not through the keyring of this process, which may be a minute old.
    record = services.table.get(KeyringRecord, KEYRING_KEY)
    if record is None:
        raise TemporarilyUnavailable(detail="the stage has no keyring; run the deployment")
    before = keys = keyring.read_keys(record)
    now = services.now()
    due = key_schedule.due(before, now)
    if not due:
        return due
    for kid in due.drop:
        keys = signing_keys.drop(keys, kid, now)
    for alg in due.promote:
        keys = signing_keys.promote(keys, DATA_KEY, alg, now)
    for alg in due.announce:
        keys = _announced(keys, alg, services)
    if keys != before:
        keyring.save(services.table, record, keys)
    report(before, keys, services)
    return due


def _announced(keys: Keys, alg: str, services: Services) -> Keys:
    """With a successor, wrapped by the same key; without one while the JWKS is full."""
    current = signing_keys.signer(keys, DATA_KEY, alg)
    assert current is not None
    try:
        return announce(keys, current.arn, alg, services)
    except signing_keys.KeyRefused as refused:
        services.log.problem("a data key is not rotated", alg=alg, reason=str(refused))
        return keys


def announce(keys: Keys, wrapping_key: str, alg: str, services: Services) -> Keys:
    """With a new data key. KeyRefused before KMS is asked for one; TemporarilyUnavailable."""
    signing_keys.check_room(keys, DATA_KEY, alg)
    stage = services.settings.stage
    arn, jwk, encrypted = data_keys.generate(services.client, wrapping_key, stage, alg)
    return signing_keys.announce(keys, arn, jwk, services.now(), encrypted=encrypted)


def report(before: Keys, after: Keys, services: Services) -> None:
    """The audit events of a change of the keyring that was written."""
    old, new = ({key.kid: key for key in keys} for keys in (before, after))
    for key in after:
        if key.kid not in old:
            _event("key.announced", key, services)
    for key in after:
        was = old.get(key.kid)
        if key.state == signing_keys.ACTIVE and (was is None or was.state != key.state):
            _event("key.promoted", key, services)
    for key in before:
        if key.kid not in new:
            _event("key.retired", key, services)


def _event(name: str, key: SigningKey, services: Services) -> None:
    services.log.event(name, kid=key.kid, alg=key.alg, mode=key.mode)
