"""The keyring: which key signs, which keys verifiers may see, and the stage's salt.

Kept in memory for a minute. While the table cannot be read, what was read last still serves, for
an hour: public keys do not turn false, and a retired key is in the JWKS for longer than that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..encoding import base64url, hmac_sha256
from ..errors import TemporarilyUnavailable
from ..protocol import signing_keys
from ..protocol.signing_keys import SigningKey
from ..records.keyring import KEYRING_KEY, KeyringRecord
from ..records.record import Value
from .client import ConditionFailed
from .table import Table

FRESH = 60
STALE = 60 * 60


class Keyring:
    """The keys of one stage. `clock` gives epoch seconds."""

    def __init__(self, table: Table, clock: Callable[[], int]) -> None:
        self._table = table
        self._clock = clock
        self._record: KeyringRecord | None = None
        self._keys: tuple[SigningKey, ...] = ()
        self._read_at = 0

    @property
    def keys(self) -> tuple[SigningKey, ...]:
        """Every key of the JWKS; the same tuple until the keyring is read again."""
        self._current()
        return self._keys

    @property
    def salt(self) -> bytes:
        """The stage's 32 random bytes."""
        return self._current().salt

    def signing_key(self, mode: str, alg: str) -> SigningKey:
        """The key to sign with; TemporarilyUnavailable when the operator has made none."""
        key = signing_keys.signer(self.keys, mode, alg)
        if key is None:
            raise TemporarilyUnavailable(detail=f"no active key for {signing_keys.name(mode, alg)}")
        return key

    def find(self, kid: object) -> SigningKey | None:
        """The key that a token names, or None."""
        return next((key for key in self.keys if key.kid == kid), None)

    def pseudonym(self, purpose: str, text: str) -> str:
        """A keyed hash: the same for the same text, and told by nobody who lacks the table."""
        return base64url(hmac_sha256(self.salt, f"{purpose}\0{text}".encode()))

    def _current(self) -> KeyringRecord:
        now = self._clock()
        if self._record is not None and now - self._read_at < FRESH:
            return self._record
        try:
            record = self._table.get(KeyringRecord, KEYRING_KEY)
        except TemporarilyUnavailable:
            if self._record is not None and now - self._read_at < STALE:
                return self._record
            raise
        if record is None:
            raise TemporarilyUnavailable(detail="the stage has no keyring; run the deployment")
        self._record, self._keys, self._read_at = record, read_keys(record), now
        return record


def read_keys(record: KeyringRecord) -> tuple[SigningKey, ...]:
    """The keys of a keyring item, oldest first."""
    keys = (SigningKey.of_map(kid, value) for kid, value in record.keys.items())
    return tuple(sorted(keys, key=lambda key: key.created_at))


class KeyringChanged(Exception):
    """Somebody else changed the keyring in between; read it again."""


def create(table: Table, salt: bytes) -> None:
    """Write an empty keyring. AlreadyExists when the stage has one: its salt must never change."""
    table.put_new(KeyringRecord(version=0, salt=salt, keys={}))


def save(table: Table, record: KeyringRecord, keys: tuple[SigningKey, ...]) -> None:
    """Compare and set: KeyringChanged unless the keyring is still the version that was read."""
    maps: Mapping[str, Value] = {key.kid: key.to_map() for key in keys}
    try:
        table.change(
            KEYRING_KEY,
            {"ks": maps, "v": record.version + 1},
            when="v = :version",
            given={"version": record.version},
        )
    except ConditionFailed as failed:
        # Our own first try may have been carried out and its answer lost.
        found = failed.item or {}
        if (found.get("v"), found.get("ks")) != (record.version + 1, maps):
            raise KeyringChanged("somebody else changed the keys just now; run it again") from None
