"""What a page costs in calls, and what happens when AWS fails at one of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.administration import clients
from chalicelib.applications.own import MOST_OWN
from chalicelib.aws.client import TRIES
from tests.browser import Browser
from tests.console.conftest import opened, person, register, secret_of
from tests.emulated_aws import Fault, Recorder
from tests.world import World

# DynamoDB calls of each page, at most, however much there is: the keyring is in memory.
COSTS = {
    "home": 3,
    "new": 1,
    "new/web": 3,
    "application/{id}": 4,
    "redirect-uris/{id}": 2,
    "secrets/{id}": 2,
    "snippets/{id}": 3,
    "try-sign-in/{id}": 2,
    "delete/{id}": 2,
    "clients": 3,
    "clients/{id}": 3,
    "resources": 3,
    "resources/new": 1,
    "keys": 1,
    "events": 1,
}


class Scene:
    """Somebody with both roles, and an application of theirs."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.browser: Browser = person(world, "both", "developer", "operator")
        self.client_id = register(self.browser, client_name="Fragile")
        self.open("home")

    def open(self, page: str) -> int:
        """The status of a page."""
        path = page.replace("{id}", self.client_id)
        reply = self.browser.open(f"{self.world.issuer}/console/{path}").reply
        assert reply is not None
        return reply.status


@pytest.fixture(scope="module")
def scene(emulated: tuple[str, Recorder, dict[str, dict[str, str]]]) -> Iterator[Scene]:
    """On a server of its own."""
    world = opened(World(*emulated))
    yield Scene(world)
    world.close()


@pytest.mark.parametrize("page", COSTS)
def test_a_page_keeps_to_its_budget(scene: Scene, page: str) -> None:
    """And nothing is written, signed or scanned to show it."""
    scene.world.aws.reset()
    assert scene.open(page) == 200
    counted = scene.world.aws.count()
    assert set(counted) <= {"BatchGetItem", "GetItem", "Query"}
    assert sum(counted.values()) <= COSTS[page]


def test_the_list_costs_the_same_with_more_in_it(scene: Scene) -> None:
    """Two applications or five."""
    scene.world.aws.reset()
    scene.open("home")
    before = scene.world.aws.count()
    for _ in range(3):
        register(scene.browser)
    scene.world.aws.reset()
    scene.open("home")
    assert scene.world.aws.count() == before


def test_there_is_a_most_of_applications(desk: World) -> None:
    """One more is refused, in words."""
    browser = person(desk, "dora", "developer")
    client_id = register(browser)
    found = [item for item in desk.items() if item["sk"]["S"] == client_id]
    (owned,) = [item for item in found if item["pk"]["S"].startswith("I#client#")]
    for number in range(MOST_OWN):
        entry = owned | {"sk": {"S": f"x{number}"}, "nm": {"S": f"x{number}"}}
        request = {"TableName": desk.table_name, "Item": entry}
        desk.services.client.call("dynamodb", "PutItem", request)
    browser.open(f"{desk.issuer}/console/new/web")
    browser.submit("new", client_name="x", redirect_uris="https://a.example/")
    assert browser.reply is not None
    assert browser.reply.status == 400
    assert f"You have {MOST_OWN} applications already" in browser.page.text


@pytest.mark.parametrize("kind", ["throttle", "refuse"])
@pytest.mark.parametrize("page", COSTS)
def test_a_page_that_cannot_be_read_is_a_503(scene: Scene, page: str, kind: str) -> None:
    """At each of its calls; it says to try again, and shows nothing in part."""
    scene.world.aws.reset()
    scene.open(page)
    for position in range(len(scene.world.aws.calls)):
        scene.world.aws.reset()
        times = TRIES if kind == "throttle" else 1
        scene.world.aws.faults.append(Fault("*", kind, skip=position, times=times))
        assert scene.open(page) == 503
        assert scene.browser.reply is not None
        assert scene.browser.reply.header("Retry-After")
        assert "Fragile" not in scene.browser.reply.text
    scene.world.aws.reset()


