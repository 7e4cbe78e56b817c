"""Client metadata of assertions for other servers: what may be registered, and by whom."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.protocol.grant_types import TOKEN_EXCHANGE
from chalicelib.records.client import Client
from chalicelib.registration import InvalidMetadata, client_metadata, strangers

THERE = "https://chat.example"
ONE: dict[str, Any] = {"client_id": "f53f", "resources": {"https://api.chat.example": ["read"]}}
WIKI: dict[str, Any] = {"grant_types": [TOKEN_EXCHANGE], "id_jag_audiences": {THERE: ONE}}


def read(**changes: Any) -> Client:
    return client_metadata.read({**WIKI, **changes}, "wiki", 1)


def with_one(**changes: Any) -> dict[str, Any]:
    """The audience with other members; None leaves one out."""
    one = {name: value for name, value in {**ONE, **changes}.items() if value is not None}
    return {"id_jag_audiences": {THERE: one}}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        with_one(email=True),
        with_one(email=False),
        with_one(client_id="https://wiki.example/client.json"),
        with_one(resources={"urn:example:api": ["a", "b"], "https://x.example": ["c"]}),
        {"id_jag_audiences": {THERE: ONE, f"{THERE}/": ONE, "http://127.0.0.1:9000": ONE}},
    ],
    ids=str,
)
def test_what_may_be_registered(changes: dict[str, Any]) -> None:
    """And what is written is read again as the same."""
    client = read(**changes)
    assert client_metadata.read(client_metadata.write(client), "wiki", 1) == client


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id_jag_audiences": None}, "grant_types: token exchange needs"),
        ({"grant_types": ["client_credentials"], "scope": "read"}, "id_jag_audiences: is for"),
        ({"token_endpoint_auth_method": "none"}, "grant_types: a public client"),
        ({"id_jag_audiences": {}}, "id_jag_audiences: must name"),
        ({"id_jag_audiences": [THERE]}, "id_jag_audiences: must name"),
        ({"id_jag_audiences": THERE}, "id_jag_audiences: must name"),
        ({"id_jag_audiences": {f"https://{n}.example": ONE for n in range(21)}}, "must name"),
        ({"id_jag_audiences": {"chat.example": ONE}}, "id_jag_audiences: must be an https"),
        ({"id_jag_audiences": {"http://chat.example": ONE}}, "id_jag_audiences: must be an https"),
        ({"id_jag_audiences": {f"{THERE}?a": ONE}}, "id_jag_audiences: must be an https"),
        ({"id_jag_audiences": {THERE: None}}, "id_jag_audiences: each needs"),
        ({"id_jag_audiences": {THERE: "f53f"}}, "id_jag_audiences: each needs"),
        (with_one(client_id=None), "id_jag_audiences: each needs"),
        (with_one(resources=None), "id_jag_audiences: each needs"),
        (with_one(colour="red"), "id_jag_audiences: each needs"),
        (with_one(client_id=""), "id_jag_audiences: client_id"),
        (with_one(client_id=7), "id_jag_audiences: client_id"),
        (with_one(email="yes"), "id_jag_audiences: email"),
        (with_one(resources={}), "id_jag_audiences: must name 1 to"),
        (with_one(resources={"api": ["read"]}), "id_jag_audiences: A resource"),
        (with_one(resources={"urn:x": []}), "id_jag_audiences: .* needs scopes"),
        (with_one(resources={"urn:x": ["openid"]}), "id_jag_audiences: .* needs scopes"),
    ],
    ids=str,
)
def test_what_may_not_be_registered(changes: dict[str, Any], reason: str) -> None:
    """With one sentence that names the member."""
    with pytest.raises(InvalidMetadata, match=reason):
        read(**changes)


def test_nobody_gives_it_to_themselves() -> None:
    """Who registers itself is left without."""
    assert "id_jag_audiences" not in strangers.without_operators(WIKI)
    assert TOKEN_EXCHANGE not in strangers.GRANT_TYPES
