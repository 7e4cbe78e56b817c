"""The list as it is published. draft-ietf-oauth-status-list-21 sections 5.1, 8.1, 8.2 and 8.4."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from chalicelib.aws import keyring
from chalicelib.protocol import jwt, signature
from infra.bootstrap import read_keyring
from postern_verifier.status_lists import unpack
from tests.flows.listed import machine_token, place, published, switch
from tests.reply import Reply, header
from tests.world import World


@pytest.fixture
def world(world: World) -> World:
    """A server whose API has status lists."""
    switch(world)
    return world


def fetch(world: World, method: str = "GET", **headers: str) -> Reply:
    """The list of a new token."""
    path = urlsplit(place(machine_token(world))[0]).path
    sent = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return world.request(method, path, headers=sent)


def test_it_says_what_the_draft_asks_for(world: World) -> None:
    """Its type, who made it, which list it is, when, until when, how long it may be kept."""
    text = machine_token(world)
    reply = world.get(urlsplit(place(text)[0]).path)
    told = published(world, text)
    assert header(reply.text)["typ"] == "statuslist+jwt"
    assert reply.header("Content-Type") == "application/statuslist+jwt"
    assert told["iss"] == world.issuer
    assert told["sub"] == place(text)[0]
    assert told["iat"] == world.clock()
    assert told["ttl"] == 60
    assert told["exp"] == world.clock() + 660
    assert told.keys() == {"iss", "sub", "iat", "exp", "ttl", "status_list"}
    bits, packed = unpack(told["status_list"], 2**20)
    assert (bits, len(packed)) == (1, 2**17)


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_it_is_signed_as_the_tokens_of_the_resource_are(world: World, alg: str) -> None:
    """A verifier that takes one algorithm needs no other."""
    switch(world, signing_alg=alg)
    parsed = jwt.parse(fetch(world).text)
    keys = keyring.read_keys(read_keyring(world.services))
    (key,) = [key for key in keys if key.kid == parsed.header["kid"]]
    assert parsed.header["alg"] == key.alg == alg
    assert signature.verify(alg, key.jwk, parsed.signing_input, parsed.signature)


def test_anyone_may_fetch_and_keep_it(world: World) -> None:
    """Scripts of any site, and caches for what is left of its time."""
    reply = fetch(world)
    assert reply.header("Access-Control-Allow-Origin") == "*"
    assert reply.header("Cache-Control") == "public, max-age=60"
    world.clock.forward(25)
    assert fetch(world).header("Cache-Control") == "public, max-age=35"


def test_it_is_made_once_in_its_time(world: World) -> None:
    """However often it is asked for: nobody can have us sign more."""
    first = fetch(world)
    path = urlsplit(place(machine_token(world))[0]).path
    world.clock.forward(59)
    world.aws.reset()
    assert [world.get(path).text for _ in range(20)] == [first.text] * 20
    assert world.aws.count().get("Sign", 0) == 0
    assert "Query" not in world.aws.count()
    world.clock.forward(1)
    assert world.get(path).text != first.text
    # What was revoked, the clients that were, and one signature; the keyring is read each minute.
    counted = world.aws.count()
    assert (counted["Query"], counted["Sign"]) == (2, 1)


def test_who_has_it_need_not_load_it_again(world: World) -> None:
    """RFC 9110 section 13.1.2."""
    tag = fetch(world).header("ETag")
    assert tag is not None
    again = fetch(world, If_None_Match=tag)
    assert (again.status, again.text, again.header("ETag")) == (304, "", tag)
    assert fetch(world, If_None_Match='"other"').status == 200


def test_head_has_the_headers_of_get(world: World) -> None:
    """RFC 9110 section 9.3.2."""
    get, head = fetch(world), fetch(world, "HEAD")
    for name in ("Content-Type", "ETag", "Cache-Control"):
        assert head.header(name) == get.header(name)


@pytest.mark.parametrize(
    "name", ["1-RS256", "999999999-RS256", "0-HS256", "0-none", "00-RS256", "0", "x", "0-PS256"]
)
def test_there_are_no_other_lists(world: World, name: str) -> None:
    """None that no token is in, none signed by a key that the stage has not; nothing is signed."""
    machine_token(world)
    world.aws.reset()
    assert world.get(f"/status-lists/{name}").status == 404
    assert world.aws.count().get("Sign", 0) == 0
    assert "Query" not in world.aws.count()


def test_a_stage_without_listed_resources_has_no_list(world: World) -> None:
    """Nothing was ever given a place."""
    assert world.get("/status-lists/0-RS256").status == 404


def test_the_past_is_not_kept(world: World) -> None:
    """Section 8.4: 501 for a list at another time."""
    path = urlsplit(place(machine_token(world))[0]).path
    reply = world.get(path, time="1800000000")
    assert reply.status == 501
    assert reply.json["error"] == "invalid_request"
