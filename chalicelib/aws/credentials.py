"""The credentials that requests are signed with. They hide themselves in `repr`."""

from __future__ import annotations

from collections.abc import Mapping

from ..values import Frozen

FULL_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"


class Credentials(Frozen):
    """An access key, and a session token where it is a role's."""

    HIDDEN = ("secret_key", "session_token")

    access_key: str
    secret_key: str
    session_token: str = ""


def from_environment(environ: Mapping[str, str]) -> Credentials:
    """What Lambda puts into the environment of a function; KeyError names what is missing."""
    return Credentials(
        environ["AWS_ACCESS_KEY_ID"],
        environ["AWS_SECRET_ACCESS_KEY"],
        environ.get("AWS_SESSION_TOKEN", ""),
    )
