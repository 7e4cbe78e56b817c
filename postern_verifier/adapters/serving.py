"""What the adapters share: which operations need what, and the URL that a client has called."""

from __future__ import annotations

import json
from collections.abc import Callable

from ..needs import NOTHING, Needs
from ..urls import origin
from ..verifier import Verifier

# Where an application finds its Token: a key of the ASGI scope, of the WSGI environ, and of the
# context of a Chalice request.
TOKEN = "postern_verifier.token"

# Of the RFC 9728 document: scripts of any site may read it.
METADATA_HEADERS = (("Content-Type", "application/json"), ("Access-Control-Allow-Origin", "*"))

# Called with method and path: what this operation needs; None when it is open to everyone.
Policy = Callable[[str, str], Needs | None]


def needs_a_token(method: str, path: str) -> Needs | None:
    """The policy unless another is given: any good token for everything."""
    return NOTHING


def own_origin(verifier: Verifier, given: str | None) -> str:
    """Scheme, host and port that clients know: as given, or the resource's.

    Never the Host header, which the sender of a request chooses: a proof made for another host
    would pass. ValueError when neither is there.
    """
    url = given or verifier.resource
    if url is None:
        raise ValueError("the resource has no URL: say under which origin clients call it")
    return origin(url)


def metadata_body(verifier: Verifier, more: dict[str, object]) -> bytes | None:
    """The RFC 9728 document, to be served at `verifier.metadata_path`."""
    return None if verifier.resource is None else json.dumps(verifier.metadata(**more)).encode()