@pytest.mark.parametrize("kind", ["throttle", "drop_after"])
def test_a_registration_that_fails_can_be_sent_again(desk: World, kind: str) -> None:
    """At each of its calls: in the end there is one application, and its developer sees it."""
    browser = person(desk, "dora", "developer")
    browser.open(f"{desk.issuer}/console/new/web")
    desk.aws.reset()
    given = {"client_name": "Tried", "redirect_uris": "https://a.example/"}
    browser.submit("new", **given)
    calls = len(desk.aws.calls)
    assert calls > 4
    for position in range(calls):
        name = f"Tried {position}"
        browser.open(f"{desk.issuer}/console/new/web")
        form = browser.page.forms["new"]
        fields = [pair for pair in form.fields if pair[0] not in given]
        fields += [("client_name", name), ("redirect_uris", "https://a.example/")]
        cookie = ("Cookie", "; ".join(f"{n}={v}" for n, v in browser.cookies.items()))
        desk.aws.reset()
        times = TRIES + (kind == "drop_after")
        desk.aws.faults.append(Fault("*", kind, skip=position, times=times))
        failed = desk.post("/console/new/web", fields, headers=[cookie])
        assert failed.status == 503
        assert "client-secret" not in failed.text
        desk.aws.reset()
        again = desk.post("/console/new/web", fields, headers=[cookie])
        # Made by the try whose answer was lost: then its page, and a secret can be made anew.
        assert again.status in (200, 303)
        browser.open(f"{desk.issuer}/console")
        assert browser.page.text.count(name) == 1


def test_a_deletion_that_fails_can_be_sent_again(desk: World) -> None:
    """At each of its calls: what is left is found again or is gone."""
    browser = person(desk, "dora", "developer")
    for position in range(6):
        client_id = register(browser, client_name="Doomed")
        browser.open(f"{desk.issuer}/console/delete/{client_id}")
        desk.aws.reset()
        fault = Fault("*", "drop_after", skip=position, times=TRIES + 1)
        desk.aws.faults.append(fault)
        browser.submit("delete", typed="Doomed")
        desk.aws.reset()
        browser.open(f"{desk.issuer}/console/delete/{client_id}")
        if "delete" in browser.page.forms:
            browser.submit("delete", typed="Doomed")
        browser.open(f"{desk.issuer}/console")
        assert "Doomed" not in browser.page.text
        assert not [item for item in desk.items() if item["pk"]["S"] == f"A#{client_id}"]


def test_a_rotation_whose_answer_was_lost_shows_its_secret(desk: World) -> None:
    """The write is sent again, meets itself, and is not taken for somebody else's."""
    browser = person(desk, "dora", "developer")
    client_id = register(browser, "machine")
    browser.open(f"{desk.issuer}/console/secrets/{client_id}")
    desk.aws.reset()
    desk.aws.faults.append(Fault("UpdateItem", "drop_after", times=1))
    browser.submit("rotate", overlap="none")
    assert desk.aws.count()["UpdateItem"] == 2
    desk.restart()
    form = {"grant_type": "client_credentials", "resource": desk.issuer}
    reply = desk.post("/token", form, auth=(client_id, secret_of(browser)))
    assert reply.json.get("error") != "invalid_client"


def test_a_refused_rotation_can_be_done_after_all(desk: World) -> None:
    """The page that refuses knows the secret that there is by now."""
    browser = person(desk, "dora", "developer")
    client_id = register(browser)
    browser.open(f"{desk.issuer}/console/secrets/{client_id}")
    clients.rotate_secret(client_id, desk.services)
    browser.submit("rotate", overlap="day")
    assert "The secret was replaced in the meantime" in browser.page.text
    browser.submit("rotate", overlap="day")
    assert secret_of(browser)
