"""Clients that prove themselves by assertions: whole flows, one use, keys, throttling.

RFC 7521 section 4.2, RFC 7523 sections 2.2 and 3.
"""

from __future__ import annotations

import json

import pytest

from chalicelib.administration import Refused, clients
from tests.client_signatures import ALGORITHMS, jwks
from tests.flows.assertions import MACHINE, ask, claims, is_refused, marks, proof, register, signed
from tests.flows.objects import host
from tests.flows.test_races import at_once, count
from tests.reply import claims as claims_of
from tests.world import CHALLENGE, REDIRECT, World

PATHS = ("/token", "/revoke", "/introspect")
MOST = 30  # failures of one client from one address in five minutes


@pytest.fixture(scope="module")
def _registered(settled: World) -> None:
    register(settled)


@pytest.fixture
def world(_registered: None, signed_in: World) -> World:
    """The module's server."""
    return signed_in


@pytest.mark.parametrize("alg", ALGORITHMS)
@pytest.mark.parametrize("path", PATHS)
def test_every_algorithm_at_every_endpoint(world: World, path: str, alg: str) -> None:
    """With the client_id beside it, which is optional, or without."""
    assert ask(world, signed(world, alg=alg), path).status == 200
    assert ask(world, signed(world, alg=alg), path, client_id="asserter").status == 200


def test_a_whole_life(world: World) -> None:
    """Code, refresh, introspection, userinfo, revocation: an assertion each."""

    def fresh() -> dict[str, str]:
        return proof(signed(world))

    code = world.code(client_id="asserter", scope="openid read")
    tokens = world.redeem(code, auth=None, **fresh()).json
    assert claims_of(tokens["access_token"])["client_id"] == "asserter"
    refreshed = world.refresh(tokens["refresh_token"], auth=None, **fresh()).json
    asked = {"token": refreshed["access_token"]}
    assert world.post("/introspect", {**asked, **fresh()}).json["active"] is True
    assert world.post("/revoke", {"token": refreshed["refresh_token"], **fresh()}).status == 200
    assert world.post("/introspect", {**asked, **fresh()}).json == {"active": False}


@pytest.mark.parametrize("first", PATHS)
@pytest.mark.parametrize("second", PATHS)
def test_an_assertion_counts_once(world: World, first: str, second: str) -> None:
    """Wherever it is shown again, by whichever process."""
    token = signed(world)
    assert ask(world, token, first).status == 200
    world.restart()
    is_refused(ask(world, token, second))
    world.clock.forward(59)
    is_refused(ask(world, token, second))


def test_another_assertion_with_the_same_jti_is_the_same(world: World) -> None:
    """Signed anew, by another key and with other times."""
    assert ask(world, signed(world, jti="twice")).status == 200
    world.clock.forward(5)
    is_refused(ask(world, signed(world, jti="twice", alg="RS256")))


def test_a_jti_is_its_clients_own(world: World) -> None:
    """Nobody can use up the names of another."""
    register(world, "sister", jwks=jwks("sister"))
    sisters = signed(world, "sister", owner="sister", jti="shared")
    assert ask(world, signed(world, jti="shared")).status == 200
    assert ask(world, sisters).status == 200


def test_the_mark_outlives_the_assertion(world: World) -> None:
    """By the tolerance of clocks and a day; after its end, a name may come again."""
    ask(world, signed(world, jti="guarded", exp=world.clock() + 100.5))
    (item,) = [item for item in world.items() if item["pk"]["S"] == marks(world)[-1]]
    items = [item for item in world.items() if item["pk"]["S"].startswith("J#assertion#")]
    assert item in items
    ends = max(int(item["x"]["N"]) for item in items)
    assert ends == world.clock() + 101 + 10
    assert all(int(item["ttl"]["N"]) == int(item["x"]["N"]) + 86_400 for item in items)
    world.clock.forward(111)
    assert ask(world, signed(world, jti="guarded")).status == 200


def test_one_of_many_at_once(world: World) -> None:
    """Six processes, one assertion: one token."""
    token = signed(world)
    replies = at_once(world, lambda twin: ask(twin, token))
    assert (count(replies, 200), count(replies, 401)) == (1, 5)


def test_an_assertion_is_spent_though_the_grant_is_refused(world: World) -> None:
    """And a refused assertion burns no code."""
    code = world.code(client_id="asserter", scope="read")
    bad = proof(signed(world, aud="https://other.example"))
    is_refused(world.redeem(code, auth=None, **bad))
    token = signed(world)
    wrong = world.redeem(code, auth=None, redirect_uri="https://other.example/", **proof(token))
    assert wrong.json["error"] == "invalid_grant"
    is_refused(world.redeem(code, auth=None, **proof(token)))
    assert world.redeem(code, auth=None, **proof(signed(world))).status == 200


def test_no_other_method_stands_in(world: World) -> None:
    """Neither a secret, nor the bare name; and a secret's client cannot sign."""
    for auth in (("asserter", ""), ("asserter", "x" * 43)):
        is_refused(world.post("/token", MACHINE, auth=auth))
    is_refused(world.post("/token", {**MACHINE, "client_id": "asserter"}))
    posted = {"client_id": "asserter", "client_secret": "x" * 43}
    is_refused(world.post("/token", {**MACHINE, **posted}))
    clients.create(
        {
            **{"client_id": "keyed", "client_secret": "keyed-secret", "jwks": jwks()},
            **{"grant_types": ["client_credentials"], "scope": "read"},
        },
        world.services,
    )
    is_refused(ask(world, signed(world, "keyed")))
    assert world.post("/token", MACHINE, auth=("keyed", "keyed-secret")).status == 200
    is_refused(ask(world, signed(world, "demospa")))


