"""What a developer may call an application: people read it when they are asked."""

from __future__ import annotations

import pytest

from tests.browser import Browser
from tests.console.conftest import person, register
from tests.world import World

CALLBACK = "https://app.example.com/callback"


@pytest.fixture(scope="module")
def developer(office: World) -> Browser:
    """A developer in front of the console."""
    return person(office, "dora", "developer")


@pytest.mark.parametrize("name", ["Postern", "pOSTERN", "Bank\u3164", "Ba\u2800nk", "A   Bank"])
@pytest.mark.parametrize("page", ["new", "application"])
def test_a_name_passes_for_no_other(
    office: World, developer: Browser, page: str, name: str
) -> None:
    """Neither for this service's nor, by what nobody sees in it, for another application's."""
    if page == "new":
        developer.open(f"{office.issuer}/console/new/web")
        developer.submit("new", client_name=name, redirect_uris=CALLBACK)
    else:
        client_id = register(developer)
        developer.open(f"{office.issuer}/console/application/{client_id}")
        developer.submit("settings", client_name=name)
    assert developer.reply is not None
    assert developer.reply.status == 400
    assert "Name " in developer.page.text
