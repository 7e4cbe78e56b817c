"""A protected resource that tokens are meant for. RFC 8707 section 2."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from ..encoding import base64url, sha256
from .record import Key, Record


class Resource(Record, kw_only=True):
    """One resource: its URI, its scopes with their words, how its access tokens are made.

    access_token_lifetime: in seconds; None takes the stage's, as it does for signing_mode.
    status_list: its access tokens say where a verifier can see whether they were revoked.
    """

    TYPE: ClassVar[str] = "resource"

    resource: Annotated[str, "r"]
    name: Annotated[str, "nm"]
    scopes: Annotated[Mapping[str, str], "s"]
    signing_alg: Annotated[str, "al"] = "RS256"
    access_token_lifetime: Annotated[int | None, "lt"] = None
    signing_mode: Annotated[str | None, "sm"] = None
    status_list: Annotated[bool, "sl"] = False

    @property
    def key(self) -> Key:
        return resource_key(self.resource)


def resource_key(resource: str) -> Key:
    """The key of a resource; hashed, because a URI may be longer than a key."""
    return Key(f"R#{base64url(sha256(resource))}")
