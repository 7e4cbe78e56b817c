"""Authorization details: what is asked for, in objects of registered types. RFC 9396.

An object belongs to the resources of the request that define its type, or to those of them that its
`locations` name. It is given as a whole or not at all: what it would mean to give part of one, only
the API that made the type could say (docs/decisions/0037).

     as sent ── read ──► objects ── check ──► each of its schema ── of_resource ──► in a token
                                                 └ the user, then the client, may take some away
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..errors import InvalidAuthorizationDetails
from ..records.client import Client
from ..records.resource import Resource
from . import detail_schema, strict_json
from .resource_uri import canonical

Detail = Mapping[str, Any]
Details = tuple[Detail, ...]

MOST_SENT = 4096  # characters, as a request has them
# As they stand in the access token, which is to stay below 4 KiB: docs/decisions/0037.
MOST_BYTES = 2048
MOST_OBJECTS = 16
MOST_BRACKETS = 100


def read(text: str) -> Details:
    """The objects of a parameter, each of some type; InvalidAuthorizationDetails (section 5)."""
    if len(text) > MOST_SENT:
        raise InvalidAuthorizationDetails(_too_large(f"{MOST_SENT} characters"))
    try:
        listed = strict_json.read_list(text, most_brackets=MOST_BRACKETS)
    except ValueError as problem:
        raise InvalidAuthorizationDetails(
            "The authorization_details are not a JSON array.", detail=str(problem)
        ) from None
    if not 1 <= len(listed) <= MOST_OBJECTS:
        raise InvalidAuthorizationDetails(
            f"The authorization_details must be 1 to {MOST_OBJECTS} objects."
        )
    for position, detail in enumerate(listed):
        if not isinstance(detail, dict):
            raise _wrong(position, "is not an object")
        if not isinstance(detail.get("type"), str):
            raise _wrong(position, "has no type")
    if len(write(listed)) > MOST_BYTES:
        raise InvalidAuthorizationDetails(_too_large(f"{MOST_BYTES} bytes of JSON in ASCII"))
    return tuple(listed)


def write(details: Iterable[Detail]) -> str:
    """The objects as one text: for the table, and as long as in a token."""
    return json.dumps(list(details), separators=(",", ":"))


def stored(text: str | None) -> Details:
    """The objects that `write` has written."""
    return tuple(json.loads(text)) if text else ()


def must_be_allowed(details: Details, client: Client, *, named: bool = False) -> None:
    """InvalidAuthorizationDetails for a type that the client is not registered for (section 10).

    named: the client must be registered for types at all; otherwise one that is for none in
    particular may ask for any, as it is with scopes.
    """
    types = client.authorization_details_types
    for position, detail in enumerate(details):
        if detail["type"] not in types if types is not None else named:
            raise _wrong(position, "is of a type that this client may not ask for")


def must_be_known(details: Details, resources: Sequence[Resource]) -> None:
    """InvalidAuthorizationDetails for a type that none of these resources defines."""
    for position, detail in enumerate(details):
        if not any(_defines(resource, detail) for resource in resources):
            raise _wrong(position, "is of a type that is unknown, or another resource's")


def check(details: Details, resources: Sequence[Resource]) -> None:
    """InvalidAuthorizationDetails unless each belongs to a resource of the request, and is of the
    schema that this resource has registered for its type."""
    must_be_known(details, resources)
    uris = {canonical(resource.resource) for resource in resources}
    for position, detail in enumerate(details):
        if "locations" in detail and not _is_within(detail["locations"], uris):
            raise _wrong(position, "has locations that are not resources of this request")
        owners = [resource for resource in resources if belongs(detail, resource)]
        if not owners:
            raise _wrong(position, "has the locations of resources that do not define its type")
        for owner in owners:
            try:
                detail_schema.check(_members(detail), schema_of(owner, detail["type"]))
            except detail_schema.Unfit as unfit:
                raise _wrong(position, f"is not of its type: {unfit}") from None


def belongs(detail: Detail, resource: Resource) -> bool:
    """Whether this resource is one that the object is for."""
    own = canonical(resource.resource)
    return _defines(resource, detail) and own in map(canonical, detail.get("locations", [own]))


def defines_all(resource: Resource, details: Details) -> bool:
    """Whether this one resource defines the types of all of them."""
    return all(_defines(resource, detail) for detail in details)


def are_all_for(details: Details, resource: Resource) -> bool:
    """Whether none has other locations than this one resource."""
    uris = {canonical(resource.resource)}
    return all(_is_within(detail.get("locations", [*uris]), uris) for detail in details)


def of_resource(details: Details, resource: Resource | None) -> Details:
    """Those that a token for this resource carries; None, this server itself, has none."""
    if resource is None:
        return ()
    return tuple(detail for detail in details if belongs(detail, resource))


def allowed_to(client: Client, details: Details) -> Details:
    """Those of types that a client is registered for: this never widens."""
    types = client.authorization_details_types
    return tuple(detail for detail in details if types is None or detail["type"] in types)


def narrow(asked: Details, granted: Details) -> Details:
    """Those of the granted that are asked for again (section 6): whole objects, and no others.

    InvalidAuthorizationDetails for one that was not granted.
    """
    wanted = [_canonical(detail) for detail in asked]
    known = [_canonical(detail) for detail in granted]
    for position, text in enumerate(wanted):
        if text not in known:
            raise _wrong(position, "was not granted as it is, or not for this resource")
    return tuple(detail for detail, text in zip(granted, known, strict=True) if text in wanted)


def schema_of(resource: Resource, name: str) -> Mapping[str, Any]:
    """The schema that a resource has registered for a type that it defines."""
    schema: Mapping[str, Any] = json.loads((resource.authorization_details_types or {})[name]["s"])
    return schema


def words_of(resource: Resource, name: str) -> str:
    """The words that a resource has registered for a type that it defines."""
    return (resource.authorization_details_types or {})[name]["w"]


def _defines(resource: Resource, detail: Detail) -> bool:
    return detail["type"] in (resource.authorization_details_types or {})


def _members(detail: Detail) -> dict[str, Any]:
    return {name: value for name, value in detail.items() if name != "type"}


def _is_within(locations: Any, uris: set[str]) -> bool:
    """Section 2.2; an empty list would be nowhere."""
    return (
        isinstance(locations, list)
        and len(locations) > 0
        and all(isinstance(uri, str) and canonical(uri) in uris for uri in locations)
    )


def _canonical(detail: Detail) -> str:
    """Equal for what is equal as JSON: members have no order, and true is not 1."""
    return json.dumps(detail, sort_keys=True)


def _wrong(position: int, what: str) -> InvalidAuthorizationDetails:
    return InvalidAuthorizationDetails(f"In authorization_details, object {position + 1} {what}.")


def _too_large(most: str) -> str:
    return f"The authorization_details are larger than {most}."
