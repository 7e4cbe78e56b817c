"""The metadata document, walked: what it lists works, and what it does not list is refused.

RFC 8414 section 2, OpenID Connect Discovery section 3.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.administration import clients, users
from tests.chalicelib.protocol.test_claims import VALUES
from tests.reply import Reply, claims
from tests.world import REDIRECT, World

WEB = ("demoweb", "demowebsecret")
Document = dict[str, Any]


def document(world: World) -> Document:
    """The document, from the location that works under every issuer."""
    return world.get("/.well-known/openid-configuration").json


def test_both_locations_have_the_same_document(world: World) -> None:
    """OAuth's and OpenID's fields together."""
    assert world.get("/.well-known/oauth-authorization-server").json == document(world)


def test_the_issuer_is_the_one_of_the_tokens(world: World) -> None:
    """RFC 8414 section 3.3."""
    tokens = world.tokens(scope="openid read")
    found = {claims(tokens[kind])["iss"] for kind in ("access_token", "id_token")}
    assert found == {document(world)["issuer"]} == {world.issuer}


def test_every_endpoint_answers(world: World) -> None:
    """Every URL in the document is one of this server's, and no 404."""
    urls = {
        name: url
        for name, url in document(world).items()
        if name.endswith(("_endpoint", "_uri")) and isinstance(url, str)
    }
    assert len(urls) == 7
    for url in urls.values():
        assert url.startswith(world.issuer)
        reply = world.request("OPTIONS", url.removeprefix(world.issuer))
        assert reply.status == 204


def test_every_grant_type_works(world: World) -> None:
    """Each listed one gives a token, once."""
    first = world.tokens()
    done: dict[str, Callable[[], Reply]] = {
        "authorization_code": lambda: world.redeem(world.code()),
        "refresh_token": lambda: world.refresh(first["refresh_token"]),
        "client_credentials": lambda: world.post(
            "/token",
            {"grant_type": "client_credentials", "scope": "read"},
            auth=("demomachine", "demomachinesecret"),
        ),
    }
    assert set(done) == set(document(world)["grant_types_supported"])
    for work in done.values():
        assert "access_token" in work().json


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "none",
        "__init__",
    ],
)
def test_a_grant_type_that_is_not_listed_is_refused(world: World, name: str) -> None:
    """With words for those that people still ask for."""
    assert name not in document(world)["grant_types_supported"]
    reply = world.post("/token", {"grant_type": name}, auth=WEB)
    assert (reply.status, reply.json["error"]) == (400, "unsupported_grant_type")


def test_every_client_authentication_method_works(world: World) -> None:
    """At the token endpoint and at revocation; introspection wants a credential."""
    listed = document(world)
    clients.create(
        {
            "client_id": "poster",
            "client_secret": "poster-secret",
            "redirect_uris": [REDIRECT],
            "token_endpoint_auth_method": "client_secret_post",
        },
        world.services,
    )
    ways: dict[str, tuple[dict[str, str], tuple[str, str] | None]] = {
        "none": ({"client_id": "demospa"}, None),
        "client_secret_basic": ({}, WEB),
        "client_secret_post": ({"client_id": "poster", "client_secret": "poster-secret"}, None),
    }
    assert set(ways) == set(listed["token_endpoint_auth_methods_supported"])
    assert set(ways) == set(listed["revocation_endpoint_auth_methods_supported"])
    assert set(ways) - {"none"} == set(listed["introspection_endpoint_auth_methods_supported"])
    for name, (form, auth) in ways.items():
        assert world.post("/revoke", {"token": "x", **form}, auth=auth).status == 200
        code = {"grant_type": "authorization_code", "code": "x", **form}
        assert world.post("/token", code, auth=auth).json["error"] == "invalid_grant"
        introspected = world.post("/introspect", {"token": "x", **form}, auth=auth)
        assert introspected.status == (400 if name == "none" else 200)


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_every_response_mode_works(world: World, mode: str) -> None:
    """The code arrives either way."""
    assert mode in document(world)["response_modes_supported"]
    assert world.code(response_mode=mode)


def test_the_short_lists_are_exact(world: World) -> None:
    """What is tried, and refused, elsewhere: test_prompt.py and test_authorize_refused.py."""
    listed = document(world)
    assert listed["response_types_supported"] == ["code"]
    assert listed["response_modes_supported"] == ["query", "form_post"]
    assert listed["code_challenge_methods_supported"] == ["S256"]
    assert listed["prompt_values_supported"] == ["none", "login", "consent", "select_account"]
    assert listed["subject_types_supported"] == ["public", "pairwise"]
    assert listed["authorization_response_iss_parameter_supported"] is True
    assert listed["claim_types_supported"] == ["normal"]
    for name, offered in {"request": False, "request_uri": False, "claims": True}.items():
        assert listed[f"{name}_parameter_supported"] is offered


def test_every_scope_can_be_asked_for(world: World) -> None:
    """OpenID's scopes; those of resources are in the resources' own metadata."""
    scopes = document(world)["scopes_supported"]
    assert world.tokens(scope=" ".join(scopes))["scope"] == " ".join(scopes)


def test_the_id_token_is_signed_and_filled_as_listed(world: World) -> None:
    """`claims_supported`: a user of whom all is known, and a client that asks for all by name."""
    listed = document(world)["claims_supported"]
    user = users.find("demo@example.com", world.services)
    users.update(user, world.services, claims=VALUES)
    asked = {"id_token": dict.fromkeys(VALUES)}
    token = world.tokens(scope="openid", nonce="n-0S6_WzA2Mj", claims=json.dumps(asked))["id_token"]
    assert set(listed) == set(claims(token))
    assert len(set(listed)) == len(listed)