def test_a_forger_does_not_lock_the_client_out(world: World) -> None:
    """From elsewhere it goes on; where the forger sits it waits, as with a secret."""
    forged = signed(world, owner="stranger", header={"kid": "client-EC"})
    is_refused(ask(world, forged))
    world.set_counters("client-caller", MOST - 1)
    is_refused(ask(world, forged))
    assert ask(world, signed(world)).status == 429
    form = "&".join(
        f"{name}={value}" for name, value in {**MACHINE, **proof(signed(world))}.items()
    )
    headers = [("Content-Type", "application/x-www-form-urlencoded")]
    elsewhere = world.request(
        "POST", "/token", headers=headers, body=form.encode(), address="198.51.100.1"
    )
    assert elsewhere.status == 200


def test_keys_at_a_url_change(world: World) -> None:
    """Fetched once, and once more for a kid that is new; what is gone proves nothing."""
    with host() as served:
        served.serve("/keys", json.dumps(jwks("client")), "application/jwk-set+json")
        register(world, "hosted", jwks_uri=f"{served.url}/keys")
        for _ in range(3):
            assert ask(world, signed(world, "hosted")).status == 200
        assert served.asked == ["/keys"]
        served.serve("/keys", json.dumps(jwks("next")), "application/jwk-set+json")
        world.clock.forward(60)
        assert ask(world, signed(world, "hosted", owner="next")).status == 200
        assert served.asked == ["/keys"] * 2
        is_refused(ask(world, signed(world, "hosted")))
        assert served.asked == ["/keys"] * 2


def test_a_bad_assertion_has_no_keys_fetched(world: World) -> None:
    """The cheap rules come first; and a host that is down proves nothing."""
    with host() as served:
        register(world, "hosted", jwks_uri=f"{served.url}/keys")
        for changes in ({"aud": "https://other.example"}, {"exp": 1}, {"jti": None}):
            is_refused(ask(world, signed(world, "hosted", **changes)))
        assert served.asked == []
        is_refused(ask(world, signed(world, "hosted")))
        assert served.asked == ["/keys"]
    world.clock.forward(61)
    is_refused(ask(world, signed(world, "hosted")))


def test_no_secret_is_made(world: World) -> None:
    """Neither at registration nor later."""
    client, secret = clients.create(
        {
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": jwks(),
            "redirect_uris": [REDIRECT],
        },
        world.services,
    )
    assert (secret, client.secret_hash) == (None, None)
    with pytest.raises(Refused, match="has no secret: it is registered for private_key_jwt"):
        clients.rotate_secret(client.client_id, world.services)
    with pytest.raises(Refused, match="client_secret: a private_key_jwt client has none"):
        clients.create(
            {
                **{"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks()},
                **{"redirect_uris": [REDIRECT], "client_secret": "x" * 12},
            },
            world.services,
        )


def test_a_client_goes_over_to_keys_and_back(world: World) -> None:
    """Its secret ends with the change, for good."""
    clients.create(
        {
            **{"client_id": "mover", "client_secret": "mover-secret", "scope": "read"},
            "grant_types": ["client_credentials"],
        },
        world.services,
    )
    basic = ("mover", "mover-secret")
    assert world.post("/token", MACHINE, auth=basic).status == 200
    keys = {"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks()}
    assert clients.update("mover", keys, world.services).secret_hash is None
    world.restart()
    is_refused(world.post("/token", MACHINE, auth=basic))
    assert ask(world, signed(world, "mover")).status == 200
    back = {"token_endpoint_auth_method": "client_secret_basic", "jwks": None}
    clients.update("mover", back, world.services)
    world.restart()
    is_refused(world.post("/token", MACHINE, auth=basic))
    is_refused(ask(world, signed(world, "mover")))
    _, secret = clients.rotate_secret("mover", world.services)
    world.restart()
    assert world.post("/token", MACHINE, auth=("mover", secret)).status == 200


def test_the_claims_of_another_purpose_do_not_matter(world: World) -> None:
    """RFC 7523 section 3: other claims may stand in it."""
    assert ask(world, signed(world, scope="admin", client_id="x", nonce="n")).status == 200
    assert "nonce" not in claims(world)


def test_a_request_is_pushed_by_one_that_signs(world: World) -> None:
    """RFC 9126 section 2: the endpoint itself is an audience there, of untyped assertions only."""
    pushed = {
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": "read",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    for aud in (world.issuer, f"{world.issuer}/token", f"{world.issuer}/par"):
        sent = {**pushed, "client_id": "asserter", **proof(signed(world, aud=aud))}
        assert world.post("/par", sent).status == 201
    typed = signed(world, aud=f"{world.issuer}/par", header={"typ": "client-authentication+jwt"})
    is_refused(world.post("/par", {**pushed, "client_id": "asserter", **proof(typed)}))
