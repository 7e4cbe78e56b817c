"""A client registers itself. RFC 7591, OpenID Connect Dynamic Client Registration 1.0."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib import throttling
from chalicelib.administration import clients, resources
from tests.client_signatures import jwks, jwt
from tests.flows import assertions
from tests.flows import registrations as tell
from tests.flows.registrations import CONFIDENTIAL, NATIVE, PUBLIC, WEB, is_refused, post
from tests.world import World


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


def test_the_answer_has_all_that_is_registered(world: World) -> None:
    """Section 3.2.1: with the defaults, the secret, and where to change it."""
    reply = post(world, {"redirect_uris": [WEB]})
    assert reply.status == 201
    told = reply.json
    assert told["client_id_issued_at"] == world.clock()
    assert told["client_secret_expires_at"] == 0
    assert len(told["client_secret"]) == len(told["registration_access_token"]) == 43
    assert told["registration_client_uri"] == f"{world.issuer}/register/{told['client_id']}"
    defaults = {
        "redirect_uris": [WEB],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "application_type": "web",
        "subject_type": "public",
        "id_token_signed_response_alg": "RS256",
    }
    assert defaults.items() <= told.items()


@pytest.mark.parametrize("metadata", [PUBLIC, CONFIDENTIAL], ids=["public", "confidential"])
def test_it_signs_users_in_and_gets_tokens(world: World, metadata: dict[str, Any]) -> None:
    """With what it was told, and nobody else's help."""
    client = tell.registered(world, metadata)
    given = tell.redeem(world, client, tell.code(world, client)).json
    assert given["scope"] == "read"
    assert "refresh_token" in given


def test_one_that_signs_needs_no_secret(world: World) -> None:
    """Its keys are registered with it."""
    method = {"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks("dynamic")}
    client = tell.registered(world, CONFIDENTIAL, **method)
    assert "client_secret" not in client
    form = {
        "grant_type": "authorization_code",
        "code": "x",
        "client_assertion": jwt(assertions.claims(world, client["client_id"]), owner="dynamic"),
        "client_assertion_type": assertions.TYPE,
    }
    assert world.post("/token", form).json["error"] == "invalid_grant"


def test_every_client_has_an_identifier_and_credentials_of_its_own(world: World) -> None:
    """RFC 6749 section 10.1: the same metadata twice are two clients."""
    first, second = (tell.registered(world, CONFIDENTIAL) for _ in range(2))
    for name in ("client_id", "client_secret", "registration_access_token"):
        assert first[name] != second[name]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("first_party", True),
        ("verified", True),
        ("require_pkce", False),
        ("introspection", "all"),
        ("resource_server", ["https://api.example.com"]),
        ("allowed_resources", ["https://api.example.com"]),
        ("client_id", "demoweb"),
        ("client_secret", "my-own-secret"),
        ("registered_by", "operator"),
        ("owner", "somebody"),
        ("software_colour", {"nobody": ["knows"]}),
        ("client_name#ja", "\u30af\u30e9\u30a4\u30a2\u30f3\u30c8"),
    ],
)
def test_what_is_not_its_to_give_is_left_out(world: World, member: str, value: object) -> None:
    """Section 2: as what is not known; the record has what a stranger's has."""
    told = tell.registered(world, CONFIDENTIAL, **{member: value})
    assert told.get(member) != value
    client = clients.get(told["client_id"], world.services)
    assert (client.first_party, client.verified, client.require_pkce) == (False, False, True)
    assert (client.introspection, client.resource_server) == ("own", ())
    assert (client.registered_by, client.owner) == ("dynamic", None)
    assert client.expires_at is not None


def test_grants_that_are_not_for_strangers_are_left_out(world: World) -> None:
    """Section 2: libraries name all that they know, and read in the answer what they got."""
    wished = [
        *("authorization_code", "implicit", "client_credentials", "refresh_token"),
        "urn:ietf:params:oauth:grant-type:device_code",
    ]
    told = tell.registered(
        world, CONFIDENTIAL, grant_types=wished, response_types=["code", "token"]
    )
    assert told["grant_types"] == ["authorization_code", "refresh_token"]
    assert told["response_types"] == ["code"]
    form = {"grant_type": "client_credentials", "scope": "read"}
    auth = (told["client_id"], told["client_secret"])
    assert world.post("/token", form, auth=auth).json["error"] == "unauthorized_client"


@pytest.mark.parametrize(
    ("uris", "given", "expected"),
    [
        ([WEB], None, "web"),
        ([NATIVE], None, "native"),
        (["com.example.app:/cb"], None, "native"),
        (["http://localhost:8000/cb", WEB], None, "native"),
        ([WEB], "native", "native"),
        ([WEB], "web", "web"),
        ([NATIVE], "native", "native"),
    ],
)
def test_the_application_type_follows_the_redirect_uris(
    world: World, uris: list[str], given: str | None, expected: str
) -> None:
    """Where it is not said; older MCP clients do not."""
    told = tell.registered(world, PUBLIC, redirect_uris=uris, application_type=given)
    assert told["application_type"] == expected


def test_empty_members_are_as_good_as_none(world: World) -> None:
    """RFC 7592 section 2.2 says so of updates; some clients send them at once."""
    empty = {"logo_uri": "", "scope": "", "client_uri": None, "response_types": []}
    told = tell.registered(world, PUBLIC, **empty)
    assert "logo_uri" not in told
    assert told["response_types"] == ["code"]


