"""Two of these servers: one makes assertions about its users, the other takes them.

draft-ietf-oauth-identity-assertion-authz-grant section 4, from the sign-in to the access token.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.administration import clients, users
from tests.client_signatures import jwt
from tests.dpop import ALICE, MALLORY, header
from tests.emulated_aws import Recorder
from tests.flows import exchanges, id_jags
from tests.flows.exchanges import WIKI, exchange, id_token
from tests.flows.id_jags import API, bring, brought, signed
from tests.flows.objects import Host, host
from tests.reply import claims
from tests.world import World

HOME = "https://idp.example.com"
Two = tuple[World, World]


@pytest.fixture(scope="module")
def _two(
    settled: World, emulated: tuple[str, Recorder, dict[str, dict[str, str]]]
) -> Iterator[Two]:
    """The identity provider with its client, and the server of the resource that trusts it."""
    home = World(*emulated, issuer=HOME)
    elsewhere = {settled.issuer: {"client_id": "bringer", "resources": {API: ["read", "write"]}}}
    id_jags.offer(home, "issue")
    exchanges.register(home, id_jag_audiences=elsewhere)
    browser = home.browser()
    home.code(browser, client_id=WIKI[0], scope="openid")
    home.member = browser
    id_jags.ready(settled)
    keys = home.get("/.well-known/jwks.json").json
    id_jags.trust(settled, HOME, jwks=keys, users="create")
    yield home, settled
    home.close()


@pytest.fixture
def two(_two: Two) -> Two:
    """Both, at the same time."""
    home, there = _two
    there.next_test()
    home.clock.time = there.clock.time
    home.next_test()
    there.clock.time = home.clock.time
    return home, there


def word(home: World, there: World, **changes: Any) -> str:
    """The assertion that a signed-in user's client is given."""
    asked = {"audience": there.issuer, "resource": API, "scope": "read write", **changes}
    reply = exchange(home, id_token(home), **asked)
    assert reply.status == 200, reply.text
    return str(reply.json["access_token"])


def test_a_sign_in_here_is_access_there(two: Two) -> None:
    """No page is shown by the second server; the token is its own, for its own user."""
    home, there = two
    given = brought(there, word(home, there))
    told = claims(given["access_token"])
    assert (told["iss"], told["aud"], told["scope"]) == (there.issuer, API, "read write")
    here = users.find("demo@example.com", home.services)
    assert users.find(told["sub"], there.services)
    assert told["sub"] != here.subject
    assert "refresh_token" not in given


def test_the_same_user_is_the_same_user(two: Two) -> None:
    """Sign-in after sign-in."""
    home, there = two
    subjects = {claims(brought(there, word(home, there))["access_token"])["sub"] for _ in range(2)}
    assert len(subjects) == 1


def test_an_assertion_is_of_use_at_one_server_only(two: Two) -> None:
    """Nor does the one that made it take it: section 8.3."""
    home, there = two
    token = word(home, there)
    id_jags.offer(home)
    try:
        own = id_jags.register(home)
        assert bring(home, token, auth=own).json["error"] == "invalid_grant"
    finally:
        id_jags.offer(home, "issue")
    assert brought(there, token)


def test_an_assertion_counts_once_there(two: Two) -> None:
    """And for the client that it names."""
    home, there = two
    token = word(home, there)
    other = id_jags.register(there, "other")
    assert bring(there, token, auth=other).json["error"] == "invalid_grant"
    assert brought(there, token)
    assert bring(there, token).json["error"] == "invalid_grant"


def test_a_bound_assertion_needs_its_key(two: Two) -> None:
    """RFC 7800 section 3.1: shown at both servers; the token is bound to it as well."""
    home, there = two
    reply = exchange(
        home,
        id_token(home),
        headers=header(ALICE.at(home)),
        audience=there.issuer,
        resource=API,
        scope="read",
    )
    token = reply.json["access_token"]
    for proof in ([], header(MALLORY.at(there))):
        refused = bring(there, token, headers=proof)
        assert refused.json["error"] == "invalid_grant"
    given = brought(there, token, headers=header(ALICE.at(there)))
    assert given["token_type"] == "DPoP"
    assert claims(given["access_token"])["cnf"] == {"jkt": ALICE.jkt}


