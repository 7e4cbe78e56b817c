"""How long a token status list may be kept: a setting of the stage. docs/decisions/0034."""

from __future__ import annotations

import pytest

from chalicelib.settings import Settings, SettingsError

GOOD = {
    "ISSUER": "https://id.example.com",
    "STAGE": "prod",
    "TABLE_NAME": "postern",
    "AWS_REGION": "eu-west-1",
}


@pytest.mark.parametrize("seconds", [1, 60, 3600])
def test_how_long_a_status_list_may_be_kept_is_set(seconds: int) -> None:
    """In seconds; a minute unless it is said."""
    assert Settings.read({**GOOD, "STATUS_LIST_TTL": str(seconds)}).status_list_ttl == seconds
    assert Settings.read(GOOD).status_list_ttl == 60


@pytest.mark.parametrize("text", ["0", "3601", "-1", "1.5", "x"])
def test_a_status_list_is_kept_for_an_hour_at_most(text: str) -> None:
    """So long a revoked token may pass."""
    with pytest.raises(SettingsError, match=r"^STATUS_LIST_TTL must be"):
        Settings.read({**GOOD, "STATUS_LIST_TTL": text})
