"""An operator calls an application verified while its developer changes it: one of both counts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from urllib.parse import urlencode

import pytest

from tests.browser import Browser
from tests.console.conftest import client_of, opened, person, register
from tests.on_ministack import Cloud
from tests.races.forms import Sender, going
from tests.races.interruption import StoppedBeforeUpdate, process
from tests.world import World

pytestmark = pytest.mark.emulator


@pytest.fixture
def desk(cloud: Cloud) -> Iterator[World]:
    """A server with its console on, on ministack."""
    world = opened(cloud.world())
    yield world
    world.close()


def form(browser: Browser, desk: World, path: str, name: str, **given: str) -> Sender:
    """What sends a form of the console as it is filled in."""
    shown = browser.open(f"{desk.issuer}{path}").page.forms[name]
    return going(browser, "POST", path, urlencode({**dict(shown.fields), **given}))


@pytest.mark.parametrize("first", ["operator", "developer"])
def test_what_was_not_looked_at_is_never_verified(desk: World, first: str) -> None:
    """Whoever writes last, where the other has written since they read, changes nothing."""
    operator, developer = person(desk, "olga", "operator"), person(desk, "dora", "developer")
    client_id = register(developer)
    acts = {
        "operator": form(operator, desk, f"/console/clients/{client_id}", "verify", act="verify"),
        "developer": form(
            developer, desk, f"/console/application/{client_id}", "settings", client_name="Bank"
        ),
    }
    other = acts.pop(first)
    (late,) = acts.values()
    reply = late(process(desk, StoppedBeforeUpdate(desk, partial(other, desk.twin()))))
    assert reply.status == 400, reply.text
    # Sent again as it is: the developer may, the operator is to look again.
    assert late(desk.twin()).status == {"operator": 303, "developer": 400}[first]
    stored = client_of(desk, client_id)
    assert (stored.verified, stored.client_name) == (False, "Bank")
