"""The scheduled rotation of a stage on the emulator, and a token that a data key signs.

`plant` goes before the stage's first request: a process keeps keyring, clients and resources for a
minute.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from contextlib import closing

import boto3
import jwt

from chalicelib.administration import clients, resources
from chalicelib.aws import keyring
from chalicelib.aws.log import Log
from chalicelib.protocol.key_schedule import ROTATE_EVERY
from chalicelib.protocol.signing_keys import DATA_KEY, SigningKey, next_key
from chalicelib.services import system_clock
from infra import keys, seeds
from infra.bootstrap import read_keyring
from infra.stage import aws_client, open_services

from .smoke import Cast, SmokeFailure, Story

ALG = "ES256"
_URI = "https://data-key.example.com"
RESOURCE = {
    "resource": _URI,
    "name": "Example API with a data key",
    "scopes": {"read": "Read your files"},
    "signing_alg": ALG,
    "signing_mode": DATA_KEY,
}
_CAST = Cast(resource=_URI)


def plant(environ: Mapping[str, str]) -> SigningKey:
    """Make a data key that is due for rotation, and a resource it signs for; returns the key.

    The demo's machine may have tokens for that resource.
    """
    log = Log(io.StringIO())
    with (
        closing(open_services(environ, log, lambda: system_clock() - ROTATE_EVERY)) as then,
        closing(aws_client("kms", environ)) as kms,
    ):
        made = keys.rotate(then, kms, ALG, DATA_KEY).announced
    assert made is not None
    with closing(open_services(environ, log)) as services:
        resources.create(RESOURCE, services)
        allowed = [seeds.RESOURCE["resource"], _URI]
        clients.update(_CAST.machine, {"allowed_resources": allowed}, services)
    return made


def run(
    url: str,
    function: str,
    environ: Mapping[str, str],
    planted: SigningKey,
    say: Callable[[str], None],
) -> None:
    """Have a token signed by the data key, then `function` rotate it; SmokeFailure.

    `url` stands before every path of the stage. boto3 is expected to find the emulator through the
    environment.
    """
    story = Story(url, _CAST, say=lambda _: None)
    story.metadata_and_keys()
    kid = jwt.get_unverified_header(story.machine())["kid"]
    if kid != planted.kid:
        raise SmokeFailure(f"the token is signed by {kid}, not by the data key {planted.kid}")
    say(f"data key: a token signed by it ({ALG}), verified against the keys")

    invoke(function)
    successor = _successor(environ)
    if successor is None or successor.arn != planted.arn:
        raise SmokeFailure(f"{function} announced no successor of the data key")
    say(f"{function}: called once, a successor announced")


def invoke(function: str) -> None:
    """Call the function as the schedule does, but wait for its end; SmokeFailure."""
    with closing(boto3.client("lambda")) as functions:
        answer = functions.invoke(FunctionName=function)
        payload = answer["Payload"].read().decode()
    if "FunctionError" in answer:
        raise SmokeFailure(f"{function}: {payload}")


def _successor(environ: Mapping[str, str]) -> SigningKey | None:
    with closing(open_services(environ, Log(io.StringIO()))) as services:
        return next_key(keyring.read_keys(read_keyring(services)), DATA_KEY, ALG)
