"""What the token endpoint gives and refuses, seen."""

from __future__ import annotations

from typing import Any

from tests.endpoints.discovery.asking import WEB, document, refusal, tokens
from tests.world import World

MACHINE = ("demomachine", "demomachinesecret")


def grant_code(world: World, value: dict[str, bool]) -> None:
    """It works."""
    assert value["offered"] is bool(world.tokens()["access_token"])


def grant_implicit(world: World, value: dict[str, Any]) -> None:
    """Refused, as it says."""
    assert value["offered"] is False
    assert refusal(world, response_type="token") == value["error"]


def grant_password(world: World, value: dict[str, Any]) -> None:
    """Refused, as it says."""
    assert value["offered"] is False
    form = {"grant_type": "password", "username": "demo@example.com", "password": "demo-password"}
    assert world.post("/token", form, auth=WEB).json["error"] == value["error"]


def grant_client_credentials(world: World, value: dict[str, bool]) -> None:
    """It works, without a refresh token."""
    form = {"grant_type": "client_credentials", "scope": "read"}
    reply = world.post("/token", form, auth=MACHINE)
    assert (reply.status == 200) is value["offered"]
    assert ("refresh_token" in reply.json) is value["refresh_token"]


def grant_extensions(world: World, value: dict[str, list[str]]) -> None:
    """As the metadata list them; one that is not listed is not known."""
    prefix = "urn:ietf:params:oauth:grant-type:"
    listed = document(world)["grant_types_supported"]
    assert value["offered"] == [name for name in listed if name.startswith(prefix)]
    for name in {"saml2-bearer", "device_code", "jwt-bearer", "token-exchange"}:
        if prefix + name not in value["offered"]:
            reply = world.post("/token", {"grant_type": prefix + name}, auth=WEB)
            assert reply.json["error"] == "unsupported_grant_type"


def expires_in(world: World, value: dict[str, Any]) -> None:
    """What is said, and what is true."""
    assert value["always_told"] is True
    given = world.tokens()
    assert given["expires_in"] == value["access_token_seconds"]
    form = {"grant_type": "client_credentials", "scope": "read"}
    machine = world.post("/token", form, auth=MACHINE).json
    assert machine["expires_in"] == value["client_credentials_seconds"]
    world.clock.forward(value["access_token_seconds"] - 1)
    assert world.introspect(given["access_token"])["active"] is True
    world.clock.forward(1)
    assert world.introspect(given["access_token"])["active"] is False


def refresh_given(world: World, value: dict[str, Any]) -> None:
    """To a client with the grant type, and to no other."""
    from tests.endpoints.discovery.asking import register

    assert value == {"grants": ["authorization_code"], "needs": "refresh_token"}
    assert "refresh_token" in world.tokens()
    without = register(world, "norefresh", grant_types=value["grants"])
    assert "refresh_token" not in tokens(world, without, scope="read")


def refresh(world: World, value: dict[str, Any]) -> None:
    """The grace, the replay, and both lifetimes."""
    assert value["rotates"] is True
    first = world.tokens()["refresh_token"]
    second = world.refresh(first).json["refresh_token"]
    assert second != first
    world.clock.forward(value["grace_seconds"])
    assert world.refresh(first).json["refresh_token"] == second
    world.clock.forward(1)
    assert world.refresh(first).json["error"] == "invalid_grant"
    assert value["replay"] == "revokes the family"
    assert world.refresh(second).json["error"] == "invalid_grant"

    unused = world.tokens()["refresh_token"]
    world.clock.forward(value["unused_seconds"])
    assert world.refresh(unused).json["error"] == "invalid_grant"

    token = world.tokens()["refresh_token"]
    left = value["family_seconds"]
    while left > value["unused_seconds"]:
        world.clock.forward(value["unused_seconds"] - 1)
        left -= value["unused_seconds"] - 1
        token = world.refresh(token).json["refresh_token"]
    world.clock.forward(left)
    assert world.refresh(token).json["error"] == "invalid_grant"


def token_sizes(world: World, value: dict[str, int]) -> None:
    """Of the demo's."""
    given = world.tokens(scope="openid profile email read write")
    assert len(given["access_token"]) < value["access_token_below"]
    assert len(given["refresh_token"]) == value["refresh_token"]


def token_errors(world: World, value: dict[str, Any]) -> None:
    """Both statuses, and what keeps an answer out of caches."""
    bad = world.post("/token", {"grant_type": "authorization_code", "code": "x"}, auth=WEB)
    assert (bad.status, bad.header("Cache-Control")) == (value["status"], value["cache_control"])
    wrong = world.post("/token", {"grant_type": "client_credentials"}, auth=("demoweb", "wrong"))
    assert wrong.status == value["invalid_client"]
    assert (wrong.header("WWW-Authenticate") or "").startswith("Basic ")


PROVERS = {
    "grant_code": grant_code,
    "grant_implicit": grant_implicit,
    "grant_password": grant_password,
    "grant_client_credentials": grant_client_credentials,
    "grant_extensions": grant_extensions,
    "expires_in": expires_in,
    "refresh_given": refresh_given,
    "refresh": refresh,
    "token_sizes": token_sizes,
    "token_errors": token_errors,
}
