"""The stages that a tester of the Foundation's plans has set up, one for each file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulated_aws import Recorder
from tests.plans import fapi2, oidcc, oidcc_registration
from tests.plans.fapi2 import Plan
from tests.plans.oidcc import Module
from tests.plans.oidcc_registration import Suite
from tests.world import World


@pytest.fixture(scope="module")
def high_assurance(
    emulated: tuple[str, Recorder, dict[str, dict[str, str]]],
) -> Iterator[Plan]:
    """A stage for the plans of FAPI 2.0."""
    with fapi2.stage(*emulated) as plan:
        yield plan


@pytest.fixture
def plan(high_assurance: Plan) -> Plan:
    """It, some time later."""
    high_assurance.world.next_test()
    return high_assurance


@pytest.fixture(scope="module")
def stage(emulated: tuple[str, Recorder, dict[str, dict[str, str]]]) -> Iterator[World]:
    """A provider with the suite's clients."""
    with oidcc.stage(emulated) as world:
        yield world


@pytest.fixture
def module(stage: World, mode: str) -> Module:
    """A module of a plan for this response mode, in a new browser."""
    stage.next_test()
    return Module(stage, mode)


@pytest.fixture(scope="module")
def running(
    emulated: tuple[str, Recorder, dict[str, dict[str, str]]],
) -> Iterator[tuple[World, Suite]]:
    """A provider where clients register themselves, and the suite as a host."""
    with oidcc_registration.stage(emulated) as both:
        yield both


@pytest.fixture
def world(running: tuple[World, Suite]) -> World:
    """That provider, some time later."""
    running[0].next_test()
    return running[0]


@pytest.fixture
def suite(running: tuple[World, Suite]) -> Suite:
    """The suite as a host, with nothing on it."""
    running[1].documents.clear()
    running[1].received.clear()
    return running[1]
