"""The settings of the console. docs/console.md."""

from __future__ import annotations

import pytest

from chalicelib.settings import Settings, SettingsError

GOOD = {
    "ISSUER": "https://id.example.com",
    "STAGE": "prod",
    "TABLE_NAME": "postern",
    "AWS_REGION": "eu-west-1",
}


def test_a_stage_has_no_console_unless_it_says_so() -> None:
    """And then developers are named, and agree to nothing."""
    settings = Settings.read(GOOD)
    assert not settings.console
    assert not settings.console_is_for_everyone
    assert settings.terms_uri is None


def test_a_console_is_opened() -> None:
    """For everyone, with terms."""
    said = {
        "CONSOLE": "on",
        "CONSOLE_DEVELOPERS": "everyone",
        "TERMS_URI": "https://example.com/terms",
    }
    settings = Settings.read({**GOOD, **said})
    assert settings.console
    assert settings.console_is_for_everyone
    assert settings.terms_uri == said["TERMS_URI"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CONSOLE", "true"),
        ("CONSOLE", "On"),
        ("CONSOLE_DEVELOPERS", "all"),
        ("TERMS_URI", "http://example.com/terms"),
        ("TERMS_URI", "javascript:alert(1)"),
        ("TERMS_URI", 'https://example.com/"'),
    ],
)
def test_another_word_names_its_variable(name: str, text: str) -> None:
    """When the function starts."""
    with pytest.raises(SettingsError, match=f"^{name} must be"):
        Settings.read({**GOOD, name: text})


def test_the_log_is_where_lambda_says() -> None:
    """Its group by the variable that every function has, the file by ours."""
    said = {"AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/postern-prod", "LOG_FILE": "log"}
    settings = Settings.read({**GOOD, **said})
    assert (settings.log_group, settings.log_file) == ("/aws/lambda/postern-prod", "log")
