"""`client block` and `client unblock`: any client, and URLs of documents."""

from __future__ import annotations

import pytest

from chalicelib.settings import DAY
from tests.flows import described
from tests.flows.described import URL
from tests.infra.commands.conftest import Operator

MACHINE = ("demomachine", "demomachinesecret")
CREDENTIALS = {"grant_type": "client_credentials", "scope": "read"}


def test_a_blocked_client_can_do_nothing(operator: Operator) -> None:
    """Until it is let in again; what it had before stays dead."""
    world = operator.world
    token = world.tokens()["refresh_token"]
    shown = operator.get("client", "block", "demoweb")
    assert shown == {"client_id": "demoweb", "blocked_at": world.clock()}
    assert operator.get("client", "get", "demoweb")["blocked_at"] == world.clock()
    world.clock.forward(60)
    assert world.refresh(token).json["error"] == "invalid_client"
    described.is_refused(described.ask(world, "demoweb"), "not known")
    again = operator.get("client", "unblock", "demoweb")
    assert again == {"client_id": "demoweb", "blocked_at": None}
    assert "blocked_at" not in operator.get("client", "get", "demoweb")
    world.clock.forward(60)
    assert world.refresh(token).json["error"] == "invalid_grant"
    assert world.tokens()["access_token"]


def test_a_change_lets_no_client_in(operator: Operator) -> None:
    """Only `unblock` does."""
    operator.get("client", "block", "demomachine")
    operator.get("client", "update", "demomachine", "--file", "-", document={"client_name": "M"})
    operator.get("client", "rotate-secret", "demomachine")
    operator.world.clock.forward(60)
    assert operator.world.post("/token", CREDENTIALS, auth=MACHINE).status == 401


def test_a_document_may_be_blocked_before_it_comes(operator: Operator) -> None:
    """And looked at; what it says is not an operator's to change."""
    operator.get("client", "block", URL)
    shown = operator.get("client", "get", URL)
    assert (shown["client_id"], shown["blocked_at"]) == (URL, operator.world.clock())
    reason = operator.refused(
        "client", "update", URL, "--file", "-", document={"client_name": "Mine"}
    )
    assert "its document says" in reason
    web = described.open_to_documents(operator.world)
    web.publish()
    described.is_refused(described.ask(operator.world), "does not take this application")
    assert web.asked == []


@pytest.mark.parametrize("name", ["nobody", "https://app.example", "ftp://app.example/x"])
@pytest.mark.parametrize("verb", ["block", "unblock"])
def test_nobody_is_not_blocked(operator: Operator, verb: str, name: str) -> None:
    """What is neither a client nor the URL of a document."""
    assert operator.refused("client", verb, name) == f"there is no client {name}"


def test_a_client_by_document_is_revoked_and_removed(operator: Operator) -> None:
    """Like any other."""
    world = operator.world
    described.open_to_documents(world).publish()
    token = described.tokens(world)["refresh_token"]
    assert operator.get("client", "get", URL)["document_fresh_until"] == world.clock() + 3600
    world.clock.forward(1)
    operator.get("client", "revoke", URL)
    world.clock.forward(60)
    assert described.refresh(world, token).json["error"] == "invalid_grant"
    assert operator.get("client", "delete", URL) == {"client_id": URL, "deleted": True}
    assert operator.refused("client", "get", URL) == f"there is no client {URL}"


def listed(operator: Operator) -> dict[str, str]:
    """How each client came."""
    clients = operator.get("client", "list")
    return {one["client_id"]: one.get("registered_by", "operator") for one in clients}


def test_a_client_by_document_is_listed(operator: Operator) -> None:
    """From when its document was read until it lapses; read again, for longer; deleted, no more."""
    world = operator.world
    described.open_to_documents(world).publish()
    assert URL not in listed(operator)
    described.ask(world)
    assert listed(operator)[URL] == "document"
    lives = world.settings.lifetimes.refresh_token + 2 * DAY
    world.clock.forward(lives - 1)
    described.ask(world)
    world.clock.forward(lives - 1)
    assert listed(operator)[URL] == "document"
    world.clock.forward(1)
    assert URL not in listed(operator)
    described.ask(world)
    operator.get("client", "delete", URL)
    assert URL not in listed(operator)


@pytest.mark.parametrize("came", [False, True], ids=["before it comes", "when it came"])
def test_a_blocked_client_by_document_stays_listed(operator: Operator, came: bool) -> None:
    """For as long as it is shut out."""
    world = operator.world
    described.open_to_documents(world).publish()
    if came:
        described.ask(world)
    operator.get("client", "block", URL)
    world.clock.forward(400 * DAY)
    assert listed(operator)[URL] == "document"
