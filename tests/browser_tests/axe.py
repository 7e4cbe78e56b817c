"""axe-core, which knows most of what WCAG 2.2 says that a program can see of a page."""

from __future__ import annotations

from typing import Literal

from playwright.sync_api import Page

from tests.needed import program
from tests.real import install
from tests.running import ROOT

FOLDER = ROOT / "tests/browser_tests/node"
SCRIPT = FOLDER / "node_modules/axe-core/axe.min.js"
# All rules by day; by night those that colours decide.
SCHEMES: dict[Literal["light", "dark"], list[str]] = {
    "light": [],
    "dark": ["color-contrast", "link-in-text-block"],
}
# Nothing is fetched, which the pages' policy would forbid, and nobody waits for other frames.
RUN = """only => axe.run({preload: false, iframes: false, resultTypes: ["violations"],
    ...(only.length ? {runOnly: only} : {})})
  .then(found => found.violations.flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.html} (${node.failureSummary})`)))"""


def source() -> str:
    """The program, installed as the lock file has it."""
    install(program("npm"), FOLDER)
    return SCRIPT.read_text(encoding="utf-8")


class Inspector:
    """Looks at pages, in every colour scheme."""

    def __init__(self) -> None:
        self._source = source()

    def faults(self, page: Page) -> list[str]:
        """What is against any rule, with the scheme and the element."""
        page.wait_for_load_state()
        # By the debugger's way: the pages' policy lets no script run.
        page.evaluate(self._source)
        found: list[str] = []
        for scheme, rules in SCHEMES.items():
            page.emulate_media(color_scheme=scheme)
            found += [f"{scheme}: {one}" for one in page.evaluate(RUN, rules)]
        return found

    def check(self, page: Page) -> None:
        """Nothing is."""
        assert self.faults(page) == [], page.url