def test_a_token_can_be_bound_where_the_assertion_is_not(two: Two) -> None:
    """RFC 9449 section 5; and its grant knows."""
    home, there = two
    given = brought(there, word(home, there), headers=header(ALICE.at(there)))
    assert claims(given["access_token"])["cnf"] == {"jkt": ALICE.jkt}


def test_a_client_that_must_bind_its_tokens(two: Two) -> None:
    """Whatever the assertion says."""
    home, there = two
    clients.update("bringer", {"dpop_bound_access_tokens": True}, there.services)
    there.restart()
    try:
        token = word(home, there)
        assert bring(there, token).json["error"] == "invalid_request"
        assert brought(there, token, headers=header(ALICE.at(there)))["token_type"] == "DPoP"
    finally:
        clients.update("bringer", {"dpop_bound_access_tokens": False}, there.services)
        there.restart()


def test_an_assertion_is_no_other_token(two: Two) -> None:
    """RFC 8725 section 3.11: neither at the server that made it, nor at the one it is for."""
    home, there = two
    token = word(home, there)
    assert home.userinfo(token).status == there.userinfo(token).status == 401
    assert home.introspect(token) == there.introspect(token) == {"active": False}
    assertion = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": token,
    }
    assert home.post("/token", assertion).status == there.post("/token", assertion).status == 401
    hint = home.browser().open(home.authorize_url(prompt="none", id_token_hint=token))
    assert hint.arrived is not None
    assert hint.arrived["error"] == "login_required"


def test_no_other_token_is_an_assertion(two: Two) -> None:
    """What the identity provider signs for others is signed by the same keys."""
    home, there = two
    tokens = exchanges.tokens(home)
    for name in ("id_token", "access_token"):
        words = bring(there, tokens[name]).json["error_description"]
        assert words == "The typ of the assertion is not oauth-id-jag+jwt."


@pytest.fixture(scope="module")
def served() -> Iterator[Host]:
    with host() as served:
        yield served


def test_keys_at_a_url_are_read_and_read_again(two: Two, served: Host) -> None:
    """The jwks_uri of the identity provider: not readable, nothing is decided; then kept."""
    home, there = two
    document = home.get("/.well-known/jwks.json").text
    served.serve("/keys", json.dumps({"keys": []}), "application/json")
    id_jags.trust(there, HOME, jwks_uri=f"{served.url}/keys", users="create")
    reply = bring(there, word(home, there))
    assert (reply.status, reply.json["error"]) == (503, "temporarily_unavailable")
    assert there.events("issuer.not_read")[0]["issuer"] == HOME
    served.serve("/keys", document, "application/json")
    for world in two:
        world.clock.forward(60)
    assert brought(there, word(home, there))
    assert brought(there, word(home, there))
    assert served.asked == ["/keys"] * 2


def test_a_token_of_the_joined_servers_ends_with_its_grant(two: Two) -> None:
    """Of the second server: what the first does afterwards is not its to see."""
    home, there = two
    token = brought(there, word(home, there))["access_token"]
    assert there.introspect(token, auth=id_jags.BROUGHT)["active"] is True
    clients.revoke("bringer", there.services)
    there.restart()
    assert there.introspect(token, auth=id_jags.BROUGHT) == {"active": False}


def test_other_issuers_have_no_say_for_this_one(two: Two) -> None:
    """A good key, and the iss of somebody else."""
    _, there = two
    made = id_jags.claims(there, iss=HOME)
    stolen = jwt(made, "ES256", "idp", typ="oauth-id-jag+jwt")
    assert bring(there, stolen).json["error"] == "invalid_grant"
    assert signed(there) != stolen
