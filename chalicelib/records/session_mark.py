"""What outlives a browser session's own item: that it was signed out, and what then is revoked."""

from typing import Annotated, ClassVar

from ..encoding import base64url, sha256
from .record import Key, Record


class SessionMark(Record, kw_only=True):
    """The mark of one session of a user, by the name that grants know it by (`lineage`).

    open: it was not signed out; without a mark it was not either. places: of its grants that end
    with it, in token status lists, each with the grant's last second. longest: the longest life of
    an access token in one of these places, in seconds.
    """

    TYPE: ClassVar[str] = "session mark"

    kind: Annotated[str, "kd"] = "so"
    name_hash: Annotated[str, "vh"]
    expires_at: Annotated[int, "x"]
    open: Annotated[bool, "op"] = False
    places: Annotated[tuple[tuple[int, int], ...], "ps"] = ()
    longest: Annotated[int, "lt"] = 0

    @property
    def key(self) -> Key:
        return Key(f"J#so#{self.name_hash}")


def session_mark(user_id: str, lineage: str, expires_at: int = 0) -> SessionMark:
    """The mark that a session was signed out."""
    return SessionMark(name_hash=base64url(sha256(f"{user_id}\0{lineage}")), expires_at=expires_at)
