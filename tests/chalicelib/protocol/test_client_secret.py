"""Client secrets, and the one before while it lasts. RFC 6749 section 2.3.1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.encoding import sha256
from chalicelib.protocol.client_secret import is_secret_of
from chalicelib.records.client import Client

NOW = 1_800_000_000
CLIENT = Client(
    client_id="c",
    created_at=0,
    secret_hash=sha256("new-secret"),
    previous_secret_hash=sha256("old-secret"),
    previous_secret_expires_at=NOW + 10,
)


@pytest.mark.parametrize(
    ("secret", "now", "right"),
    [
        ("new-secret", NOW, True),
        ("new-secret", NOW + 10, True),
        ("old-secret", NOW + 9, True),
        ("old-secret", NOW + 10, False),
        ("wrong", NOW, False),
        ("", NOW, False),
        ("new-secret ", NOW, False),
        ("New-secret", NOW, False),
        ("new-secret\0", NOW, False),
    ],
)
def test_two_secrets_may_live(secret: str, now: int, right: bool) -> None:
    """The current one always, the one before until its time is over, no other."""
    assert is_secret_of(CLIENT, secret, now) is right


@given(st.text(max_size=20))
def test_a_client_without_a_secret_has_none(secret: str) -> None:
    """Nothing proves an unknown client, or a public one."""
    assert not is_secret_of(None, secret, NOW)
    assert not is_secret_of(Client(client_id="c", created_at=0), secret, NOW)
