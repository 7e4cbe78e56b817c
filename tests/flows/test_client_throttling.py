"""Guessing client secrets: many failures are answered 429. docs/threat-model.md."""

from __future__ import annotations

import base64
from urllib.parse import urlencode

import pytest

from tests.reply import Reply
from tests.world import World

FORM = {"grant_type": "client_credentials", "scope": "read", "token": "x"}
RIGHT = ("demomachine", "demomachinesecret")
WRONG = ("demomachine", "wrong-secret")
MOST = 30  # failures of one client from one address in five minutes


def ask(
    world: World, auth: tuple[str, str], address: str = "203.0.113.7", path: str = "/token"
) -> Reply:
    """Authenticate from an address."""
    token = base64.b64encode(":".join(auth).encode()).decode()
    headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Authorization", f"Basic {token}"),
    ]
    return world.request(
        "POST", path, headers=headers, body=urlencode(FORM).encode(), address=address
    )


def is_throttled(reply: Reply) -> None:
    """429, and how long to wait."""
    assert (reply.status, reply.json["error"]) == (429, "temporarily_unavailable")
    assert 1 <= int(reply.header("Retry-After") or "") <= 300


def fail(world: World, times: int = MOST, auth: tuple[str, str] = WRONG) -> None:
    """So many failures: two that are tried, and what the counter is told of the others."""
    assert ask(world, auth).status == 401
    if times > 1:
        world.set_counters("client-caller", times - 1)
        assert ask(world, auth).status == 401


def test_after_many_failures_the_right_secret_is_throttled_too(world: World) -> None:
    """Else the guesser would learn which it was."""
    fail(world)
    is_throttled(ask(world, RIGHT))
    is_throttled(ask(world, WRONG))
    assert world.events("client_authentication.throttled")


def test_a_new_process_throttles_after_its_first_failure(world: World) -> None:
    """One that has seen no failure asks nobody; the count is shared."""
    fail(world)
    world.restart()
    assert ask(world, RIGHT).status == 200
    is_throttled(ask(world, WRONG))
    is_throttled(ask(world, RIGHT))


def test_a_failure_less_is_not_throttled(world: World) -> None:
    """The limit is exact."""
    fail(world, MOST - 1)
    assert ask(world, RIGHT).status == 200
    fail(world, 1)
    is_throttled(ask(world, RIGHT))


def test_successes_are_never_counted(world: World) -> None:
    """Nor do they make anyone suspect."""
    world.aws.reset()
    for _ in range(MOST + 10):
        assert ask(world, RIGHT).status == 200
    assert "UpdateItem" not in world.aws.count()


def test_the_window_passes(world: World) -> None:
    """After five minutes it starts anew."""
    fail(world)
    throttled = ask(world, RIGHT)
    world.clock.forward(int(throttled.header("Retry-After") or ""))
    assert ask(world, RIGHT).status == 200


def test_a_throttled_request_costs_nothing(world: World) -> None:
    """Once the process knows, it asks the table no more."""
    fail(world)
    ask(world, WRONG)
    world.aws.reset()
    is_throttled(ask(world, RIGHT))
    assert world.aws.calls == []


def test_other_clients_and_other_addresses_go_on(world: World) -> None:
    """A guesser cannot shut out the honest client elsewhere, nor its neighbours."""
    fail(world)
    is_throttled(ask(world, RIGHT))
    assert ask(world, RIGHT, address="198.51.100.1").status == 200
    assert world.revoke("x").status == 200


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8:0:0:ffff::1", "2001:db8::2", True),
        ("2001:db8:0:1::1", "2001:db8::2", False),
        ("203.0.113.7", "203.0.113.8", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
    ],
)
def test_an_address_is_a_network_of_one_person(
    world: World, first: str, second: str, same: bool
) -> None:
    """An IPv6 /64 belongs to one; a mapped IPv4 address is that address."""
    ask(world, WRONG, address=first)
    world.set_counters("client-caller", MOST)
    assert (ask(world, RIGHT, address=second).status == 429) is same


def test_spreading_over_clients_does_not_help(world: World) -> None:
    """One address has so many failures, whatever names it uses."""
    assert ask(world, ("first", "wrong-secret")).status == 401
    world.set_counters("client-address", 299)
    assert ask(world, ("second", "wrong-secret")).status == 401
    is_throttled(ask(world, ("another", "wrong-secret")))
    is_throttled(ask(world, RIGHT))


@pytest.mark.parametrize("path", ["/token", "/revoke", "/introspect"])
def test_every_endpoint_counts(world: World, path: str) -> None:
    """The same secret is guessed at three doors."""
    doors = ("/token", "/revoke", "/introspect")
    for door in doors:
        assert ask(world, WRONG, path=door).status == 401
    (count,) = [item["n"]["N"] for item in world.items() if "client-caller" in item["pk"]["S"]]
    assert count == "3"
    world.set_counters("client-caller", MOST)
    is_throttled(ask(world, RIGHT, path=path))


def test_a_forwarded_address_is_not_believed(world: World) -> None:
    """X-Forwarded-For is the caller's own words; the peer's address counts."""
    token = base64.b64encode(b"demomachine:wrong-secret").decode()
    fail(world, MOST - 1)
    for number in range(2):
        headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Authorization", f"Basic {token}"),
            ("X-Forwarded-For", f"192.0.2.{number}"),
        ]
        reply = world.request("POST", "/token", headers=headers, body=urlencode(FORM).encode())
    is_throttled(reply)