def test_the_name_of_a_client_stays_text_on_the_page(world: World) -> None:
    """Shown as it is, whatever it looks like; and marked as what nobody has checked."""
    name = "<script>alert(1)</script><h1>Verified"
    client = tell.registered(world, CONFIDENTIAL, client_name=name)
    url = world.authorize_url(client_id=client["client_id"], redirect_uri=WEB)
    browser = world.browser().open(url).sign_in()
    page = browser.page
    assert name in page.text
    assert "script" not in page.tags
    assert "Not verified" in page.text
    assert "It registered itself" in page.text
    assert "app.example" in page.text
    assert "logo" not in (browser.reply.text if browser.reply else "")


def test_a_logo_is_never_loaded_from_elsewhere(world: World) -> None:
    """It is registered, and no page shows it: the policy of every page allows no such image."""
    client = tell.registered(world, CONFIDENTIAL, logo_uri="https://evil.example/logo.png")
    assert client["logo_uri"] == "https://evil.example/logo.png"
    url = world.authorize_url(client_id=client["client_id"], redirect_uri=WEB)
    browser = world.browser().open(url).sign_in()
    assert browser.reply is not None
    assert "evil.example" not in browser.reply.text


def test_only_resources_that_are_open_to_strangers_can_be_named(world: World) -> None:
    """Others are as good as unknown; an operator's client may name both."""
    uri = "https://inner.example.com"
    resources.create({"resource": uri, "scopes": {"rule": "Rule"}}, world.services)
    client = tell.registered(world, CONFIDENTIAL)
    asked = {"client_id": client["client_id"], "redirect_uri": WEB, "scope": "rule"}
    for more in ({}, {"resource": uri}):
        arrived = world.browser().open(world.authorize_url(**asked, **more)).arrived or {}
        assert arrived["error"] in ("invalid_scope", "invalid_target")
    resources.update(uri, {"self_registered_clients": True}, world.services)
    world.restart()
    page = world.browser().open(world.authorize_url(**asked, resource=uri)).sign_in().page
    assert "consent" in page.forms
    resources.update(uri, {"self_registered_clients": False}, world.services)


def test_a_resource_that_was_closed_gives_no_more_tokens(world: World) -> None:
    """Also for what was granted before."""
    uri = "https://api.example.com"
    client = tell.registered(world)
    given = tell.redeem(world, client, tell.code(world, client)).json
    resources.update(uri, {"self_registered_clients": False}, world.services)
    world.restart()
    refused = tell.refresh(world, client, given["refresh_token"])
    assert refused.json["error"] == "invalid_target"
    resources.update(uri, {"self_registered_clients": True}, world.services)
    world.restart()
    assert tell.refresh(world, client, given["refresh_token"]).status == 200


def test_a_stage_that_is_closed_registers_nobody(world: World) -> None:
    """Off: there is no such endpoint, and the metadata name none."""
    before = world.settings
    try:
        tell.set_up(world, registration="off")
        assert post(world, PUBLIC).status == 404
        assert world.writes() == []
        assert "registration_endpoint" not in world.get("/.well-known/openid-configuration").json
    finally:
        world.settings = before
        world.restart()


def test_registrations_of_one_source_are_limited(world: World) -> None:
    """The next one is told when to come back; another source is not concerned."""
    tell.registered(world)
    world.set_counters("registration-address", throttling.REGISTRATION_BY_ADDRESS.most)
    reply = post(world, PUBLIC)
    assert reply.status == 429
    assert int(reply.header("Retry-After") or 0) > 0
    assert post(world, PUBLIC, address="198.51.100.9").status == 201
    world.clock.forward(throttling.REGISTRATION_BY_ADDRESS.seconds)
    assert post(world, PUBLIC).status == 201


def test_registrations_of_all_sources_are_limited(world: World) -> None:
    """A flood from everywhere fills no table."""
    tell.registered(world)
    world.set_counters("registration-anyone", throttling.REGISTRATION_BY_ANYONE.most)
    world.aws.reset()
    assert post(world, PUBLIC, address="198.51.100.10").status == 429
    assert world.writes() == []
    world.clock.forward(throttling.REGISTRATION_BY_ANYONE.seconds)


def test_nobody_is_called_before_the_throttle(world: World) -> None:
    """A sector document is read last, and not at all for one who comes too often."""
    tell.registered(world)
    world.set_counters("registration-address", throttling.REGISTRATION_BY_ADDRESS.most)
    reply = post(world, {**CONFIDENTIAL, "sector_identifier_uri": "http://127.0.0.1:9/sector"})
    assert reply.status == 429
    world.clock.forward(throttling.REGISTRATION_BY_ADDRESS.seconds)
    reply = post(world, {**CONFIDENTIAL, "sector_identifier_uri": "http://127.0.0.1:9/sector"})
    is_refused(reply, "invalid_client_metadata", "sector_identifier_uri: ")


def test_scripts_of_any_site_may_register(world: World) -> None:
    """MCP clients run in browsers as well."""
    asked = [("Origin", "https://app.example"), ("Access-Control-Request-Method", "POST")]
    reply = world.request("OPTIONS", "/register", headers=asked)
    assert reply.header("Access-Control-Allow-Origin") == "*"
    assert "Content-Type" in (reply.header("Access-Control-Allow-Headers") or "")
    managed = world.request("OPTIONS", "/register/x", headers=asked)
    assert managed.header("Access-Control-Allow-Methods") == "GET, PUT, DELETE"


def test_it_is_noted_who_came(world: World) -> None:
    """One event, without a name that a stranger chose or a secret."""
    client = tell.registered(world)
    (event,) = world.events("client.registered")
    assert event["client_id"] == client["client_id"]
    assert "Example App" not in json.dumps(event)
