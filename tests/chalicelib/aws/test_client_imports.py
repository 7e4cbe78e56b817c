"""What the client costs a cold start: its imports, in a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chalicelib.aws.stand_in import StandIn, says

ROOT = Path(__file__).resolve().parents[3]
CHILD = """
import json, sys
from chalicelib.aws.client import AWSClient
from chalicelib.aws.credential_source import source

environ = {"AWS_ACCESS_KEY_ID": "AKEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example-secret"}
client = AWSClient("eu-west-1", source(environ), endpoint=sys.argv[1])
client.call("dynamodb", "GetItem", {})
client.close()
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """The modules that one call has needed."""
    with StandIn([says(200, {})]) as at:
        child = subprocess.run(
            [sys.executable, "-c", CHILD, at.url],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    return set(json.loads(child.stdout))


@pytest.mark.parametrize(
    "name",
    [
        "boto3",
        "botocore",
        "chalicelib.aws.container_credentials",
        "datetime",
        "email",
        "http.client",
        "logging",
        "random",
        "ssl",
        "urllib.request",
        "uuid",
    ],
)
def test_a_call_does_without(imported: set[str], name: str) -> None:
    """Without TLS, that is, and with a key in the environment."""
    assert name not in imported


def test_it_was_a_call(imported: set[str]) -> None:
    """What it cannot do without is there."""
    assert {"chalicelib.aws.connection", "chalicelib.aws.wire", "socket"} <= imported
