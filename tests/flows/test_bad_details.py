"""Authorization details that are not good, at each door: invalid_authorization_details, and nothing
is written. RFC 9396 section 5."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.administration import clients
from tests.emulated_aws import Recorder
from tests.flows import objects, pushes
from tests.flows.bad_details import BAD, GOOD
from tests.flows.rich import (
    ACCOUNT,
    API,
    BANK,
    MACHINE,
    ORDER,
    PAYMENT,
    RENT,
    SHOP,
    define,
    machine,
    refused,
    text,
)
from tests.reply import Reply
from tests.world import World

ERROR = "invalid_authorization_details"


@pytest.fixture(scope="module")
def defined(emulated: tuple[str, Recorder, dict[str, dict[str, str]]]) -> Iterator[World]:
    """A server whose resources define types, for all stories here: none changes anything."""
    world = define(World(*emulated))
    objects.register(world)
    yield world
    world.close()


@pytest.fixture
def world(defined: World) -> World:
    """The module's server."""
    defined.next_test()
    return defined


def token(world: World, sent: str, **form: str) -> Reply:
    """A client asks for itself."""
    asked = {"grant_type": "client_credentials", "authorization_details": sent, **form}
    return world.post("/token", asked, auth=MACHINE)


def test_the_table_is_long() -> None:
    """Longer than what section 12 of RFC 9396 warns of."""
    assert len(BAD) > 80


@pytest.mark.parametrize("name", BAD)
def test_bad_ones_are_refused_at_authorize(world: World, name: str) -> None:
    """The client is told at its redirect URI; no page, nothing is kept."""
    told = refused(world, authorization_details=BAD[name], resource=API)
    assert told["error"] == ERROR
    assert told["error_description"]
    assert world.writes() == []


@pytest.mark.parametrize("name", BAD)
def test_bad_ones_are_refused_at_par(world: World, name: str) -> None:
    """In JSON, and nothing is stored."""
    reply = pushes.push(world, authorization_details=BAD[name], resource=API)
    assert (reply.status, reply.json["error"]) == (400, ERROR)
    assert world.writes() == []


@pytest.mark.parametrize("name", BAD)
def test_bad_ones_are_refused_at_the_token_endpoint(world: World, name: str) -> None:
    """Of a client that is registered for every type."""
    reply = token(world, BAD[name], resource=API)
    assert (reply.status, reply.json["error"]) == (400, ERROR)
    assert world.writes() == []


@pytest.mark.parametrize("name", GOOD)
def test_what_is_beside_them_is_good(world: World, name: str) -> None:
    """Or the table would be refused for another reason than its own."""
    reply = token(world, GOOD[name], resource=API)
    assert reply.status == 200, reply.text
    assert reply.json["authorization_details"] == json.loads(GOOD[name])
    assert pushes.push(world, authorization_details=GOOD[name], resource=API).status == 201


@pytest.mark.parametrize(
    "inside",
    [text(PAYMENT), PAYMENT, "x", None, 1, True, [], [None], ["x"], [{"type": 1}], [[PAYMENT]]],
    ids=repr,
)
def test_bad_ones_in_an_object_are_refused(world: World, inside: Any) -> None:
    """RFC 9101: they are a JSON array there; a text, as outside, is none."""
    claims = objects.claims(world) | {"authorization_details": inside, "resource": API}
    held = objects.jwt(claims, "ES256", "client")
    error = ERROR if isinstance(inside, list) else "invalid_request_object"
    assert world.post("/par", {"request": held}, auth=("signer", objects.SECRET)).json["error"] == (
        error
    )
    assert world.writes() == []


def test_they_come_once(world: World) -> None:
    """RFC 6749 section 3.1: the objects are in one array, not in two parameters."""
    twice = [("grant_type", "client_credentials"), *[("authorization_details", text(RENT))] * 2]
    assert world.post("/token", twice, auth=MACHINE).json["error"] == "invalid_request"
    url = world.authorize_url(authorization_details=text(RENT))
    browser = world.browser().open(f"{url}&authorization_details=[]")
    assert (browser.arrived or {})["error"] == "invalid_request"


