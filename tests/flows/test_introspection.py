"""Introspection: who may look into which token, and what is said of the others. RFC 7662."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from chalicelib.administration import Refused, clients, resources
from tests.reply import claims
from tests.world import World

API, OTHER = "https://api.example.com", "https://other.example.com"
WEB, MACHINE = ("demoweb", "demowebsecret"), ("demomachine", "demomachinesecret")
INACTIVE = {"active": False}
GATE = {"grant_types": ["client_credentials"], "scope": "read"}


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server, with three clients more that introspect, each in its own way."""
    services = signed_in.services
    resources.create({"resource": OTHER, "name": "Other", "scopes": {"l": "L"}}, services)
    for name, members in {
        "gate-all": {"introspection": "all"},
        "gate-api": {"introspection": "audience", "resource_server": [API]},
        "gate-other": {"introspection": "audience", "resource_server": [OTHER]},
    }.items():
        secret = {"client_id": name, "client_secret": f"{name}-secret"}
        with suppress(Refused):
            clients.create({**GATE, **secret, **members}, services)
    return signed_in


def gate(name: str) -> tuple[str, str]:
    """The credentials of one of the three."""
    return f"gate-{name}", f"gate-{name}-secret"


def test_an_access_token_is_described(world: World) -> None:
    """RFC 7662 section 2.2, with the token's own claims and not those of its owner's account."""
    token = world.tokens(scope="openid email read")["access_token"]
    said = world.introspect(token)
    own = claims(token)
    assert said.pop("active") is True
    assert said.pop("token_type") == "Bearer"
    assert said == {
        name: own[name]
        for name in (
            *("iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id", "scope"),
            *("acr", "auth_time"),
        )
    }


def test_a_refresh_token_is_described_to_its_owner(world: World) -> None:
    """And to one that sees all; a resource server has no business with it."""
    token = world.tokens()["refresh_token"]
    said = world.introspect(token)
    assert said["active"] is True
    assert (said["client_id"], said["scope"]) == ("demoweb", "read write")
    assert "token_type" not in said
    assert world.introspect(token, gate("all"))["active"] is True
    for auth in (gate("api"), gate("other"), MACHINE):
        assert world.introspect(token, auth) == INACTIVE


@pytest.mark.parametrize(
    ("auth", "active"),
    [
        (WEB, True),
        (MACHINE, False),
        (gate("all"), True),
        (gate("api"), True),
        (gate("other"), False),
    ],
    ids=lambda given: str(given),
)
def test_a_client_sees_its_own_its_resources_or_all(
    world: World, auth: tuple[str, str], active: bool
) -> None:
    """As the operator registered it; anything else is inactive, and exactly that."""
    said = world.introspect(world.tokens()["access_token"], auth)
    assert said["active"] is active
    if not active:
        assert said == INACTIVE


def test_a_public_client_cannot_introspect(world: World) -> None:
    """Anyone could say that they are it."""
    token = world.tokens()["access_token"]
    reply = world.post("/introspect", {"token": token, "client_id": "demospa"})
    assert (reply.status, reply.json["error"]) == (400, "unauthorized_client")


def id_token(world: World) -> str:
    """Another type of ours."""
    return str(world.tokens(scope="openid read")["id_token"])


def changed_claims(world: World) -> str:
    """One letter of the claims."""
    token = world.tokens()["access_token"]
    head, body, signature = token.split(".")
    return f"{head}.{body[:-4]}{'AAAA' if body[-4:] != 'AAAA' else 'BBBB'}.{signature}"


def no_signature(world: World) -> str:
    """The signature taken off."""
    return str(world.tokens()["access_token"].rpartition(".")[0]) + "."


def padded(world: World) -> str:
    """Another spelling of the same bytes."""
    return str(world.tokens()["access_token"]) + "=="


def a_code(world: World) -> str:
    """Not yet redeemed."""
    return world.code()


def a_used_code(world: World) -> str:
    """Redeemed: its bytes lead to a live grant."""
    code = world.code()
    world.redeem(code)
    return code


def rotated(world: World) -> str:
    """A refresh token that has a successor."""
    token = str(world.tokens()["refresh_token"])
    world.refresh(token)
    return token


def session(world: World) -> str:
    """The cookie of a browser."""
    assert world.member is not None
    return world.member.cookies["__Host-session"]


@pytest.mark.parametrize(
    "make",
    [id_token, changed_claims, no_signature, padded, a_code, a_used_code, rotated, session],
)
@pytest.mark.parametrize("auth", [WEB, gate("all")])
def test_what_is_no_living_token_is_inactive_and_no_more(
    world: World, make: Callable[[World], str], auth: tuple[str, str]
) -> None:
    """One answer for everything; looking changes nothing."""
    text = make(world)
    world.aws.reset()
    assert world.introspect(text, auth) == INACTIVE
    assert world.writes() == []


def test_tokens_end_when_they_say(world: World) -> None:
    """To the second, for both kinds."""
    tokens = world.tokens()
    world.clock.forward(599)
    assert world.introspect(tokens["access_token"])["active"] is True
    world.clock.forward(1)
    assert world.introspect(tokens["access_token"]) == INACTIVE
    assert world.introspect(tokens["refresh_token"])["active"] is True
    world.clock.forward(30 * 24 * 60 * 60 - 600)
    assert world.introspect(tokens["refresh_token"]) == INACTIVE


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "pizza"])
def test_the_hint_does_not_matter(world: World, hint: str) -> None:
    """Wrong or unknown, the token is found (RFC 7662 section 2.1)."""
    tokens = world.tokens()
    for kind in ("access_token", "refresh_token"):
        form = {"token": tokens[kind], "token_type_hint": hint}
        assert world.post("/introspect", form, auth=WEB).json["active"] is True


def test_a_token_of_another_issuer_is_inactive(world: World) -> None:
    """Signed by the same keys, for another stage's name."""
    stranger = world.twin()
    stranger.settings = type(world.settings)(
        issuer="https://other.example.net",
        stage="local",
        table_name=world.table_name,
        region="eu-west-1",
    )
    stranger.restart()
    form = {"grant_type": "client_credentials", "scope": "read"}
    token = stranger.post("/token", form, auth=MACHINE).json["access_token"]
    assert claims(token)["iss"] == "https://other.example.net"
    assert world.introspect(token, MACHINE) == INACTIVE
