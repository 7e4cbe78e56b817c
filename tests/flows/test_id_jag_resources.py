"""Where an assertion about a user is good: families of resources, lists of what was revoked, and
how soon an issuer's policy is known. RFC 8707 section 2."""

from __future__ import annotations

import pytest

from chalicelib.administration import resources, trusted_issuers, users
from tests.flows import id_jags, listed
from tests.flows.id_jags import API, IDP, bring, brought, signed
from tests.reply import claims
from tests.world import World

FAMILY = "https://mcp.example.com/servers"
TOOLS = {"read": "Look", "run": "Run tools"}


@pytest.fixture(scope="module")
def _prepared(settled: World) -> None:
    family = {"resource": FAMILY, "scopes": TOOLS, "covers_subpaths": True}
    resources.create(family, settled.services)
    id_jags.ready(settled, resources={API: ["read"], FAMILY: ["run"]})


@pytest.fixture
def world(_prepared: None, signed_in: World) -> World:
    """The module's server, which takes assertions."""
    return signed_in


def test_a_member_of_a_family_is_what_the_token_is_for(world: World) -> None:
    """The policy names the family; the token has the member's own URI, and the family's scopes."""
    token = signed(world, resource=f"{FAMILY}/notes", scope="read run")
    given = brought(world, token)
    assert given["scope"] == "run"
    assert claims(given["access_token"])["aud"] == f"{FAMILY}/notes"


@pytest.mark.parametrize(
    "resource",
    [f"{FAMILY}/../x", f"{FAMILY}s", f"{FAMILY}/a?b", "https://mcp.example.com", f"{FAMILY}/%2e"],
)
def test_what_is_not_of_the_family(world: World, resource: str) -> None:
    """Only what lies below it, by every reading."""
    reply = bring(world, signed(world, resource=resource, scope="run"))
    assert reply.json["error"] == "invalid_target"


def test_a_member_with_a_policy_of_its_own(world: World) -> None:
    """What is said of it goes before what is said of its family."""
    policy = {FAMILY: ["run"], f"{FAMILY}/quiet": ["read"]}
    trusted_issuers.update(IDP, {"resources": policy}, world.services)
    world.restart()
    token = signed(world, resource=f"{FAMILY}/quiet", scope="read run")
    assert brought(world, token)["scope"] == "read"


def test_a_listed_token_dies_in_its_list(world: World) -> None:
    """Each has a grant, and each grant a place: verifiers see it when the user is revoked."""
    trusted_issuers.update(IDP, {"resources": {API: ["read"]}}, world.services)
    listed.switch(world)
    try:
        server = listed.ResourceServer(world)
        token = brought(world)["access_token"]
        assert "status" in claims(token)
        assert server.refusal(token) is None
        users.revoke(users.find("demo@example.com", world.services), world.services)
        world.clock.forward(60)
        assert server.refusal(token) is not None
    finally:
        listed.switch(world, on=False)


def test_a_policy_counts_within_a_minute(world: World) -> None:
    """A process keeps what it knows of an issuer for so long."""
    trusted_issuers.update(IDP, {"resources": {API: ["read"]}}, world.services)
    world.restart()
    assert brought(world)["scope"] == "read"
    trusted_issuers.update(IDP, {"clients": []}, world.services)
    world.clock.forward(59)
    assert brought(world)
    world.clock.forward(1)
    assert bring(world, signed(world)).json["error"] == "invalid_grant"
    trusted_issuers.update(IDP, {"clients": None}, world.services)


def test_an_unknown_issuer_is_looked_for_each_time(world: World) -> None:
    """One read, and no more: it may be registered any moment."""
    world.restart()
    bring(world, signed(world))
    for number in range(3):
        world.aws.reset()
        bring(world, signed(world, iss=f"https://unknown-{number}.example"))
        assert world.aws.count() == {"GetItem": 1}
