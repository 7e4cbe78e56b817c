"""The client credentials grant: scopes, resources, keys and lifetimes. RFC 6749 section 4.4."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from chalicelib.administration import clients, resources
from tests.reply import Reply, claims
from tests.world import World

API = "https://api.example.com"
OTHER = "https://other.example.com"


def register(world: World, **changes: Any) -> tuple[str, str]:
    """A machine beside the demo's, with these members changed."""
    metadata = {
        "client_id": "machine",
        "client_secret": "machine-secret",
        "grant_types": ["client_credentials"],
        "scope": "read write list",
        **changes,
    }
    clients.create(metadata, world.services)
    return "machine", "machine-secret"


def register_other(world: World, **changes: Any) -> None:
    """A second resource; `read` is defined by both."""
    scopes = {"read": "Read your lists", "list": "List your things"}
    metadata = {"resource": OTHER, "name": "Other", "scopes": scopes, **changes}
    resources.create(metadata, world.services)


def ask(world: World, auth: tuple[str, str], *resource: str, **form: str) -> Reply:
    """Ask for a token, of these resources."""
    pairs = [("grant_type", "client_credentials"), *form.items()]
    return world.post("/token", pairs + [("resource", uri) for uri in resource], auth=auth)


def test_a_public_client_cannot_act_for_itself(world: World) -> None:
    """It has nothing to prove itself with."""
    form = {"grant_type": "client_credentials", "scope": "read", "client_id": "demospa"}
    reply = world.post("/token", form)
    assert (reply.status, reply.json["error"]) == (400, "unauthorized_client")


def test_a_client_without_the_grant_is_refused(world: World) -> None:
    """It must be registered for it."""
    reply = ask(world, ("demoweb", "demowebsecret"), scope="read")
    assert (reply.status, reply.json["error"]) == (400, "unauthorized_client")


@pytest.mark.parametrize(
    ("scope", "error"),
    [
        ("", "invalid_scope"),
        ("admin", "invalid_scope"),
        ("read admin", "invalid_scope"),
        ("openid", "invalid_scope"),
        ("openid read", "invalid_scope"),
        ("profile read", None),
        ("read", None),
        ("read write", None),
        ("write read write", None),
    ],
)
def test_the_scope_is_the_clients_own(world: World, scope: str, error: str | None) -> None:
    """No more than registered, and nothing that is a user's."""
    reply = ask(world, ("demomachine", "demomachinesecret"), scope=scope)
    assert reply.json.get("error") == error
    if error is None:
        wanted = [word for word in dict.fromkeys(scope.split()) if word != "profile"]
        assert reply.json["scope"] == " ".join(wanted)


def test_a_default_scope_serves_a_request_without_one(world: World) -> None:
    """As registered."""
    auth = register(world, default_scope="read")
    assert ask(world, auth).json["scope"] == "read"


@pytest.mark.parametrize(
    ("asked", "scope", "outcome"),
    [
        ((), "write", API),
        ((), "list", OTHER),
        ((), "read", "invalid_target"),
        ((), "write list", "invalid_target"),
        ((API,), "read", API),
        ((OTHER,), "read", OTHER),
        ((OTHER,), "read list", OTHER),
        ((OTHER,), "write", "invalid_scope"),
        ((API, OTHER), "read", "invalid_target"),
        ((API, API), "read", API),
        (("https://unknown.example.com",), "read", "invalid_target"),
        (("not a uri",), "read", "invalid_target"),
        ((API + "#fragment",), "read", "invalid_target"),
        (("",), "write", API),
    ],
)
def test_the_resource_is_named_or_can_be_told(
    world: World, asked: tuple[str, ...], scope: str, outcome: str
) -> None:
    """One audience a token: the one that is named, or the only one that defines the scope."""
    register_other(world)
    reply = ask(world, register(world), *asked, scope=scope)
    if reply.status == 200:
        assert claims(reply.json["access_token"])["aud"] == outcome
    else:
        assert reply.json["error"] == outcome


def test_the_default_resource_decides_between_two(world: World) -> None:
    """The client's own preference, where both define the scope."""
    register_other(world)
    auth = register(world, default_resource=OTHER)
    assert claims(ask(world, auth, scope="read").json["access_token"])["aud"] == OTHER
    assert claims(ask(world, auth, scope="write").json["access_token"])["aud"] == API


def test_a_resource_that_is_not_allowed_is_as_good_as_unknown(world: World) -> None:
    """The answers do not tell which."""
    register_other(world)
    auth = register(world, allowed_resources=[API])
    forbidden = ask(world, auth, OTHER, scope="read").json
    unknown = ask(world, auth, "https://unknown.example.com", scope="read").json
    assert forbidden == unknown
    assert forbidden["error"] == "invalid_target"
    assert claims(ask(world, auth, scope="read").json["access_token"])["aud"] == API


def test_naming_many_resources_costs_few_reads(world: World) -> None:
    """Anyone with a client may ask; the table must not pay for it."""
    auth = register(world)
    ask(world, auth, scope="write")
    world.aws.reset()
    many = [f"https://r{number}.example.com" for number in range(90)]
    assert ask(world, auth, *many, scope="read").json["error"] == "invalid_target"
    assert len(world.aws.calls) <= 20


def test_a_resource_chooses_its_algorithm_and_its_lifetime(world: World) -> None:
    """ES256 and ten seconds; the demo's takes the stage's."""
    register_other(world, signing_alg="ES256", access_token_lifetime=10)
    auth = register(world)
    answer = ask(world, auth, OTHER, scope="read").json
    token = answer["access_token"]
    keys = jwt.PyJWKSet.from_dict(world.get("/.well-known/jwks.json").json)
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "ES256"
    off = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    jwt.decode(token, keys[header["kid"]], algorithms=["ES256"], audience=OTHER, options=off)
    assert answer["expires_in"] == 10
    assert claims(token)["exp"] - claims(token)["iat"] == 10
    assert ask(world, auth, API, scope="read").json["expires_in"] == 3600


def test_the_token_of_a_machine_ends(world: World) -> None:
    """Inactive from the second it expires."""
    auth = ("demomachine", "demomachinesecret")
    token = ask(world, auth, scope="read").json["access_token"]
    world.clock.forward(3599)
    assert world.introspect(token, auth)["active"] is True
    world.clock.forward(1)
    assert world.introspect(token, auth) == {"active": False}
