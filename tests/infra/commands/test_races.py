"""Two operators at once: neither undoes what the other has done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib import values
from chalicelib.administration import clients, resources, users
from chalicelib.aws.table import Gone
from chalicelib.records.client import Client, client_key
from infra import seeds
from tests.infra.commands.conftest import CommandLine, Operator

DEMO = "demo@example.com"
API = seeds.RESOURCE["resource"]


def between(operator: Operator, act: Callable[[], object]) -> CommandLine:
    """A command line where `act` is done once the command looks at the clock: after its reading."""
    pending = [act]

    def now() -> int:
        if pending:
            pending.pop()()
        return operator.world.clock()

    return CommandLine(replace(operator.surroundings, now=now))


@pytest.mark.parametrize("verb", ["revoke", "rotate-secret"])
def test_removed_client_does_not_come_back(operator: Operator, verb: str) -> None:
    """A change of what another has removed meanwhile is refused."""
    services = operator.world.new_services()
    other = between(operator, lambda: clients.delete("demomachine", services))
    assert other.refused("client", verb, "demomachine") == "there is no client demomachine"
    assert services.table.get(Client, client_key("demomachine")) is None


def test_changes_of_different_members_are_both_kept(operator: Operator) -> None:
    """A new name does not bring back the secret that another has just replaced."""
    services = operator.world.new_services()
    before = clients.get("demoweb", services)
    rotated, _ = clients.rotate_secret("demoweb", services)
    services.table.amend(before, values.replace(before, client_name="New Name", client_uri=None))
    after = clients.get("demoweb", services)
    assert after == values.replace(rotated, client_name="New Name", client_uri=None)


def test_disabled_user_stays_out(operator: Operator) -> None:
    """A change of claims by another, who had read the user before, does not let them in."""
    services = operator.world.new_services()
    before = users.find(DEMO, services)
    operator.get("user", "disable", DEMO)
    users.update(before, services, claims={"name": "New"})
    after = operator.get("user", "get", DEMO)
    assert (after["disabled"], after["claims"]) == (True, {"name": "New"})


def test_what_is_gone_cannot_be_amended(operator: Operator) -> None:
    """And nothing of it is written."""
    services = operator.world.new_services()
    resource = resources.get(API, services)
    resources.delete(API, services)
    with pytest.raises(Gone):
        services.table.amend(resource, values.replace(resource, name="x"))
    assert operator.get("resource", "list") == []


def test_amending_nothing_writes_nothing(operator: Operator) -> None:
    """What is as it should be is left alone."""
    services = operator.world.new_services()
    resource = resources.get(API, services)
    operator.world.aws.reset()
    services.table.amend(resource, resource)
    assert operator.world.aws.count() == {}


def test_same_name_is_given_once(operator: Operator) -> None:
    """Of two who make the same user, one is refused, and the other's password counts."""
    services = operator.world.new_services()
    document = {"username": "ann", "password": "correct horse"}
    users.create("ANN", "another horse", {}, services)
    said = operator.refused("user", "create", "--file", "-", document=document)
    assert said == "user ann exists already"
    assert [user["username"] for user in operator.get("user", "list")].count("ANN") == 1
