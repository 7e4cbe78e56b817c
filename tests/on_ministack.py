"""A stage on ministack: another process, whose conditional writes hold under threads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chalicelib.aws.client import AWSClient
from chalicelib.aws.credentials import Credentials
from infra import bootstrap
from infra.emulate.ministack import CREDENTIALS, REGION, Ministack
from infra.stage import aws_client
from tests.emulated_aws import AWSCall, Recorder
from tests.world import World

Keys = dict[str, dict[str, str]]
ALGORITHMS = ("RS256", "ES256")
ROOT = Credentials(CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"])


@dataclass
class Cloud:
    """An emulator that runs, KMS keys to sign with and some to spare, and what it was asked."""

    url: str
    keys: Keys
    spare_keys: Keys
    recorder: Recorder = field(default_factory=Recorder)

    def world(self) -> World:
        """A new stage on it."""
        return MinistackWorld(self.url, self.recorder, self.keys)


class RecordingClient(AWSClient):
    """Notes every call: nothing can sit in front of an emulator that is another process."""

    def __init__(self, endpoint: str, recorder: Recorder) -> None:
        super().__init__(REGION, lambda: ROOT, endpoint=endpoint)
        self.recorder = recorder

    def call(self, service: str, action: str, payload: Mapping[str, object]) -> dict[str, Any]:
        """Note the call, and make it."""
        self.recorder.calls.append(AWSCall(service, action, dict(payload)))
        return super().call(service, action, payload)


class MinistackWorld(World):
    """A World on ministack."""

    def new_client(self) -> AWSClient:
        """A client of the emulator, by its root."""
        return RecordingClient(self.endpoint, self.aws)


@contextmanager
def running() -> Iterator[Cloud]:
    """An emulator of its own, on the loopback address, until the end of the block."""
    with Ministack() as ministack:
        environ = {**ministack.environ, "STAGE": "local"}
        kms = aws_client("kms", environ)
        arns = [bootstrap.create_key(environ, alg) for alg in ALGORITHMS for _ in range(3)]
        keys = {arn: bootstrap.public_jwk(kms, arn) for arn in arns}
        kms.close()
        first = {arn: keys[arn] for arn in arns[::3]}
        yield Cloud(ministack.url, first, {arn: keys[arn] for arn in arns if arn not in first})
