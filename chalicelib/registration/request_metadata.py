"""Client metadata of keys and of requests. RFC 7591 section 2, RFC 9101 section 10.5, RFC 9126 6,
OpenID Connect Dynamic Client Registration 1.0 section 2."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..protocol import jwk_set, request_object
from ..protocol.jwk_set import Keys
from ..records.client import Client
from . import InvalidMetadata
from .readers import called, flag, one_of, texts

MOST_REQUEST_URIS = 20

# Core section 6.2: the SHA-256 of the contents, in base64url.
_HASH = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def keys_are_in_one_place(client: Client) -> None:
    """RFC 7591 section 2: by value, or at a URL."""
    if client.jwks and client.jwks_uri is not None:
        raise InvalidMetadata("jwks: there is a jwks_uri as well; only one of them may be")


def requests_can_be_checked(client: Client) -> None:
    """Signatures are wanted only where there is a key to check them with."""
    alg, required = client.request_object_signing_alg, client.require_signed_request_object
    if required and alg == request_object.UNSIGNED:
        raise InvalidMetadata("require_signed_request_object: request_object_signing_alg is none")
    if client.jwks_uri is not None:
        return
    if required and not client.jwks:
        raise InvalidMetadata("require_signed_request_object: needs jwks or jwks_uri")
    signed = alg not in (None, request_object.UNSIGNED)
    if signed and not jwk_set.choose(client.jwks, str(alg), None):
        raise InvalidMetadata("request_object_signing_alg: no key for it in jwks, and no jwks_uri")


def _jwks(name: str, value: Any) -> Keys:
    try:
        return jwk_set.read(value)
    except ValueError as reason:
        raise InvalidMetadata(f"{name}: {reason}") from None


def _request_uris(name: str, value: Any) -> tuple[str, ...]:
    uris = texts(name, value)
    if len(uris) > MOST_REQUEST_URIS:
        raise InvalidMetadata(f"{name}: at most {MOST_REQUEST_URIS}")
    for uri in uris:
        url, mark, fragment = uri.partition("#")
        called(name, url)
        if mark and not _HASH.fullmatch(fragment):
            raise InvalidMetadata(f"{name}: a fragment must be a SHA-256 hash in base64url")
    return uris


def write_jwks(keys: Keys) -> dict[str, object]:
    """The set, as `jwks` has it."""
    return {"keys": [dict(key) for key in keys]}


MEMBERS: Mapping[str, Callable[[str, Any], object]] = {
    "jwks": _jwks,
    "jwks_uri": called,
    "request_object_signing_alg": one_of(*request_object.ALGORITHMS),
    "request_uris": _request_uris,
    "require_signed_request_object": flag,
    "require_pushed_authorization_requests": flag,
}
RULES = (keys_are_in_one_place, requests_can_be_checked)
