"""Key rotation: what protocol/signing_keys.py allows, done in KMS and in the keyring.

    rotate  KMS key ─► alias …-next ─► keyring: next
    rotate  (ANNOUNCE later) alias ─► keyring: active
    retire  KMS key disabled ─► its deletion scheduled ─► out of the keyring, and so of the JWKS

A data key lives in the keyring only; in KMS there is the one key that wraps them all, and stays.

The keyring decides, and changes last, by one compare-and-set. So whatever fails on the way, the
server signs and verifies as before, and running the command again finishes. docs/key-rotation.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib import rotation
from chalicelib.aws import keyring
from chalicelib.aws.data_keys import SPECS
from chalicelib.protocol import signing_keys
from chalicelib.protocol.signing_keys import DATA_KEY, KMS, SigningKey
from chalicelib.services import Services
from infra.bootstrap import (
    key_alias,
    make_key,
    name_key,
    public_jwk,
    read_keyring,
    wrapping_key,
)

Keys = tuple[SigningKey, ...]
PENDING_DAYS = 30  # the longest that KMS allows; until then CancelKeyDeletion brings the key back


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did; None for what it did not do."""

    announced: SigningKey | None
    promoted: SigningKey | None
    retired: SigningKey | None


def rotate(
    services: Services, kms: Any, alg: str, mode: str = KMS, *, force: bool = False
) -> Rotation:
    """Announce a new key, or promote the one that is announced. KeyRefused, KeyringChanged.

    `force` promotes at once, and announces in the same write when there is no next key. A next
    data key is not promoted then but replaced: whoever could read one could read the other.
    """
    record = read_keyring(services)
    before = keys = keyring.read_keys(record)
    now, stage = services.now(), services.settings.stage
    if force and mode == DATA_KEY:
        keys = signing_keys.take_back(keys, mode, alg)
    waiting = signing_keys.next_key(keys, mode, alg)
    if waiting is None:
        # Asked first, so that a refusal leaves no KMS key behind to be paid for.
        signing_keys.check_room(keys, mode, alg)
        keys = _with_a_new_key(services, kms, mode, alg, keys)
    if signing_keys.next_key(keys, mode, alg) is not None and (waiting is not None or force):
        keys = signing_keys.promote(keys, mode, alg, now, force=force)
    made = _compare(before, keys, mode, alg)
    if made.promoted is not None and mode == KMS:
        name_key(kms, key_alias(stage, alg), made.promoted.arn)
        _unname(kms, _next_alias(stage, alg))
    keyring.save(services.table, record, keys)
    rotation.report(before, keys, services)
    return made


def _with_a_new_key(services: Services, kms: Any, mode: str, alg: str, keys: Keys) -> Keys:
    stage = services.settings.stage
    if mode == DATA_KEY:
        return rotation.announce(keys, wrapping_key(kms, stage), alg, services)
    arn = _unannounced_key(kms, stage, alg, keys)
    return signing_keys.announce(keys, arn, public_jwk(kms, arn, alg), services.now())


def _compare(before: Keys, after: Keys, mode: str, alg: str) -> Rotation:
    known = {key.kid for key in before}
    old, new = (signing_keys.signer(keys, mode, alg) for keys in (before, after))
    promoted = None if new is None or (old is not None and old.kid == new.kid) else new
    return Rotation(
        announced=next((key for key in after if key.kid not in known), None),
        promoted=promoted,
        retired=next((key for key in after if promoted and old and key.kid == old.kid), None),
    )


def retire(services: Services, kms: Any, kid: str, *, force: bool = False) -> SigningKey:
    """Take a retired key out of the JWKS for good. KeyRefused, KeyringChanged.

    In KMS it is disabled and goes after PENDING_DAYS. That comes first: a retired key signs
    nothing, and verifiers need only the JWKS. The KMS key of a data key stays: it wraps others.
    """
    record = read_keyring(services)
    before = keyring.read_keys(record)
    after = signing_keys.drop(before, kid, services.now(), force=force)
    (gone,) = (key for key in before if key.kid == kid)
    if gone.mode == KMS:
        _end(kms, gone.arn)
    keyring.save(services.table, record, after)
    rotation.report(before, after, services)
    return gone


def _unannounced_key(kms: Any, stage: str, alg: str, keys: Keys) -> str:
    """A new KMS key under the alias of the next one, or what an earlier run left there."""
    alias = _next_alias(stage, alg)
    try:
        left = kms.describe_key(KeyId=alias)["KeyMetadata"]
    except kms.exceptions.NotFoundException:
        left = {}
    arn = str(left.get("Arn", ""))
    usable = left.get("KeyState") == "Enabled" and left.get("KeySpec") == SPECS[alg]
    if usable and all(key.arn != arn for key in keys):
        return arn
    arn = make_key(kms, stage, alg)
    name_key(kms, alias, arn)
    return arn


def _next_alias(stage: str, alg: str) -> str:
    return f"{key_alias(stage, alg)}-next"


def _unname(kms: Any, alias: str) -> None:
    try:
        kms.delete_alias(AliasName=alias)
    except kms.exceptions.NotFoundException:
        return


def _end(kms: Any, arn: str) -> None:
    """Disable a KMS key and schedule its deletion; what was done already is left as it is."""
    try:
        metadata = kms.describe_key(KeyId=arn)["KeyMetadata"]
    except kms.exceptions.NotFoundException:
        return
    # By identifier: moto takes no ARN here, and both are one key in its own account.
    key, state = metadata["KeyId"], metadata["KeyState"]
    if state == "Enabled":
        kms.disable_key(KeyId=key)
    if state in ("Enabled", "Disabled"):
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=PENDING_DAYS)
