"""Introspection answers that are signed. RFC 9701."""

from __future__ import annotations

import pytest

from chalicelib.administration import clients
from chalicelib.values import replace
from tests.emulated_aws import Fault
from tests.flows.resource_servers import (
    API,
    JSON,
    JWT,
    ask,
    opened,
    register,
    told,
)
from tests.reply import header
from tests.world import World

WEB = ("demoweb", "demowebsecret")
INACTIVE = {"active": False}
NONSENSE = "eyJhbGciOiJSUzI1NiJ9.e30.AAAA"


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server, which offers a second algorithm."""
    signed_in.settings = replace(signed_in.settings, id_token_algs=("RS256", "ES256"))
    signed_in.restart()
    return signed_in


# The form of the answer


def test_a_signed_answer_has_its_own_shape(world: World) -> None:
    """Section 5: iss, aud, iat and what was found; no sub and no exp beside them."""
    gate, token = register(world), world.tokens()["access_token"]
    found = opened(world, ask(world, token, gate, JWT))
    assert set(found) == {"iss", "aud", "iat", "token_introspection"}
    assert (found["iss"], found["aud"], found["iat"]) == (world.issuer, "gate", world.clock())


@pytest.mark.parametrize("auth", [WEB, "gate"])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_signed_answer_says_what_the_plain_one_says(
    world: World, auth: tuple[str, str] | str, kind: str
) -> None:
    """The form changes nothing in who sees what."""
    asker = register(world) if isinstance(auth, str) else auth
    token = world.tokens()[kind]
    plain = ask(world, token, asker)
    assert plain.header("Content-Type") == JSON
    assert told(world, ask(world, token, asker, JWT)) == plain.json


@pytest.mark.parametrize(
    "accept",
    [
        (JWT,),
        (f"{JWT}, {JSON};q=0.9",),
        (f"{JWT}, */*",),
        (f"*/*, {JSON};q=0",),
        (f"{JSON};q=0.5", JWT),
    ],
    ids=str,
)
def test_who_asks_for_a_signature_gets_it(world: World, accept: tuple[str, ...]) -> None:
    """Section 4, with the weights and wildcards of RFC 9110."""
    assert told(world, ask(world, NONSENSE, WEB, *accept)) == INACTIVE


@pytest.mark.parametrize(
    "accept",
    [
        (),
        (JSON,),
        ("*/*",),
        ("text/html",),
        (f"{JSON}, text/plain, */*",),
        (f"{JWT};q=0",),
        (f"{JWT};q=0.5, {JSON}",),
        (f"{JWT}, {JSON}",),
        ("application/jwt",),
        ("é",),
    ],
    ids=str,
)
def test_json_is_the_rule(world: World, accept: tuple[str, ...]) -> None:
    """And costs no signature."""
    world.aws.reset()
    reply = ask(world, NONSENSE, WEB, *accept)
    assert (reply.header("Content-Type"), reply.json) == (JSON, INACTIVE)
    assert "Sign" not in world.aws.count()


# Registration


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
@pytest.mark.parametrize(
    "accept", [(), (JSON,), ("*/*",), (f"{JWT};q=0, {JSON}",), (JWT,)], ids=str
)
def test_who_is_registered_for_it_gets_nothing_else(
    world: World, alg: str, accept: tuple[str, ...]
) -> None:
    """Section 6: whoever changes the request on its way must not be able to take it away."""
    gate = register(world, introspection_signed_response_alg=alg)
    token = world.tokens()["access_token"]
    reply = ask(world, token, gate, *accept)
    assert told(world, reply)["active"] is True
    assert header(reply.text)["alg"] == alg


def test_rs256_is_what_others_get(world: World) -> None:
    """Section 6, whatever the algorithm of the client's ID tokens is."""
    gate = register(world, id_token_signed_response_alg="ES256")
    assert header(ask(world, NONSENSE, gate, JWT).text)["alg"] == "RS256"


def test_it_can_be_taken_back(world: World) -> None:
    """Then JSON is the rule again."""
    gate = register(world, introspection_signed_response_alg="ES256")
    clients.update("gate", {"introspection_signed_response_alg": None}, world.services)
    world.restart()
    assert ask(world, NONSENSE, gate).json == INACTIVE


def test_the_audience_is_who_asks(world: World) -> None:
    """Two resource servers of one API: an answer for the one is none for the other."""
    token = world.tokens()["access_token"]
    for name in ("gate", "door"):
        reply = ask(world, token, register(world, name), JWT)
        assert opened(world, reply)["aud"] == name
        assert told(world, reply)["aud"] == API


# Refusals


@pytest.mark.parametrize(
    ("form", "auth", "status", "error"),
    [
        ({"token": NONSENSE}, None, 400, "invalid_client"),
        ({"token": NONSENSE, "client_id": "demospa"}, None, 400, "unauthorized_client"),
        ({"token": NONSENSE, "client_id": "demoweb"}, None, 401, "invalid_client"),
        ({"token": NONSENSE, "client_id": "nobody"}, None, 401, "invalid_client"),
        ({"token": NONSENSE}, ("demoweb", "wrong-secret"), 401, "invalid_client"),
        ({"token": NONSENSE}, ("nobody", "wrong-secret"), 401, "invalid_client"),
        ({}, WEB, 400, "invalid_request"),
    ],
)
def test_a_refusal_is_json_and_signed_by_nobody(
    world: World, form: dict[str, str], auth: tuple[str, str] | None, status: int, error: str
) -> None:
    """Section 5: 400 for who does not authenticate; no signature for strangers."""
    world.aws.reset()
    reply = world.post("/introspect", form, auth=auth, headers=[("Accept", JWT)])
    assert (reply.status, reply.header("Content-Type")) == (status, JSON)
    assert reply.json["error"] == error
    assert "Sign" not in world.aws.count()


@pytest.mark.parametrize("authorization", ["Bearer abc", "Basic", "Basic !!", "Digest x"])
def test_who_tries_to_authenticate_is_told_that_it_failed(world: World, authorization: str) -> None:
    """RFC 7662 section 2.3, RFC 6749 section 5.2: 401."""
    headers = [("Accept", JWT), ("Authorization", authorization)]
    reply = world.post("/introspect", {"token": NONSENSE}, headers=headers)
    assert (reply.status, reply.json["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("token", ["access_token", "nonsense"])
@pytest.mark.parametrize("registered", [True, False])
@pytest.mark.parametrize("kind", ["throttle", "refuse"])
def test_nothing_goes_out_unsigned(world: World, kind: str, registered: bool, token: str) -> None:
    """Without KMS the answer is 503, for a token that is alive and for one that is none."""
    gate = register(world, introspection_signed_response_alg="RS256" if registered else None)
    text = world.tokens()["access_token"] if token == "access_token" else NONSENSE
    world.aws.faults.append(Fault("Sign", kind))
    reply = ask(world, text, gate, *(() if registered else (JWT,)))
    assert (reply.status, reply.json["error"]) == (503, "temporarily_unavailable")
    assert int(reply.header("Retry-After") or "") >= 1
    world.aws.faults.clear()
    assert opened(world, ask(world, text, gate, JWT))


def test_a_key_that_has_gone_is_no_reason_for_another(world: World) -> None:
    """Registered for an algorithm that the stage can no longer sign with."""
    gate = register(world, introspection_signed_response_alg="ES256")
    world.settings = replace(world.settings, id_token_signing_mode="kms-data-key")
    world.restart()
    reply = ask(world, NONSENSE, gate)
    world.settings = replace(world.settings, id_token_signing_mode=None)
    assert (reply.status, reply.json["error"]) == (503, "temporarily_unavailable")
