"""Registrations by somebody who means harm: to look around, to pass for us, to break our pages.

RFC 7591 section 5, RFC 9700 sections 2.1 and 4.11.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.fetching import Address, Fetcher
from tests.document_host import Documents
from tests.flows import registrations as tell
from tests.flows.registrations import CONFIDENTIAL, WEB, bearer, is_refused, is_unknown, post
from tests.world import World

SECTOR = "https://internal.example/sector.json"
OURS = "https://id.example.com"


@pytest.fixture
def world(signed_in: World) -> Iterator[World]:
    """The module's server; who calls others for it is as before in the end."""
    yield signed_in
    signed_in.fetcher = None
    signed_in.restart()


def _private(host: str, port: int) -> list[Address]:
    return [("10.1.2.3", port)]


def _unknown(host: str, port: int) -> list[Address]:
    raise OSError("there is no such name")


@pytest.mark.parametrize(
    ("fetcher", "reason"),
    [
        (Fetcher(_private), "10.1.2.3"),
        (Fetcher(_unknown), "there is no such name"),
        (Documents({}), "404"),
    ],
    ids=["private", "unknown", "absent"],
)
def test_a_stranger_is_not_told_what_the_network_said(
    world: World, fetcher: Fetcher, reason: str
) -> None:
    """Or it would tell names and addresses of ours from the rest; the operator reads it."""
    world.fetcher = fetcher
    world.restart()
    reply = post(world, {**CONFIDENTIAL, "sector_identifier_uri": SECTOR})
    is_refused(reply, "invalid_client_metadata")
    said = reply.json["error_description"]
    assert said == "sector_identifier_uri: nothing can be read there"
    (event,) = world.events("client.not_read")
    assert event["uri"] == SECTOR
    assert reason in event["reason"]


@pytest.mark.parametrize("member", ["redirect_uris", "post_logout_redirect_uris"])
@pytest.mark.parametrize("path", ["", "/console/callback", ":443/logout?a=b", "/x/../authorize"])
def test_nobody_is_answered_at_this_server(world: World, member: str, path: str) -> None:
    """The consent page would name our own host; a posted answer would come from our own site."""
    error = "invalid_redirect_uri" if member == "redirect_uris" else "invalid_client_metadata"
    bad = {member: [WEB, OURS + path]}
    is_refused(post(world, {**CONFIDENTIAL, **bad}), error, "an address of this server")
    client = tell.registered(world, CONFIDENTIAL)
    changed = tell.manage(world, "PUT", client, tell.as_sent(client, **bad))
    is_refused(changed, error, "an address of this server")


@pytest.mark.parametrize(
    "uri", [f"{OURS}.evil.example/cb", "https://login.id.example.com/cb", f"{OURS}:8443/cb"]
)
def test_a_host_of_another_name_is_another_server(world: World, uri: str) -> None:
    """Whose it is, the operator of this one cannot say."""
    tell.registered(world, CONFIDENTIAL, redirect_uris=[uri])


@pytest.mark.parametrize("member", ["redirect_uris", "post_logout_redirect_uris"])
@pytest.mark.parametrize("uri", ["Your account is locked: call us", "a" * 201, "\u202e"])
def test_a_refusal_repeats_no_words_of_a_stranger(world: World, member: str, uri: str) -> None:
    """It may stand on a page of ours, where people take it for our own words."""
    reply = post(world, {**CONFIDENTIAL, member: [WEB, uri]})
    assert reply.status == 400
    assert reply.json["error_description"].startswith(f"{member}: one must ")


@pytest.mark.parametrize("length", [2047, 3000])
def test_a_name_longer_than_any_key_is_nobodys(world: World, length: int) -> None:
    """DynamoDB refuses to look for it, which would be a fault of ours; so nobody asks."""
    header = [bearer("a-token-that-nobody-has")]
    is_unknown(world.request("GET", f"/register/{'a' * length}", headers=header))
    asked = [call for call in world.aws.calls if call.action == "GetItem"]
    assert not [call for call in asked if call.payload["Key"]["pk"]["S"].startswith("A#a")]


@pytest.mark.parametrize("member", ["frontchannel_logout_uri", "initiate_login_uri"])
def test_an_address_that_our_pages_refuse_is_not_registered(world: World, member: str) -> None:
    """The page at the end of a sign-out would fail on it, and no other client would be told."""
    bad: dict[str, Any] = {member: "https://app.example/a\\b"}
    is_refused(post(world, {**CONFIDENTIAL, **bad}), "invalid_client_metadata", f"{member}: ")
