"""The documents tell the truth about the tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMED = sorted(
    set(re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs/conformance.md").read_text()))
)


@pytest.mark.parametrize(("file", "function"), NAMED)
def test_a_test_that_the_conformance_table_names_exists(file: str, function: str) -> None:
    """Each file is there, and holds the function that is named with it."""
    text = (ROOT / "tests" / file).read_text()
    assert f"def {function}(" in text if function else text


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md")))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """A relative link names a file that is there."""
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target
