"""Fixtures for tests with nothing emulated in front: a real server, a real browser, npm."""

from __future__ import annotations

import fcntl
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.chromium import Person
from tests.chromium import chromium as launched
from tests.needed import program
from tests.receiver import Receiver, listening
from tests.running import ROOT, Running, started

NODE = ROOT / "tests/interop/node"
People = Callable[..., Person]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The server of this test process, as `make run` starts it."""
    with started(tmp_path_factory.mktemp("server")) as server:
        yield server


# By module: while Playwright runs, this thread cannot have an event loop of its own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A Chromium for the tests of one file."""
    with launched() as browser:
        yield browser


@pytest.fixture
def people(chromium: Browser) -> Iterator[People]:
    """Makes people, each with a fresh profile; nobody's console may complain."""
    made: list[Person] = []

    def person(**options: Any) -> Person:
        made.append(Person(chromium.new_context(**options)))
        return made[-1]

    yield person
    troubles = [trouble for one in made for trouble in one.troubles]
    for one in made:
        one.context.close()
    assert troubles == []


@pytest.fixture
def person(people: People) -> Person:
    """One person."""
    return people()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A client's redirection endpoint."""
    with listening() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def node() -> Callable[..., subprocess.Popen[str]]:
    """Starts a script of tests/interop/node, its packages installed as the lock file has them."""
    path = program("node")
    install(program("npm"))
    return partial(start, path)


def install(npm: str, folder: Path = NODE) -> None:
    """The packages of a folder, as its lock file has them."""
    lock_file, installed = folder / "package-lock.json", folder / "node_modules/.package-lock.json"
    with lock_file.open() as lock:
        # Test processes come here at the same time, and `npm ci` empties the folder first.
        fcntl.flock(lock, fcntl.LOCK_EX)
        fresh = lock_file.stat().st_mtime
        if installed.exists() and installed.stat().st_mtime >= fresh:
            return
        subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder,
            check=True,
            timeout=300,
            capture_output=True,
        )


def start(node: str, script: str, folder: Path = NODE) -> subprocess.Popen[str]:
    """A script of a folder, with pipes to it."""
    return subprocess.Popen(
        [node, script],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
