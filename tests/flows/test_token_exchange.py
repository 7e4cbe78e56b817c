"""Token exchange for an assertion about a user that another server takes.

RFC 8693 section 2, draft-ietf-oauth-identity-assertion-authz-grant section 4.3.
"""

from __future__ import annotations

import json

import pytest

from chalicelib.administration import users
from chalicelib.encoding import from_base64url
from chalicelib.protocol import signature
from chalicelib.protocol.grant_types import ID_JAG, ID_TOKEN
from tests.dpop import ALICE, header
from tests.flows import exchanges
from tests.flows.exchanges import (
    AUDIENCES,
    ELSEWHERE,
    THERE,
    WIKI,
    exchange,
    given,
    id_token,
    is_refused,
)
from tests.flows.id_jags import offer
from tests.reply import claims
from tests.reply import header as header_of
from tests.world import World


@pytest.fixture
def world(exchanging: World, signed_in: World) -> World:
    """The module's server, which makes assertions."""
    return signed_in


def test_the_answer_is_that_of_the_profile(world: World) -> None:
    """RFC 8693 section 2.2.1: what is called an access token is none."""
    answer = exchange(world, id_token(world)).json
    token = answer.pop("access_token")
    assert answer == {
        "issued_token_type": ID_JAG,
        "token_type": "N_A",
        "expires_in": 300,
        "scope": "read history",
    }
    assert header_of(token)["typ"] == "oauth-id-jag+jwt"


def test_the_assertion_says_what_the_profile_asks(world: World) -> None:
    """Section 3: the user, the other server, the client as it is known there, the resource."""
    told = given(exchange(world, id_token(world)))
    user = users.find("demo@example.com", world.services)
    now = world.clock()
    assert told.pop("jti")
    assert told.pop("auth_time") <= now
    assert told.pop("acr")
    assert told.pop("amr") == ["pwd"]
    assert told == {
        "iss": world.issuer,
        "sub": user.subject,
        "aud": ELSEWHERE,
        "client_id": "f53f191f9311af35",
        "resource": THERE,
        "scope": "read history",
        "iat": now,
        "exp": now + 300,
    }


def test_it_is_signed_by_a_published_key(world: World) -> None:
    """RS256, which every server checks."""
    token = exchange(world, id_token(world)).json["access_token"]
    head = header_of(token)
    keys = world.get("/.well-known/jwks.json").json["keys"]
    (key,) = [key for key in keys if key["kid"] == head["kid"]]
    signed, _, made = token.rpartition(".")
    assert head["alg"] == "RS256"
    assert signature.verify("RS256", key, signed.encode(), from_base64url(made))


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        (None, "read history"),
        ("history", "history"),
        ("read fly", "read"),
        ("history read", "history read"),
    ],
)
def test_the_scope_is_what_the_policy_leaves(world: World, asked: str | None, made: str) -> None:
    """Section 4.3.3: less may be given than was asked for, and is told."""
    reply = exchange(world, id_token(world), scope=asked)
    assert given(reply)["scope"] == made == reply.json["scope"]


@pytest.mark.parametrize("resource", [None, THERE, f"{THERE}/", "HTTPS://api.chat.example:443"])
def test_the_only_resource_need_not_be_named(world: World, resource: str | None) -> None:
    """In the assertion it stands as it is registered."""
    assert given(exchange(world, id_token(world), resource=resource))["resource"] == THERE


def test_each_exchange_makes_another_assertion(world: World) -> None:
    """An ID token is no single-use thing; each assertion is."""
    token = id_token(world)
    first, second = (given(exchange(world, token))["jti"] for _ in range(2))
    assert first != second


def test_the_address_is_told_where_the_policy_says_so(world: World) -> None:
    """And only a verified one."""
    told = {ELSEWHERE: {**AUDIENCES[ELSEWHERE], "email": True}}
    mailing = exchanges.register(world, "mailing", id_jag_audiences=told)
    made = given(exchange(world, id_token(world, mailing), auth=mailing))
    assert (made["email"], made["email_verified"]) == ("demo@example.com", True)
    user = users.find("demo@example.com", world.services)
    unverified = {**user.claims, "email_verified": False}
    token = id_token(world, mailing)
    changed = users.update(user, world.services, claims=unverified)
    assert "email" not in given(exchange(world, token, auth=mailing))
    users.update(changed, world.services, claims=user.claims)


def test_a_pairwise_user_is_nobody_else_elsewhere(world: World) -> None:
    """Neither the public name, nor that of the client: one of the audience's own."""
    back = "https://wiki.example/callback"
    pairwise = exchanges.register(world, "pairwise", subject_type="pairwise", redirect_uris=[back])
    code = world.code(client_id="pairwise", scope="openid", redirect_uri=back)
    token = world.redeem(code, auth=pairwise, redirect_uri=back).json["id_token"]
    subject = given(exchange(world, token, auth=pairwise))["sub"]
    user = users.find("demo@example.com", world.services)
    assert subject not in (user.subject, claims(token)["sub"])
    assert given(exchange(world, token, auth=pairwise))["sub"] == subject


