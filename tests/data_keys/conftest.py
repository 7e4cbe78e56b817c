"""A stage on ministack with data keys; moto has no call that makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from chalicelib import rotation
from chalicelib.administration import clients, resources
from chalicelib.aws import keyring
from chalicelib.protocol.signing_keys import DATA_KEY, MODES, SigningKey
from chalicelib.values import replace
from infra import bootstrap
from infra.emulate.ministack import CREDENTIALS
from infra.stage import aws_client
from tests import on_ministack
from tests.on_ministack import Cloud
from tests.world import World

ALGORITHMS = MODES[DATA_KEY]
MACHINE = ("demomachine", "demomachinesecret")

NewStage = Callable[..., World]


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """The emulator of this folder's tests."""
    with on_ministack.running() as cloud:
        yield cloud


@pytest.fixture(scope="session")
def kms(cloud: Cloud) -> Iterator[Any]:
    """KMS, for whoever may do what they like with it."""
    environ = {**CREDENTIALS, "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": cloud.url}
    with closing(aws_client("kms", environ)) as kms:
        yield kms


@pytest.fixture(scope="session")
def wrapping_key(kms: Any) -> str:
    """The ARN of stage local's wrapping key."""
    return bootstrap.wrapping_key(kms, "local")


@pytest.fixture
def new_stage(cloud: Cloud, wrapping_key: str) -> Iterator[NewStage]:
    """Makes a stage with data keys for these algorithms beside its KMS keys."""
    made: list[World] = []

    def new(*algorithms: str, mode: str = "kms") -> World:
        stage = cloud.world()
        made.append(stage)
        record = bootstrap.read_keyring(stage.services)
        keys = keyring.read_keys(record)
        for alg in algorithms:
            keys = rotation.announce(keys, wrapping_key, alg, stage.services)
        keyring.save(stage.services.table, record, keys)
        stage.settings = replace(stage.settings, signing_mode=mode)
        stage.environ |= {**CREDENTIALS, "SIGNING_MODE": mode}
        stage.restart()
        cloud.recorder.reset()
        return stage

    yield new
    for stage in made:
        stage.close()


def keys(stage: World) -> dict[tuple[str, str, str], SigningKey]:
    """The keyring as it is in the table, by mode, algorithm and state."""
    found = keyring.read_keys(bootstrap.read_keyring(stage.services))
    return {(key.mode, key.alg, key.state): key for key in found}


def replace_key(stage: World, new: SigningKey) -> None:
    """Write another value for a key, as whoever can write the table could."""
    record = bootstrap.read_keyring(stage.services)
    found = keyring.read_keys(record)
    changed = tuple(new if key.kid == new.kid else key for key in found)
    keyring.save(stage.services.table, record, changed)


def resource(stage: World, alg: str, mode: str | None = DATA_KEY) -> str:
    """A resource whose tokens are signed in this way, for the demo's machine."""
    uri = f"https://{alg.lower()}-{mode or 'stage'}.example.com"
    metadata = {"resource": uri, "scopes": {"read": "Read"}, "signing_alg": alg}
    resources.create({**metadata, "signing_mode": mode}, stage.services)
    allowed = clients.get("demomachine", stage.services).allowed_resources or ()
    clients.update("demomachine", {"allowed_resources": [*allowed, uri]}, stage.services)
    stage.restart()
    return uri


def ask(stage: World, uri: str) -> Any:
    """Ask for a machine's token."""
    form = {"grant_type": "client_credentials", "scope": "read", "resource": uri}
    return stage.post("/token", form, auth=MACHINE)


def token(stage: World, uri: str) -> str:
    """A machine's token."""
    reply = ask(stage, uri)
    assert reply.status == 200, reply.text
    return str(reply.json["access_token"])
