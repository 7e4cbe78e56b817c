"""A JWT read as a client may: its parts in clear, and whether its signature verifies."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# From our own list, never from the token's header.
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a token says, and the verdict on its signature."""

    name: str
    header: dict[str, Any]
    claims: dict[str, Any]
    verified: bool
    verdict: str


def read(name: str, token: object, keys: Mapping[str, Any]) -> Reading | None:
    """The reading of a signed JWT; None when it is something else."""
    parts = token.split(".") if isinstance(token, str) else []
    if len(parts) != 3:
        return None
    try:
        header, claims = (_object(part) for part in parts[:2])
    except ValueError:
        return None
    verified, verdict = verify(str(token), header, keys)
    return Reading(name, header, claims, verified, verdict)


def verify(token: str, header: Mapping[str, Any], keys: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether a key of the set made the signature, and why not."""
    import jwt

    kid = header.get("kid")
    found = [key for key in keys.get("keys", ()) if key.get("kid") == kid]
    if not found:
        return False, f"The key set has no key {kid!r}."
    try:
        key = jwt.PyJWK.from_dict(found[0])
        allowed = [one for one in ALGORITHMS if one == key.algorithm_name]
        # The signature alone: audience and lifetime are the resource's question.
        jwt.PyJWS().decode(token, key, algorithms=allowed)
    except jwt.PyJWTError as error:
        return False, f"{type(error).__name__}: {error}."
    return True, f"The signature verifies with key {kid} ({key.algorithm_name})."


def _object(part: str) -> dict[str, Any]:
    found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found
