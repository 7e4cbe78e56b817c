"""The settings of clients by document."""

from __future__ import annotations

import pytest

from chalicelib.settings import Settings, SettingsError
from tests.chalicelib.test_settings import GOOD


def test_a_stage_takes_none_unless_it_says_so() -> None:
    """Whoever wants strangers opens the door."""
    settings = Settings.read(GOOD)
    assert settings.client_documents is False
    assert (settings.client_documents_allowed, settings.client_documents_denied) == ((), ())
    assert Settings.read({**GOOD, "CLIENT_DOCUMENTS": "on"}).client_documents is True


@pytest.mark.parametrize("word", ["true", "ON", "yes", "1"])
def test_it_is_on_or_off(word: str) -> None:
    """A variable that is malformed names itself."""
    with pytest.raises(SettingsError, match=r"^CLIENT_DOCUMENTS must be off or on"):
        Settings.read({**GOOD, "CLIENT_DOCUMENTS": word})


NAMES = {
    "CLIENT_DOCUMENTS_ALLOWED": "client_documents_allowed",
    "CLIENT_DOCUMENTS_DENIED": "client_documents_denied",
}


@pytest.mark.parametrize("name", NAMES)
def test_places_are_hosts_and_urls(name: str) -> None:
    """With blanks between."""
    text = " app.example  *.example.org https://b.example/oauth/client.json localhost "
    settings = Settings.read({**GOOD, name: text})
    assert getattr(settings, NAMES[name]) == tuple(text.split())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "place",
    [
        "*",
        "a.*",
        "**.example",
        "App.example",
        "app.example/x",
        "app.example:443",
        "https://",
        "a,b",
    ],
)
def test_another_place_is_none(name: str, place: str) -> None:
    """A rule that is about nothing would be a door left open."""
    with pytest.raises(SettingsError, match=f"^{name} must be hosts"):
        Settings.read({**GOOD, name: f"app.example {place}"})
