"""The user is shown each authorization detail, and may decline any. RFC 9396 sections 2, 6 and 11.

What is agreed to is never remembered: the next request asks again.
"""

from __future__ import annotations

import pytest

from chalicelib.administration import clients
from tests.browser import Browser
from tests.flows.rich import (
    ACCOUNT,
    API,
    ORDER,
    PAYMENT,
    RENT,
    SHOP,
    carried,
    define,
    granted,
    text,
)
from tests.world import World


@pytest.fixture(autouse=True)
def _defined(world: World) -> None:
    define(world)


def asked(world: World, *details: dict[str, object], **changes: str | None) -> Browser:
    """A browser at the consent page."""
    changes = {"scope": "read", **changes, "authorization_details": text(*details)}
    browser = world.browser().open(world.authorize_url(**changes)).sign_in()
    assert "consent" in browser.page.forms
    return browser


def allowed(world: World, browser: Browser, *places: str, scope: list[str]) -> dict[str, object]:
    """What the client is given when only these are ticked."""
    browser.submit("consent", "allow", scope=scope, authorization_detail=list(places))
    assert browser.arrived is not None
    return world.redeem(browser.arrived["code"]).json


def test_each_is_said_in_the_words_of_its_type(world: World) -> None:
    """And whatever the words leave out stands after them, under its title or its name."""
    shown = asked(world, PAYMENT, RENT, ACCOUNT).page.text
    for words in (
        "Pay 123.50 EUR to Merchant A",
        "Pay 900.00 EUR to Landlord",
        "See your account: list, read_balances",
        "creditorAccount iban",
        "DE02100100109307118603",
        "Message",
        "Ref Number Merchant",
        "initiate, status",
        "Untick what you do not want to allow.",
    ):
        assert words in shown


def test_every_value_is_on_the_page(world: World) -> None:
    """Whatever its kind: nothing is agreed to unseen."""
    more = {"times": 7, "share": 0.25, "instant": True, "steps": [{"day": 3}, {}], "actions": []}
    shown = asked(world, {**RENT, **more, "locations": [API]}).page.text
    for words in ("times", "7", "0.25", "yes", "steps 1 day", "3", "steps 2", API, "(none)"):
        assert words in shown


def test_text_of_the_client_changes_nothing_of_the_page(world: World) -> None:
    """Markup is shown as it is, and the page has the elements that it would have."""
    plain = asked(world, {**PAYMENT, "creditorName": "a"}).page
    attack = '</bdi></label><form id="x"><b>{remittance}&quot;{{ 7*7 }}'
    odd = asked(world, {**PAYMENT, "creditorName": attack}).page
    assert odd.tags == plain.tags
    assert attack in odd.text


@pytest.mark.parametrize(
    ("ticked", "kept"),
    [
        ("0 1 2", [PAYMENT, RENT, ACCOUNT]),
        ("1", [RENT]),
        ("2 0", [PAYMENT, ACCOUNT]),
        ("2 2 2", [ACCOUNT]),
        ("0 3 -1 x 00 1.0", [PAYMENT]),
    ],
)
def test_what_is_unticked_is_not_granted(
    world: World, ticked: str, kept: list[dict[str, object]]
) -> None:
    """Nor does a changed form add anything; a refresh brings nothing back."""
    browser = asked(world, PAYMENT, RENT, ACCOUNT)
    given = allowed(world, browser, *ticked.split(), scope=["read"])
    assert carried(given) == kept
    assert carried(world.refresh(str(given["refresh_token"])).json) == kept


def test_scopes_alone_may_be_kept(world: World) -> None:
    """All objects are declined: the answer says nothing of them."""
    given = allowed(world, asked(world, PAYMENT), scope=["read"])
    assert (given["scope"], carried(given)) == ("read", None)


def test_details_alone_may_be_kept(world: World) -> None:
    """All scopes are declined."""
    given = allowed(world, asked(world, PAYMENT), "0", scope=[])
    assert carried(given) == [PAYMENT]
    assert "scope" not in given


