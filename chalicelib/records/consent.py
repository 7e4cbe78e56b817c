"""What a user has agreed that a client may do."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from .record import Key, Record


class Consent(Record, kw_only=True):
    """The scopes a user gave a client, per audience (a resource's URI, or the issuer)."""

    TYPE: ClassVar[str] = "consent"

    user_id: Annotated[str, "u"]
    client_id: Annotated[str, "c"]
    scopes: Annotated[Mapping[str, tuple[str, ...]], "s"]
    since: Annotated[int, "i"]
    last_used: Annotated[int, "lu"]

    @property
    def key(self) -> Key:
        return consent_key(self.user_id, self.client_id)


def consent_key(user_id: str, client_id: str) -> Key:
    """The key of a consent, in its user's collection."""
    return Key(f"U#{user_id}", f"C#{client_id}")
