"""Resources: what may be registered. RFC 8707 section 2, RFC 6749 section 3.3."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidTarget
from ..protocol import resource_uri, scope, signing_keys, target
from ..records.resource import Resource
from . import InvalidMetadata, details_metadata, readers

MOST_SCOPES = 100
MOST_NAME = 200
MOST_URI = 1000  # it is a sort key in the directory, and DynamoDB's longest is 1024 bytes


MEMBERS = (
    "resource",
    "name",
    "scopes",
    "access_token_lifetime",
    "signing_alg",
    "signing_mode",
    "status_list",
    "developers",
    "self_registered_clients",
    "covers_subpaths",
    "authorization_details_types",
)
DEVELOPERS = ("no", "users", "machines")


def read(metadata: Mapping[str, Any], *, allow_http: bool = False) -> Resource:
    """The resource that the metadata describe; InvalidMetadata. http is for local loopbacks."""
    unknown = set(metadata) - set(MEMBERS)
    if unknown:
        raise InvalidMetadata(f"{', '.join(sorted(unknown))}: is not a member of a resource")
    metadata = {name: value for name, value in metadata.items() if value is not None}
    uri = _uri(metadata.get("resource"), allow_http=allow_http)
    name = metadata.get("name", uri[:MOST_NAME])
    if not isinstance(name, str) or not 1 <= len(name) <= MOST_NAME or not name.isprintable():
        raise InvalidMetadata(f"name: must be a text of 1 to {MOST_NAME} printable characters")
    alg, mode = _signing(metadata)
    return Resource(
        resource=uri,
        name=name,
        scopes=_scopes(metadata.get("scopes")),
        signing_alg=alg,
        signing_mode=mode,
        access_token_lifetime=_lifetime(metadata.get("access_token_lifetime")),
        status_list=_status_list(metadata.get("status_list", False), alg, mode),
        developers=_developers(metadata.get("developers", "no")),
        self_registered_clients=readers.flag(
            "self_registered_clients", metadata.get("self_registered_clients", False)
        ),
        covers_subpaths=_covers_subpaths(metadata.get("covers_subpaths", False), uri),
        authorization_details_types=details_metadata.read(metadata.get(details_metadata.NAME)),
    )


def write(resource: Resource) -> dict[str, object]:
    """The metadata of a resource."""
    document: dict[str, object] = {
        "resource": resource.resource,
        "name": resource.name,
        "scopes": dict(resource.scopes),
        "signing_alg": resource.signing_alg,
    }
    if resource.access_token_lifetime is not None:
        document["access_token_lifetime"] = resource.access_token_lifetime
    if resource.signing_mode is not None:
        document["signing_mode"] = resource.signing_mode
    if resource.status_list:
        document["status_list"] = True
    if resource.self_registered_clients:
        document["self_registered_clients"] = True
    if resource.developers != "no":
        document["developers"] = resource.developers
    if resource.covers_subpaths:
        document["covers_subpaths"] = True
    if resource.authorization_details_types is not None:
        document[details_metadata.NAME] = details_metadata.write(
            resource.authorization_details_types
        )
    return document


def _uri(value: Any, *, allow_http: bool) -> str:
    if not isinstance(value, str) or len(value) > MOST_URI:
        raise InvalidMetadata(f"resource: must be a URI of at most {MOST_URI} characters")
    try:
        target.check_uri(value)
    except InvalidTarget as problem:
        raise InvalidMetadata(f"resource: {problem.description}") from None
    loopback = re.match(r"http://(127\.0\.0\.1|\[::1\]|localhost)([:/]|$)", value)
    if value.lower().startswith("http:") and not (allow_http and loopback):
        raise InvalidMetadata("resource: must not be an http URL")
    if value not in resource_uri.spellings(value):
        # Asked for in any spelling, it is looked for in this one.
        raise InvalidMetadata(f"resource: must be written as {resource_uri.canonical(value)}")
    return value


def _scopes(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not 1 <= len(value) <= MOST_SCOPES:
        raise InvalidMetadata(f"scopes: must name 1 to {MOST_SCOPES} scopes with their words")
    for name, words in value.items():
        if not scope.is_token(name) or name in scope.OPENID:
            raise InvalidMetadata(f"scopes: {name!r} cannot be a resource's scope")
        if not isinstance(words, str) or not 1 <= len(words) <= 200 or not words.isprintable():
            raise InvalidMetadata(f"scopes: {name!r} needs words for the consent page")
    return dict(value)


def _signing(metadata: Mapping[str, Any]) -> tuple[str, str | None]:
    alg, mode = metadata.get("signing_alg", "RS256"), metadata.get("signing_mode")
    if mode is not None and mode not in tuple(signing_keys.MODES):
        raise InvalidMetadata(f"signing_mode: must be one of {', '.join(signing_keys.MODES)}")
    if alg not in signing_keys.ALGORITHMS:
        raise InvalidMetadata(f"signing_alg: must be one of {', '.join(signing_keys.ALGORITHMS)}")
    return alg, mode


def _developers(value: Any) -> str:
    if value not in DEVELOPERS:
        raise InvalidMetadata(f"developers: must be one of {', '.join(DEVELOPERS)}")
    return str(value)


def _lifetime(value: Any) -> int | None:
    if value is None:
        return None
    longest = signing_keys.LONGEST_TOKEN
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= longest:
        raise InvalidMetadata(f"access_token_lifetime: must be 1 to {longest} seconds")
    return value


def _status_list(value: Any, alg: str, mode: str | None) -> bool:
    """A list is signed as the tokens are, and KMS signs no more than 4 KiB by Ed25519."""
    if not isinstance(value, bool):
        raise InvalidMetadata("status_list: must be true or false")
    if value and alg in ("Ed25519", "EdDSA") and mode != signing_keys.DATA_KEY:
        raise InvalidMetadata(
            f"status_list: with {alg} it needs signing_mode {signing_keys.DATA_KEY}"
        )
    return value


def _covers_subpaths(value: Any, uri: str) -> bool:
    """Below a query, a host pattern or an escape nothing can be told for sure."""
    if not isinstance(value, bool):
        raise InvalidMetadata("covers_subpaths: must be true or false")
    if value and not resource_uri.can_have_below(uri):
        raise InvalidMetadata("covers_subpaths: needs a URL of one host and a plain path")
    return value
