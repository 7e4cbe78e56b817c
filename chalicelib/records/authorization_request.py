"""An authorization request that waits for its user. RFC 6749 section 4.1.1."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from ..encoding import base64url, sha256
from .record import Key, Record


class AuthorizationRequest(Record, kw_only=True):
    """A checked request, bound to one browser, and how far its user has come.

    request_id: what the browser sends back as `interaction`; stored under its hash.
    browser_hash: SHA-256 of the secret in the browser's cookie.
    parameters: as the client sent them, `resource` apart.
    expected: the subject that the id_token_hint names, "" where it names nobody; None without one.
    The hint itself is a token, and is not stored.
    chosen_session: the session that the user chose to go on with (prompt=select_account).
    pushed: the hash of the request_uri that the client had pushed it under; then it is that one
    which is spent, since several browsers may have visited it.
    signed_in_session: the session that was opened for this very request.
    consented_user, consented: who has agreed for this request, and to which scopes.
    consented_details: to which of its authorization details, by their places in it.
    """

    TYPE: ClassVar[str] = "request"

    request_id: Annotated[str, "id"]
    client_id: Annotated[str, "c"]
    parameters: Annotated[Mapping[str, str], "p"]
    resources: Annotated[tuple[str, ...], "r"]
    browser_hash: Annotated[bytes, "b"]
    created_at: Annotated[int, "i"]
    expires_at: Annotated[int, "x"]
    signed_in_session: Annotated[str | None, "si"] = None
    consented_user: Annotated[str | None, "cu"] = None
    consented: Annotated[tuple[str, ...], "cs"] = ()
    consented_details: Annotated[tuple[int, ...] | None, "cd"] = None
    expected: Annotated[str | None, "ex"] = None
    chosen_session: Annotated[str | None, "ch"] = None
    pushed: Annotated[str | None, "pu"] = None

    @property
    def key(self) -> Key:
        return authorization_request_key(self.request_id)

    @property
    def has_forms(self) -> bool:
        """Whether the user may have come here from one of our forms, in this tab or another.

        A form that another tab has overtaken leaves no trace; only prompt=none never shows one.
        """
        return "none" not in self.parameters.get("prompt", "").split()


def authorization_request_key(request_id: str) -> Key:
    """The key of a request; hashed, because whoever knows the identifier may go on with it."""
    return Key(f"P#{base64url(sha256(request_id))}")