def test_a_proof_binds_the_assertion(world: World) -> None:
    """RFC 7800: whoever presents it has to have the key."""
    proof = header(ALICE.at(world))
    reply = exchange(world, id_token(world), headers=proof)
    assert given(reply)["cnf"] == {"jkt": ALICE.jkt}
    assert reply.json["token_type"] == "N_A"


def test_the_audit_log_says_for_whom_and_where(world: World) -> None:
    """By names that are known here."""
    exchange(world, id_token(world))
    event = world.events("token.issued")[-1]
    assert (event["client_id"], event["audience"]) == ("wiki", ELSEWHERE)
    assert event["scope"] == "read history"


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        ID_TOKEN,
        ID_JAG.upper(),
        "urn:ietf:params:oauth:token-type:access_token",
        "urn:ietf:params:oauth:token-type:refresh_token",
        "urn:ietf:params:oauth:token-type:jwt",
        "urn:ietf:params:oauth:token-type:saml2",
    ],
)
def test_nothing_else_is_made(world: World, kind: str | None) -> None:
    """RFC 8693 section 2.2.2; without a word on it an access token would be meant."""
    assert "requested_token_type" in is_refused(
        exchange(world, id_token(world), requested_token_type=kind)
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"subject_token": None}, "invalid_request"),
        ({"subject_token_type": None}, "invalid_request"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:saml2"}, "invalid_request"),
        (
            {"subject_token_type": "urn:ietf:params:oauth:token-type:access_token"},
            "invalid_request",
        ),
        ({"subject_token_type": "id_token"}, "invalid_request"),
        ({"actor_token": "x.y.z"}, "invalid_request"),
        ({"actor_token_type": ID_TOKEN}, "invalid_request"),
        ({"audience": None}, "invalid_request"),
        ({"audience": ""}, "invalid_request"),
        ({"audience": "https://other.example"}, "invalid_target"),
        ({"audience": f"{ELSEWHERE}/"}, "invalid_target"),
        ({"audience": ELSEWHERE.upper()}, "invalid_target"),
        ({"audience": "https://id.example.com"}, "invalid_target"),
        ({"resource": "https://other.example"}, "invalid_target"),
        ({"resource": f"{THERE}/more"}, "invalid_target"),
        ({"resource": "https://api.example.com"}, "invalid_target"),
        ({"scope": "fly"}, "invalid_scope"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": "read  history"}, "invalid_scope"),
    ],
    ids=str,
)
def test_a_bad_request(world: World, changes: dict[str, str | None], error: str) -> None:
    """RFC 8693 section 2.2.2, RFC 8707 section 2: which part is wrong is told."""
    world.aws.reset()
    token = id_token(world)
    world.aws.reset()
    is_refused(exchange(world, token, **changes), error)
    assert world.writes() == []
    assert "Sign" not in world.aws.count()


@pytest.mark.parametrize("name", ["audience", "resource"])
def test_an_assertion_is_for_one(world: World, name: str) -> None:
    """RFC 8693 section 2.1 lets several be named; one assertion has one."""
    pairs = [*exchanges.form(id_token(world)).items(), (name, "https://other.example")]
    reply = world.post("/token", pairs, auth=WIKI)
    assert reply.json["error"] == ("invalid_request" if name == "audience" else "invalid_target")


def test_of_several_resources_one_is_named(world: World) -> None:
    """Nobody guesses."""
    there = {"client_id": "x", "resources": {THERE: ["read"], f"{THERE}/v2": ["write"]}}
    rich = exchanges.register(world, "rich", id_jag_audiences={ELSEWHERE: there})
    token = id_token(world, rich)
    is_refused(exchange(world, token, auth=rich, resource=None), "invalid_target")
    made = given(exchange(world, token, auth=rich, resource=f"{THERE}/v2", scope=None))
    assert (made["resource"], made["scope"]) == (f"{THERE}/v2", "write")


def test_only_clients_that_are_registered_for_it(world: World) -> None:
    """And none that nobody has authenticated."""
    token = id_token(world)
    web = ("demoweb", "demowebsecret")
    assert exchange(world, token, auth=web).json["error"] == "unauthorized_client"
    assert exchange(world, token, auth=None).status in (400, 401)
    assert exchange(world, token, auth=("wiki", "wrong-secret")).status == 401


@pytest.mark.parametrize("mode", ["off", "accept"])
def test_a_stage_that_makes_none(world: World, mode: str) -> None:
    """Says so."""
    token = id_token(world)
    try:
        offer(world, mode)
        is_refused(exchange(world, token), "unsupported_grant_type")
    finally:
        offer(world)


def test_an_exchange_costs_nothing_but_its_signature(world: World) -> None:
    """Nothing is written: an assertion is its own record."""
    token = id_token(world)
    exchange(world, token)
    world.aws.reset()
    exchange(world, token)
    assert world.writes() == []
    assert json.dumps(world.aws.count(), sort_keys=True) == '{"BatchGetItem": 1, "Sign": 1}'
