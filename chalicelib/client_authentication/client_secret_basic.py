"""The client's secret by HTTP Basic. RFC 6749 section 2.3.1 and appendix B, RFC 7617."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_plus

from ..errors import InvalidClient
from ..http import Request
from ..protocol.client_secret import is_secret_of
from ..records.client import Client
from ..services import Services


def claimed(request: Request) -> str | None:
    """The user name of the Authorization header; InvalidClient when the header is no Basic."""
    credentials = _read(request)
    return credentials[0] if credentials else None


def prove(request: Request, client: Client | None, services: Services) -> None:
    """Compare the password of the Authorization header."""
    credentials = _read(request)
    if credentials is None or not is_secret_of(client, credentials[1], services.now()):
        raise InvalidClient(detail="wrong secret")


def _read(request: Request) -> tuple[str, str] | None:
    header = request.header("Authorization")
    if header is None:
        return None
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient(detail="the Authorization header is not Basic")
    try:
        text = base64.b64decode(token.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise InvalidClient(detail="the Authorization header is malformed") from None
    name, colon, secret = text.partition(":")
    if not colon:
        raise InvalidClient(detail="the Authorization header has no colon")
    # Appendix B: both were form-encoded. Ours are base62, which every encoding leaves alone.
    return unquote_plus(name), unquote_plus(secret)
