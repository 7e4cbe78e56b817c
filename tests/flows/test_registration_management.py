"""A client looks at its registration, changes it and ends it. RFC 7592."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib import throttling
from chalicelib.administration import clients
from tests.flows import registrations as tell
from tests.flows.registrations import (
    CONFIDENTIAL,
    JSON,
    WEB,
    as_sent,
    bearer,
    is_refused,
    is_unknown,
    manage,
)
from tests.world import World


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


def test_it_reads_what_is_registered(world: World) -> None:
    """Section 2.1: all of it but the secret, which nobody here knows any more."""
    client = tell.registered(world, CONFIDENTIAL)
    reply = manage(world, "GET", client)
    secret = ("client_secret", "client_secret_expires_at")
    assert reply.status == 200
    assert reply.json == {name: v for name, v in client.items() if name not in secret}


def test_an_update_puts_all_in_the_place_of_all(world: World) -> None:
    """Section 2.2: what is left out is gone; identifier, secret and token stay."""
    client = tell.registered(world, CONFIDENTIAL, contacts=["a@app.example"], scope="read")
    after = "https://app.example/other"
    sent = {
        "client_id": client["client_id"],
        "client_name": "Another",
        "redirect_uris": [after],
        "grant_types": ["authorization_code", "refresh_token"],
    }
    told = manage(world, "PUT", client, sent).json
    assert told["client_name"] == "Another"
    assert told["redirect_uris"] == [after]
    assert "contacts" not in told
    assert "scope" not in told
    assert "client_secret" not in told
    same = ("client_id", "client_id_issued_at", "registration_access_token")
    assert [told[name] for name in same] == [client[name] for name in same]
    secret = {"client_secret": client["client_secret"]}
    assert tell.redeem(world, told | secret, tell.code(world, told)).status == 200


def test_what_it_read_can_be_sent_back(world: World) -> None:
    """Without the server's own words; nothing changes by that."""
    client = tell.registered(world, CONFIDENTIAL, scope="read", tos_uri="https://app.example/tos")
    before = manage(world, "GET", client).json
    assert manage(world, "PUT", client, as_sent(client)).json == before


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"client_id": "demoweb"}, "invalid_client_metadata", "client_id: "),
        ({"client_id": None}, "invalid_client_metadata", "client_id: "),
        ({"client_secret": "another"}, "invalid_client_metadata", "client_secret: "),
        ({"client_secret": 7}, "invalid_client_metadata", "client_secret: "),
        ({"registration_access_token": "x"}, "invalid_client_metadata", "registration_access_"),
        ({"registration_client_uri": "x"}, "invalid_client_metadata", "registration_client_uri: "),
        ({"client_secret_expires_at": 0}, "invalid_client_metadata", "client_secret_expires_at: "),
        ({"client_id_issued_at": 1}, "invalid_client_metadata", "client_id_issued_at: "),
        ({"redirect_uris": ["javascript:x"]}, "invalid_redirect_uri", "redirect_uris: "),
        ({"redirect_uris": None}, "invalid_redirect_uri", "redirect_uris: "),
        ({"client_name": "Postern"}, "invalid_client_metadata", "client_name: "),
        ({"token_endpoint_auth_method": "none"}, "invalid_client_metadata", "public"),
        ({"subject_type": "pairwise"}, "invalid_client_metadata", "another sub"),
    ],
)
def test_an_update_that_cannot_be_is_refused(
    world: World, changes: dict[str, Any], error: str, words: str
) -> None:
    """Section 2.2, and the rules of every registration; all stays as it was."""
    client = tell.registered(world, CONFIDENTIAL)
    before = manage(world, "GET", client).json
    world.aws.reset()
    is_refused(manage(world, "PUT", client, as_sent(client, **changes)), error, words)
    assert world.writes() == []
    assert manage(world, "GET", client).json == before


