"""The metadata document as a whole. RFC 8414 section 2, OpenID Connect Discovery section 3.

That its members are true is seen in discovery/: what is here only keeps them from shrinking.
"""

from __future__ import annotations

from tests.world import World


def test_both_locations_have_the_same_document(world: World) -> None:
    """OAuth's and OpenID's fields together."""
    document = world.get("/.well-known/openid-configuration").json
    assert world.get("/.well-known/oauth-authorization-server").json == document


def test_the_short_lists_are_exact(world: World) -> None:
    """A value that is no longer offered is missed here, and only here."""
    listed = world.get("/.well-known/openid-configuration").json
    assert listed["response_types_supported"] == ["code"]
    assert listed["response_modes_supported"] == [
        *("query", "form_post"),
        *("query.jwt", "form_post.jwt", "jwt"),
    ]
    assert listed["code_challenge_methods_supported"] == ["S256"]
    assert listed["prompt_values_supported"] == ["none", "login", "consent", "select_account"]
    assert listed["subject_types_supported"] == ["public", "pairwise"]
    assert listed["authorization_response_iss_parameter_supported"] is True
    assert listed["claim_types_supported"] == ["normal"]
    for name in ("request", "request_uri", "claims"):
        assert listed[f"{name}_parameter_supported"] is True
    assert listed["require_request_uri_registration"] is True
