"""The settings of self-registration, as the environment has them."""

from __future__ import annotations

import pytest

from chalicelib.settings import DAY, Settings, SettingsError

STAGE = {
    "ISSUER": "https://id.example.com",
    "STAGE": "prod",
    "TABLE_NAME": "t",
    "AWS_REGION": "eu-west-1",
}


def test_nobody_registers_unless_the_stage_says_so() -> None:
    """And what is registered and not used is kept for a day."""
    settings = Settings.read(STAGE)
    assert (settings.registration, settings.registration_unused) == ("off", DAY)


@pytest.mark.parametrize("word", ["off", "initial-access-token", "open"])
def test_it_says_who_may(word: str) -> None:
    """One of three."""
    assert Settings.read({**STAGE, "REGISTRATION": word}).registration == word


@pytest.mark.parametrize("word", ["on", "true", "OPEN", "open ", "closed"])
def test_another_word_is_refused(word: str) -> None:
    """By its name, when the function starts: a slip must not open a door."""
    with pytest.raises(SettingsError, match=r"^REGISTRATION must be one of"):
        Settings.read({**STAGE, "REGISTRATION": word})


@pytest.mark.parametrize("text", ["599", "2592001", "1d", "-1", "1e5"])
def test_a_registration_is_kept_for_ten_minutes_to_thirty_days(text: str) -> None:
    """A user needs time to sign in, and a flood must not stay."""
    with pytest.raises(SettingsError, match=r"^REGISTRATION_UNUSED must be"):
        Settings.read({**STAGE, "REGISTRATION_UNUSED": text})
