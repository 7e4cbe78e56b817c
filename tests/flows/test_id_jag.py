"""Assertions of trusted issuers about users, and what they give.

draft-ietf-oauth-identity-assertion-authz-grant section 4.4, RFC 7523 sections 2.1 and 3.
"""

from __future__ import annotations

import pytest

from chalicelib.administration import grants, users
from tests.flows import id_jags
from tests.flows.id_jags import API, IDP, bring, brought, claims, signed
from tests.reply import claims as claims_of
from tests.world import World


@pytest.fixture(scope="module")
def _prepared(settled: World) -> None:
    id_jags.ready(settled)


@pytest.fixture
def world(_prepared: None, signed_in: World) -> World:
    """The module's server, which takes assertions."""
    return signed_in


def test_an_assertion_gives_an_access_token(world: World) -> None:
    """For the local user, this client and the resource; no refresh token (RFC 7521 section 4.1)."""
    given = brought(world)
    assert set(given) == {"access_token", "token_type", "expires_in", "scope"}
    assert (given["token_type"], given["scope"]) == ("Bearer", "read write")
    told = claims_of(given["access_token"])
    user = users.find("demo@example.com", world.services)
    assert (told["sub"], told["aud"], told["client_id"]) == (user.subject, API, "bringer")
    assert told["iss"] == world.issuer
    assert "auth_time" not in told


def test_the_token_is_introspected_and_revoked_as_any(world: World) -> None:
    """It has a grant behind it."""
    token = brought(world)["access_token"]
    assert world.introspect(token, auth=id_jags.BROUGHT)["active"] is True
    assert world.revoke(token, auth=id_jags.BROUGHT).status == 200
    assert world.introspect(token, auth=id_jags.BROUGHT) == {"active": False}


def test_an_operator_ends_the_grant(world: World) -> None:
    """It is among the user's, for as long as the token lives."""
    token = brought(world)["access_token"]
    user = users.find("demo@example.com", world.services)
    (grant,) = [one for one in users.grants_of(user, world.services) if one.client_id == "bringer"]
    assert (grant.resources, grant.ends_at) == ((API,), world.clock() + 600)
    grants.revoke(user, grant.grant_id, world.services)
    assert world.introspect(token, auth=id_jags.BROUGHT) == {"active": False}


@pytest.mark.parametrize(
    ("said", "asked", "given"),
    [
        ("read write", None, "read write"),
        ("read", None, "read"),
        ("read write", "write", "write"),
        ("read fly", None, "read"),
        ("read fly", "fly read", "read"),
        (None, None, "read write"),
        (None, "read", "read"),
        ("openid read", None, "read"),
    ],
)
def test_three_say_what_the_scope_is(
    world: World, said: str | None, asked: str | None, given: str
) -> None:
    """The assertion bounds it, the request shrinks it, and the issuer's policy keeps the rest."""
    more = {} if asked is None else {"scope": asked}
    answer = brought(world, signed(world, scope=said), **more)
    assert answer["scope"] == given == claims_of(answer["access_token"])["scope"]


def test_the_client_s_own_scope_counts_as_well(world: World) -> None:
    """What it is not registered for, nobody can give it."""
    modest = id_jags.register(world, "modest", scope="read")
    answer = brought(world, signed(world, client_id="modest"), auth=modest)
    assert answer["scope"] == "read"


@pytest.mark.parametrize("resource", [API, f"{API}/", "https://API.example.com:443"])
def test_the_request_may_repeat_the_resource(world: World, resource: str) -> None:
    """In any spelling of it: libraries write URLs anew."""
    assert brought(world, resource=resource)["scope"] == "read write"


def test_of_several_resources_one_is_named(world: World) -> None:
    """A token has one audience."""
    token = signed(world, resource=[API, "https://other.example"])
    reply = bring(world, token)
    assert (reply.status, reply.json["error"]) == (400, "invalid_target")
    assert brought(world, token, resource=API)


def test_a_list_of_one_resource_is_one(world: World) -> None:
    """The draft allows both."""
    assert brought(world, signed(world, resource=[API]))


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "Ed25519", "EdDSA"])
def test_every_algorithm_that_signs(world: World, alg: str) -> None:
    """By the issuer's own keys."""
    assert brought(world, signed(world, alg=alg))


@pytest.mark.parametrize(
    "changes",
    [
        {"nbf": 0},
        {"more": {"deep": [1, {"a": None}]}},
        {"auth_time": 1, "acr": "x", "amr": ["mfa"]},
        {"email": "a@b.example", "email_verified": False},
        {"jti": "j" * 255},
        {"jti": "\ud800"},
        {"tenant": "acme"},
    ],
    ids=str,
)
def test_what_else_an_assertion_may_say(world: World, changes: dict[str, object]) -> None:
    """Claims that are not needed are not looked at."""
    assert brought(world, signed(world, **changes))


