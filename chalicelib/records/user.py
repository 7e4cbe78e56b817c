"""A person who can sign in, the name they sign in with, and their password."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar

from .record import Key, Record, Value


class User(Record, kw_only=True):
    """One user. `user_id` is internal; clients see `subject` only.

    claims: OpenID Connect Core section 5.1, as the operator gave them.
    not_before: nothing issued at or before this time counts.
    signed_out_until: a browser has signed out; a grant issued at or before this time may be one
    of those that ended with it (`ended_session` says which).
    roles: what the user may do on this server's own pages (registration/user_metadata.py).
    """

    TYPE: ClassVar[str] = "user"

    user_id: Annotated[str, "u"]
    subject: Annotated[str, "sb"]
    username: Annotated[str, "un"]
    created_at: Annotated[int, "i"]
    claims: Annotated[Mapping[str, Value], "cl"] = MappingProxyType({})
    disabled: Annotated[bool, "dis"] = False
    not_before: Annotated[int, "nb"] = 0
    signed_out_until: Annotated[int, "so"] = 0
    roles: Annotated[tuple[str, ...], "ro"] = ()

    @property
    def key(self) -> Key:
        return user_key(self.user_id)

    def accepts(self, issued_at: int) -> bool:
        """Whether something issued to this user at `issued_at` (epoch seconds) still counts.

        What was issued in the very second of a revocation is dead: a request that had read the
        user just before is told by nothing else.
        """
        return not self.disabled and issued_at > self.not_before


class LoginName(Record, kw_only=True):
    """A sign-in name, by its keyed hash (see `aws/keyring.py`), pointing at its user."""

    TYPE: ClassVar[str] = "login"

    name_hash: Annotated[str, "nh"]
    user_id: Annotated[str, "u"]

    @property
    def key(self) -> Key:
        return login_name_key(self.name_hash)


class Password(Record, kw_only=True):
    """A user's password, as an Argon2id string in PHC form (RFC 9106)."""

    TYPE: ClassVar[str] = "password"

    user_id: Annotated[str, "u"]
    phc: Annotated[str, "p"]
    changed_at: Annotated[int, "i"]

    @property
    def key(self) -> Key:
        return password_key(self.user_id)


def user_key(user_id: str) -> Key:
    """The key of a user."""
    return Key(f"U#{user_id}", "U")


def login_name_key(name_hash: str) -> Key:
    """The key of a sign-in name."""
    return Key(f"L#{name_hash}")


def password_key(user_id: str) -> Key:
    """The key of a user's password."""
    return Key(f"U#{user_id}", "K#pw")
