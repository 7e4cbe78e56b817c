"""Stages where only who was given a token registers clients. RFC 7591 section 3, RFC 6750."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib import throttling
from chalicelib.administration import clients, initial_access_tokens
from chalicelib.values import replace
from tests.flows import registrations as tell
from tests.flows.registrations import CONFIDENTIAL, PUBLIC, bearer, is_refused, post
from tests.world import World


@pytest.fixture
def world(signed_in: World) -> Iterator[World]:
    """The module's server, of a stage that wants tokens."""
    before = signed_in.settings
    yield tell.with_tokens_only(signed_in)
    signed_in.settings = before
    signed_in.restart()


def test_a_token_registers_as_many_clients_as_it_says(world: World) -> None:
    """And then no more."""
    token = tell.initial_token(world, uses=2)
    for _ in range(2):
        assert post(world, PUBLIC, bearer(token)).status == 201
    reply = post(world, PUBLIC, bearer(token))
    assert (reply.status, reply.json["error"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in (reply.header("WWW-Authenticate") or "")


def test_without_a_token_nobody_is_asked(world: World) -> None:
    """RFC 6750 section 3: a challenge without an error; not a call of AWS."""
    world.aws.reset()
    reply = post(world, PUBLIC)
    assert reply.status == 401
    assert reply.header("WWW-Authenticate") == f'Bearer realm="{world.issuer}"'
    assert world.aws.calls == []


def test_a_token_ends(world: World) -> None:
    """At its time, or when it is revoked."""
    token = tell.initial_token(world, uses=9, expires_in=60)
    assert post(world, PUBLIC, bearer(token)).status == 201
    world.clock.forward(60)
    assert post(world, PUBLIC, bearer(token)).status == 401
    other = tell.initial_token(world, uses=9)
    initial_access_tokens.revoke(other[:12], world.services)
    assert post(world, PUBLIC, bearer(other)).status == 401


def test_no_other_string_opens(world: World) -> None:
    """All refused alike, and the token is not used by that."""
    token = tell.initial_token(world)
    client = post(world, PUBLIC, bearer(tell.initial_token(world))).json
    tries = [
        *(token[:-1], token + "0", token[12:], token.swapcase(), "0" * 55),
        token[:12] + "0" * 43,
        client["registration_access_token"],
        world.tokens()["access_token"],
        "demowebsecret",
    ]
    assert len({post(world, PUBLIC, bearer(text)).text for text in tries}) == 1
    for kind in ("Basic", "DPoP"):
        assert post(world, PUBLIC, ("Authorization", f"{kind} {token}")).status in (400, 401)
    assert post(world, PUBLIC, bearer(token)).status == 201


def test_guesses_are_throttled(world: World) -> None:
    """Then the right one is not heard either, from there; elsewhere it is."""
    token = tell.initial_token(world)
    assert post(world, PUBLIC, bearer("0" * 55)).status == 401
    world.set_counters("client-caller", throttling.CLIENT_BY_CALLER.most)
    assert post(world, PUBLIC, bearer(token)).status == 429
    assert post(world, PUBLIC, bearer(token), address="198.51.100.77").status == 201


def test_a_refused_registration_uses_nothing(world: World) -> None:
    """Whoever has one use may mend the metadata and try again."""
    token = tell.initial_token(world)
    bad = {**PUBLIC, "redirect_uris": ["http://app.example/"]}
    is_refused(post(world, bad, bearer(token)), "invalid_redirect_uri")
    sector = {**CONFIDENTIAL, "sector_identifier_uri": "http://127.0.0.1:9/"}
    is_refused(post(world, sector, bearer(token)), "invalid_client_metadata")
    assert post(world, PUBLIC, bearer(token)).status == 201


def test_who_has_a_token_is_not_counted_by_source(world: World) -> None:
    """A whole office rolls out behind one address; the token has its own measure."""
    token = tell.initial_token(world, uses=200)
    for _ in range(3):
        assert post(world, PUBLIC, bearer(token)).status == 201
    counters = ("Q#registration-address", "Q#registration-anyone")
    assert [item for item in world.items() if item["pk"]["S"].startswith(counters)] == []


@pytest.mark.parametrize("member", ["sector_identifier_uri", "software_statement"])
def test_others_are_not_called_at_will(world: World, member: str) -> None:
    """What is refused does not use the token, so that has a measure of its own."""
    token = tell.initial_token(world)
    wish = {**CONFIDENTIAL, member: "http://127.0.0.1:9/"}
    assert post(world, wish, bearer(token)).status == 400
    world.set_counters("registration-fetches", throttling.REGISTRATION_FETCHES.most)
    reply = post(world, wish, bearer(token))
    assert (reply.status, reply.json["error"]) == (429, "temporarily_unavailable")
    assert world.events("registration.throttled")
    assert post(world, CONFIDENTIAL, bearer(token)).status == 201


def test_it_is_stored_as_a_hash(world: World) -> None:
    """Nothing of the table opens anything."""
    token = tell.initial_token(world)
    stored = [item for item in world.items() if item["pk"]["S"] == f"B#{token[:12]}"]
    assert len(stored) == 1
    assert token[12:] not in str(world.items())


def test_a_token_gives_no_more_than_a_stranger_has(world: World) -> None:
    """It opens the door; trust is still the operator's to give."""
    wish = {**CONFIDENTIAL, "verified": True, "grant_types": ["client_credentials"]}
    token = tell.initial_token(world)
    is_refused(post(world, wish, bearer(token)), "invalid_client_metadata")


@pytest.mark.parametrize(
    ("changes", "excused"),
    [
        ({}, True),
        ({"scope": "openid read"}, True),
        ({"scope": "read"}, False),
        ({"token_endpoint_auth_method": "none"}, False),
    ],
    ids=["confidential", "with openid", "without openid", "public"],
)
def test_a_token_may_excuse_of_pkce(
    world: World, changes: dict[str, object], excused: bool
) -> None:
    """A confidential OpenID client of it, for which a nonce is compulsory then; also later on, when
    it has changed its metadata. Of other tokens nobody is excused, whatever it says of itself."""
    wish = {**CONFIDENTIAL, **changes, "require_pkce": False}
    for without_pkce in (True, False):
        token = tell.initial_token(world, without_pkce=without_pkce)
        client = post(world, wish, bearer(token)).json
        assert "require_pkce" not in client
        found = clients.get(client["client_id"], world.services)
        assert found.require_pkce is not (excused and without_pkce)
        changed = {**wish, "client_id": client["client_id"], "client_name": "Another name"}
        assert tell.manage(world, "PUT", client, changed).status == 200
        assert clients.get(client["client_id"], world.services) == replace(
            found, client_name="Another name", changed_at=world.clock()
        )


def test_in_the_open_a_token_is_not_looked_at(signed_in: World) -> None:
    """A stage that was opened later takes clients as they come."""
    assert post(signed_in, PUBLIC, bearer("whatever")).status == 201
