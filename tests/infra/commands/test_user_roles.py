"""`user`: what somebody may do in the console."""

from __future__ import annotations

import pytest

from tests.infra.commands.conftest import Operator

ANN = {"username": "ann@example.com", "password": "correct horse"}
UPDATE = ("user", "update", "ann@example.com", "--file", "-")


def test_roles_are_given_and_taken(operator: Operator) -> None:
    """A change of something else leaves them."""
    operator.get("user", "create", "--file", "-", document={**ANN, "roles": ["developer"]})
    assert operator.get("user", "get", "ann@example.com")["roles"] == ["developer"]
    changed = operator.get(*UPDATE, document={"claims": {"nickname": "A"}})
    assert changed["roles"] == ["developer"]
    both = ["operator", "developer"]
    assert operator.get(*UPDATE, document={"roles": both})["roles"] == both
    assert operator.get(*UPDATE, document={"roles": []})["roles"] == []


@pytest.mark.parametrize("roles", ["developer", ["admin"], [1], {"developer": True}, None])
def test_other_words_are_refused(operator: Operator, roles: object) -> None:
    """With one sentence."""
    said = operator.refused("user", "create", "--file", "-", document={**ANN, "roles": roles})
    assert said == "roles: must be a list of developer, operator"


def test_an_export_names_the_applications(operator: Operator) -> None:
    """Those that the user has registered in the console."""
    assert operator.get("user", "export", "demo@example.com")["applications"] == []
