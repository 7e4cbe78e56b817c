"""`client`: its keys and request objects. RFC 7591 section 2, RFC 9101 section 10.5."""

from __future__ import annotations

from typing import Any

import pytest

from tests.client_signatures import jwks
from tests.infra.commands.conftest import KeyKeeper, Operator

SIGNER = {
    "client_id": "signer",
    "redirect_uris": ["https://shop.example/cb"],
    "jwks": jwks(),
    "request_object_signing_alg": "PS256",
    "request_uris": ["https://shop.example/request.jwt"],
    "require_signed_request_object": True,
}
LOCAL = {"jwks_uri": "http://127.0.0.1:9000/keys", "request_uris": ["http://127.0.0.1:9000/r"]}
ELSEWHERE = {"client_id": "elsewhere", "redirect_uris": ["https://shop.example/cb"]}


def test_what_is_given_is_shown_and_stays(operator: Operator) -> None:
    """Also when something else is changed."""
    made = operator.get("client", "create", "--file", "-", document=SIGNER)
    assert made.items() >= SIGNER.items()
    change = {"client_name": "Shop"}
    operator.get("client", "update", "signer", "--file", "-", document=change)
    shown = operator.get("client", "get", "signer")
    assert shown.items() >= {**SIGNER, **change}.items()


def test_what_is_shown_may_be_sent_back(operator: Operator) -> None:
    """Edited or not."""
    operator.get("client", "create", "--file", "-", document=SIGNER)
    shown = operator.get("client", "get", "signer")
    again = operator.get("client", "update", "signer", "--file", "-", document=shown)
    assert again == shown


def test_keys_may_move_to_a_url(operator: Operator) -> None:
    """One for the other, in one change; both together are refused."""
    operator.get("client", "create", "--file", "-", document=SIGNER)
    uri = {"jwks_uri": "https://shop.example/keys"}
    reason = operator.refused("client", "update", "signer", "--file", "-", document=uri)
    assert reason.startswith("jwks: ")
    moved = {**uri, "jwks": None}
    shown = operator.get("client", "update", "signer", "--file", "-", document=moved)
    assert shown["jwks_uri"] == uri["jwks_uri"]
    assert "jwks" not in shown


def test_keys_cannot_go_while_signatures_are_asked_for(operator: Operator) -> None:
    """Nobody could sign in any more."""
    operator.get("client", "create", "--file", "-", document=SIGNER)
    gone: dict[str, Any] = {"jwks": None, "request_object_signing_alg": None}
    reason = operator.refused("client", "update", "signer", "--file", "-", document=gone)
    assert reason.startswith("require_signed_request_object: ")


def test_a_local_stage_calls_this_machine(operator: Operator) -> None:
    """For those who try it there."""
    made = operator.get("client", "create", "--file", "-", document={**ELSEWHERE, **LOCAL})
    assert made.items() >= LOCAL.items()


@pytest.mark.parametrize("member", LOCAL)
def test_a_deployed_stage_does_not(keeper: KeyKeeper, member: str) -> None:
    """It reaches the public internet only, and says so at once; the host itself is not asked."""
    bad = {**ELSEWHERE, member: LOCAL[member]}
    reason = keeper.refused("client", "create", "--file", "-", document=bad)
    assert reason.startswith(f"{member}: must be an https URL")
    good = {"jwks_uri": "https://nobody.example/keys", "request_uris": ["https://n.example/r"]}
    made = keeper.get("client", "create", "--file", "-", document={**ELSEWHERE, **good})
    assert made.items() >= good.items()
    reason = keeper.refused(
        "client", "update", "elsewhere", "--file", "-", document={member: LOCAL[member]}
    )
    assert reason.startswith(f"{member}: ")