def test_without_a_value_they_are_not_there(world: World) -> None:
    """RFC 6749 section 3.1."""
    assert "authorization_details" not in token(world, "", scope="read").json


def test_a_type_of_another_resource_than_the_scope_is_refused(world: World) -> None:
    """Neither of the two alone says which one is meant, and no resource is named."""
    told = refused(world, scope="read", authorization_details=text(ORDER))
    assert told["error"] == "invalid_target"


def test_a_type_of_two_resources_needs_a_name(world: World) -> None:
    """Or a scope, a default_resource or locations that tell."""
    told = refused(world, scope=None, authorization_details=text(PAYMENT, ORDER))
    assert told["error"] == "invalid_target"


def test_locations_must_be_the_resources_of_the_request(world: World) -> None:
    """Also where the resource is told from the details."""
    there = {**ACCOUNT, "locations": [SHOP]}
    told = refused(world, scope=None, authorization_details=text(there))
    assert told["error"] == ERROR


def test_locations_must_define_the_type(world: World) -> None:
    """Both are resources of the request, and the type is the other's."""
    there = {**ACCOUNT, "locations": [SHOP]}
    url = world.authorize_url(scope=None, resource=API, authorization_details=text(there))
    browser = world.browser().open(f"{url}&resource={SHOP}")
    assert (browser.arrived or {})["error"] == ERROR


def test_an_unknown_resource_is_refused_first(world: World) -> None:
    """RFC 8707 section 2."""
    told = refused(world, authorization_details=text(RENT), resource="https://nowhere.example.com")
    assert told["error"] == "invalid_target"


def test_an_unknown_scope_is_still_refused(world: World) -> None:
    """Details do not make up for it."""
    told = refused(world, authorization_details=text(RENT), scope="read fly")
    assert told["error"] == "invalid_scope"


@pytest.mark.parametrize("types", [["account_information"], []], ids=["another", "none"])
def test_a_type_that_is_not_the_clients_is_refused(world: World, types: list[str]) -> None:
    """Section 10, at each door."""
    registered = {"authorization_details_types": types}
    clients.create(
        {
            "client_id": f"limited{len(types)}",
            "client_secret": "limited-secret",
            "redirect_uris": ["http://127.0.0.1:8000/demo/callback"],
            "grant_types": ["authorization_code", "client_credentials"],
            "allowed_resources": [API, BANK],
            **registered,
        },
        world.services,
    )
    world.clock.forward(1)
    world.aws.reset()
    name = f"limited{len(types)}"
    told = refused(world, client_id=name, authorization_details=text(RENT), resource=API)
    assert told["error"] == ERROR
    form = {"grant_type": "client_credentials", "authorization_details": text(RENT)}
    reply = world.post("/token", form, auth=(name, "limited-secret"))
    assert (reply.status, reply.json["error"]) == (400, ERROR)
    assert world.writes() == []


def test_a_machine_must_be_registered_for_types(world: World) -> None:
    """Nobody is asked, so "any type" is not enough; for people's clients it is."""
    clients.create(
        {
            "client_id": "anytype",
            "client_secret": "anytype-secret",
            "grant_types": ["client_credentials"],
            "allowed_resources": [API],
        },
        world.services,
    )
    world.clock.forward(1)
    form = {"grant_type": "client_credentials", "authorization_details": text(RENT)}
    assert world.post("/token", form, auth=("anytype", "anytype-secret")).json["error"] == ERROR


def test_the_words_name_the_object_and_the_member(world: World) -> None:
    """In the words of the registered schema; a stranger's words are not said back."""
    bad = {**RENT, "instructedAmount": {"currency": "EUR"}}
    told = machine(world, PAYMENT, bad, resource=API).json["error_description"]
    assert told == (
        "In authorization_details, object 2 is not of its type: instructedAmount.amount is missing."
    )
    odd = machine(world, {**RENT, "surprise": 1}, resource=API).json["error_description"]
    assert "surprise" not in odd
