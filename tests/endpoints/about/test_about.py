"""The page and its JSON; and each answer of the implementation report, held against the server."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.values import replace
from tests.endpoints.about import ANSWERS, CHAPTERS
from tests.endpoints.discovery.asking import document
from tests.world import World

JSON = [("Accept", "application/json")]
BROWSER = [("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")]


def answers(world: World) -> dict[str, Any]:
    """The report as a program reads it."""
    reply = world.request("GET", "/about", headers=JSON)
    assert reply.status == 200
    found = reply.json["answers"]
    assert isinstance(found, dict)
    return found


def test_every_answer_has_a_proof(world: World) -> None:
    """Whoever adds an answer says here how it is seen to be true."""
    assert set(answers(world)) == set(ANSWERS)


def test_an_answer_is_proved_once() -> None:
    """No chapter takes another's name."""
    names = [name for chapter in CHAPTERS for name in chapter.PROVERS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_true(world: World, name: str) -> None:
    """What the report says of the server, the server does."""
    ANSWERS[name](world, answers(world)[name]["value"])


def test_an_answer_follows_the_configuration(world: World) -> None:
    """A setting that is changed is told, and kept."""
    lifetimes = replace(world.settings.lifetimes, code=30, access_token=120, pushed_request=60)
    world.settings = replace(world.settings, lifetimes=lifetimes, require_par=False)
    world.restart()
    told = answers(world)
    assert told["code_lifetime"]["value"] == {"seconds": 30}
    assert "30 seconds" in told["code_lifetime"]["text"]
    for name in ("code_lifetime", "expires_in", "pushed_requests"):
        ANSWERS[name](world, told[name]["value"])


@pytest.mark.parametrize("mode", ["off", "initial-access-token", "open"])
def test_the_ways_of_registration_are_those_of_the_stage(world: World, mode: str) -> None:
    """What is shut is told as shut, and is."""
    world.settings = replace(
        world.settings, registration=mode, console=True, client_documents=True, id_jag="both"
    )
    world.restart()
    told = answers(world)
    ANSWERS["registration"](world, told["registration"]["value"])
    assert ("dynamic registration" in told["registration"]["text"]) is (mode != "off")
    assert told["credentials_per_device"]["value"]["offered"] is (mode != "off")
    ANSWERS["grant_extensions"](world, told["grant_extensions"]["value"])
    assert len(told["grant_extensions"]["value"]["offered"]) == 2


def test_the_page_says_the_same(world: World) -> None:
    """Every question and answer, and every endpoint that the metadata name."""
    reply = world.request("GET", "/about", headers=BROWSER)
    assert (reply.status, reply.is_page) == (200, True)
    text = " ".join(reply.page.text.split())
    for answer in answers(world).values():
        assert answer["question"] in text
        assert answer["text"] in text
    addresses = [uri for name, uri in document(world).items() if name.endswith("_endpoint")]
    assert all(uri in text for uri in addresses)


@pytest.mark.parametrize(
    ("target", "accept", "page"),
    [
        ("/about", None, True),
        ("/about", "*/*", True),
        ("/about", "text/html", True),
        ("/about", "application/json", False),
        ("/about", "application/json, text/html;q=0.5", False),
        ("/about?format=json", "text/html", False),
        ("/about?format=html", "application/json", True),
        ("/about?format=json&format=json", "text/html", True),
    ],
)
def test_the_form_is_the_askers(world: World, target: str, accept: str | None, page: bool) -> None:
    """By Accept, or by the query, which a link can carry."""
    reply = world.request("GET", target, headers=[("Accept", accept)] if accept else [])
    assert (reply.status, reply.is_page) == (200, page)
    assert reply.header("Vary") == "Accept"


def test_nothing_is_asked_of_aws(world: World) -> None:
    """Anybody can read it, as often as they like."""
    world.restart()
    world.aws.reset()
    answers(world)
    world.request("GET", "/about", headers=BROWSER)
    assert not world.aws.calls
