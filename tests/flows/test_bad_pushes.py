"""Pushes that are not good: told to the client in JSON, nothing is stored. RFC 9126 section 2.3."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from chalicelib import asked, pushed_requests, throttling
from tests.flows import objects, pushes, roads
from tests.flows.bad_pushes import BAD, RULES, SIGNER
from tests.flows.pushes import push
from tests.world import World


@pytest.fixture(scope="module")
def _registered(settled: World) -> None:
    objects.register(settled)
    roads.prepare(settled)


@pytest.fixture
def world(_registered: None, signed_in: World) -> Iterator[World]:
    """The module's server, in which counters alone may change."""
    yield signed_in
    assert {key.rpartition(" ")[2] for key in signed_in.writes()} <= {"pushed"}


def test_the_table_is_long_and_has_every_rule() -> None:
    """A rule of /authorize is one of /par."""
    assert len(BAD) > 60
    assert set(RULES) == {rule.__name__ for rule in asked.RULES}


def test_what_the_table_starts_from_is_good(world: World) -> None:
    """Or every line would be refused for another reason than its own."""
    assert push(world).status == 201
    form = {"request": objects.signed(world)}
    assert world.post("/par", form, auth=SIGNER).status == 201


@pytest.mark.parametrize("name", BAD)
def test_a_bad_push_is_refused_and_leaves_nothing(world: World, name: str) -> None:
    """In OAuth's words (invariants.py), by JSON, never by a redirect."""
    status, error, send = BAD[name]
    reply = send(world)
    assert (reply.status, reply.json["error"]) == (status, error)
    assert "request_uri" not in reply.json
    assert len(world.writes()) == (1 if name == "a pushed one" else 0)


def test_the_words_are_those_of_authorize(world: World) -> None:
    """The same rules: what is told there at the redirect URI is told here."""
    for changes in ({"prompt": "always"}, {"scope": "unknown"}, {"max_age": "soon"}):
        told = world.browser().open(world.authorize_url(**changes)).arrived or {}
        reply = push(world, **changes).json
        names = ("error", "error_description", "error_uri")
        assert [told[name] for name in names] == [reply[name] for name in names]


def test_a_refusal_is_in_the_log_with_its_reason(world: World) -> None:
    """Without what was sent."""
    push(world, prompt="always", login_hint="person@example.com")
    (event,) = world.events("authorization.refused")
    assert (event["client_id"], event["error"]) == ("demoweb", "invalid_request")
    assert "person@example.com" not in world.log.getvalue()


def test_a_public_client_is_throttled_by_its_caller(world: World) -> None:
    """Its flood ends with 429 and a time to wait; other callers and clients go on."""
    public = {"client_id": "demospa"}
    assert push(world, None, **public).status == 201
    world.set_counters("push-caller", throttling.PUSH_BY_CALLER.most)
    reply = push(world, None, **public)
    assert (reply.status, reply.json["error"]) == (429, "temporarily_unavailable")
    assert int(reply.header("Retry-After") or "") > 0
    assert push(world).status == 201
    form = pushes.parameters(world, **public)
    kind = [("Content-Type", "application/x-www-form-urlencoded")]
    body = urlencode(form).encode()
    elsewhere = world.request("POST", "/par", headers=kind, body=body, address="198.51.100.9")
    assert elsewhere.status == 201


def test_guesses_of_a_secret_are_throttled(world: World) -> None:
    """As at /token, and counted together with those."""
    push(world, ("demoweb", "wrong"))
    world.set_counters("client-caller", throttling.CLIENT_BY_CALLER.most)
    assert push(world).status == 429
    world.restart()


def test_what_is_kept_has_an_end(world: World) -> None:
    """The largest that is taken is not much smaller than the bound."""
    assert push(world, login_hint="x" * 15_000, state="s" * 500).status == 201
    assert pushed_requests.MOST_BYTES < 17_000
    assert push(world, login_hint="x" * 17_000).status == 400
