"""Registrations as they travel: JSON in and out, and the errors of RFC 7591 section 3.2.2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .administration import Refused
from .administration.self_registration import Registered
from .errors import InvalidRequest
from .http import Request
from .protocol import strict_json
from .registration import InvalidMetadata, InvalidRedirectURI, client_metadata, self_registration
from .registration_errors import InvalidClientMetadata, InvalidRedirectUri
from .services import Services

MOST_BYTES = 32 * 1024
MOST_WORDS = 300  # of what was wrong, which may be long itself
JSON = "application/json"


def metadata_of(request: Request) -> dict[str, Any]:
    """The JSON object in the body. InvalidRequest for another type, InvalidClientMetadata."""
    kind = (request.header("Content-Type") or "").split(";")[0].strip().lower()
    if kind != JSON:
        raise InvalidRequest(f"The body must be {JSON}.")
    if len(request.body) > MOST_BYTES:
        raise InvalidClientMetadata(f"The body is larger than {MOST_BYTES} bytes.")
    try:
        return strict_json.read_object(request.body.decode("utf-8"))
    except (ValueError, RecursionError):  # UnicodeDecodeError is one of the first
        raise InvalidClientMetadata("The body is no well-formed JSON object.") from None


@contextmanager
def refusals() -> Iterator[None]:
    """What is refused inside goes out under its registered code."""
    try:
        yield
    except InvalidRedirectURI as problem:
        raise InvalidRedirectUri(str(problem)[:MOST_WORDS]) from None
    except (InvalidMetadata, Refused) as problem:
        raise InvalidClientMetadata(str(problem)[:MOST_WORDS]) from None


def vouched_for(metadata: dict[str, Any], services: Services) -> dict[str, Any]:
    """The metadata with what a software statement says of them. Of its claims, those that are not
    a client's to give are left out as from the client itself. RFC 7591 section 2.3."""
    statement = metadata.get("software_statement")
    if statement is None:
        return metadata
    from . import software_statements

    return {**metadata, **software_statements.claims_of(statement, services)}


def answer(made: Registered, sent: Mapping[str, Any], services: Services) -> dict[str, object]:
    """All that is registered, the secret where it is new, and where to change it.

    RFC 7591 section 3.2.1 (the statement as it was sent), RFC 7592 section 3.
    """
    own = self_registration.write(made.client)
    told = client_metadata.registration(made.client, made.secret)
    names = ("client_secret", "client_secret_expires_at")
    statement = sent.get("software_statement")
    uri = services.settings.url(f"/register/{made.client.client_id}")
    return {
        **own,
        **{name: told[name] for name in names if name in told},
        **({} if statement is None else {"software_statement": statement}),
        "registration_access_token": made.token,
        "registration_client_uri": uri,
    }
