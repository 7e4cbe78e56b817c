"""Resource indicators on every road, their spellings, and families of servers. RFC 8707."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.administration import Refused, clients, resources
from infra import seeds
from tests.reply import Reply, claims
from tests.world import REDIRECT, World

API, OTHER = "https://api.example.com", "https://other.example.com"
FAMILY = "https://mcp.example.com/servers"
FILES, MAIL = f"{FAMILY}/files", f"{FAMILY}/mail"
TOOLS = {"tools:read": "Look at your things", "tools:write": "Change your things"}
MACHINE = ("machine", "machine-secret")
GATE = ("gate", "gate-secret")


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server, with a second API, a family of servers, and demoweb allowed all."""
    services = signed_in.services
    with suppress(Refused):
        resources.create({"resource": OTHER, "scopes": {"list": "Read your lists"}}, services)
    family = {"resource": FAMILY, "name": "Tools", "scopes": TOOLS, "covers_subpaths": True}
    with suppress(Refused):
        resources.delete(FAMILY, services)
    resources.create(family, services)
    clients.update("demoweb", {"allowed_resources": None}, services)
    signed_in.restart()
    return signed_in


def register(world: World, auth: tuple[str, str], **metadata: Any) -> None:
    """A machine, in the place of one of the same name."""
    with suppress(Refused):
        clients.delete(auth[0], world.services)
    own = {"client_id": auth[0], "client_secret": auth[1], "grant_types": ["client_credentials"]}
    clients.create({**own, **metadata}, world.services)
    world.restart()
    world.clock.forward(1)


def machine(world: World, resource: str, **form: str) -> Reply:
    """A token for a machine."""
    asked = {"grant_type": "client_credentials", "resource": resource, "scope": "tools:read"}
    return world.post("/token", {**asked, **form}, auth=MACHINE)


def code_for(world: World, *uris: str, scope: str) -> str:
    """A code for several resources."""
    url = world.authorize_url(scope=scope) + "&" + urlencode([("resource", uri) for uri in uris])
    assert world.member is not None
    world.member.open(url)
    if world.member.arrived is None:
        world.member.allow()
    assert world.member.arrived is not None
    return world.member.arrived["code"]


def test_several_are_consented_and_each_token_has_one(world: World) -> None:
    """Named at each token request; the scope of a token is what its own resource defines."""
    code = code_for(world, API, OTHER, FILES, scope="read list tools:read")
    first = world.redeem(code, resource=OTHER).json
    assert (claims(first["access_token"])["aud"], first["scope"]) == (OTHER, "list")
    token = first["refresh_token"]
    for resource, scope in ((API, "read"), (FILES, "tools:read"), (OTHER, "list")):
        answer = world.refresh(token, resource=resource).json
        assert (claims(answer["access_token"])["aud"], answer["scope"]) == (resource, scope)
        token = answer["refresh_token"]
    assert world.refresh(token).json["error"] == "invalid_target"
    assert world.refresh(token, resource=MAIL).json["error"] == "invalid_target"


def test_several_without_a_word_at_the_token_endpoint(world: World) -> None:
    """No guess: the code is not spent, and the client may name one."""
    code = code_for(world, API, OTHER, scope="read list")
    assert world.redeem(code).json["error"] == "invalid_target"
    assert claims(world.redeem(code, resource=API).json["access_token"])["aud"] == API


@pytest.mark.parametrize("spelling", [f"{API}/", "HTTPS://API.Example.com:443", API])
def test_a_url_that_a_client_wrote_anew(world: World, spelling: str) -> None:
    """At /authorize, /token and for a refresh; the token names the resource as it is registered."""
    tokens = world.redeem(world.code(resource=spelling), resource=spelling).json
    assert claims(tokens["access_token"])["aud"] == API
    again = world.refresh(tokens["refresh_token"], resource=spelling).json
    assert claims(again["access_token"])["aud"] == API


def test_a_url_that_a_client_wrote_anew_and_pushed(world: World) -> None:
    """RFC 9126: the same rules."""
    parameters = dict(
        pair.split("=", 1) for pair in world.authorize_url(resource=FILES).split("?")[1].split("&")
    )
    form = {
        **{name: parameters[name] for name in ("response_type", "client_id", "code_challenge")},
        "redirect_uri": REDIRECT,
        "code_challenge_method": "S256",
        "scope": "tools:read",
        "resource": FILES.replace("https://mcp", "HTTPS://MCP"),
    }
    pushed = world.post("/par", form, auth=("demoweb", "demowebsecret"))
    assert pushed.status == 201, pushed.text
    query = urlencode({"client_id": "demoweb", "request_uri": pushed.json["request_uri"]})
    assert world.member is not None
    world.member.open(f"{world.issuer}/authorize?{query}")
    if world.member.arrived is None:
        world.member.allow()
    assert world.member.arrived is not None
    token = world.redeem(world.member.arrived["code"]).json["access_token"]
    assert claims(token)["aud"] == FILES


