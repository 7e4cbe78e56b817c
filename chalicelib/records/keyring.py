"""The signing keys of the stage: one item, a map of keys and a version."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from .record import Key, Record, Value

KEYRING_KEY = Key("K#sig")


class KeyringRecord(Record, kw_only=True):
    """`keys`: kid to what protocol/signing_keys.py reads; `salt`: 32 random bytes, never changed.

    The salt keeps internal user identifiers and sign-in names out of tokens and of the table's
    keys, which AWS writes to its own logs (docs/decisions/0005).
    """

    TYPE: ClassVar[str] = "keyring"

    version: Annotated[int, "v"]
    salt: Annotated[bytes, "sa"]
    keys: Annotated[Mapping[str, Value], "ks"]

    @property
    def key(self) -> Key:
        return KEYRING_KEY
