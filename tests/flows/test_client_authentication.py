"""Client authentication: the registered method only, and secrets that are being replaced.

RFC 6749 section 2.3, RFC 7591 section 2.
"""

from __future__ import annotations

import pytest

from chalicelib.administration import clients
from tests.reply import Reply
from tests.world import REDIRECT, World

FORM = {"grant_type": "client_credentials", "scope": "read"}
MACHINE = ("demomachine", "demomachinesecret")
POSTED = {"client_id": "poster", "client_secret": "poster-secret"}


def with_post(world: World) -> None:
    """A client that sends its secret in the form."""
    clients.create(
        {
            **POSTED,
            "token_endpoint_auth_method": "client_secret_post",
            "grant_types": ["client_credentials"],
            "scope": "read",
        },
        world.services,
    )


def is_invalid_client(reply: Reply) -> None:
    """Not authenticated."""
    assert (reply.status, reply.json["error"]) == (401, "invalid_client")


def test_another_method_than_the_registered_one_is_refused(world: World) -> None:
    """With the right secret: what is registered holds."""
    with_post(world)
    assert world.post("/token", {**FORM, **POSTED}).status == 200
    is_invalid_client(world.post("/token", FORM, auth=("poster", "poster-secret")))
    assert world.post("/token", FORM, auth=MACHINE).status == 200
    form = {**FORM, "client_id": MACHINE[0], "client_secret": MACHINE[1]}
    is_invalid_client(world.post("/token", form))


@pytest.mark.parametrize("client_id", ["demomachine", "demoweb"])
def test_a_confidential_client_must_prove_itself(world: World, client_id: str) -> None:
    """Naming itself is not enough, nor is an empty secret."""
    is_invalid_client(world.post("/token", {**FORM, "client_id": client_id}))
    is_invalid_client(world.post("/token", {**FORM, "client_id": client_id, "client_secret": ""}))
    is_invalid_client(world.post("/token", FORM, auth=(client_id, "")))


def test_a_public_client_with_a_secret_is_refused(world: World) -> None:
    """It has none, so this is somebody else."""
    code = world.code(client_id="demospa")
    is_invalid_client(world.redeem(code, auth=("demospa", "anything-at-all")))
    is_invalid_client(world.redeem(code, auth=("demospa", "")))
    form = {"client_id": "demospa", "client_secret": "anything-at-all"}
    is_invalid_client(world.redeem(code, auth=None, **form))
    assert world.redeem(code, auth=None, client_id="demospa").status == 200


def test_two_secrets_count_while_one_replaces_the_other(world: World) -> None:
    """For as long as the operator said, and no longer."""
    _, new = clients.rotate_secret("demomachine", world.services, overlap=100)
    world.restart()
    assert world.post("/token", FORM, auth=("demomachine", new)).status == 200
    assert world.post("/token", FORM, auth=MACHINE).status == 200
    world.clock.forward(99)
    assert world.post("/token", FORM, auth=MACHINE).status == 200
    world.clock.forward(1)
    is_invalid_client(world.post("/token", FORM, auth=MACHINE))
    assert world.post("/token", FORM, auth=("demomachine", new)).status == 200


def test_a_secret_replaced_twice_does_not_count(world: World) -> None:
    """Two at most."""
    clients.rotate_secret("demomachine", world.services)
    clients.rotate_secret("demomachine", world.services)
    world.restart()
    is_invalid_client(world.post("/token", FORM, auth=MACHINE))


@pytest.mark.parametrize("path", ["/token", "/revoke", "/introspect"])
def test_an_unknown_client_and_a_wrong_secret_look_the_same(world: World, path: str) -> None:
    """Byte for byte, but for the request's own number."""
    form = {**FORM, "token": "x"}
    answers = [
        world.post(path, form, auth=auth)
        for auth in [("demomachine", "wrong-secret"), ("nobody", "demomachinesecret")]
    ]
    answers.append(world.post(path, {**form, "client_id": "nobody"}))
    answers.append(world.post(path, {**form, "client_id": "demoweb"}))
    seen = {
        (reply.status, reply.text, tuple(h for h in reply.answer.headers if h[0] != "X-Request-Id"))
        for reply in answers
    }
    assert len(seen) == 1
    is_invalid_client(answers[0])


def test_the_log_says_what_the_answer_does_not(world: World) -> None:
    """The operator can tell a wrong secret from an unknown client."""
    world.post("/token", FORM, auth=("demomachine", "wrong-secret"))
    world.post("/token", FORM, auth=("nobody", "wrong-secret"))
    world.post("/token", {**FORM, "client_id": "demomachine"})
    reasons = [event["reason"] for event in world.events("client_authentication.failed")]
    assert reasons[0] == "wrong secret"
    assert len(reasons) == 3


def test_the_log_tells_of_those_that_name_nobody(world: World) -> None:
    """Nothing at all, and an assertion that cannot be read."""
    world.post("/token", FORM)
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    world.post("/token", {**FORM, "client_assertion_type": kind, "client_assertion": "x.y"})
    nothing, unreadable = world.events("client_authentication.failed")
    assert nothing["reason"] == "no client authentication"
    assert "client_id" not in unreadable
    assert "assertion" in unreadable["reason"]


def test_a_client_without_any_secret_cannot_be_one(world: World) -> None:
    """An empty hash equals nothing that could be sent."""
    clients.create(
        {"client_id": "bare", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none"},
        world.services,
    )
    for secret in ("", "x"):
        is_invalid_client(world.post("/token", FORM, auth=("bare", secret)))
