"""Trusted issuers: what may be registered. RFC 7523 section 3, RFC 7591 section 2.3.

The names are our own, but for `issuer`, `jwks` and `jwks_uri` (RFC 8414 section 2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..protocol import jwk_set
from ..protocol.jwk_set import Keys
from ..records.trusted_issuer import ID_JAG, SOFTWARE_STATEMENT, TrustedIssuer
from ..settings import SIGNING_ALGORITHMS
from . import InvalidMetadata
from .readers import called, flag, issuer, one_of, scopes_by_resource, texts
from .request_metadata import write_jwks

PURPOSES = (ID_JAG, SOFTWARE_STATEMENT)
USERS = ("linked", "email", "create")
MOST_MEMBERS = 100
MOST_NAME = 200

_CLIENT_ID = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.ASCII)


def read(metadata: Mapping[str, Any], now: int) -> TrustedIssuer:
    """The issuer that the metadata describe; InvalidMetadata. What is unknown is refused."""
    unknown = set(metadata) - set(_MEMBERS)
    if unknown:
        raise InvalidMetadata(f"{', '.join(sorted(unknown))}: is not a member of an issuer")
    values = {
        name: reader(name, metadata[name])
        for name, reader in _MEMBERS.items()
        if metadata.get(name) is not None
    }
    for name in ("issuer", "purposes"):
        if name not in values:
            raise InvalidMetadata(f"{name}: is missing")
    trusted = TrustedIssuer(created_at=now, **values)
    for rule in RULES:
        rule(trusted)
    return trusted


def write(trusted: TrustedIssuer) -> dict[str, object]:
    """The metadata of an issuer."""
    document: dict[str, object] = {}
    for name in _MEMBERS:
        value = getattr(trusted, name)
        # No clients are none at all; left out, they would be any.
        if value is None or (value == () and name != "clients"):
            continue
        document[name] = _WRITERS[name](value) if name in _WRITERS else value
    return document


def keys_are_in_one_place(trusted: TrustedIssuer) -> None:
    """By value, or at a URL; an issuer without keys has no word that could be checked."""
    if bool(trusted.jwks) is (trusted.jwks_uri is not None):
        raise InvalidMetadata("jwks: either it or jwks_uri must be there, and only one of them")
    algs = trusted.algs or SIGNING_ALGORITHMS
    if trusted.jwks and not any(jwk_set.choose(trusted.jwks, alg, None) for alg in algs):
        raise InvalidMetadata("algs: no key in jwks signs with any of them")


def users_have_a_policy(trusted: TrustedIssuer) -> None:
    """Whoever speaks for users is told for which resources and scopes."""
    if not trusted.is_trusted_for(ID_JAG):
        return
    if not trusted.resources:
        raise InvalidMetadata("resources: id_jag needs the resources, each with its scopes")
    # Without a limit it could name the address of anybody here, and act for them.
    if trusted.users == "email" and not trusted.email_domains:
        raise InvalidMetadata("email_domains: users found by e-mail need the domains")


RULES = (keys_are_in_one_place, users_have_a_policy)


def _name(name: str, value: Any) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= MOST_NAME or not value.isprintable():
        raise InvalidMetadata(f"{name}: must be a text of 1 to {MOST_NAME} printable characters")
    return value


def _some_of(*choices: str) -> Callable[[str, Any], tuple[str, ...]]:
    def read_some(name: str, value: Any) -> tuple[str, ...]:
        named = texts(name, value)
        if not named or set(named) - set(choices):
            raise InvalidMetadata(f"{name}: must be some of {', '.join(choices)}")
        return named

    return read_some


def _jwks(name: str, value: Any) -> Keys:
    try:
        return jwk_set.read(value)
    except ValueError as reason:
        raise InvalidMetadata(f"{name}: {reason}") from None


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str, Any], tuple[str, ...]]:
    def read_all(name: str, value: Any) -> tuple[str, ...]:
        named = texts(name, value)
        if len(named) > MOST_MEMBERS or not all(map(pattern.fullmatch, named)):
            raise InvalidMetadata(f"{name}: must be a list of at most {MOST_MEMBERS} {what}")
        return named

    return read_all


def _write_resources(resources: Mapping[str, tuple[str, ...]]) -> dict[str, object]:
    return {uri: list(scopes) for uri, scopes in resources.items()}


_MEMBERS: Mapping[str, Callable[[str, Any], Any]] = {
    "issuer": issuer,
    "name": _name,
    "purposes": _some_of(*PURPOSES),
    "algs": _some_of(*SIGNING_ALGORITHMS),
    "jwks": _jwks,
    "jwks_uri": called,
    "resources": scopes_by_resource,
    "clients": _matching(_CLIENT_ID, "client identifiers"),
    "public_clients": flag,
    "users": one_of(*USERS),
    "email_domains": _matching(_DOMAIN, "domains in lower case"),
}
_WRITERS: Mapping[str, Callable[[Any], object]] = {
    "jwks": write_jwks,
    "resources": _write_resources,
    **dict.fromkeys(("purposes", "algs", "clients", "email_domains"), list),
}