@pytest.mark.parametrize("scope", ["read", None])
def test_to_keep_nothing_is_to_deny(world: World, scope: str | None) -> None:
    """As with scopes."""
    browser = asked(world, PAYMENT, scope=scope)
    browser.submit("consent", "allow", scope=[], authorization_detail=[])
    assert (browser.arrived or {})["error"] == "access_denied"


def test_a_sign_in_may_stay_without_them(world: World) -> None:
    """With openid: the token is then for this server, and the resource is out of it."""
    browser = asked(world, PAYMENT, scope="openid")
    given = allowed(world, browser, scope=[])
    assert (given["scope"], carried(given)) == ("openid", None)
    assert world.userinfo(str(given["access_token"])).status == 200
    assert (
        world.refresh(str(given["refresh_token"]), resource=API).json["error"] == "invalid_target"
    )


def test_they_are_asked_for_each_time(world: World) -> None:
    """Yesterday's payment is no word on today's; prompt=none is told so. Scopes are remembered."""
    browser = asked(world, PAYMENT).allow()
    world.clock.forward(1)
    browser.open(world.authorize_url(scope="read", authorization_details=text(PAYMENT)))
    assert "consent" in browser.page.forms
    silent = {"scope": "read", "prompt": "none"}
    browser.open(world.authorize_url(**silent, authorization_details=text(PAYMENT)))
    assert (browser.arrived or {})["error"] == "consent_required"
    browser.open(world.authorize_url(**silent))
    assert "code" in (browser.arrived or {})


def test_a_first_party_is_not_asked(world: World) -> None:
    """As for scopes: the operator has answered for the users. Everything is granted."""
    clients.update("demoweb", {"first_party": True}, world.services)
    world.restart()
    browser = world.browser().open(world.authorize_url(authorization_details=text(PAYMENT, RENT)))
    browser.sign_in()
    code = (browser.arrived or {})["code"]
    assert carried(world.redeem(code).json) == [PAYMENT, RENT]


def test_a_first_party_may_have_the_user_asked(world: World) -> None:
    """prompt=consent; what is then declined is not granted."""
    clients.update("demoweb", {"first_party": True}, world.services)
    world.restart()
    given = allowed(world, asked(world, PAYMENT, RENT, prompt="consent"), "1", scope=["read"])
    assert carried(given) == [RENT]


def test_of_two_resources_the_declined_one_is_out(world: World) -> None:
    """Nothing of it was given, so no token for it is."""
    url = world.authorize_url(
        scope="read", authorization_details=text(PAYMENT, ORDER), resource=API
    )
    browser = world.browser().open(f"{url}&resource={SHOP}").sign_in()
    given = allowed(world, browser, "0", scope=["read"])
    assert carried(given) == [PAYMENT]
    other = world.refresh(str(given["refresh_token"]), resource=SHOP)
    assert other.json["error"] == "invalid_target"


def test_the_resource_is_named(world: World) -> None:
    """The user sees whose API it is."""
    assert "Example API" in asked(world, PAYMENT).page.text


def test_an_answer_for_one_request_is_none_for_another(world: World) -> None:
    """Two tabs of one browser: each has its own objects, and its own answer."""
    browser = asked(world, PAYMENT, RENT)
    first = browser.reply
    browser.open(world.authorize_url(scope="read", authorization_details=text(ACCOUNT, RENT)))
    given = allowed(world, browser, "0", scope=["read"])
    assert carried(given) == [ACCOUNT]
    browser.reply = first
    assert carried(allowed(world, browser, "1", scope=["read"])) == [RENT]


def test_the_log_says_nothing_of_what_is_in_them(world: World) -> None:
    """Account numbers are nobody's business there."""
    granted(world, PAYMENT)
    log = world.log.getvalue()
    assert "DE02100100109307118603" not in log
    assert "Merchant A" not in log
