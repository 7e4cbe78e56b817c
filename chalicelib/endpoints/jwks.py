"""The public keys. RFC 7517 section 5; never more than ten, no key a verifier might choke on."""

from __future__ import annotations

from ..http import Request, Response, json_response
from ..protocol import signing_keys
from ..services import Services

# Short enough that a key withdrawn in an emergency is soon forgotten; rotation waits much longer.
CACHE = (("Cache-Control", "public, max-age=300"),)


def handle(request: Request, services: Services) -> Response:
    """Every key of the keyring."""
    keys = signing_keys.jwks(services.keyring.keys)
    return json_response({"keys": keys}, headers=CACHE)
