"""`user link`, `user unlink`: who a user of a trusted issuer is here."""

from __future__ import annotations

import pytest

from tests.infra.commands.conftest import Operator
from tests.infra.commands.test_issuers import FILE, IDP

DEMO = "demo@example.com"
NAMED = ("--issuer", IDP, "--sub", "U0194")


@pytest.fixture
def trusting(operator: Operator) -> Operator:
    """An operator who trusts an issuer."""
    operator.get("issuer", "create", "--file", "-", document=FILE)
    return operator


def test_a_link_is_made_shown_and_taken_back(trusting: Operator) -> None:
    """And what is kept about the user has it."""
    made = trusting.get("user", "link", DEMO, *NAMED)
    assert made["linked"] == {"issuer": IDP, "sub": "U0194"}
    assert trusting.get("user", "export", DEMO)["links"] == [made["linked"]]
    taken = trusting.get("user", "unlink", DEMO, *NAMED)
    assert taken == {"sub": made["sub"], "unlinked": made["linked"]}
    assert trusting.get("user", "export", DEMO)["links"] == []


def test_the_trail_names_both(trusting: Operator) -> None:
    """By the local subject."""
    linked = trusting.run("--verbose", "user", "link", DEMO, *NAMED).stderr
    unlinked = trusting.run("--verbose", "user", "unlink", DEMO, *NAMED).stderr
    assert "user.linked" in linked
    assert "user.unlinked" in unlinked
    assert "U0194" not in linked + unlinked


@pytest.mark.parametrize("verb", ["link", "unlink"])
def test_unknown_user(trusting: Operator, verb: str) -> None:
    """Both verbs say so."""
    said = trusting.refused("user", verb, "nobody@example.com", *NAMED)
    assert said == "there is no user nobody@example.com"


def test_what_cannot_be_linked(trusting: Operator) -> None:
    """An issuer that is not trusted, a subject that is none, and one that is taken."""
    other = ("--issuer", "https://other.example", "--sub", "U0194")
    said = trusting.refused("user", "link", DEMO, *other)
    assert said == "there is no issuer https://other.example"
    said = trusting.refused("user", "link", DEMO, "--issuer", IDP, "--sub", "")
    assert said == "sub: must be 1 to 255 characters of ASCII"
    trusting.get("user", "link", DEMO, *NAMED)
    ann = {"username": "ann@example.com", "password": "ann-password-1"}
    trusting.get("user", "create", "--file", "-", document=ann)
    said = trusting.refused("user", "link", "ann@example.com", *NAMED)
    assert said == f"U0194 of {IDP} is another user already; unlink that one first"


def test_what_is_not_linked_is_not_taken_back(trusting: Operator) -> None:
    """One sentence."""
    said = trusting.refused("user", "unlink", DEMO, *NAMED)
    assert said == f"{DEMO} is not U0194 of {IDP}"
