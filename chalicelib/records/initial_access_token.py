"""A token that opens the registration endpoint. RFC 7591 section 3."""

from typing import Annotated, ClassVar

from .record import Key, Record


class InitialAccessToken(Record, kw_only=True):
    """One token: how often it can still be used, and until when, in epoch seconds.

    without_pkce: its confidential OpenID clients may do without PKCE.
    last_use: random, of the request that used it last; it knows its own lost write again by it.
    """

    TYPE: ClassVar[str] = "initial token"

    token_id: Annotated[str, "id"]
    secret_hash: Annotated[bytes, "h"]
    created_at: Annotated[int, "i"]
    uses: Annotated[int, "n"]
    expires_at: Annotated[int, "x"]
    note: Annotated[str | None, "nt"] = None
    without_pkce: Annotated[bool, "wp"] = False
    last_use: Annotated[str | None, "lu"] = None

    @property
    def key(self) -> Key:
        return initial_access_token_key(self.token_id)


def initial_access_token_key(token_id: str) -> Key:
    """The key of a token; its identifier is the first part of the token itself."""
    return Key(f"B#{token_id}")
