"""`deploy` and `destroy`: what they refuse. What they do is in tests/infra/deployment/."""

from __future__ import annotations

import pytest

from tests.infra.commands.conftest import CommandLine

RUNS_HERE = "stage local runs on this machine: `make run`"
BAD_NAME = "a stage is named by a letter, then letters, digits and hyphens"


@pytest.mark.parametrize(
    ("stage", "command", "reason"),
    [
        ("local", ("deploy",), RUNS_HERE),
        ("local", ("destroy",), RUNS_HERE),
        ("1st", ("deploy",), BAD_NAME),
        ("a b", ("destroy", "--yes"), BAD_NAME),
        ("prod", ("destroy",), "stage prod is destroyed only with --yes"),
        ("prod", ("destroy", "--delete-table"), "stage prod is destroyed only with --yes"),
    ],
)
def test_refused_before_anything_is_done(
    unused: CommandLine, stage: str, command: tuple[str, ...], reason: str
) -> None:
    """With the reason, and what to do."""
    unused.stage = stage
    assert unused.refused(*command) == reason
