"""One run of a command: which stage, how it is reached, and what a failure says."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

import click

if TYPE_CHECKING:
    from chalicelib.services import Services

_AWS = "AWS refused, or cannot be reached"
PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the command line finds around it. `now`: epoch seconds; None for the real clock.

    folders: where stages are described; None for the current folder, then the project's.
    """

    environ: Mapping[str, str]
    folders: tuple[Path, ...] | None = None
    now: Callable[[], int] | None = None


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run of a command."""

    stage: str
    verbose: bool
    surroundings: Surroundings

    def environ(self) -> dict[str, str]:
        """The variables of the stage; NoSuchStage."""
        from infra.stage import environment

        folders = self.surroundings.folders or (Path.cwd(), PROJECT)
        return environment(self.stage, self.surroundings.environ, *folders)

    @contextmanager
    def services(self) -> Iterator[Services]:
        """The services of the stage, closed at the end; NoSuchStage, SettingsError."""
        from chalicelib.aws.log import Log
        from chalicelib.services import system_clock
        from infra.stage import open_services

        environ = self.environ()
        now = self.surroundings.now or system_clock
        with ExitStack() as stack:
            # Standard output belongs to the result.
            outs: list[TextIO] = [sys.stderr] if self.verbose else []
            if environ.get("LOG_FILE"):
                log_file = open(environ["LOG_FILE"], "a", encoding="ascii")  # noqa: SIM115
                outs.append(stack.enter_context(log_file))
            log = Log(cast("TextIO", _Several(outs)))
            yield stack.enter_context(closing(open_services(environ, log, now)))


class _Several:
    """Writes to several streams, or to none.

    No `io` stream: one of those flushes again when it is thrown away, after what it writes to was
    closed.
    """

    def __init__(self, outs: list[TextIO]) -> None:
        self._outs = outs

    def write(self, text: str) -> int:
        """Write to each."""
        for out in self._outs:
            out.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush each."""
        for out in self._outs:
            out.flush()


def say(message: str) -> None:
    """Tell the operator something beside the result."""
    click.echo(message, err=True)


def refusal(problem: Exception, stage: str) -> str | None:
    """The sentence that a failure is told by, or None when it is a fault of the program."""
    from chalicelib.administration import Refused
    from chalicelib.aws.keyring import KeyringChanged
    from chalicelib.errors import TemporarilyUnavailable
    from chalicelib.protocol.signing_keys import KeyRefused
    from chalicelib.registration import InvalidMetadata
    from chalicelib.settings import SettingsError
    from infra.stage import NoSuchStage

    if isinstance(problem, Refused | KeyringChanged | InvalidMetadata | KeyRefused | NoSuchStage):
        return str(problem)
    if isinstance(problem, SettingsError):
        return f"stage {stage} is configured wrongly: {problem}"
    if isinstance(problem, TemporarilyUnavailable):
        hint = " (does make run still run?)" if stage == "local" else ""
        return f"{_AWS}: {problem.detail or problem.description}{hint}"
    if isinstance(problem, OSError):
        return str(problem)
    # Imported only where they can have come from.
    names = {f"{kind.__module__}.{kind.__name__}" for kind in type(problem).__mro__}
    if "infra.deployment.names.DeploymentError" in names:
        return str(problem)
    if names & {"botocore.exceptions.BotoCoreError", "botocore.exceptions.ClientError"}:
        return f"{_AWS}: {problem}"
    return None
