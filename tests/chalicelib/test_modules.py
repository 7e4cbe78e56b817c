"""Tables of members: one line each, imported on first lookup."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from chalicelib.client_authentication import METHODS
from chalicelib.endpoints import ENDPOINTS
from chalicelib.grants import GRANT_TYPES
from chalicelib.interaction import STEPS
from chalicelib.modules import Modules

TABLES = [METHODS, ENDPOINTS, GRANT_TYPES, STEPS]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.package)
def test_every_member_can_be_looked_up(table: Modules[ModuleType]) -> None:
    """Each name stands for a module of its package."""
    for name in table:
        assert table[name].__name__ == f"{table.package}.{table.members[name]}"


def test_listing_imports_nothing() -> None:
    """Asking `in`, counting and listing leave the member alone; looking it up imports it."""
    absent = "chalicelib.endpoints.no_such_module"
    table: Modules[ModuleType] = Modules("chalicelib.endpoints", {"a": "no_such_module"})
    assert "a" in table
    assert "b" not in table
    assert list(table) == ["a"]
    assert len(table) == 1
    assert absent not in sys.modules
    with pytest.raises(ModuleNotFoundError):
        table["a"]


def test_an_unknown_name_is_no_module() -> None:
    """A name from a request cannot reach a module that is not in the table."""
    with pytest.raises(KeyError):
        ENDPOINTS["__init__"]
    assert ENDPOINTS.get("../routes") is None
