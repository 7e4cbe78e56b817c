"""Assertions that are not good: all refused alike, nothing spent, nothing issued.

RFC 7521 section 4.2.1, RFC 7523 sections 3 and 3.2, RFC 8725 sections 2 and 3.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.client_signatures import jwks, private_key, public_jwk
from tests.flows import assertions
from tests.flows.assertions import TYPE, ask, is_refused, marks, proof, register, signed
from tests.flows.bad_assertions import BAD, at, changed, headed
from tests.world import World

PATHS = ("/token", "/revoke", "/introspect")


@pytest.fixture(scope="module")
def _registered(settled: World) -> None:
    register(settled)
    register(settled, "sister", jwks=jwks("sister"))


@pytest.fixture
def world(_registered: None, signed_in: World) -> World:
    """The module's server."""
    return signed_in


def test_the_table_is_long() -> None:
    """And each line of it starts from what would be good."""
    assert len(BAD) > 110


@pytest.mark.parametrize(
    "make",
    [
        changed(),
        *(changed(alg) for alg in ("RS256", "PS256", "Ed25519", "EdDSA")),
        *(headed(typ=typ) for typ in ("JWT", "jwt", "client-authentication+jwt")),
        headed(typ="application/client-authentication+jwt"),
        headed(kid=None),
        headed(jwk={}, x5c=[]),
        at(iat=10, nbf=10, exp=70),
        at(exp=1),
        at(exp=3610),
        at(iat=-3000.5, exp=30.5),
        changed(iat=None),
        changed(jti="j" * 255),
        changed(jti="\ud800"),
        changed(more={"deep": [1, 2, {"a": None}]}),
    ],
)
def test_what_the_table_starts_from_is_good(world: World, make: object) -> None:
    """Or every line would be refused for another reason than its own."""
    assert callable(make)
    reply = ask(world, make(world))
    assert reply.status == 200, reply.text


@pytest.mark.parametrize("name", BAD)
def test_a_bad_assertion_proves_nothing(world: World, name: str) -> None:
    """With the client's name beside it or without; and nothing is written but the counters."""
    token = BAD[name](world)
    world.aws.reset()
    for more in ({}, {"client_id": "asserter"}):
        reply = ask(world, token, **more)
        if reply.status == 400:  # it says another client than the form does
            assert more
            assert reply.json["error_description"] == "The request names two clients."
        else:
            is_refused(reply)
    assert world.writes() == []
    assert "Sign" not in world.aws.count()


@pytest.mark.parametrize("path", PATHS)
def test_at_every_endpoint_alike(world: World, path: str) -> None:
    """Byte for byte the same as for a client that nobody knows."""
    for name in ("a stranger's key", "expired", "our own ID token", "no jti", "no JWT"):
        world.clock.forward(300)
        unknown = ask(world, signed(world, "nobody"), path)
        refused = ask(world, BAD[name](world), path)
        is_refused(refused)
        assert (refused.text, _headers(refused)) == (unknown.text, _headers(unknown))


def _headers(reply: object) -> Counter[tuple[str, str]]:
    answer = reply.answer  # type: ignore[attr-defined]
    return Counter(header for header in answer.headers if header[0] != "X-Request-Id")


@pytest.mark.parametrize(
    "form",
    [
        {"client_assertion_type": TYPE},
        {"client_assertion": "TOKEN"},
        {"client_assertion_type": TYPE, "client_assertion": ""},
        {"client_assertion_type": "", "client_assertion": "TOKEN"},
        {"client_assertion_type": TYPE.upper(), "client_assertion": "TOKEN"},
        {"client_assertion_type": f"{TYPE} ", "client_assertion": "TOKEN"},
        {"client_assertion_type": "jwt-bearer", "client_assertion": "TOKEN"},
        {
            "client_assertion_type": TYPE.replace("jwt", "saml2"),
            "client_assertion": "TOKEN",
        },
        {"client_assertion_type": TYPE, "assertion": "TOKEN"},
        {"client_assertion_type": TYPE, "client_assertion": "TOKEN", "client_id": "sister"},
        {"client_assertion_type": TYPE, "client_assertion": "TOKEN", "client_id": "Asserter"},
    ],
    ids=str,
)
def test_a_good_assertion_in_a_bad_request(world: World, form: dict[str, str]) -> None:
    """RFC 7521 section 4.2: both parameters, the type letter by letter, and one client."""
    token = signed(world)
    filled = {name: token if value == "TOKEN" else value for name, value in form.items()}
    reply = world.post("/token", {**assertions.MACHINE, **filled})
    assert reply.status in (400, 401)
    assert reply.json["error"] in ("invalid_request", "invalid_client")
    assert ask(world, token).status == 200


