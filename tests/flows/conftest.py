"""A server for a whole module of stories, and a user who is signed in already."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulated_aws import Recorder
from tests.flows import exchanges
from tests.flows.faults import Book
from tests.world import World


@pytest.fixture(scope="module")
def settled(emulated: tuple[str, Recorder, dict[str, dict[str, str]]]) -> Iterator[World]:
    """The module's server; its user is signed in and has agreed to what demoweb asks."""
    world = World(*emulated)
    browser = world.browser()
    world.code(browser)
    world.member = browser
    yield world
    world.close()


@pytest.fixture
def signed_in(settled: World) -> World:
    """The module's server, for stories that change nothing but grants of their own."""
    settled.next_test()
    return settled


@pytest.fixture
def faulted(signed_in: World) -> World:
    """The server whose AWS fails; a module whose stories want another has its own."""
    return signed_in


@pytest.fixture(scope="module")
def book() -> Book:
    """What each healthy story asked of AWS; recorded once."""
    return {}


@pytest.fixture(scope="module")
def exchanging(settled: World) -> World:
    """The module's server, which makes assertions for two clients: `wiki` and `sister`."""
    exchanges.ready(settled)
    exchanges.register(settled, "sister")
    return settled