def test_another_proof_brings_a_secret_where_one_is_needed(world: World) -> None:
    """Section 2.2: the server may issue a new one; without one the client could not go on."""
    from tests.client_signatures import jwks

    keys = {"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks("dynamic")}
    client = tell.registered(world, CONFIDENTIAL, **keys)
    method = {"token_endpoint_auth_method": "client_secret_basic"}
    told = manage(world, "PUT", client, as_sent(client, **method)).json
    assert tell.redeem(world, told, tell.code(world, told)).status == 200


def test_a_deleted_client_is_gone_with_all_it_had(world: World) -> None:
    """Section 2.3: 204, then nobody knows it, and its tokens are dead."""
    client = tell.registered(world, CONFIDENTIAL)
    given = tell.redeem(world, client, tell.code(world, client)).json
    reply = manage(world, "DELETE", client)
    assert (reply.status, reply.text) == (204, "")
    is_unknown(manage(world, "GET", client))
    is_unknown(manage(world, "DELETE", client))
    auth = (client["client_id"], client["client_secret"])
    assert world.refresh(given["refresh_token"], auth=auth).json["error"] == "invalid_client"
    clients.update("demoweb", {"introspection": "all"}, world.services)
    world.restart()
    assert world.introspect(given["access_token"]) == {"active": False}
    clients.update("demoweb", {"introspection": "own"}, world.services)
    left = [item for item in world.items() if client["client_id"] in json.dumps(item)]
    assert {item["t"]["S"] for item in left} <= {"grant", "consent", "counter", "request"}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_nobody_else_manages_it(world: World, method: str) -> None:
    """Another's token, a wrong one, none, an access token; an unknown client, an operator's: all
    are answered alike, and nothing is changed."""
    client, other = (tell.registered(world, CONFIDENTIAL) for _ in range(2))
    given = tell.redeem(world, client, tell.code(world, client)).json
    sent = as_sent(client, client_name="Mallory")
    token = client["registration_access_token"]
    world.aws.reset()
    tries = [
        (client["client_id"], other["registration_access_token"]),
        (client["client_id"], token[:-1]),
        (client["client_id"], token + "0"),
        (client["client_id"], token.swapcase()),
        (client["client_id"], client["client_secret"]),
        (client["client_id"], given["access_token"]),
        (other["client_id"], token),
        ("demoweb", token),
        ("demoweb", "demowebsecret"),
        ("nobody", token),
        ("x" * 300, token),
        ("%00", token),
    ]
    bodies = set()
    for name, tried in tries:
        headers = [bearer(tried), JSON]
        path = f"/register/{name}"
        reply = world.request(method, path, headers=headers, body=json.dumps(sent).encode())
        is_unknown(reply)
        bodies.add(reply.text)
    assert len(bodies) == 1
    assert world.writes() == []


def test_without_a_token_there_is_no_error_to_tell(world: World) -> None:
    """RFC 6750 section 3: the challenge, and no error code in it; nobody is asked."""
    reply = world.request("GET", "/register/demoweb")
    assert reply.status == 401
    assert reply.header("WWW-Authenticate") == f'Bearer realm="{world.issuer}"'
    assert world.aws.calls == []


@pytest.mark.parametrize(
    "headers",
    [
        [("Authorization", "Basic {}")],
        [("Authorization", "DPoP {}")],
        [("Authorization", "Bearer {} {}")],
        [("Authorization", "Bearer {}"), ("Authorization", "Bearer {}")],
    ],
    ids=["basic", "dpop", "two in one", "twice"],
)
def test_the_token_comes_as_a_bearer_token(world: World, headers: list[tuple[str, str]]) -> None:
    """RFC 7592 section 2; in one way only."""
    client = tell.registered(world)
    token = client["registration_access_token"]
    filled = [(name, value.replace("{}", token)) for name, value in headers]
    reply = world.request("GET", f"/register/{client['client_id']}", headers=filled)
    assert reply.status in (400, 401)
    assert "redirect_uris" not in reply.text


def test_guesses_are_throttled(world: World) -> None:
    """After many, the right token is not heard either, from there."""
    client = tell.registered(world)
    path = f"/register/{client['client_id']}"
    world.request("GET", path, headers=[bearer("A" * 43)])
    world.set_counters("client-caller", throttling.CLIENT_BY_CALLER.most)
    assert manage(world, "GET", client).status == 429
    headers = [bearer(client["registration_access_token"])]
    assert world.request("GET", path, headers=headers, address="198.51.100.3").status == 200
    world.clock.forward(throttling.CLIENT_BY_CALLER.seconds)
    assert manage(world, "GET", client).status == 200


def test_changes_are_throttled(world: World) -> None:
    """Each may have documents read; a client has its own measure."""
    client = tell.registered(world)
    assert manage(world, "PUT", client, as_sent(client)).status == 200
    world.set_counters("registration-change", throttling.REGISTRATION_CHANGE.most)
    assert manage(world, "PUT", client, as_sent(client)).status == 429
    assert manage(world, "GET", client).status == 200
    world.clock.forward(throttling.REGISTRATION_CHANGE.seconds)
    assert manage(world, "PUT", client, as_sent(client)).status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"client_name": "Another"},
        {"redirect_uris": ["https://elsewhere.example/cb"]},
        {"client_uri": "https://elsewhere.example"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_one_that_looks_different_is_not_the_one_that_was_trusted(
    world: World, changes: dict[str, Any]
) -> None:
    """An operator had verified it, and a user had agreed: both are asked again."""
    client = tell.registered(world, CONFIDENTIAL)
    clients.update(client["client_id"], {"verified": True}, world.services)
    world.restart()
    browser = world.browser()
    asked = {"client_id": client["client_id"], "scope": "read"}
    browser.open(world.authorize_url(**asked, redirect_uri=WEB)).sign_in().allow()
    world.clock.forward(1)
    told = manage(world, "PUT", client, as_sent(client, **changes)).json
    uri = told["redirect_uris"][0]
    assert "consent" in browser.open(world.authorize_url(**asked, redirect_uri=uri)).page.forms
    assert "Not verified" in browser.page.text
    world.clock.forward(1)
    browser.allow()
    again = browser.open(world.authorize_url(**asked, redirect_uri=uri))
    assert "code" in (again.arrived or {})


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_it_can_be_managed_where_registration_has_been_closed(world: World, method: str) -> None:
    """Who is registered already may still look, mend and go."""
    client = tell.registered(world)
    before = world.settings
    try:
        tell.set_up(world, registration="off")
        sent = as_sent(client) if method == "PUT" else None
        assert manage(world, method, client, sent).status in (200, 204)
    finally:
        world.settings = before
        world.restart()