@pytest.mark.parametrize(
    "header", [{"kid": None}, {"typ": "application/oauth-id-jag+jwt"}, {"typ": "OAuth-ID-JAG+JWT"}]
)
def test_what_its_header_may_be(world: World, header: dict[str, str | None]) -> None:
    """RFC 7515 section 4.1.9: the typ is a media type."""
    assert brought(world, signed(world, header=header))


@pytest.mark.parametrize(
    ("begins", "ends"), [(10, 300), (0, 1), (-1500, 300), (-1799.5, 0.5), (0, 1800), (10, 1810)]
)
def test_when_an_assertion_is_good(world: World, begins: float, ends: float) -> None:
    """For half an hour at most, from ten seconds ahead of our clock."""
    now = world.clock()
    assert brought(world, signed(world, iat=now + begins, exp=now + ends))


def test_the_audit_log_says_who_and_how(world: World) -> None:
    """By the local subject."""
    brought(world)
    (event,) = world.events("token.issued")
    user = users.find("demo@example.com", world.services)
    assert (event["sub"], event["client_id"]) == (user.subject, "bringer")
    assert event["grant_type"].endswith(":jwt-bearer")


def test_an_assertion_counts_once(world: World) -> None:
    """RFC 7523 section 3; and nothing more is written."""
    token = signed(world)
    brought(world, token)
    world.aws.reset()
    reply = bring(world, token)
    assert reply.json["error_description"] == "The assertion was used before."
    assert world.aws.count().get("Sign", 0) == 0
    assert [key for key in world.writes() if not key.startswith("J#id-jag#")] == []


def test_a_jti_is_its_issuer_s_own(world: World) -> None:
    """Nobody can use up another's."""
    other = "https://other-idp.example"
    id_jags.trust(world, other)
    id_jags.link(world, issuer=other)
    assert brought(world, signed(world, jti="mine"))
    assert brought(world, signed(world, iss=other, jti="mine"))


def test_the_mark_outlives_the_assertion(world: World) -> None:
    """Until nobody would take it any more."""
    token = signed(world, jti="long-lived", exp=world.clock() + 1500)
    brought(world, token)
    for _ in range(5):
        world.clock.forward(300)
        assert bring(world, token).json["error"] == "invalid_grant"


def test_what_was_refused_was_not_spent(world: World) -> None:
    """Prove first, spend last: also when it is the request that is not good."""
    before = id_jags.marks(world)
    token = signed(world)
    for more in ({"scope": "fly"}, {"resource": "https://other.example"}, {"scope": "\x00"}):
        assert bring(world, token, **more).status == 400
    assert bring(world, token, auth=("demoweb", "demowebsecret")).status == 400
    assert id_jags.marks(world) == before
    assert brought(world, token)


def test_a_client_proves_itself_first(world: World) -> None:
    """RFC 7521 section 4.1: the assertion speaks for the user, not for the client."""
    for auth in (None, ("bringer", "wrong-secret"), ("nobody", "x" * 10)):
        reply = bring(world, signed(world), auth=auth)
        assert (reply.status, reply.json["error"]) in (
            (401, "invalid_client"),
            (400, "invalid_request"),
        )
    form = {"client_id": "bringer", "assertion": signed(world)}
    assert world.post("/token", {"grant_type": id_jags.JWT_BEARER, **form}).status == 401


def test_only_clients_that_are_registered_for_it(world: World) -> None:
    """However good the assertion."""
    reply = bring(world, signed(world, client_id="demoweb"), auth=("demoweb", "demowebsecret"))
    assert (reply.status, reply.json["error"]) == (400, "unauthorized_client")


@pytest.mark.parametrize("mode", ["off", "issue"])
def test_a_stage_that_does_not_take_them(world: World, mode: str) -> None:
    """Says so, and looks at nothing."""
    try:
        id_jags.offer(world, mode)
        reply = bring(world, signed(world))
        assert (reply.status, reply.json["error"]) == (400, "unsupported_grant_type")
    finally:
        id_jags.offer(world)


def test_claims_are_those_of_the_helper(world: World) -> None:
    """What the tables of bad ones change is there to be changed."""
    needed = {"iss", "sub", "aud", "client_id", "resource", "iat", "exp", "jti", "scope"}
    assert set(claims(world)) == needed
    assert claims(world)["iss"] == IDP
