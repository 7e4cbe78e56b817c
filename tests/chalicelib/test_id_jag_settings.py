"""Whether a stage takes assertions about users, or makes them: ID_JAG."""

from __future__ import annotations

import pytest

from chalicelib.grants import GRANT_TYPES, offered
from chalicelib.protocol.grant_types import JWT_BEARER, TOKEN_EXCHANGE
from chalicelib.settings import Settings, SettingsError

GOOD = {
    "ISSUER": "https://id.example.com",
    "STAGE": "dev",
    "TABLE_NAME": "postern-dev",
    "AWS_REGION": "eu-west-1",
}


@pytest.mark.parametrize(
    ("word", "accepts", "issues"),
    [
        (None, False, False),
        ("", False, False),
        ("off", False, False),
        ("accept", True, False),
        ("issue", False, True),
        ("both", True, True),
    ],
)
def test_a_stage_says_what_it_does(word: str | None, accepts: bool, issues: bool) -> None:
    """Nothing, unless it is set; and the grant types follow."""
    settings = Settings.read(GOOD if word is None else {**GOOD, "ID_JAG": word})
    assert (settings.accepts_id_jag, settings.issues_id_jag) == (accepts, issues)
    grants = set(offered(settings))
    assert (JWT_BEARER in grants, TOKEN_EXCHANGE in grants) == (accepts, issues)
    assert grants | {JWT_BEARER, TOKEN_EXCHANGE} == set(GRANT_TYPES)


@pytest.mark.parametrize("word", ["on", "Accept", "true", "accept,issue", " "])
def test_another_word_stops_the_start(word: str) -> None:
    """With its name."""
    with pytest.raises(SettingsError, match=r"^ID_JAG must be one of off, accept, issue, both"):
        Settings.read({**GOOD, "ID_JAG": word})
