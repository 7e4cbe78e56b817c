"""The kinds of application that a developer chooses from, and what each is registered with.

RFC 6749 section 2.1, RFC 8252 (native), RFC 8628 (devices), RFC 9700 section 2.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..grants import GRANT_TYPES
from ..records.client import Client
from ..values import Frozen

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


class Kind(Frozen):
    """One kind. grant_type: what it gets tokens by; words: what it is, for its developer."""

    name: str
    title: str
    words: str
    grant_type: str
    is_public: bool
    application_type: str = "web"

    @property
    def redirects(self) -> bool:
        """Whether it is answered at a redirect URI."""
        return self.grant_type == "authorization_code"

    @property
    def acts_alone(self) -> bool:
        """Whether it acts without a user."""
        return self.grant_type == "client_credentials"

    @property
    def metadata(self) -> dict[str, object]:
        """What every application of the kind is registered with."""
        chosen: dict[str, object] = {
            "grant_types": [self.grant_type],
            "application_type": self.application_type,
        }
        if self.is_public:
            chosen["token_endpoint_auth_method"] = "none"
        return chosen


_ALL = (
    Kind(
        "web",
        "Web application",
        "Runs on a server of yours, which can keep a secret.",
        "authorization_code",
        is_public=False,
    ),
    Kind(
        "single-page",
        "Single-page application",
        "Runs in the browser. It has no secret, because everyone could read it.",
        "authorization_code",
        is_public=True,
    ),
    Kind(
        "native",
        "Native application",
        "Is installed on a telephone or a computer. It has no secret.",
        "authorization_code",
        is_public=True,
        application_type="native",
    ),
    Kind(
        "device",
        "Device",
        "Has no browser: a television, or a command line on another machine.",
        DEVICE,
        is_public=True,
        application_type="native",
    ),
    Kind(
        "machine",
        "Machine",
        "Acts for itself, and no person signs in.",
        "client_credentials",
        is_public=False,
    ),
    Kind(
        "mcp",
        "MCP client",
        "Speaks the Model Context Protocol to a server that asks for tokens of this one.",
        "authorization_code",
        is_public=True,
        application_type="native",
    ),
)
# Only what this server can serve.
KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {kind.name: kind for kind in _ALL if kind.grant_type in GRANT_TYPES}
)


def of(client: Client) -> str:
    """What kind a client is, in words. An MCP client is a native application."""
    for kind in _ALL:
        fits = client.is_public == kind.is_public and kind.grant_type in client.grant_types
        if fits and (not kind.is_public or client.application_type == kind.application_type):
            return kind.title
    return "Other"
