"""Resources: registering, changing, removing. RFC 8707."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..aws.registry import FAMILIES
from ..aws.table import AlreadyExists, Gone
from ..protocol import resource_uri
from ..records.resource import Resource, resource_key
from ..registration import resource_metadata
from ..services import Services
from . import Refused, directory


def create(metadata: Mapping[str, Any], services: Services) -> Resource:
    """Register a resource. InvalidMetadata, Refused."""
    resource = _read(metadata, services)
    _must_not_be_us(resource, services)
    for spelling in set(resource_uri.spellings(resource.resource)) - {resource.resource}:
        if services.table.get(Resource, resource_key(spelling)) is not None:
            raise Refused(f"resource {spelling} exists already, and is the same")
    directory.add("resource", resource.resource, services)
    if resource.covers_subpaths:
        directory.add(FAMILIES, resource.resource, services)
    try:
        services.table.put_new(resource)
    except AlreadyExists:
        raise Refused(f"resource {resource.resource} exists already") from None
    services.log.event("resource.created", resource=resource.resource)
    return resource


def get(uri: str, services: Services) -> Resource:
    """The resource; Refused when there is none."""
    resource = services.table.get(Resource, resource_key(uri))
    if resource is None:
        raise Refused(f"there is no resource {uri}")
    return resource


def is_served(uri: str, services: Services) -> bool:
    """Whether a resource has this URI, or covers it."""
    if services.table.get(Resource, resource_key(uri)) is not None:
        return True
    above = (name for one in resource_uri.above(uri) for name in resource_uri.spellings(one))
    found = (services.table.get(Resource, resource_key(name)) for name in above)
    return any(resource is not None and resource.covers_subpaths for resource in found)


def list_all(services: Services) -> Iterator[Resource]:
    """Every resource, by URI."""
    for name in directory.names("resource", services):
        resource = services.table.get(Resource, resource_key(name))
        if resource is not None:
            yield resource


def update(uri: str, changes: Mapping[str, Any], services: Services) -> Resource:
    """Change the members that are given; null removes one. InvalidMetadata, Refused."""
    before = get(uri, services)
    if changes.get("resource", uri) != uri:
        raise Refused("the URI of a resource cannot be changed; create another one")
    metadata = {**resource_metadata.write(before), **changes}
    after = _read(metadata, services)
    _must_not_be_us(after, services)
    if after.covers_subpaths:
        directory.add(FAMILIES, uri, services)
    try:
        services.table.amend(before, after)
    except Gone:
        raise Refused(f"there is no resource {uri}") from None
    if not after.covers_subpaths:
        directory.remove(FAMILIES, uri, services)
    services.log.event("resource.updated", resource=uri)
    return after


def delete(uri: str, services: Services) -> None:
    """Remove a resource: no token for it is issued any more."""
    get(uri, services)
    services.table.delete(resource_key(uri))
    directory.remove(FAMILIES, uri, services)
    directory.remove("resource", uri, services)
    services.log.event("resource.deleted", resource=uri)


def _must_not_be_us(resource: Resource, services: Services) -> None:
    """Tokens for the issuer open /userinfo: no API is to be handed one as its own. Refused."""
    issuer = services.settings.issuer
    if resource_uri.same(resource.resource, issuer):
        raise Refused(f"resource: {issuer} is this server itself")
    above = resource_uri.above(issuer) if resource.covers_subpaths else ()
    if resource_uri.canonical(resource.resource) in above:
        raise Refused(f"covers_subpaths: {issuer}, which is this server itself, would be covered")


def _read(metadata: Mapping[str, Any], services: Services) -> Resource:
    return resource_metadata.read(metadata, allow_http=services.settings.is_local)