@pytest.mark.parametrize("path", PATHS)
def test_two_proofs_are_one_too_many(world: World, path: str) -> None:
    """RFC 6749 section 2.3: also where each of them would do."""
    form = assertions.MACHINE if path == "/token" else {"token": "x"}
    token = signed(world)
    sent = {**form, **proof(token)}
    replies = [
        world.post(path, {**sent, "client_id": "asserter", "client_secret": "x" * 12}),
        world.post(path, sent, auth=("asserter", "x" * 12)),
        world.post(path, sent, auth=("demomachine", "demomachinesecret")),
    ]
    for reply in replies:
        assert (reply.status, reply.json["error"]) == (400, "invalid_request")
    assert ask(world, token, path).status == 200


def test_nothing_comes_twice(world: World) -> None:
    """RFC 6749 section 3.2, one of them good."""
    token = signed(world)
    pairs = [*assertions.MACHINE.items(), *proof(token).items(), ("client_assertion", "x.y.z")]
    reply = world.post("/token", pairs)
    assert (reply.status, reply.json["error"]) == (400, "invalid_request")
    assert ask(world, token).status == 200


def test_in_the_query_it_is_not_seen(world: World) -> None:
    """RFC 6749 section 2.3.1: where logs would keep it."""
    query = f"client_assertion_type={TYPE}&client_assertion={signed(world)}"
    form = b"grant_type=client_credentials&scope=read"
    headers = [("Content-Type", "application/x-www-form-urlencoded")]
    is_refused(world.request("POST", f"/token?{query}", headers=headers, body=form))


@pytest.mark.parametrize("alg", ["RS256", "ES256", "Ed25519", "EdDSA"])
def test_only_the_registered_algorithm_will_do(world: World, alg: str) -> None:
    """Though the client has keys for the others as well."""
    register(world, "pss", token_endpoint_auth_signing_alg="PS256")
    assert ask(world, signed(world, "pss", alg="PS256")).status == 200
    is_refused(ask(world, signed(world, "pss", alg=alg)))


def test_a_key_signs_with_the_algorithm_that_it_names(world: World) -> None:
    """RFC 7517 section 4.4."""
    key = public_jwk(private_key("RSA"), kid="client-RSA", alg="PS256")
    register(world, "pinned", jwks={"keys": [key]})
    assert ask(world, signed(world, "pinned", alg="PS256")).status == 200
    is_refused(ask(world, signed(world, "pinned", alg="RS256")))


def test_several_keys_and_no_kid_are_too_few_words(world: World) -> None:
    """OpenID Connect Core section 10.1."""
    key = public_jwk(private_key("EC", "stranger"), kid="second")
    register(world, "rich", jwks={"keys": [*jwks()["keys"], key]})
    assert ask(world, signed(world, "rich")).status == 200
    is_refused(ask(world, signed(world, "rich", header={"kid": None})))


def test_a_client_that_says_it_knows_the_new_rules_is_held_to_them(world: World) -> None:
    """RFC 7523bis: with the typ, the issuer as a text and nothing else."""
    typed = {"typ": "client-authentication+jwt"}
    assert ask(world, signed(world, header=typed)).status == 200
    for aud in ([world.issuer], f"{world.issuer}/token"):
        assert ask(world, signed(world, aud=aud)).status == 200
        is_refused(ask(world, signed(world, aud=aud, header=typed)))


@pytest.mark.parametrize("path", PATHS)
def test_the_endpoint_that_is_called_stands_for_the_issuer(world: World, path: str) -> None:
    """And so does the token endpoint, but no other; in a list, ours alone."""
    here, token = f"{world.issuer}{path}", f"{world.issuer}/token"
    for aud in (here, token, [here], [world.issuer, token, here]):
        assert ask(world, signed(world, aud=aud), path).status == 200, aud
    for other in {"/token", "/revoke", "/introspect"} - {path, "/token"}:
        is_refused(ask(world, signed(world, aud=f"{world.issuer}{other}"), path))


def test_what_was_refused_was_not_spent(world: World) -> None:
    """Prove first, spend last: the same jti is still good."""
    before = marks(world)
    jti = "spent-only-when-good"
    for make in (changed(jti=jti, aud="https://other.example"), changed(jti=jti, exp=1)):
        is_refused(ask(world, make(world)))
    is_refused(ask(world, signed(world, jti=jti, owner="stranger", header={"kid": "client-EC"})))
    assert marks(world) == before
    assert ask(world, signed(world, jti=jti)).status == 200
    is_refused(ask(world, signed(world, jti=jti)))


def test_the_log_says_why_and_holds_no_assertion(world: World) -> None:
    """The operator can tell one reason from another."""
    for name in ("expired", "another aud", "a stranger's key"):
        ask(world, BAD[name](world))
    reasons = [event["reason"] for event in world.events("client_authentication.failed")]
    assert reasons == [
        "the assertion has expired",
        "the aud is not this issuer, or not this issuer alone",
        "the signature is not the client's",
    ]
