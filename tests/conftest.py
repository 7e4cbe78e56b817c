"""What every test can have: an emulated AWS, and a server on it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from infra import bootstrap
from infra.local.emulator import Emulator
from infra.stage import aws_client
from tests.emulated_aws import Recorder
from tests.world import World

# No deadline: the machines that run this differ. No database: nothing is left in the checkout.
# A change is judged by the same examples each time; new ones are looked for by `make explore`
# (docs/decisions/0048-the-same-examples-each-time.md).
settings.register_profile(
    "postern",
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "100")),
    derandomize="EXPLORE" not in os.environ,
    database=None,
)
settings.load_profile("postern")


RECORDER = Recorder()
SLOW = ("emulator", "browser", "node")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that wait for other processes come first, so that no worker is left with one alone."""
    slow = {item.path for item in items if any(map(item.get_closest_marker, SLOW))}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(autouse=True)
def _healthy() -> Iterator[None]:
    """A fault ends with its test, also when the test fails."""
    yield
    RECORDER.faults.clear()


@pytest.fixture(scope="session")
def emulated() -> Iterator[tuple[str, Recorder, dict[str, dict[str, str]]]]:
    """The emulator of this run: its URL, its recorder, and its KMS keys with their JWKs."""
    with Emulator(RECORDER.wrap) as emulator:
        environ = {
            "STAGE": "local",
            "AWS_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL": emulator.url,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        }
        kms = aws_client("kms", environ)
        arns = [bootstrap.create_key(environ, alg) for alg in ("RS256", "ES256")]
        yield emulator.url, RECORDER, {arn: bootstrap.public_jwk(kms, arn) for arn in arns}
        kms.close()


@pytest.fixture
def world(emulated: tuple[str, Recorder, dict[str, dict[str, str]]]) -> Iterator[World]:
    """A server with the demo seeds, at a time of its own."""
    world = World(*emulated)
    yield world
    world.close()
