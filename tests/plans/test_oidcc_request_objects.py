"""The plans basic and dynamic: modules of request objects, by value and by reference."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.server import Server
from infra.local.wire import Answer, Call
from tests.plans import oidcc
from tests.plans.oidcc import CALLBACK, MODES, Module
from tests.plans.oidcc_conditions import unsigned
from tests.reply import claims
from tests.world import World

# What must stand in the query too, as RFC 6749 knows nothing of objects.
OUTSIDE = ("response_type", "client_id", "scope", "redirect_uri")
METADATA = "/.well-known/openid-configuration"


@pytest.fixture
def module(stage: World) -> Module:
    """A module, in a new browser."""
    stage.next_test()
    return Module(stage)


def packed(module: Module, asked: dict[str, str]) -> dict[str, Any]:
    """The claims of the object: with the issuer and the client beside what is asked for."""
    return {**asked, "aud": module.world.issuer, "iss": module.client_id}


def goes_through(module: Module) -> None:
    """What the object has was read: its state and its nonce come back."""
    module.tokens(module.answer()["code"])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("named", [True, False], ids=["aud-and-iss", "neither"])
def test_unsigned(stage: World, mode: str, named: bool) -> None:
    """`oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported`; older suites
    put `aud` and `iss` in."""
    stage.next_test()
    module = Module(stage, mode)
    asked = module.request()
    outside = {name: asked[name] for name in OUTSIDE}
    module.visit(asked, request=unsigned(packed(module, asked) if named else asked), **outside)
    goes_through(module)


@pytest.mark.parametrize("mode", MODES)
def test_its_redirect_uri_goes_before(stage: World, mode: str) -> None:
    """`oidcc-ensure-request-object-with-redirect-uri`: the one outside is not registered."""
    stage.next_test()
    module = Module(stage, mode)
    asked = module.request()
    outside = {**{name: asked[name] for name in OUTSIDE}, "redirect_uri": f"{CALLBACK}/other"}
    module.visit(asked, request=unsigned(packed(module, asked)), **outside)
    goes_through(module)


def test_none_is_listed(module: Module) -> None:
    """Without it, the suite would skip both modules."""
    listed = module.world.get(METADATA).json["request_object_signing_alg_values_supported"]
    assert {"none", "RS256"} <= set(listed)


def test_by_reference(stage: World) -> None:
    """`oidcc-request-uri-unsigned...`: the suite serves it as application/jose."""
    stage.next_test()
    with Server() as host:
        uri = f"{host.url}/requests/{'r' * 20}"
        secret = {"request_object_signing_alg": "none", "request_uris": [uri]}
        oidcc.enrol(stage, "suite-uri", CALLBACK, **secret)
        stage.clock.forward(1)
        module = Module(stage, client_id="suite-uri")
        asked = module.request()
        served = unsigned(packed(module, asked)).encode()

        def serve(call: Call) -> Answer:
            return Answer(200, (("Content-Type", "application/jose"),), served)

        host.start(serve)
        module.visit(asked, request_uri=uri, **{name: asked[name] for name in OUTSIDE})
        goes_through(module)


def test_the_nonce_of_the_object_is_told(module: Module) -> None:
    """The ID token has it, and not the one outside."""
    asked = module.request()
    outside = {name: asked[name] for name in OUTSIDE}
    module.visit(asked, request=unsigned(packed(module, asked)), nonce="outside", **outside)
    told = module.tokens(module.answer()["code"])
    assert claims(told["id_token"])["nonce"] == asked["nonce"]
