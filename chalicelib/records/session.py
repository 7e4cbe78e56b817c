"""A browser's sign-in. The cookie holds a secret; here is its hash."""

from typing import Annotated, ClassVar

from .record import Key, Record


class Session(Record, kw_only=True):
    """One browser session. auth_time: when the user last proved who they are (epoch seconds);
    amr, acr: how (RFC 8176, OpenID Connect Core section 2).

    origin: the first session of this user and browser, where they have signed in again since.
    clients: those who were given a code in it and want to hear when it is signed out.
    """

    TYPE: ClassVar[str] = "session"

    user_id: Annotated[str, "u"]
    session_id: Annotated[str, "sid"]
    secret_hash: Annotated[bytes, "h"]
    auth_time: Annotated[int, "au"]
    amr: Annotated[tuple[str, ...], "am"]
    expires_at: Annotated[int, "x"]
    acr: Annotated[str | None, "ac"] = None
    origin: Annotated[str | None, "og"] = None
    clients: Annotated[tuple[str, ...], "cl"] = ()

    @property
    def key(self) -> Key:
        return session_key(self.user_id, self.session_id)

    @property
    def lineage(self) -> str:
        """What stays the same when the user signs in again; grants and clients know it by this."""
        return self.origin or self.session_id


def session_key(user_id: str, session_id: str) -> Key:
    """The key of a session, in its user's collection."""
    return Key(f"U#{user_id}", f"S#{session_id}")
