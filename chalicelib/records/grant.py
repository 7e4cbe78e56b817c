"""One authorization of one user to one client, from code to refresh family to revoked.

     issued ── redeem ──► live ── rotate ──► live ── … ──► revoked (revoked_at) or expired
    st=CODE              st=REFRESH, n=0     n=1
       └ presented again after redeem: refused and revoked

How the refresh family is a hash chain: docs/storage.md and protocol/refresh_chain.py.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from .record import Key, Record

CODE = "c"
LIVE = "r"
# It had a place in a token status list, and its next token needs another one.
NO_PLACE = -1


class Grant(Record, kw_only=True):
    """One grant. Times in epoch seconds; hashes are SHA-256 of a secret's bytes.

    ends_at: the grant's last second, however often it is refreshed.
    offline: false where the user was asked for offline_access and declined it.
    claims: what was asked for by name and given, under `userinfo` and `id_token`; names only.
    authorization_details: all that was given (RFC 9396), as JSON; tokens carry some or all of it.
    session_id: the session it was given in; without offline_access it ends when that signs out.
    dpop_jkt: the key that the authorization request named; only who holds it redeems the code.
    confirmation: what the refresh tokens are bound to, under the names of `cnf`. It never changes.
    chain, current_hash, number, rotated_at: the refresh family; absent without refresh tokens.
    place: in token status lists, of all its access tokens that have one; place_lifetime: how long
    one of them may live, in seconds.
    """

    TYPE: ClassVar[str] = "grant"

    user_id: Annotated[str, "u"]
    grant_id: Annotated[str, "g"]
    client_id: Annotated[str, "c"]
    state: Annotated[str, "st"]
    code_hash: Annotated[bytes, "ch"]
    scope: Annotated[tuple[str, ...], "s"]
    resources: Annotated[tuple[str, ...], "r"]
    issued_at: Annotated[int, "i"]
    expires_at: Annotated[int, "x"]
    ends_at: Annotated[int, "e"]
    offline: Annotated[bool, "ol"] = True
    redirect_uri: Annotated[str | None, "ru"] = None
    code_challenge: Annotated[str | None, "cc"] = None
    nonce: Annotated[str | None, "nn"] = None
    claims: Annotated[Mapping[str, tuple[str, ...]] | None, "cl"] = None
    authorization_details: Annotated[str | None, "ad"] = None
    auth_time: Annotated[int, "au"] = 0
    amr: Annotated[tuple[str, ...], "am"] = ()
    acr: Annotated[str | None, "ac"] = None
    session_id: Annotated[str | None, "si"] = None
    dpop_jkt: Annotated[str | None, "dj"] = None
    confirmation: Annotated[Mapping[str, str] | None, "cf"] = None
    chain: Annotated[bytes | None, "k"] = None
    current_hash: Annotated[bytes | None, "h"] = None
    number: Annotated[int, "n"] = 0
    rotated_at: Annotated[int, "rt"] = 0
    revoked_at: Annotated[int | None, "rv"] = None
    place: Annotated[int | None, "sx"] = None
    place_lifetime: Annotated[int, "sl"] = 0

    @property
    def key(self) -> Key:
        return grant_key(self.user_id, self.grant_id)

    def claims_in(self, place: str) -> tuple[str, ...]:
        """The claims that were given by name for `userinfo` or `id_token`."""
        return (self.claims or {}).get(place, ())


def grant_key(user_id: str, grant_id: str) -> Key:
    """The key of a grant, in its user's collection."""
    return Key(f"U#{user_id}", f"G#{grant_id}")
