"""Consent: what may be declined, what is remembered, and who is asked each time. RFC 6749 10.2."""

from __future__ import annotations

import pytest

from chalicelib.administration import clients, resources, users
from tests.browser import Browser
from tests.reply import claims
from tests.stage import CHEAPEST
from tests.world import REDIRECT, World

OTHER = {
    "resource": "https://other.example.com",
    "name": "Other",
    "scopes": {"list": "List your things"},
}


def arrived(browser: Browser) -> dict[str, str]:
    """What the client was told."""
    assert browser.arrived is not None, browser.page.text
    return browser.arrived


def asked(world: World, browser: Browser, **changes: str | None) -> bool:
    """Whether a request of a user who is signed in leads to the consent page."""
    browser.open(world.authorize_url(**changes))
    return browser.arrived is None and "consent" in browser.page.forms


def signed_in(world: World) -> Browser:
    """A browser of the demo user, who has agreed to nothing."""
    browser = world.browser().open(world.authorize_url())
    return browser.sign_in()


def test_the_page_names_client_user_and_scopes_in_words(world: World) -> None:
    """And where the answer goes."""
    text = signed_in(world).page.text
    for words in (
        "Demo Web",
        "demo@example.com",
        "Read your files",
        "Change and delete your files",
        "an app on this device",
    ):
        assert words in text


def test_each_scope_can_be_declined(world: World) -> None:
    """The token holds what was left, and says so."""
    browser = signed_in(world).allow(["write"])
    answer = world.redeem(arrived(browser)["code"]).json
    assert answer["scope"] == "write"
    assert claims(answer["access_token"])["scope"] == "write"


def test_a_scope_that_was_not_asked_for_cannot_be_ticked(world: World) -> None:
    """A changed form adds nothing."""
    browser = world.browser().open(world.authorize_url(scope="read")).sign_in()
    browser.allow(["read", "write", "openid", "admin"])
    assert world.redeem(arrived(browser)["code"]).json["scope"] == "read"


def test_declining_everything_is_declining(world: World) -> None:
    """No empty token."""
    assert arrived(signed_in(world).allow([]))["error"] == "access_denied"


def test_deny_tells_the_client_and_ends_the_request(world: World) -> None:
    """With state and issuer; going back does not help."""
    browser = signed_in(world)
    form = dict(browser.page.forms["consent"].fields)
    told = arrived(browser.submit("consent", "deny"))
    assert told["error"] == "access_denied"
    assert told["state"] == "af0ifjsldkj"
    assert told["iss"] == world.issuer
    url = f"{world.issuer}/authorize?interaction={form['interaction']}"
    browser.open(url)
    assert browser.arrived is None
    if "consent" in browser.page.forms:
        browser.allow()
    assert browser.arrived is None
    assert not [item for item in world.items() if item["sk"]["S"].startswith("G#")]


def test_it_is_remembered_for_the_same_or_less(world: World) -> None:
    """For each scope; more is asked for again, and adds to the record."""
    browser = signed_in(world)
    browser.open(world.authorize_url(scope="read")).allow()
    assert not asked(world, browser, scope="read")
    assert asked(world, browser, scope="read write")
    browser.allow()
    assert not asked(world, browser, scope="read write")
    assert not asked(world, browser, scope="write")
    assert asked(world, browser, scope="openid read")


def test_what_was_declined_is_asked_for_again(world: World) -> None:
    """And what was given before is forgotten when it is declined now."""
    browser = signed_in(world).allow(["read"])
    assert asked(world, browser, scope="read write")
    browser.allow(["write"])
    assert asked(world, browser, scope="read")


def test_it_counts_for_one_client_only(world: World) -> None:
    """Another client with the same scopes asks for itself."""
    clients.create(
        {"client_id": "other", "client_secret": "other-secret", "redirect_uris": [REDIRECT]},
        world.services,
    )
    browser = world.browser()
    world.code(browser)
    assert asked(world, browser, client_id="other")


def test_it_counts_for_one_resource_only(world: World) -> None:
    """The same word of another resource means something else."""
    resources.create({**OTHER, "scopes": {"read": "Read your lists"}}, world.services)
    clients.create(
        {"client_id": "both", "client_secret": "both-secret", "redirect_uris": [REDIRECT]},
        world.services,
    )
    browser = world.browser()
    query = {"client_id": "both", "scope": "read"}
    world.code(browser, resource="https://api.example.com", **query)
    assert not asked(world, browser, resource="https://api.example.com", **query)
    assert asked(world, browser, resource="https://other.example.com", **query)


@pytest.mark.parametrize("changes", [{}, {"first_party": True}, {"verified": True}])
def test_it_is_never_skipped_for_a_public_client_on_the_device(
    world: World, changes: dict[str, bool]
) -> None:
    """Any app could have taken its loopback port (RFC 8252 section 8.6)."""
    if changes:
        clients.update("demospa", changes, world.services)
    browser = world.browser()
    for _ in range(2):
        world.code(browser, client_id="demospa")
        assert asked(world, browser, client_id="demospa")


def test_it_is_skipped_for_a_first_party_client(world: World) -> None:
    """The operator's own, with a secret."""
    clients.update("demoweb", {"first_party": True}, world.services)
    browser = world.browser().open(world.authorize_url()).sign_in()
    assert "code" in arrived(browser)


