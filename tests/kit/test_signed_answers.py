"""The kit reads what the server signs: RFC 9701 from both ends, without a network between them."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from postern_verifier import Introspection, Needs, Verifier, errors
from postern_verifier.fetching import Answer, Call
from tests.flows.resource_servers import API, JWT, OTHER, register
from tests.kit.issuer import bearer, refusal
from tests.world import World

URL = f"{API}/files"
FORM = "application/x-www-form-urlencoded"


class Line:
    """From the kit to the server; `kinds`: the media types of the answers so far."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.kinds: list[str] = []

    def fetch(self, call: Call) -> Answer:
        """The server's answer."""
        headers = [*call.headers.items()]
        method, body = ("GET", b"") if call.form is None else ("POST", call.form)
        path = urlsplit(call.url).path
        reply = self.world.request(method, path, headers=headers, body=body)
        found = {name.lower(): value for name, value in reply.answer.headers}
        self.kinds.append(found["content-type"])
        return Answer(reply.status, found, reply.answer.body)

    def verifier(self, auth: tuple[str, str], **settings: Any) -> Verifier:
        """A resource server of the API that asks about each token."""
        ask = Introspection(client_id=auth[0], client_secret=auth[1], **settings)
        return Verifier(
            self.world.issuer, API, introspection=ask, fetch=self.fetch, now=self.world.clock
        )


def headers(auth: tuple[str, str]) -> dict[str, str]:
    """Of a question of this client, that wants its answer signed."""
    pair = base64.b64encode(":".join(auth).encode()).decode()
    return {"Accept": JWT, "Authorization": f"Basic {pair}", "Content-Type": FORM}


@pytest.fixture
def line(world: World) -> Line:
    """To the server of this test."""
    return Line(world)


@pytest.mark.parametrize("settings", [{}, {"opaque": True}, {"signed": True}], ids=str)
@pytest.mark.parametrize("registered", [None, "RS256"])
def test_a_signed_answer_is_understood(
    line: Line, registered: str | None, settings: dict[str, bool]
) -> None:
    """Asked for, or registered for; beside the token's own signature, or instead of it."""
    auth = register(line.world, introspection_signed_response_alg=registered)
    token = line.world.tokens()["access_token"]
    found = line.verifier(auth, **settings).check(bearer(token), "GET", URL)
    assert (found.client_id, found.scope) == ("demoweb", {"read", "write"})
    assert JWT in line.kinds


@pytest.mark.parametrize("opaque", [True, False])
def test_a_signed_no_is_understood(line: Line, opaque: bool) -> None:
    """The token was revoked; its own signature is still good."""
    auth = register(line.world)
    tokens = line.world.tokens()
    verifier = line.verifier(auth, signed=True, opaque=opaque)
    assert verifier.check(bearer(tokens["access_token"]), "GET", URL)
    line.world.revoke(tokens["refresh_token"])
    assert type(refusal(verifier, bearer(tokens["access_token"]))) is errors.NotActive


def test_an_answer_for_another_resource_server_is_none(line: Line) -> None:
    """It was for the gate, and the door is handed it: its audience says so."""
    gate, door = (register(line.world, name) for name in ("gate", "door"))
    token = line.world.tokens()["access_token"]

    def overheard(call: Call) -> Answer:
        """The answer that the gate gets to the door's question."""
        return line.fetch(call if call.form is None else replace(call, headers=headers(gate)))

    ask = Introspection(client_id=door[0], client_secret=door[1], signed=True, opaque=True)
    verifier = Verifier(
        line.world.issuer, API, introspection=ask, fetch=overheard, now=line.world.clock
    )
    assert type(refusal(verifier, bearer(token))) is errors.IssuerUnavailable
    assert JWT in line.kinds


def test_an_answer_that_may_not_be_seen_is_a_no(line: Line) -> None:
    """A resource server of another audience, about a token that is alive."""
    auth = register(line.world, resource_server=[OTHER])
    token = line.world.tokens()["access_token"]
    verifier = line.verifier(auth, signed=True, opaque=True)
    assert type(refusal(verifier, bearer(token))) is errors.NotActive


@pytest.mark.parametrize("opaque", [True, False])
def test_a_sign_in_that_is_too_old_is_seen(line: Line, opaque: bool) -> None:
    """RFC 9470, by what the token and the answer say of the sign-in."""
    auth = register(line.world)
    tokens = line.world.tokens()
    verifier = line.verifier(auth, signed=True, opaque=opaque)
    needs = Needs(max_age=300)
    assert verifier.check(bearer(tokens["access_token"]), "GET", URL, needs=needs)
    line.world.clock.forward(400)
    token = line.world.refresh(tokens["refresh_token"]).json["access_token"]
    problem = refusal(verifier, bearer(token), needs=needs)
    assert type(problem) is errors.InsufficientUserAuthentication
