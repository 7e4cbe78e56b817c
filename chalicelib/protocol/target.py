"""Which resources a request is for, and which scopes it may carry there. RFC 8707 section 2."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..errors import InvalidScope, InvalidTarget
from ..records.client import Client
from ..records.resource import Resource
from . import claims, resource_uri
from . import scope as scopes

_RESOURCE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+", re.ASCII)

Details = tuple[Mapping[str, Any], ...]


def check_uri(uri: str) -> None:
    """RFC 8707 section 2: an absolute URI without a fragment; InvalidTarget otherwise."""
    if len(uri) > 2048 or not _RESOURCE.fullmatch(uri) or "#" in uri:
        raise InvalidTarget("A resource must be an absolute URI without a fragment.")


def asked_scope(text: str | None, client: Client, *, with_details: bool = False) -> tuple[str, ...]:
    """The scopes a request asks for: its own, else the client's default; InvalidScope if none.

    with_details: it has authorization details, and needs no scope beside them (RFC 9396 section 3).

    OpenID scopes that the client is not registered for are left out rather than refused: client
    libraries add them unasked.
    """
    if text is None:
        if not client.default_scope:
            if with_details:
                return ()
            raise InvalidScope("The request has no scope, and the client no default scope.")
        return client.default_scope
    asked = scopes.parse(text)
    limit = _limit(client)
    if limit is None:
        return asked
    if not set(scopes.of_resources(asked)) <= set(limit):
        raise InvalidScope("The scope is more than this client may ask for.")
    return allowed_to(client, asked)


def asked_details(text: str | None, client: Client, *, named: bool = False) -> Details:
    """The authorization details a request asks for (RFC 9396 section 2), of types that the client
    may ask for; InvalidAuthorizationDetails. `choose` says whether they are of these types.

    named: whether the client must be registered for its types by name.
    """
    if text is None:
        return ()
    from . import authorization_details as rich

    details = rich.read(text)
    rich.must_be_allowed(details, client, named=named)
    return details


def allowed_to(client: Client, scope: tuple[str, ...]) -> tuple[str, ...]:
    """The scopes that a client is registered for, in their order; this never widens."""
    limit = _limit(client)
    if limit is None:
        return scope
    return scopes.keep(scope, {*limit, "openid", "offline_access"})


def allowed_claims(client: Client, names: Iterable[str]) -> tuple[str, ...]:
    """The claims, asked for by name, that a client is registered for: those of its scopes."""
    return claims.keep(names, allowed_to(client, tuple(claims.SCOPES)))


def choose(
    scope: tuple[str, ...],
    asked: tuple[str, ...],
    allowed: Sequence[Resource],
    default: str | None,
    details: Details = (),
) -> tuple[Resource, ...]:
    """The resources a request is for; none of them means this server itself (OpenID scopes only).

    asked: the `resource` parameters; allowed: what the client may name. InvalidTarget when the
    resource is unknown or cannot be told; InvalidScope when no resource defines a scope,
    InvalidAuthorizationDetails when none of them defines such details.
    """
    if details:
        return _choose_by_details(scope, asked, allowed, default, details)
    wanted = set(scopes.of_resources(scope))
    if asked:
        chosen = _named(asked, allowed)
        _check_defined(wanted, chosen)
        return chosen
    if not wanted:
        return ()
    _check_defined(wanted, allowed)
    defining = [resource for resource in allowed if wanted <= set(resource.scopes)]
    return _only_one(defining, default)


def _choose_by_details(
    scope: tuple[str, ...],
    asked: tuple[str, ...],
    allowed: Sequence[Resource],
    default: str | None,
    details: Details,
) -> tuple[Resource, ...]:
    """RFC 9396 section 3: scope and details are both asked for, and must find their resource."""
    from . import authorization_details as rich

    wanted = set(scopes.of_resources(scope))
    chosen = _named(asked, allowed)
    _check_defined(wanted, chosen or allowed)
    rich.must_be_known(details, chosen or allowed)
    if not chosen:
        defining = [resource for resource in allowed if wanted <= set(resource.scopes)]
        typed = [resource for resource in defining if rich.defines_all(resource, details)]
        # Where locations leave none, they are wrong, and not the resource is missing.
        fitting = [resource for resource in typed if rich.are_all_for(details, resource)] or typed
        chosen = _only_one(fitting, default)
    rich.check(details, chosen)
    return chosen


def _only_one(defining: Sequence[Resource], default: str | None) -> tuple[Resource, ...]:
    preferred = [resource for resource in defining if resource.resource == default]
    found = preferred or defining
    if len(found) != 1:
        raise InvalidTarget("Name the resource: what is asked for does not tell which is meant.")
    return tuple(found)


def narrow(scope: tuple[str, ...], resource: Resource | None) -> tuple[str, ...]:
    """The scopes a token for one resource may carry; None stands for this server itself."""
    defined = set(resource.scopes) if resource else set()
    return scopes.keep(scope, {*scopes.OPENID, *defined})


def _named(asked: tuple[str, ...], allowed: Sequence[Resource]) -> tuple[Resource, ...]:
    by_uri = {resource_uri.canonical(resource.resource): resource for resource in allowed}
    for uri in asked:
        check_uri(uri)
        if resource_uri.canonical(uri) not in by_uri:
            raise InvalidTarget("The resource is unknown, or not one this client may use.")
    return tuple(by_uri[uri] for uri in dict.fromkeys(map(resource_uri.canonical, asked)))


def _check_defined(wanted: set[str], resources: Sequence[Resource]) -> None:
    defined = {word for resource in resources for word in resource.scopes}
    if not wanted <= defined:
        raise InvalidScope("The scope is unknown to the resource.")


def _limit(client: Client) -> tuple[str, ...] | None:
    """The scope that a client is held to, None for any.

    What one registered of itself is no limit: it may register another at will, and MCP clients,
    which register what they ask for first, step up beyond it. What an operator set is one.
    """
    own_word = client.registered_by == "dynamic" and not client.scope_is_set
    return None if own_word else client.scope
