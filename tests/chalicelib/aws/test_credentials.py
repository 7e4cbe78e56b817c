"""The credentials that requests are signed with."""

from __future__ import annotations

import pytest

from chalicelib.aws.credentials import Credentials, from_environment

ENVIRON = {
    "AWS_ACCESS_KEY_ID": "AKEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example-secret",
    "AWS_SESSION_TOKEN": "example-token",
}


def test_a_role_has_a_session_token() -> None:
    """What Lambda puts into the environment; without the token it is a user's key."""
    assert from_environment(ENVIRON) == Credentials("AKEXAMPLE", "example-secret", "example-token")
    environ = {name: ENVIRON[name] for name in ENVIRON if name != "AWS_SESSION_TOKEN"}
    assert from_environment(environ).session_token == ""


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_a_missing_variable_names_itself(name: str) -> None:
    """Signing with half a key would only be refused far away."""
    with pytest.raises(KeyError, match=name):
        from_environment({key: ENVIRON[key] for key in ENVIRON if key != name})


def test_secrets_hide_themselves() -> None:
    """A trace in the log shows the access key's name at most."""
    shown = repr(from_environment(ENVIRON))
    assert "AKEXAMPLE" in shown
    assert "example-secret" not in shown
    assert "example-token" not in shown
