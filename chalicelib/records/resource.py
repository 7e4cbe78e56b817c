"""A protected resource that tokens are meant for. RFC 8707 section 2."""

from collections.abc import Container, Mapping
from typing import Annotated, ClassVar

from ..encoding import base64url, sha256
from .client import Client
from .record import Key, Record


class Resource(Record, kw_only=True):
    """One resource: its URI, its scopes with their words, how its access tokens are made.

    access_token_lifetime: in seconds; None takes the stage's, as it does for signing_mode.
    developers: for which of their applications developers may name it: `no`, `users` (where people
    sign in) or `machines` (for those as well that act by themselves).
    self_registered_clients: whether clients that registered themselves may name it.
    status_list: its access tokens say where a verifier can see whether they were revoked.
    authorization_details_types: of RFC 9396, by name: the words for people under `w`, and the JSON
    Schema as a text under `s`.
    covers_subpaths: it stands for every path below its URI as well, on the same host.
    family: of one that is below such a URI, that URI. It is never stored.
    """

    TYPE: ClassVar[str] = "resource"

    resource: Annotated[str, "r"]
    name: Annotated[str, "nm"]
    scopes: Annotated[Mapping[str, str], "s"]
    signing_alg: Annotated[str, "al"] = "RS256"
    access_token_lifetime: Annotated[int | None, "lt"] = None
    signing_mode: Annotated[str | None, "sm"] = None
    status_list: Annotated[bool, "sl"] = False
    developers: Annotated[str, "de"] = "no"
    self_registered_clients: Annotated[bool, "sr"] = False
    authorization_details_types: Annotated[Mapping[str, Mapping[str, str]] | None, "ad"] = None
    covers_subpaths: Annotated[bool, "cs"] = False
    family: Annotated[str | None, "fm"] = None

    @property
    def key(self) -> Key:
        return resource_key(self.resource)

    def is_open_to(self, client: Client) -> bool:
        """Whether a client may name it at all: strangers only what is open to strangers."""
        return self.self_registered_clients or not client.is_self_registered

    def is_one_of(self, uris: Container[str] | None) -> bool:
        """Whether a client that is registered for these URIs may name it, or its family's URI."""
        return uris is None or self.resource in uris or self.family in uris


def resource_key(resource: str) -> Key:
    """The key of a resource; hashed, because a URI may be longer than a key."""
    return Key(f"R#{base64url(sha256(resource))}")
