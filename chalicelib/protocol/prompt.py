"""The prompt parameter. OpenID Connect Core 1.0 section 3.1.2.1."""

from __future__ import annotations

from ..errors import InvalidRequest

VALUES = ("none", "login", "consent", "select_account")


def read(text: str) -> frozenset[str]:
    """The values that are named; InvalidRequest for an unknown one, or none beside another."""
    prompts = frozenset(text.split())
    if not prompts <= set(VALUES):
        raise InvalidRequest(f"The prompt must be one of {', '.join(VALUES)}.")
    if "none" in prompts and len(prompts) > 1:
        raise InvalidRequest("The prompt none goes with no other.")
    return prompts
