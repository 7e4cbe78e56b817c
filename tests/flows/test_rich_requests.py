"""Authorization details from the request to the API. RFC 9396."""

from __future__ import annotations

import pytest

from chalicelib.administration import clients, resources
from tests.flows import objects, pushes
from tests.flows.rich import (
    ACCOUNT,
    API,
    BANK,
    ORDER,
    PAYMENT,
    RENT,
    SHOP,
    TYPES,
    carried,
    define,
    granted,
    machine,
    text,
)
from tests.reply import claims
from tests.world import World


@pytest.fixture(autouse=True)
def _defined(world: World) -> None:
    define(world)


def test_what_is_granted_is_told_and_carried(world: World) -> None:
    """Sections 7 and 9.1: in the answer and in the access token, as it was asked for."""
    given = granted(world, PAYMENT, ACCOUNT, scope="openid read")
    assert carried(given) == [PAYMENT, ACCOUNT]
    assert claims(given["access_token"])["aud"] == API
    assert given["scope"] == "openid read"


def test_details_need_no_scope(world: World) -> None:
    """Section 3: alone they name their resource; nothing then says scope, not even an empty one."""
    given = granted(world, PAYMENT, scope=None)
    token = claims(given["access_token"])
    assert carried(given) == [PAYMENT]
    assert token["aud"] == API
    assert "scope" not in given
    assert "scope" not in token


def test_a_default_scope_stands_beside_them(world: World) -> None:
    """RFC 6749 section 3.3, as with any request without a scope."""
    clients.update("demoweb", {"default_scope": "read"}, world.services)
    world.restart()
    given = granted(world, PAYMENT, scope=None)
    assert (given["scope"], carried(given)) == ("read", [PAYMENT])


def test_nobody_else_is_told(world: World) -> None:
    """Neither the ID token nor /userinfo has anything of them."""
    given = granted(world, PAYMENT, scope="openid read")
    assert "authorization_details" not in claims(given["id_token"])
    own = world.refresh(given["refresh_token"], resource=world.issuer).json
    assert carried(own) is None
    assert set(world.userinfo(own["access_token"]).json) == {"sub"}


def test_a_token_for_details_alone_is_none_for_userinfo(world: World) -> None:
    """It has no scope at all, and is for another audience."""
    given = granted(world, PAYMENT, scope=None)
    assert world.userinfo(given["access_token"]).status == 401


def test_introspection_says_them(world: World) -> None:
    """Section 9.2: of an access token its own, of a refresh token all of the grant."""
    given = granted(world, PAYMENT, ACCOUNT, scope=None)
    for name in ("access_token", "refresh_token"):
        told = world.introspect(given[name])
        assert told["active"] is True
        assert told["authorization_details"] == [PAYMENT, ACCOUNT]
        assert "scope" not in told


def test_a_resource_server_is_told_of_its_tokens(world: World) -> None:
    """Plain and signed (RFC 9701): what the token says."""
    clients.create(
        {
            "client_id": "api",
            "client_secret": "api-secret",
            "grant_types": ["client_credentials"],
            "allowed_resources": [],
            "introspection": "audience",
            "resource_server": [API],
        },
        world.services,
    )
    world.clock.forward(1)
    given = granted(world, PAYMENT, scope=None)
    asked, auth = {"token": given["access_token"]}, ("api", "api-secret")
    assert world.post("/introspect", asked, auth=auth).json["authorization_details"] == [PAYMENT]
    signed = [("Accept", "application/token-introspection+jwt")]
    answer = world.post("/introspect", asked, auth=auth, headers=signed)
    assert claims(answer.text)["token_introspection"]["authorization_details"] == [PAYMENT]


def test_a_refresh_keeps_them_all(world: World) -> None:
    """As with the scope, however often."""
    given = granted(world, PAYMENT, RENT, scope="read")
    for _ in range(2):
        given = world.refresh(given["refresh_token"]).json
        assert carried(given) == [PAYMENT, RENT]


def test_by_post(world: World) -> None:
    """RFC 6749 section 3.1: as by GET, with a user who signs in on the way."""
    browser = world.browser()
    form = pushes.parameters(world, authorization_details=text(PAYMENT))
    reply = world.post("/authorize", form)
    assert reply.status == 303
    browser.cookies = dict(
        value.partition(";")[0].split("=", 1) for value in reply.headers_of("Set-Cookie")
    )
    browser.open(reply.header("Location") or "").sign_in().allow()
    assert carried(world.redeem((browser.arrived or {})["code"]).json) == [PAYMENT]


def test_pushed(world: World) -> None:
    """RFC 9126: checked at /par, shown and granted at the visit."""
    browser = world.browser()
    name = pushes.pushed(world, authorization_details=text(PAYMENT, ACCOUNT))
    browser.open(pushes.url(world, name)).sign_in().allow()
    given = world.redeem((browser.arrived or {})["code"]).json
    assert carried(given) == [PAYMENT, ACCOUNT]


@pytest.mark.parametrize("push", [False, True], ids=["authorize", "par"])
def test_in_a_signed_object(world: World, *, push: bool) -> None:
    """RFC 9101: as the JSON array that it is, and not as a text."""
    objects.register(world)
    inside = objects.signed(world, authorization_details=[PAYMENT], scope=None, nonce=None)
    url = objects.url(world, request=inside)
    if push:
        reply = world.post("/par", {"request": inside}, auth=("signer", objects.SECRET))
        url = pushes.url(world, reply.json["request_uri"], "signer")
    browser = world.browser().open(url).sign_in().allow()
    code = (browser.arrived or {})["code"]
    given = world.redeem(code, auth=("signer", objects.SECRET)).json
    assert carried(given) == [PAYMENT]


def test_a_client_for_itself(world: World) -> None:
    """By what it is registered for; without a scope as well."""
    given = machine(world, PAYMENT).json
    assert carried(given) == [PAYMENT]
    assert claims(given["access_token"])["aud"] == API
    assert "scope" not in given
    given = machine(world, ORDER, scope="browse", resource=SHOP).json
    assert (given["scope"], carried(given)) == ("browse", [ORDER])


def test_a_token_carries_those_of_its_resource(world: World) -> None:
    """One audience a token; the other's is to be had with another token."""
    given = world.redeem(_code_for_two(world), resource=API).json
    assert (given["scope"], carried(given)) == ("read", [PAYMENT])
    other = world.refresh(given["refresh_token"], resource=SHOP).json
    assert (other["scope"], carried(other)) == ("browse", [ORDER])
    assert claims(other["access_token"])["aud"] == SHOP


def _code_for_two(world: World) -> str:
    url = world.authorize_url(
        scope="read browse", authorization_details=text(PAYMENT, ORDER), resource=API
    )
    browser = world.browser().open(f"{url}&resource={SHOP}")
    return (browser.sign_in().allow().arrived or {})["code"]


def test_the_details_can_name_the_resource_of_a_token(world: World) -> None:
    """Section 6: of a grant for several, those that are asked for tell which one is meant."""
    given = world.redeem(_code_for_two(world), authorization_details=text(ORDER)).json
    assert claims(given["access_token"])["aud"] == SHOP
    assert carried(given) == [ORDER]


def test_locations_tell_which_resource_is_meant(world: World) -> None:
    """Section 2.2: where two define the type, and none is named."""
    resources.update(BANK, {"authorization_details_types": TYPES}, world.services)
    world.restart()
    here = {**ACCOUNT, "locations": [BANK]}
    given = granted(world, here, scope=None)
    assert claims(given["access_token"])["aud"] == BANK
    assert carried(given) == [here]
