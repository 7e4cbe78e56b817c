"""A mark that something happened once: a token was revoked, a session ended, a proof was used."""

from typing import Annotated, ClassVar

from ..encoding import base64url, sha256
from .record import Key, Record


class SeenOnce(Record, kw_only=True):
    """`value` of a `kind` was seen; kept until what it guards has expired."""

    TYPE: ClassVar[str] = "seen"

    kind: Annotated[str, "kd"]
    value_hash: Annotated[str, "vh"]
    expires_at: Annotated[int, "x"]

    @property
    def key(self) -> Key:
        return Key(f"J#{self.kind}#{self.value_hash}")


REVOKED_ACCESS_TOKEN = "at"
ENDED_SESSION = "so"


def revoked_access_token(jti: str, expires_at: int) -> SeenOnce:
    """The mark that an access token (RFC 9068, by its jti) was revoked."""
    return SeenOnce(
        kind=REVOKED_ACCESS_TOKEN, value_hash=base64url(sha256(jti)), expires_at=expires_at
    )


def ended_session(user_id: str, session_id: str, expires_at: int = 0) -> SeenOnce:
    """The mark that a session signed out: grants of it without offline_access are over."""
    return SeenOnce(
        kind=ENDED_SESSION,
        value_hash=base64url(sha256(f"{user_id}\0{session_id}")),
        expires_at=expires_at,
    )
