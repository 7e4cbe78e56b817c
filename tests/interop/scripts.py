"""A script of tests/interop/node that asks a person to sign in, and says in the end how it went."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from typing import IO, Any

from tests.chromium import Person
from tests.receiver import Receiver

Node = Callable[..., subprocess.Popen[str]]
SECONDS = 60


def send(pipe: IO[str] | None, line: str) -> None:
    """One line, at once."""
    assert pipe is not None
    pipe.write(f"{line}\n")
    pipe.flush()


def talk(
    node: Node, script: str, given: Mapping[str, Any], visit: Callable[[str], str]
) -> dict[str, Any]:
    """All that a script does; what it printed at the end.

    `visit`: takes somebody to the URL that the script names, and gives the line that it waits for.
    """
    with node(script) as running:
        try:
            send(running.stdin, json.dumps(given))
            assert running.stdout is not None
            url = running.stdout.readline().strip()
            if not url:
                raise AssertionError(running.communicate(timeout=SECONDS)[1])
            out, err = running.communicate(f"{visit(url)}\n", timeout=SECONDS)
        finally:
            running.kill()
    assert running.returncode == 0, err
    told: dict[str, Any] = json.loads(out)
    return told


def walk(
    node: Node,
    script: str,
    given: Mapping[str, Any],
    person: Person,
    receiver: Receiver,
    agree: Callable[[], None],
) -> dict[str, Any]:
    """The same with a person, who does from the sign-in page on what `agree` says."""

    def visit(url: str) -> str:
        person.open(url)
        agree()
        person.arrive(receiver.redirect_uri)
        return receiver.url

    return talk(node, script, given, visit)
