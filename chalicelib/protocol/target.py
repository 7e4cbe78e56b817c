"""Which resources a request is for, and which scopes it may carry there. RFC 8707 section 2."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..errors import InvalidScope, InvalidTarget
from ..records.client import Client
from ..records.resource import Resource
from . import claims
from . import scope as scopes

_RESOURCE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+", re.ASCII)


def check_uri(uri: str) -> None:
    """RFC 8707 section 2: an absolute URI without a fragment; InvalidTarget otherwise."""
    if len(uri) > 2048 or not _RESOURCE.fullmatch(uri) or "#" in uri:
        raise InvalidTarget("A resource must be an absolute URI without a fragment.")


def asked_scope(text: str | None, client: Client) -> tuple[str, ...]:
    """The scopes a request asks for: its own, else the client's default; InvalidScope if none.

    OpenID scopes that the client is not registered for are left out rather than refused: client
    libraries add them unasked.
    """
    if text is None:
        if not client.default_scope:
            raise InvalidScope("The request has no scope, and the client no default scope.")
        return client.default_scope
    asked = scopes.parse(text)
    if client.scope is None:
        return asked
    if not set(scopes.of_resources(asked)) <= set(client.scope):
        raise InvalidScope("The scope is more than this client may ask for.")
    return allowed_to(client, asked)


def allowed_to(client: Client, scope: tuple[str, ...]) -> tuple[str, ...]:
    """The scopes that a client is registered for, in their order; this never widens."""
    if client.scope is None:
        return scope
    return scopes.keep(scope, {*client.scope, "openid", "offline_access"})


def allowed_claims(client: Client, names: Iterable[str]) -> tuple[str, ...]:
    """The claims, asked for by name, that a client is registered for: those of its scopes."""
    return claims.keep(names, allowed_to(client, tuple(claims.SCOPES)))


def choose(
    scope: tuple[str, ...],
    asked: tuple[str, ...],
    allowed: Sequence[Resource],
    default: str | None,
) -> tuple[Resource, ...]:
    """The resources a request is for; none of them means this server itself (OpenID scopes only).

    asked: the `resource` parameters; allowed: what the client may name. InvalidTarget when the
    resource is unknown or cannot be told; InvalidScope when no resource defines a scope.
    """
    wanted = set(scopes.of_resources(scope))
    if asked:
        chosen = _named(asked, allowed)
        _check_defined(wanted, chosen)
        return chosen
    if not wanted:
        return ()
    _check_defined(wanted, allowed)
    defining = [resource for resource in allowed if wanted <= set(resource.scopes)]
    preferred = [resource for resource in defining if resource.resource == default]
    found = preferred or defining
    if len(found) != 1:
        raise InvalidTarget("Name the resource: the scope alone does not tell which one is meant.")
    return tuple(found)


def narrow(scope: tuple[str, ...], resource: Resource | None) -> tuple[str, ...]:
    """The scopes a token for one resource may carry; None stands for this server itself."""
    defined = set(resource.scopes) if resource else set()
    return scopes.keep(scope, {*scopes.OPENID, *defined})


def _named(asked: tuple[str, ...], allowed: Sequence[Resource]) -> tuple[Resource, ...]:
    by_uri = {resource.resource: resource for resource in allowed}
    for uri in asked:
        check_uri(uri)
        if uri not in by_uri:
            raise InvalidTarget("The resource is unknown, or not one this client may use.")
    return tuple(by_uri[uri] for uri in dict.fromkeys(asked))


def _check_defined(wanted: set[str], resources: Sequence[Resource]) -> None:
    defined = {word for resource in resources for word in resource.scopes}
    if not wanted <= defined:
        raise InvalidScope("The scope is unknown to the resource.")
