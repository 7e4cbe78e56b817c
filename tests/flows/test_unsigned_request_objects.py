"""Unsigned request objects, for a client that is registered for `none`: Core section 6.1 merges."""

from __future__ import annotations

import pytest

from tests.flows.objects import SECRET, arrived, ask, register, signed, url
from tests.reply import claims
from tests.world import REDIRECT, World


@pytest.fixture(scope="module")
def _registered(settled: World) -> None:
    register(settled, "open", request_object_signing_alg="none")


@pytest.fixture
def world(_registered: None, signed_in: World) -> World:
    """The module's server."""
    return signed_in


def test_what_it_has_supersedes(world: World) -> None:
    """And what it lacks stands beside it; as the conformance suite sends them."""
    token = signed(world, "open", alg="none", nonce=None, state=None)
    outside = {"state": "outside", "nonce": "n-outside", "scope": "openid write"}
    told = arrived(world, url(world, "open", request=token, response_type="code", **outside))
    assert told["state"] == "outside"
    tokens = world.redeem(told["code"], auth=("open", SECRET)).json
    assert tokens["scope"] == "openid read"
    assert claims(tokens["id_token"])["nonce"] == "n-outside"


def test_its_redirect_uri_supersedes(world: World) -> None:
    """Whatever stands outside is not gone to."""
    token = signed(world, "open", alg="none")
    address = url(world, "open", request=token, redirect_uri="https://evil.example/")
    assert "code" in arrived(world, address)


def test_its_redirect_uri_must_be_registered(world: World) -> None:
    """It proves nothing, so it is a page."""
    token = signed(world, "open", alg="none", redirect_uri="https://evil.example/")
    reply = ask(world, client_id="open", request=token, redirect_uri=REDIRECT)
    assert (reply.status, reply.header("Location")) == (400, None)


def test_a_signed_one_is_refused(world: World) -> None:
    """Registration section 2: all that is not as registered."""
    reply = ask(world, client_id="open", request=signed(world, "open"))
    assert "invalid_request_object" in reply.page.text


def test_the_response_type_must_match(world: World) -> None:
    """Core section 6.1."""
    token = signed(world, "open", alg="none")
    beside = {"response_type": "token", "redirect_uri": REDIRECT}
    location = ask(world, client_id="open", request=token, **beside).header("Location") or ""
    assert "error=invalid_request_object" in location
