"""The documents tell the truth about the tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONFORMANCE = (ROOT / "docs/conformance.md").read_text()
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", CONFORMANCE)))
HEADS = ("| section | requirement | test | state |", "| plan | module | test | state |")
# What the specifications ask; the invariants behind it are this server's own.
ROWS = [
    line
    for line in CONFORMANCE.partition("\n## Invariants")[0].splitlines()
    if line.startswith("| ") and line not in HEADS
]


@pytest.mark.parametrize(("file", "function"), NAMED)
def test_a_test_that_the_conformance_table_names_exists(file: str, function: str) -> None:
    """Each file is there, and holds the test that is named with it, written there or taken over."""
    text = (ROOT / "tests" / file).read_text()
    assert re.search(rf"^(?:def {function}\(|    {function},$)", text, re.M) if function else text


@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_a_requirement_has_a_state(row: str) -> None:
    """Yes, with the test that shows it; or else in words why not."""
    section, requirement, tests, state = (cell.strip() for cell in row.strip("|").split("|"))
    kind, _, reason = state.partition(": ")
    assert section
    assert requirement
    assert kind in ("yes", "not offered", "no")
    assert bool(reason) is (kind != "yes")
    assert kind != "yes" or ".py" in tests


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md")))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """A relative link names a file that is there."""
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target
