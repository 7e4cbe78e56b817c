"""Tokens bound to a certificate: useless to whoever has stolen them. RFC 8705 section 3."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.administration import clients
from tests import dpop
from tests.client_certificates import issued, self_signed, thumbprint
from tests.dpop import Prover
from tests.flows import assertions
from tests.flows.certified import (
    BOUND,
    GOOD,
    MACHINE,
    MTLS,
    OTHER,
    ask,
    register,
    register_keyed,
    take_certificates,
    userinfo,
)
from tests.reply import Reply, claims
from tests.stage import START
from tests.world import REDIRECT, VERIFIER, World

RENEWED = issued(owner="renewed", number=9)
MALLORY = issued("CN=mallory", owner="mallory")


@pytest.fixture(scope="module")
def _registered(settled: World) -> None:
    take_certificates(settled)
    register(settled, **BOUND)
    register_keyed(settled, **BOUND)
    assertions.register(settled, **BOUND)
    register(settled, "app", token_endpoint_auth_method="none", **BOUND)
    register(settled, "free")


@pytest.fixture
def world(_registered: None, signed_in: World) -> World:
    """The module's server, which takes certificates."""
    return signed_in


def code_form(code: str, client_id: str) -> dict[str, str]:
    """What trades a code."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        "client_id": client_id,
    }


def redeemed(
    world: World, client_id: str, certificate: str | None, scope: str = "openid read"
) -> Reply:
    """A code of a client, traded over a connection."""
    code = world.code(client_id=client_id, scope=scope)
    return world.post("/token", code_form(code, client_id), certificate=certificate)


def refreshed(world: World, client_id: str, token: str, certificate: str | None) -> Reply:
    """A refresh token, traded over a connection."""
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": client_id}
    return world.post("/token", form, certificate=certificate)


def is_error(reply: Reply, error: str, status: int = 400) -> None:
    """Refused so."""
    assert (reply.status, reply.json["error"]) == (status, error), reply.text


def for_userinfo(world: World, client_id: str, certificate: str) -> str:
    """An access token for /userinfo."""
    return str(redeemed(world, client_id, certificate, "openid").json["access_token"])


@pytest.mark.parametrize(
    ("client_id", "certificate"), [("named", GOOD), ("keyed", self_signed("RSA"))]
)
def test_a_machines_token_names_its_certificate(
    world: World, client_id: str, certificate: str
) -> None:
    """RFC 8705 section 3.1; and it stays a Bearer token."""
    answer = ask(world, certificate, client_id).json
    assert claims(answer["access_token"])["cnf"] == {"x5t#S256": thumbprint(certificate)}
    assert answer["token_type"] == "Bearer"


def test_who_proves_itself_by_a_certificate_need_not_bind(world: World) -> None:
    """RFC 8705 section 3: the two are apart."""
    assert "cnf" not in claims(ask(world, GOOD, "free").json["access_token"])


def test_introspection_tells_the_certificate(world: World) -> None:
    """RFC 8705 section 3.2."""
    token = ask(world, GOOD).json["access_token"]
    form = {"token": token, "client_id": "named"}
    told = world.post("/introspect", form, certificate=GOOD).json
    assert told["cnf"] == {"x5t#S256": thumbprint(GOOD)}
    assert told["token_type"] == "Bearer"


@pytest.mark.parametrize("certificate", [None, "", "x", issued(ends=START - 1)])
def test_bound_is_bound(world: World, certificate: str | None) -> None:
    """Without a good certificate there is no token, and the code stays good."""
    code = world.code(client_id="app", scope="read")
    form = code_form(code, "app")
    is_error(world.post("/token", form, certificate=certificate), "invalid_request")
    assert world.post("/token", form, certificate=GOOD).status == 200


def test_whoever_signs_assertions_binds_as_well(world: World) -> None:
    """FAPI 2.0: private_key_jwt with certificate-bound tokens, over the other host."""
    form = {**MACHINE, **assertions.proof(assertions.signed(world))}
    token = world.post("/token", form, certificate=OTHER).json["access_token"]
    assert claims(token)["cnf"] == {"x5t#S256": thumbprint(OTHER)}
    refused = assertions.ask(world, assertions.signed(world))
    is_error(refused, "invalid_request")


def test_userinfo_wants_the_same_certificate(world: World) -> None:
    """RFC 8705 section 3: another one, none, or one that only says the same, will not do."""
    token = for_userinfo(world, "app", GOOD)
    assert "sub" in userinfo(world, token, GOOD).json
    for certificate in (None, "", "x", OTHER, MALLORY, issued(number=10)):
        reply = userinfo(world, token, certificate)
        is_error(reply, "invalid_token", 401)
        assert (reply.header("WWW-Authenticate") or "").startswith("Bearer ")


def test_no_header_is_the_certificate_of_a_token(world: World) -> None:
    """At the resource neither."""
    token = for_userinfo(world, "app", GOOD)
    for name in ("X-Amzn-Mtls-Clientcert", "Client-Cert", "ssl-client-cert", "x5t#S256"):
        for value in (GOOD.replace("\n", ""), thumbprint(GOOD)):
            headers = [("Authorization", f"Bearer {token}"), (name, value)]
            reply = world.request("GET", "/userinfo", headers=headers)
            is_error(reply, "invalid_token", 401)


def test_an_unbound_token_needs_none(world: World) -> None:
    """And a certificate beside it does no harm."""
    token = world.tokens(scope="openid")["access_token"]
    for certificate in (None, GOOD, "x"):
        assert "sub" in userinfo(world, token, certificate).json


def test_a_public_clients_refresh_token_is_bound_for_ever(world: World) -> None:
    """RFC 8705 section 4: its certificate is all that it has."""
    first = redeemed(world, "app", GOOD).json
    is_error(refreshed(world, "app", first["refresh_token"], None), "invalid_request")
    for certificate in (OTHER, MALLORY, RENEWED):
        is_error(refreshed(world, "app", first["refresh_token"], certificate), "invalid_grant")
    second = refreshed(world, "app", first["refresh_token"], GOOD).json
    assert claims(second["access_token"])["cnf"] == {"x5t#S256": thumbprint(GOOD)}
    is_error(refreshed(world, "app", second["refresh_token"], OTHER), "invalid_grant")
    assert refreshed(world, "app", second["refresh_token"], GOOD).status == 200


def test_a_confidential_client_renews_its_certificate(world: World) -> None:
    """RFC 8705 section 4: it proves itself by its name, and the new token has the new one."""
    first = redeemed(world, "named", GOOD).json
    second = refreshed(world, "named", first["refresh_token"], RENEWED).json
    assert claims(second["access_token"])["cnf"] == {"x5t#S256": thumbprint(RENEWED)}
    is_error(refreshed(world, "named", second["refresh_token"], MALLORY), "invalid_client", 401)


def test_a_binding_is_never_lost(world: World) -> None:
    """Though the client is not registered for it any more: the grant was made with it."""
    register(world, "turner", token_endpoint_auth_method="none", **BOUND)
    token = redeemed(world, "turner", GOOD).json["refresh_token"]
    unbound = {"tls_client_certificate_bound_access_tokens": False}
    clients.update("turner", unbound, world.services)
    world.restart()
    for certificate in (None, OTHER, GOOD):
        is_error(refreshed(world, "turner", token, certificate), "invalid_grant")
    clients.update("turner", BOUND, world.services)
    world.restart()
    assert refreshed(world, "turner", token, GOOD).status == 200


def test_a_refused_certificate_spends_nothing(world: World) -> None:
    """Neither a code nor a step of the family."""
    token = redeemed(world, "app", GOOD).json["refresh_token"]
    world.aws.reset()
    for certificate in (None, OTHER, "x"):
        assert refreshed(world, "app", token, certificate).status == 400
    assert world.writes() == []
    assert "Sign" not in world.aws.count()


def test_a_key_and_a_certificate_together(world: World) -> None:
    """A token is bound to all that its request has shown, and wants all of it again."""
    prover = Prover("ES256")
    proof = dpop.header(prover.proof("POST", f"{MTLS}/token", world.clock()))
    form = {**MACHINE, "client_id": "named"}
    answer = world.post("/token", form, headers=proof, certificate=GOOD).json
    cnf: dict[str, Any] = claims(answer["access_token"])["cnf"]
    assert cnf == {"x5t#S256": thumbprint(GOOD), "jkt": prover.jkt}
    assert answer["token_type"] == "DPoP"
