"""What token status lists are made of: the next place, what was revoked. docs/decisions/0034."""

from typing import Annotated, ClassVar

from ..encoding import base64url, sha256
from .record import Key, Record

MINUTE = 60


class NextPlace(Record, kw_only=True):
    """How many places were ever given out."""

    TYPE: ClassVar[str] = "places"

    count: Annotated[int, "n"] = 0

    @property
    def key(self) -> Key:
        return Key("V#next")


class RevokedPlaces(Record, kw_only=True):
    """Indices of one list that were revoked at once; in the list until every token there has ended.

    Whole minutes, and a key made of what is in it: revoking again writes the same item.
    """

    TYPE: ClassVar[str] = "revoked"

    in_list: Annotated[int, "l"]
    indices: Annotated[tuple[int, ...], "ix"]
    expires_at: Annotated[int, "x"]

    @property
    def key(self) -> Key:
        digest = sha256(",".join(map(str, self.indices)))
        return Key(
            list_partition(self.in_list), f"{since(self.expires_at)}{base64url(digest)[:16]}"
        )


class RevokedClient(Record, kw_only=True):
    """A client all of whose tokens were revoked, those issued until `until`."""

    TYPE: ClassVar[str] = "revoked-client"

    digest: Annotated[str, "cd"]
    until: Annotated[int, "nb"]
    expires_at: Annotated[int, "x"]

    @property
    def key(self) -> Key:
        return Key(CLIENTS, f"{since(self.expires_at)}{self.digest}")


CLIENTS = "V#clients"


def list_partition(in_list: int) -> str:
    """The partition of a list."""
    return f"V#{in_list}"


def since(time: int) -> str:
    """Where in a partition what ends in the minute of `time`, or later, begins."""
    return f"{time // MINUTE:010}#"


def whole_minutes(time: int) -> int:
    """The end of the minute of a time: never earlier than the time itself."""
    return -(-time // MINUTE) * MINUTE
