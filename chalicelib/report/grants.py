"""The grant types and what they return: RFC 6749 sections 4, 5 and 6."""

from __future__ import annotations

from ..grants import GRANT_TYPES, offered
from ..protocol import handle
from ..settings import Settings
from . import Answer, duration, listed

# What verifiers are told to expect, in bytes; a resource with many long scopes makes it longer.
MOST_ACCESS_TOKEN = 4096
_EXTENSIONS = "urn:ietf:params:oauth:grant-type:"


def answers(settings: Settings) -> tuple[Answer, ...]:
    """In the order of the sections."""
    return (*_types(settings), *_tokens(settings))


def _types(settings: Settings) -> tuple[Answer, ...]:
    extensions = [name for name in offered(settings) if name.startswith(_EXTENSIONS)]
    return (
        Answer(
            name="grant_code",
            section="RFC 6749 4.1",
            question="Is the authorization code grant offered?",
            text="Yes.",
            value={"offered": "authorization_code" in GRANT_TYPES},
        ),
        Answer(
            name="grant_implicit",
            section="RFC 6749 4.2",
            question="Is the implicit grant offered?",
            text="No: OAuth 2.1 and RFC 9700 have removed it. The error says so.",
            value={"offered": False, "error": "unsupported_response_type"},
        ),
        Answer(
            name="grant_password",
            section="RFC 6749 4.3",
            question="Is the resource owner password credentials grant offered?",
            text="No: OAuth 2.1 and RFC 9700 have removed it. The error says so.",
            value={"offered": "password" in GRANT_TYPES, "error": "unsupported_grant_type"},
        ),
        Answer(
            name="grant_client_credentials",
            section="RFC 6749 4.4",
            question="Who may use the client credentials grant?",
            text="Confidential clients that are registered for it. It never returns a refresh "
            "token.",
            value={"offered": "client_credentials" in GRANT_TYPES, "refresh_token": False},
        ),
        Answer(
            name="grant_extensions",
            section="RFC 6749 4.5",
            question="Which extension grants are there?",
            text=f"{listed(extensions)}." if extensions else "None.",
            value={"offered": extensions},
        ),
    )


def _tokens(settings: Settings) -> tuple[Answer, ...]:
    lifetimes = settings.lifetimes
    return (
        Answer(
            name="expires_in",
            section="RFC 6749 5.1",
            question="Does the answer say how long a token lives?",
            text=f"Always. Access tokens of users live {duration(lifetimes.access_token)}, those "
            "of "
            f"client credentials {duration(lifetimes.client_credentials)}; a resource may have its "
            "own lifetime.",
            value={
                "always_told": True,
                "access_token_seconds": lifetimes.access_token,
                "client_credentials_seconds": lifetimes.client_credentials,
            },
        ),
        Answer(
            name="refresh_given",
            section="RFC 6749 5.1",
            question="Which grants return a refresh token?",
            text="The authorization code grant, to a client that is registered for "
            "refresh_token. A "
            "client that asks for offline_access, and is denied it, gets none.",
            value={"grants": ["authorization_code"], "needs": "refresh_token"},
        ),
        Answer(
            name="refresh",
            section="RFC 6749 6",
            question="Does the refresh token change, and how long does it live?",
            text="There is a new one each time. The last one may be sent again within "
            f"{duration(lifetimes.refresh_grace)} while its successor is unused, and brings the "
            "same "
            "successor; an older one revokes the whole family. An unused refresh token lives "
            f"{duration(lifetimes.refresh_token)}, a family {duration(lifetimes.grant)}. The scope "
            "can only shrink. A client of the FAPI profile keeps its refresh token.",
            value={
                "rotates": True,
                "grace_seconds": lifetimes.refresh_grace,
                "unused_seconds": lifetimes.refresh_token,
                "family_seconds": lifetimes.grant,
                "replay": "revokes the family",
            },
        ),
        Answer(
            name="token_sizes",
            section="RFC 6749 5.1",
            question="How long are tokens?",
            text=f"An access token is a JWT below {MOST_ACCESS_TOKEN} bytes, unless the operator "
            "has "
            "given the resource very many scopes; a refresh token has "
            f"{handle.LENGTH} characters.",
            value={"access_token_below": MOST_ACCESS_TOKEN, "refresh_token": handle.LENGTH},
        ),
        Answer(
            name="token_errors",
            section="RFC 6749 5.2",
            question="How does the token endpoint tell an error?",
            text="As JSON with error, error_description and error_uri, and Cache-Control: "
            "no-store. "
            "Failed client authentication is answered with 401 and WWW-Authenticate.",
            value={"status": 400, "invalid_client": 401, "cache_control": "no-store"},
        ),
    )
