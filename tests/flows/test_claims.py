"""Claims, from what a client asks to what it is told. OpenID Connect Core sections 5.3 to 5.5."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.administration import clients, users
from tests.browser import Browser
from tests.chalicelib.protocol.test_claims import VALUES
from tests.reply import claims
from tests.stage import CHEAPEST
from tests.world import REDIRECT, World

EMAIL = {"email": None}
OWN = {"https://example.com/department": "Research", "name#fr": "Anne", "groups": ("staff",)}
# What an ID token holds of this server's own accord (section 2); acr, where a sign-in has one.
ALWAYS = {"iss", "sub", "aud", "exp", "iat", "auth_time", "amr", "at_hash", "sid"}


def asking(**places: dict[str, Any]) -> str:
    """A `claims` parameter."""
    return json.dumps(places)


def told(world: World, tokens: dict[str, Any]) -> dict[str, Any]:
    """What /userinfo says, without the subject."""
    reply = world.userinfo(tokens["access_token"])
    assert reply.status == 200, reply.text
    return {name: value for name, value in reply.json.items() if name != "sub"}


def in_id_token(tokens: dict[str, Any]) -> dict[str, Any]:
    """What the ID token says of the user."""
    found = claims(tokens["id_token"])
    return {name: value for name, value in found.items() if name not in ALWAYS | {"acr", "nonce"}}


@pytest.fixture
def known(world: World) -> World:
    """A server that knows all of its user, and some claims of its own."""
    user = users.find("demo@example.com", world.services)
    users.update(user, world.services, claims={**VALUES, **OWN})
    return world


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid", set()),
        ("openid email", {"email", "email_verified"}),
        ("openid phone", {"phone_number", "phone_number_verified"}),
        ("openid address", {"address"}),
        ("openid profile email address phone offline_access", set(VALUES)),
    ],
)
def test_a_scope_tells_userinfo_and_not_the_id_token(
    known: World, scope: str, names: set[str]
) -> None:
    """Section 5.4: with response_type=code the ID token stays small."""
    tokens = known.tokens(scope=scope)
    assert told(known, tokens) == {name: VALUES[name] for name in names}
    assert in_id_token(tokens) == {}


@pytest.mark.parametrize(
    ("places", "userinfo", "id_token"),
    [
        ({"userinfo": EMAIL}, {"email"}, set()),
        ({"id_token": EMAIL}, set(), {"email"}),
        ({"id_token": {"email": {"essential": True}}}, set(), {"email"}),
        ({"userinfo": {"name": None}, "id_token": {"address": None}}, {"name"}, {"address"}),
        ({"userinfo": {"name#fr": None}}, {"name#fr"}, set()),
        ({"userinfo": {"name#de": None, "nothing": None}}, set(), set()),
        ({"userinfo": dict.fromkeys(OWN)}, {"name#fr"}, set()),
        ({"id_token": {"auth_time": {"essential": True}, "iss": {"value": "x"}}}, set(), set()),
        ({"id_token": dict.fromkeys(VALUES)}, set(), set(VALUES)),
    ],
)
def test_a_claim_asked_for_by_name_is_told_where_it_was_asked_for(
    known: World, places: dict[str, Any], userinfo: set[str], id_token: set[str]
) -> None:
    """Section 5.5, and no claim beside it."""
    tokens = known.tokens(scope="openid", claims=asking(**places))
    everything = {**VALUES, **OWN}
    assert told(known, tokens) == {name: everything[name] for name in userinfo}
    assert in_id_token(tokens) == {name: everything[name] for name in id_token}
    assert tokens["scope"] == "openid"


def test_an_id_token_holds_what_was_asked_for_and_no_more(world: World) -> None:
    """Section 2; azp would only repeat the one audience."""
    tokens = world.tokens(scope="openid", nonce="n-0S6_WzA2Mj")
    assert set(claims(tokens["id_token"])) - {"acr"} == ALWAYS | {"nonce"}


def test_claims_outlive_a_refresh(known: World) -> None:
    """/userinfo tells the same with the next access token; a refresh gives no ID token."""
    asked = asking(userinfo=EMAIL, id_token={"name": None})
    tokens = known.tokens(scope="openid phone", claims=asked)
    known.restart()
    refreshed = known.refresh(tokens["refresh_token"]).json
    assert "id_token" not in refreshed
    assert told(known, refreshed) == told(known, tokens)
    smaller = known.refresh(refreshed["refresh_token"], scope="openid").json
    assert told(known, smaller) == {"email": VALUES["email"]}


def test_userinfo_tells_what_is_true_now(world: World) -> None:
    """A claim that the operator changes or removes is changed or gone."""
    tokens = world.tokens(scope="openid email")
    user = users.find("demo@example.com", world.services)
    users.update(user, world.services, claims={"email": "new@example.com"})
    assert told(world, tokens) == {"email": "new@example.com"}


def test_a_grant_for_a_resource_gives_a_token_for_userinfo(known: World) -> None:
    """RFC 8707 section 2.2: it is asked for with resource, and good for nothing else."""
    tokens = known.tokens(scope="openid email read")
    assert known.userinfo(tokens["access_token"]).status == 401
    mine = known.refresh(tokens["refresh_token"], resource=known.issuer).json
    assert (claims(mine["access_token"])["aud"], mine["scope"]) == (known.issuer, "openid email")
    assert set(told(known, mine)) == {"email", "email_verified"}
    again = known.refresh(mine["refresh_token"]).json
    assert claims(again["access_token"])["aud"] == "https://api.example.com"


@pytest.mark.parametrize("scope", ["openid email read", "email read openid"])
def test_the_whole_scope_may_be_named_for_one_audience(known: World, scope: str) -> None:
    """RFC 6749 section 6 refuses only what was not granted; the token has what it is good for."""
    token = known.tokens(scope="openid email read")["refresh_token"]
    mine = known.refresh(token, resource=known.issuer, scope=scope).json
    assert set(mine["scope"].split()) == {"openid", "email"}
    refused = known.refresh(mine["refresh_token"], resource=known.issuer, scope="read")
    assert refused.json["error"] == "invalid_scope"


def test_a_code_for_a_resource_gives_a_token_for_userinfo(known: World) -> None:
    """At once, for a client without refresh tokens."""
    code = known.code(scope="openid email read")
    assert set(told(known, known.redeem(code, resource=known.issuer).json)) >= {"email"}


def test_without_openid_there_is_no_token_for_userinfo(world: World) -> None:
    """The issuer is no resource of such a grant."""
    token = world.tokens(scope="email read")["refresh_token"]
    assert world.refresh(token, resource=world.issuer).json["error"] == "invalid_target"


def test_without_openid_the_claims_parameter_means_nothing(world: World) -> None:
    """Section 5.5 is about OpenID requests."""
    browser = world.browser().open(world.authorize_url(claims=asking(userinfo=EMAIL))).sign_in()
    assert "e-mail" not in browser.page.text


def consent_page(world: World, **changes: str) -> Browser:
    """A new browser of the demo user, at the consent page."""
    return world.browser().open(world.authorize_url(**changes)).sign_in()


def redeemed(world: World, browser: Browser) -> dict[str, Any]:
    """The tokens for the code that arrived."""
    assert browser.arrived is not None
    return world.redeem(browser.arrived["code"]).json


@pytest.mark.parametrize("place", ["userinfo", "id_token"])
def test_the_user_is_shown_the_scope_of_a_claim(world: World, place: str) -> None:
    """Asked for by name or by scope, it is the same thing that is given away."""
    browser = consent_page(world, scope="openid", claims=asking(**{place: EMAIL}))
    assert "See your e-mail address" in browser.page.text
    tokens = redeemed(world, browser.allow())
    assert {**told(world, tokens), **in_id_token(tokens)} == {"email": "demo@example.com"}


def test_a_declined_scope_takes_its_claims_along(world: World) -> None:
    """From both places."""
    both = {"email": {"essential": True}, "name": None}
    browser = consent_page(world, scope="openid", claims=asking(userinfo=both, id_token=both))
    tokens = redeemed(world, browser.allow(["profile"]))
    assert told(world, tokens) == in_id_token(tokens) == {"name": "Demo Person"}


def test_consent_covers_scope_and_name_alike(world: World) -> None:
    """What was given for the scope need not be asked for by name, and the reverse; more is."""
    browser = consent_page(world, scope="openid email").allow()
    url = world.authorize_url
    browser.open(url(scope="openid", claims=asking(id_token=EMAIL), prompt="none"))
    assert in_id_token(redeemed(world, browser)) == {"email": "demo@example.com"}
    browser.open(url(scope="openid", claims=asking(id_token={"name": None}), prompt="none"))
    assert browser.arrived is not None
    assert browser.arrived["error"] == "consent_required"
    browser.open(url(scope="openid", claims=asking(id_token={"name": None}))).allow()
    browser.open(url(scope="openid email profile", prompt="none"))
    assert set(told(world, redeemed(world, browser))) >= {"email", "name"}


LIMITED = {
    "client_id": "limited",
    "client_secret": "limited-secret",
    "redirect_uris": [REDIRECT],
    "grant_types": ["authorization_code", "refresh_token"],
    "scope": "openid email phone",
}


def test_a_client_is_told_only_what_it_is_registered_for(known: World) -> None:
    """By name no more than by scope; and no longer than it is registered so."""
    clients.create(LIMITED, known.services)
    auth = ("limited", "limited-secret")
    everything = dict.fromkeys(VALUES)
    asked = asking(userinfo=everything, id_token=everything)
    browser = consent_page(known, client_id="limited", scope="openid email profile", claims=asked)
    assert "profile" not in browser.page.text
    assert browser.allow().arrived is not None
    tokens = known.redeem(browser.arrived["code"], auth=auth).json
    may = {"email", "email_verified", "phone_number", "phone_number_verified"}
    assert set(told(known, tokens)) == set(in_id_token(tokens)) == may
    clients.update("limited", {"scope": "openid phone"}, known.services)
    known.restart()
    assert set(told(known, tokens)) == {"phone_number", "phone_number_verified"}


def sub_of(world: World) -> str:
    """The demo user, as clients know them."""
    return users.find("demo@example.com", world.services).subject


@pytest.mark.parametrize("prompt", ["none", None])
@pytest.mark.parametrize("place", ["userinfo", "id_token"])
def test_a_request_for_another_user_is_not_answered(
    world: World, place: str, prompt: str | None
) -> None:
    """Sections 3.1.2.2 and 5.5.1: login_required, silently or after another has signed in."""
    browser = consent_page(world, scope="openid").allow()
    asked = asking(**{place: {"sub": {"value": "somebody-else"}}})
    browser.open(world.authorize_url(scope="openid", claims=asked, prompt=prompt))
    if browser.arrived is None:
        browser.sign_in()
    assert browser.arrived is not None
    assert browser.arrived["error"] == "login_required"


def test_a_request_for_another_user_lets_that_user_sign_in(world: World) -> None:
    """The one who is signed in is not asked for consent; the one who signs in is."""
    sub = users.create("ann@example.com", "ann-password", {}, world.services, cost=CHEAPEST).subject
    world.clock.forward(1)
    browser = consent_page(world, scope="openid").allow()
    asked = asking(id_token={"sub": {"value": sub}})
    browser.open(world.authorize_url(scope="openid", claims=asked))
    browser.sign_in("ann@example.com", "ann-password").allow()
    assert claims(redeemed(world, browser)["id_token"])["sub"] == sub


def test_a_request_for_the_user_who_is_there_is_answered(world: World) -> None:
    """Silently, too."""
    browser = consent_page(world, scope="openid").allow()
    asked = asking(id_token={"sub": {"value": sub_of(world), "essential": True}})
    browser.open(world.authorize_url(scope="openid", claims=asked, prompt="none"))
    assert claims(redeemed(world, browser)["id_token"])["sub"] == sub_of(world)


def test_claims_are_of_the_user_who_consented(world: World) -> None:
    """Two users of one client: each is told of themselves."""
    users.create("ann@example.com", "ann-password", VALUES, world.services, cost=CHEAPEST)
    world.clock.forward(1)
    first = world.tokens(scope="openid email")
    browser = world.browser().open(world.authorize_url(scope="openid email"))
    browser.sign_in("ann@example.com", "ann-password").allow()
    second = redeemed(world, browser)
    assert told(world, first)["email"] == "demo@example.com"
    assert told(world, second)["email"] == "ann@example.com"


HARMLESS = [
    ("ui_locales", "fr-CA fr en"),
    ("ui_locales", "xx not/a/language \u00e9"),
    ("claims_locales", "ja-Kana-JP"),
    ("claims_locales", "\u2603"),
    ("display", "page"),
    ("display", "popup"),
    ("display", "hologram"),
    ("login_hint", "nobody@example.com"),
    ("login_hint", "<script>" + "x" * 3000),
    ("claims", "{}"),
    ("claims", ""),
]


@pytest.mark.parametrize(("name", "value"), HARMLESS)
def test_a_parameter_that_asks_for_a_kindness_is_no_error(
    signed_in: World, name: str, value: str
) -> None:
    """Section 3.1.2.1, known to this server or not."""
    assert signed_in.redeem(signed_in.code(**{name: value})).status == 200
