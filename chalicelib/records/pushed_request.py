"""An authorization request that its client has pushed. RFC 9126 section 2.2."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from ..encoding import base64url, sha256
from .record import Key, Record

# What is after it is random; it names nothing that could be fetched.
URN = "urn:ietf:params:oauth:request_uri:"


class PushedRequest(Record, kw_only=True):
    """A checked request that waits for a browser to bring its request_uri.

    name_hash: of the request_uri, which is not stored.
    parameters, expected: as in the AuthorizationRequest that a visit makes of it.
    spent_by: who has finished it; until then it may be visited again, and from other browsers.
    """

    TYPE: ClassVar[str] = "pushed"

    name_hash: Annotated[str, "h"]
    client_id: Annotated[str, "c"]
    parameters: Annotated[Mapping[str, str], "p"]
    resources: Annotated[tuple[str, ...], "r"]
    created_at: Annotated[int, "i"]
    expires_at: Annotated[int, "x"]
    expected: Annotated[str | None, "ex"] = None
    spent_by: Annotated[str | None, "sp"] = None

    @property
    def key(self) -> Key:
        return pushed_request_key(self.name_hash)


def hash_of(request_uri: str) -> str:
    """What stands for a request_uri in the table."""
    return base64url(sha256(request_uri))


def pushed_request_key(name_hash: str) -> Key:
    """The key of a pushed request; its sort key keeps it apart from those of browsers."""
    return Key(f"P#{name_hash}", "pushed")
