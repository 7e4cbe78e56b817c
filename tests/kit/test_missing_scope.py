"""The kit: a token that is good, and not good for this. RFC 6750 section 3.1, MCP's step-up."""

from __future__ import annotations

import pytest

from postern_verifier import Binding, Needs, errors
from tests.kit.issuer import API, FakeIssuer, bearer, challenges, refusal, token

ALGS = 'algs="RS256 PS256 ES256 Ed25519 EdDSA"'
METADATA = f'resource_metadata="{API}/.well-known/oauth-protected-resource"'
BEARER_ONLY = frozenset({Binding.NONE})


def test_a_missing_scope_is_forbidden() -> None:
    """403, with all the scope that the operation needs, and what the token had before."""
    problem = refusal(FakeIssuer().verifier(), bearer(token()), needs=Needs("read admin"))
    assert (type(problem), problem.status) == (errors.InsufficientScope, 403)
    other, told = challenges(problem)
    assert told.startswith('Bearer error="insufficient_scope"')
    assert 'scope="read write admin"' in told
    assert other == f'DPoP scope="read write admin", {ALGS}, {METADATA}'


@pytest.mark.parametrize(
    ("granted", "asked"),
    [
        (None, "admin"),
        ("read", "read admin"),
        ("write openid offline_access read", "openid read write admin"),
        ('read "quoted" back\\slash', "read admin"),
    ],
)
def test_a_step_up_keeps_what_was_granted(granted: str | None, asked: str) -> None:
    """MCP, step-up: the union. offline_access is not a resource server's to ask for."""
    sent = bearer(token(scope=granted))
    problem = refusal(FakeIssuer().verifier(accept=BEARER_ONLY), sent, needs=Needs("admin"))
    assert f' scope="{asked}", ' in challenges(problem)[0]


@pytest.mark.parametrize("scope", [None, "", "reader", "READ", "read-write", "write\tread", " "])
def test_scope_is_compared_by_whole_words(scope: str | None) -> None:
    """Neither a beginning nor another case will do."""
    problem = refusal(FakeIssuer().verifier(), bearer(token(scope=scope)), needs=Needs("read"))
    assert type(problem) is errors.InsufficientScope
