"""The credentials that requests are signed with. They hide themselves in `repr`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FULL_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key, and a session token where it is a role's."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)


def from_environment(environ: Mapping[str, str]) -> Credentials:
    """What Lambda puts into the environment of a function; KeyError names what is missing."""
    return Credentials(
        environ["AWS_ACCESS_KEY_ID"],
        environ["AWS_SECRET_ACCESS_KEY"],
        environ.get("AWS_SESSION_TOKEN", ""),
    )
