"""What a consent on record covers, and what a new one adds. docs/storage.md, "Consent"."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from ..records.resource import Resource
from . import scope as scopes

Consented = Mapping[str, tuple[str, ...]]

# Said with every sign-in; declining it is declining to sign in.
REQUIRED = ("openid",)


def by_audience(scope: Iterable[str], resources: Sequence[Resource], issuer: str) -> Consented:
    """The scopes under each audience they are for; OpenID's under the issuer."""
    scope = tuple(scope)
    sorted_out = {issuer: scopes.keep(scope, scopes.OPENID)}
    for resource in resources:
        sorted_out[resource.resource] = scopes.keep(scope, resource.scopes.keys())
    return {audience: words for audience, words in sorted_out.items() if words}


def covers(given: Consented, asked: Consented) -> bool:
    """Whether everything that is asked was given before."""
    return all(set(words) <= set(given.get(audience, ())) for audience, words in asked.items())


def merge(given: Consented, asked: Consented, chosen: Iterable[str]) -> Consented:
    """The record after an answer: what was asked is replaced by what was chosen of it."""
    chosen = set(chosen)
    merged = dict(given)
    for audience, words in asked.items():
        before = tuple(word for word in given.get(audience, ()) if word not in words)
        merged[audience] = before + scopes.keep(words, chosen)
    return {audience: words for audience, words in merged.items() if words}


def is_enough(
    asked: Collection[str], chosen: Iterable[str], details: int = 0, kept: int = 0
) -> bool:
    """Whether what the user chose is worth an authorization: not only what cannot be declined.

    details, kept: how many authorization details were asked for, and how many chosen.
    """
    declinable = set(asked) - set(REQUIRED)
    if not declinable and not details:
        return True
    return bool(declinable & set(chosen)) or kept > 0 or "openid" in asked