def test_a_first_party_client_may_still_ask(world: World) -> None:
    """prompt=consent."""
    clients.update("demoweb", {"first_party": True}, world.services)
    browser = world.browser().open(world.authorize_url(prompt="consent")).sign_in()
    assert "consent" in browser.page.forms


def test_openid_is_not_up_for_choice(world: World) -> None:
    """Declining to be known is declining to sign in."""
    browser = world.browser().open(world.authorize_url(scope="openid read")).sign_in()
    boxes = [value for name, value in browser.page.forms["consent"].fields if name == "scope"]
    assert boxes == ["read"]


def test_a_resource_whose_scopes_were_all_declined_gets_no_token(world: World) -> None:
    """Who said no to every scope of an API gave no access to it."""
    browser = world.browser().open(world.authorize_url(scope="openid read"))
    browser.sign_in().allow([])
    code = arrived(browser)["code"]
    named = world.redeem(code, resource="https://api.example.com")
    assert named.json["error"] == "invalid_target"
    answer = world.redeem(code).json
    assert answer["scope"] == "openid"
    assert claims(answer["access_token"])["aud"] == world.issuer


def test_of_two_resources_only_the_one_that_was_given_gets_tokens(world: World) -> None:
    """Each answers for its own scopes."""
    resources.create(OTHER, world.services)
    clients.update("demoweb", {"allowed_resources": None}, world.services)
    both = "&resource=https://api.example.com&resource=https://other.example.com"
    browser = world.browser().open(world.authorize_url(scope="read list") + both)
    browser.sign_in().allow(["read"])
    code = arrived(browser)["code"]
    refused = world.redeem(code, resource="https://other.example.com")
    assert refused.json["error"] == "invalid_target"
    token = world.redeem(code, resource="https://api.example.com").json["access_token"]
    assert claims(token)["aud"] == "https://api.example.com"


def test_another_account_has_to_agree_for_itself(world: World) -> None:
    """Switching at the consent page: the one before has agreed to nothing for the next."""
    users.create("other@example.com", "other-password", {}, world.services, CHEAPEST)
    browser = world.browser()
    world.code(browser)
    browser.open(world.authorize_url(prompt="consent"))
    browser.submit("consent", "switch")
    assert "sign-in" in browser.page.forms
    browser.sign_in("other@example.com", "other-password")
    assert "consent" in browser.page.forms
    assert "other@example.com" in browser.page.text
    tokens = world.redeem(arrived(browser.allow())["code"]).json
    subject = users.find("other@example.com", world.services).subject
    assert claims(tokens["access_token"])["sub"] == subject


def test_a_consent_does_not_pass_to_who_signs_in_meanwhile(world: World) -> None:
    """Agreed in one tab; before it finished, another person signed in at the same browser."""
    users.create("other@example.com", "other-password", {}, world.services, CHEAPEST)
    browser = world.browser()
    browser.open(world.authorize_url()).sign_in()
    interaction = dict(browser.page.forms["consent"].fields)["interaction"]
    form = browser.page.forms["consent"]
    body = "&".join(f"{name}={value}" for name, value in [*form.fields, ("decision", "allow")])
    headers = [
        ("Cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items())),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ]
    sent = world.request("POST", "/authorize/consent", headers=headers, body=body.encode())
    assert sent.status == 303
    browser.open(world.authorize_url(prompt="login"))
    browser.sign_in("other@example.com", "other-password")
    browser.open(f"{world.issuer}/authorize?interaction={interaction}")
    assert browser.arrived is None
    assert "consent" in browser.page.forms
    assert "other@example.com" in browser.page.text


@pytest.mark.parametrize("button", ["allow", "deny", "switch"])
def test_a_page_that_names_one_user_does_not_answer_for_another(world: World, button: str) -> None:
    """Another signed in in the next tab: the page is shown again, with the name that counts."""
    users.create("other@example.com", "other-password", {}, world.services, CHEAPEST)
    first = world.browser().open(world.authorize_url()).sign_in()
    page, second = first.page, world.browser()
    second.cookies = first.cookies
    second.open(world.authorize_url(prompt="login"))
    second.sign_in("other@example.com", "other-password")
    assert "demo@example.com" in page.text
    first.submit("consent", button)
    assert first.arrived is None
    assert "other@example.com" in first.page.text
    assert world.events("consent.granted") == []


def test_a_hostile_client_name_does_not_change_the_page(world: World) -> None:
    """Names are text."""
    hostile = "</title><script>alert(1)</script>{{7*7}}\"'>"
    clients.update("demoweb", {"client_name": hostile}, world.services)
    page = signed_in(world).page
    assert "script" not in page.tags
    assert hostile in page.text


def test_two_tabs_cannot_both_finish(world: World) -> None:
    """The second one is told that the sign-in was finished."""
    browser = world.browser().open(world.authorize_url()).sign_in()
    form = browser.page.forms["consent"]
    reply_before = browser.reply
    assert "code" in arrived(browser.allow())
    browser.reply = reply_before
    assert dict(browser.page.forms["consent"].fields) == dict(form.fields)
    browser.allow()
    assert browser.arrived is None
    assert browser.reply is not None
    assert browser.reply.status == 400
