"""What resource servers see of tokens, in JSON and signed. RFC 9701 section 5, RFC 7662."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.administration import clients
from tests.flows.resource_servers import JSON, JWT, OTHER, ask, register, seen, told
from tests.reply import claims
from tests.world import World

WEB, MACHINE = ("demoweb", "demowebsecret"), ("demomachine", "demomachinesecret")
INACTIVE = {"active": False}
NONSENSE = "eyJhbGciOiJSUzI1NiJ9.e30.AAAA"


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


def its_refresh_token(world: World) -> str:
    """Of a grant for the API."""
    return str(world.tokens()["refresh_token"])


def another_audience(world: World) -> str:
    """Alive, and for another resource."""
    name, secret = "talker", "talker-secret"
    register(world, name, introspection="own", allowed_resources=[OTHER], resource_server=[])
    world.clock.forward(1)
    form = {"grant_type": "client_credentials", "scope": "l"}
    return str(world.post("/token", form, auth=(name, secret)).json["access_token"])


def for_userinfo(world: World) -> str:
    """Alive, and for this server."""
    return str(world.tokens(scope="openid")["access_token"])


def an_id_token(world: World) -> str:
    """Another type."""
    return str(world.tokens(scope="openid read")["id_token"])


def revoked(world: World) -> str:
    """For the API, until a moment ago."""
    token = str(world.tokens()["access_token"])
    world.revoke(token)
    return token


def an_unused_code(world: World) -> str:
    """Not a token."""
    return world.code()


def forged(world: World) -> str:
    """For the API, with another signature."""
    token = str(world.tokens()["access_token"])
    return f"{token[:-12]}{'A' * 12}"


@pytest.mark.parametrize("accept", [JSON, JWT])
@pytest.mark.parametrize(
    "make",
    [
        its_refresh_token,
        another_audience,
        for_userinfo,
        an_id_token,
        revoked,
        an_unused_code,
        forged,
    ],
)
def test_what_is_not_for_a_resource_server_is_as_good_as_unknown(
    world: World, make: Callable[[World], str], accept: str
) -> None:
    """Byte for byte, signature and headers too: it cannot even tell that there is such a token."""
    token = make(world)
    gate = register(world)
    reply, unknown = (ask(world, text, gate, accept) for text in (token, NONSENSE))
    assert seen(reply) == seen(unknown)
    said = reply.json if accept == JSON else told(world, reply)
    assert said == INACTIVE


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_resource_server_sees_nothing_else_of_its_own(world: World, kind: str) -> None:
    """Registered for an audience, it sees that audience, whatever else it is."""
    register(world)
    token = world.tokens()[kind]
    changes = {"introspection": "audience", "resource_server": [OTHER]}
    said = []
    for members in (changes, dict.fromkeys(changes)):
        clients.update("demoweb", members, world.services)
        world.restart()
        said.append(world.introspect(token))
    assert said[0] == INACTIVE
    assert said[1]["active"] is True


def test_a_resource_server_is_told_its_own_scopes_only(world: World) -> None:
    """Section 5: what the client may learn here about the user is not the API's business."""
    gate, token = register(world), world.tokens(scope="openid email read")["access_token"]
    assert claims(token)["scope"] == "openid email read"
    assert told(world, ask(world, token, gate, JWT))["scope"] == "read"
    assert ask(world, token, gate).json["scope"] == "read"
    assert ask(world, token, WEB).json["scope"] == "openid email read"


def test_a_resource_server_is_told_no_more_than_this(world: World) -> None:
    """No name of the user, and nothing by which only this server finds the grant."""
    gate, token = register(world), world.tokens(scope="openid email read")["access_token"]
    assert set(told(world, ask(world, token, gate, JWT))) == {
        *("active", "token_type", "iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id"),
        *("scope", "acr", "auth_time"),
    }


def test_the_sign_in_can_be_judged(world: World) -> None:
    """RFC 9470 section 6.2: when and how, as the ID token has it, also after a refresh."""
    gate = register(world)
    tokens = world.tokens(scope="openid read", prompt="login")
    signed_in = claims(tokens["id_token"])
    world.clock.forward(500)
    refreshed = world.refresh(tokens["refresh_token"]).json
    for token in (tokens["access_token"], refreshed["access_token"]):
        said = told(world, ask(world, token, gate, JWT))
        assert (said["auth_time"], said["acr"]) == (signed_in["auth_time"], signed_in["acr"])


def test_where_no_user_is_there_was_no_sign_in(world: World) -> None:
    """A client that acts for itself."""
    form = {"grant_type": "client_credentials", "scope": "read"}
    token = world.post("/token", form, auth=MACHINE).json["access_token"]
    said = told(world, ask(world, token, register(world), JWT))
    assert said["active"] is True
    assert not {"acr", "auth_time"} & set(said)
