"""Trusted issuers: registering, changing, removing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .. import subject_links
from ..aws.table import AlreadyExists, Gone
from ..records.trusted_issuer import TrustedIssuer, trusted_issuer_key
from ..registration import trusted_issuer_metadata
from ..services import Services
from . import Refused, directory

DIRECTORY = "issuer"


def create(metadata: Mapping[str, Any], services: Services) -> TrustedIssuer:
    """Register an issuer. InvalidMetadata, Refused."""
    issuer = trusted_issuer_metadata.read(metadata, services.now())
    _check(issuer, services)
    directory.add(DIRECTORY, issuer.issuer, services)
    try:
        services.table.put_new(issuer)
    except AlreadyExists:
        raise Refused(f"issuer {issuer.issuer} exists already") from None
    services.log.event("issuer.created", issuer=issuer.issuer)
    return issuer


def get(name: str, services: Services) -> TrustedIssuer:
    """The issuer; Refused when there is none."""
    issuer = services.table.get(TrustedIssuer, trusted_issuer_key(name))
    if issuer is None:
        raise Refused(f"there is no issuer {name}")
    return issuer


def list_all(services: Services) -> Iterator[TrustedIssuer]:
    """Every issuer, by name."""
    for name in directory.names(DIRECTORY, services):
        issuer = services.table.get(TrustedIssuer, trusted_issuer_key(name))
        if issuer is not None:
            yield issuer


def update(name: str, changes: Mapping[str, Any], services: Services) -> TrustedIssuer:
    """Change the members that are given; null removes one. InvalidMetadata, Refused."""
    before = get(name, services)
    if changes.get("issuer", name) != name:
        raise Refused("the name of an issuer cannot be changed; create another one")
    metadata = {**trusted_issuer_metadata.write(before), **changes}
    after = trusted_issuer_metadata.read(metadata, before.created_at)
    _check(after, services)
    try:
        services.table.amend(before, after)
    except Gone:
        raise Refused(f"there is no issuer {name}") from None
    services.log.event("issuer.updated", issuer=name)
    return after


def delete(name: str, services: Services) -> None:
    """Remove an issuer: nothing that it signs counts any more, and its users are forgotten.

    The issuer goes after its users, so that running it again finds what a failure has left.
    """
    get(name, services)
    subject_links.forget_issuer(name, services)
    services.table.delete(trusted_issuer_key(name))
    directory.remove(DIRECTORY, name, services)
    services.log.event("issuer.deleted", issuer=name)


def _check(issuer: TrustedIssuer, services: Services) -> None:
    """What only this stage can say: who it is, whom it calls, and which resources there are."""
    settings = services.settings
    if issuer.issuer == settings.issuer:
        raise Refused("issuer: is this server itself")
    if issuer.issuer.startswith("http:") and not settings.is_local:
        raise Refused("issuer: must be an https URL without query or fragment")
    if issuer.jwks_uri is not None:
        try:
            services.fetcher.check(issuer.jwks_uri)
        except ValueError as reason:
            raise Refused(f"jwks_uri: {reason}") from None
    for uri, scopes in (issuer.resources or {}).items():
        resource = services.registry.resource(uri)
        if resource is None:
            raise Refused(f"resources: there is no resource {uri}")
        missing = [word for word in scopes if word not in resource.scopes]
        if missing:
            raise Refused(f"resources: {uri} has no scope {missing[0]}")