def test_the_issuer_with_a_slash_is_this_server(world: World) -> None:
    """A grant of OpenID scopes is for userinfo."""
    code = world.code(scope="openid email")
    token = world.redeem(code, resource=f"{world.issuer}/").json["access_token"]
    assert claims(token)["aud"] == world.issuer


@pytest.mark.parametrize(
    "resource",
    [
        f"{API}/v1",
        "http://api.example.com",
        "https://api.example.com:8443",
        "https://mcp.example.com",
        "https://mcp.example.com/server",
        f"{FAMILY}/*",
        f"{FAMILY}/../files",
        f"{FAMILY}/%66iles",
        f"{FAMILY}/files?x=y",
        f"{FAMILY}/" + "x" * 512,
        "https://mcp.example.com@evil.example/servers/files",
        "not a uri",
        f"{FILES}#fragment",
    ],
)
def test_what_is_not_a_resource_is_an_invalid_target(world: World, resource: str) -> None:
    """RFC 8707 section 2, at both endpoints."""
    browser = world.browser().open(world.authorize_url(resource=resource, scope="tools:read"))
    assert browser.arrived is not None
    assert browser.arrived["error"] == "invalid_target"
    register(world, MACHINE, allowed_resources=[FAMILY])
    assert machine(world, resource).json["error"] == "invalid_target"


def test_a_member_of_a_family_has_tokens_of_its_own(world: World) -> None:
    """The audience is exactly what was asked for; another server of the family is not reached."""
    register(world, MACHINE, allowed_resources=[FAMILY])
    for uri in (FAMILY, FILES, f"{FILES}/", f"{FILES}/v2"):
        assert claims(machine(world, uri).json["access_token"])["aud"] == uri
    shouted = FILES.replace("https://mcp", "HTTPS://MCP")
    assert claims(machine(world, shouted).json["access_token"])["aud"] == FILES


def test_a_client_of_one_member_gets_no_other(world: World) -> None:
    """Registered for one path of the family."""
    register(world, MACHINE, allowed_resources=[FILES])
    assert machine(world, FILES).status == 200
    for uri in (MAIL, FAMILY, f"{FILES}/v2"):
        assert machine(world, uri).json["error"] == "invalid_target"


def test_only_what_is_served_can_be_allowed(world: World) -> None:
    """Below a resource that covers nothing there is nothing."""
    with pytest.raises(Refused, match="there is no resource"):
        register(world, MACHINE, allowed_resources=[f"{API}/v1"])


def test_consent_names_the_member(world: World) -> None:
    """And counts for that one alone."""
    browser = world.browser()
    world.code(browser, resource=FILES, scope="tools:read")
    asked = world.authorize_url(resource=MAIL, scope="tools:read")
    page = browser.open(asked).page
    assert f"Tools ({MAIL})" in page.text
    browser.allow()
    browser.open(asked)
    assert browser.arrived is not None


def test_who_looks_into_tokens_of_a_family(world: World) -> None:
    """Its own resource server, and that of the one member; nobody else's."""
    register(world, MACHINE, allowed_resources=[FAMILY])
    token = machine(world, FILES).json["access_token"]
    audience = {"introspection": "audience", "allowed_resources": []}
    for uri, active in ((FAMILY, True), (FILES, True), (MAIL, False), (API, False)):
        register(world, GATE, resource_server=[uri], **audience)
        assert world.introspect(token, GATE)["active"] is active


def test_a_status_list_is_the_familys(world: World) -> None:
    """Its settings are those of each member."""
    resources.update(FAMILY, {"status_list": True, "access_token_lifetime": 77}, world.services)
    register(world, MACHINE, allowed_resources=[FAMILY])
    answer = machine(world, FILES).json
    assert answer["expires_in"] == 77
    assert "status_list" in claims(answer["access_token"])["status"]


def test_a_family_that_is_none_any_more(world: World) -> None:
    """Its own URI stays; nothing below gets a token, with old grants neither."""
    tokens = world.redeem(world.code(resource=FILES, scope="tools:read")).json
    resources.update(FAMILY, {"covers_subpaths": None}, world.services)
    world.restart()
    assert world.refresh(tokens["refresh_token"]).json["error"] == "invalid_target"
    resources.update(FAMILY, {"covers_subpaths": True}, world.services)
    world.restart()
    assert world.refresh(tokens["refresh_token"]).status == 200


def test_one_host_is_registered_once(world: World) -> None:
    """With and without its slash it is the same resource."""
    with pytest.raises(Refused, match="is the same"):
        resources.create({**seeds.RESOURCE, "resource": f"{API}/"}, world.services)


@pytest.mark.parametrize("end", ["", "/"])
def test_this_server_is_no_api(world: World, end: str) -> None:
    """A token for the issuer opens /userinfo: nobody else is to be handed one."""
    with pytest.raises(Refused, match="is this server itself"):
        resources.create({**seeds.RESOURCE, "resource": f"{world.issuer}{end}"}, world.services)
