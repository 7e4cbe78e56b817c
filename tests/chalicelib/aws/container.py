"""What a container endpoint says, and a clock to hear it by."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chalicelib.aws.credentials import FULL_URI, Credentials
from tests.chalicelib.aws.stand_in import StandIn

NOW = 1_790_000_000
HOUR = 3600
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"


class Moving:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


def time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def document(name: str = "ONE", expires: float = NOW + 6 * HOUR, **changes: Any) -> dict[str, Any]:
    """What the endpoint says."""
    said = {
        "AccessKeyId": name,
        "SecretAccessKey": f"secret-{name}",
        "Token": f"token-{name}",
        "Expiration": time(expires),
    } | changes
    return {key: value for key, value in said.items() if value is not None}


def environ(at: StandIn, **more: str) -> dict[str, str]:
    return {FULL_URI: f"{at.url}/credentials?v=1", TOKEN: "example-authorization", **more}


ONE = Credentials("ONE", "secret-ONE", "token-ONE")
TWO = Credentials("TWO", "secret-TWO", "token-TWO")
