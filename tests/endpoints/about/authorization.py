"""What /authorize does, seen."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any
from urllib.parse import urlsplit

from chalicelib.administration import resources
from tests.endpoints.discovery.asking import (
    WEB,
    answer,
    document,
    not_registered,
    refusal,
    register,
    signed_in,
)
from tests.flows import registrations
from tests.reply import claims
from tests.world import REDIRECT, World

SCHEMES = ("cursor", "vscode", "app")


def endpoints(world: World, value: dict[str, str]) -> None:
    """At each address there is what it says."""
    for name in ("metadata", "openid"):
        assert world.get(value[name].removeprefix(world.issuer)).json == document(world)
    assert world.get(value["jwks"].removeprefix(world.issuer)).json["keys"]


def user_authentication(world: World, value: dict[str, Any]) -> None:
    """The steps, in their order; and how long a sign-in counts."""
    listed = document(world)
    assert value["prompt_values"] == listed["prompt_values_supported"]
    assert value["acr_values"] == listed["acr_values_supported"]
    browser = world.browser().open(world.authorize_url(prompt="select_account consent"))
    seen = []
    for step in ("sign-in", "consent"):
        assert list(browser.page.forms) == [step]
        seen.append(step)
        browser.sign_in() if step == "sign-in" else browser.allow()
    browser.open(world.authorize_url(prompt="select_account"))
    seen += browser.page.forms
    assert sorted(seen) == sorted(value["steps"])
    world.clock.forward(value["session_seconds"] - 1)
    assert "code" in answer(world, browser, prompt="none")
    world.clock.forward(1)
    assert answer(world, browser, prompt="none")["error"] == "login_required"


def response_types(world: World, value: dict[str, Any]) -> None:
    """Every other well-known type is refused, in the words that are promised."""
    assert value["response_types"] == document(world)["response_types_supported"] == ["code"]
    assert value["response_modes"] == document(world)["response_modes_supported"]
    for other in ("token", "id_token", "code token", "code id_token", "none"):
        assert refusal(world, response_type=other) == value["error"]


def redirect_https(world: World, value: dict[str, Any]) -> None:
    """What may be registered by which kind of application."""
    assert value["https"] is True
    with not_registered("redirect_uris"):
        register(world, "plain", redirect_uris=["http://app.example/cb"])
    loopback = [f"{origin}/cb" for origin in value["loopback"]]
    register(world, "loopback", redirect_uris=loopback, application_type="native")
    private = ["com.example.app:/cb"]
    kind = value["private_use_scheme"]
    register(world, "private", redirect_uris=private, application_type=kind)
    with not_registered("redirect_uris"):
        register(world, "private2", redirect_uris=private, application_type="web")
    undotted = {f"{scheme}://cb": scheme in value["schemes_without_a_dot"] for scheme in SCHEMES}
    for number, (uri, is_allowed) in enumerate(undotted.items()):
        with nullcontext() if is_allowed else not_registered("redirect_uris"):
            register(world, f"u{number}", redirect_uris=[uri], application_type=kind)
    localhost = [f"{value['self_registered']}:3000/cb"]
    registrations.registered(world, redirect_uris=localhost)
    with not_registered("redirect_uris"):
        register(world, "local", redirect_uris=localhost, application_type="native")


def redirect_registration(world: World, value: dict[str, Any]) -> None:
    """A URI that differs in anything but a loopback port is none of the client's."""
    assert value == {"required": True, "comparison": "exact", "variable_query": False}
    with not_registered("redirect_uris"):
        register(world, "nowhere", redirect_uris=[])
    for other in (f"{REDIRECT}/", f"{REDIRECT}?a=b", REDIRECT.replace("http://", "HTTP://")):
        assert world.browser().open(world.authorize_url(redirect_uri=other)).arrived is None
    port = REDIRECT.replace(":8000", ":9")
    assert "sign-in" in world.browser().open(world.authorize_url(redirect_uri=port)).page.forms


def redirect_number(world: World, value: dict[str, int]) -> None:
    """So many, and not one more."""
    uris = [f"https://app.example/{number}" for number in range(value["most"])]
    register(world, "many", redirect_uris=uris)
    with not_registered("redirect_uris"):
        register(world, "toomany", redirect_uris=[*uris, "https://app.example/more"])


def redirect_invalid(world: World, value: dict[str, Any]) -> None:
    """A page, for an unknown client and for an unknown address."""
    for wrong in ({"client_id": "nobody"}, {"redirect_uri": "https://evil.example/"}):
        target = world.authorize_url(**wrong).removeprefix(world.issuer)
        reply = world.request("GET", target)
        assert (reply.status, reply.is_page) == (value["status"], True)
        assert (reply.header("Location") is not None) is value["redirect"]


def scope_granted(world: World, value: dict[str, bool]) -> None:
    """The user declines one; the answer says what is left, and never more than was asked."""
    assert value == {"may_be_less": True, "may_be_more": False, "always_told": True}
    browser = world.browser().open(world.authorize_url())
    browser.sign_in()
    browser.allow(["read"])
    assert browser.arrived is not None
    assert world.redeem(browser.arrived["code"]).json["scope"] == "read"
    assert world.tokens(scope="read")["scope"] == "read"


def audience_default(world: World, value: dict[str, str]) -> None:
    """Only OpenID scopes are for this server; where two resources fit, the client must say."""
    assert value["openid_only"] == "issuer"
    token = claims(world.tokens(scope="openid")["access_token"])
    assert token["aud"] == world.issuer
    second = {"resource": "https://two.example", "name": "Two", "scopes": {"read": "Read"}}
    resources.create(second, world.services)
    client = register(world, "uncertain")
    world.restart()
    assert refusal(world, scope="read", client_id=client[0]) == value["error"]


def scope_default(world: World, value: dict[str, str]) -> None:
    """The registered one, or the error."""
    assert refusal(world, scope=None) == value["error"]
    client = register(world, "hasdefault", **{value["default"]: "read"})
    browser = world.browser()
    code = world.code(browser, client_id=client[0], scope=None)
    assert world.redeem(code, auth=client).json["scope"] == "read"


def code_lifetime(world: World, value: dict[str, int]) -> None:
    """To the second."""
    for age, status in ((value["seconds"] - 1, 200), (value["seconds"], 400)):
        code = world.code()
        world.clock.forward(age)
        assert world.redeem(code).status == status


def code_twice(world: World, value: dict[str, Any]) -> None:
    """The second time ends what the first has brought."""
    code = world.code()
    given = world.redeem(code).json
    assert world.redeem(code).json["error"] == value["error"]
    assert world.introspect(given["access_token"])["active"] is not value["revokes"]
    assert world.refresh(given["refresh_token"]).status == 400


def code_size(world: World, value: dict[str, Any]) -> None:
    """Its length, the longest state that comes back, and the issuer."""
    browser = signed_in(world)
    state = "s" * value["state_bytes"]
    given = answer(world, browser, state=state)
    assert len(given["code"]) == value["characters"]
    assert (given["state"], given["iss"]) == (state, value["iss"])
    assert answer(world, browser, state=f"{state}s")["error"] == "invalid_request"


def pkce(world: World, value: dict[str, Any]) -> None:
    """Without a challenge, or by another method, there is no code."""
    assert value["required"] is True
    assert value["methods"] == document(world)["code_challenge_methods_supported"]
    bare: dict[str, Any] = {"code_challenge": None, "code_challenge_method": None}
    assert refusal(world, **bare) == "invalid_request"
    assert refusal(world, code_challenge_method="plain") == "invalid_request"
    public = {"token_endpoint_auth_method": "none", "client_secret": None}
    with not_registered("require_pkce"):
        register(world, "nopkce", require_pkce=False, scope="openid", **public)


def errors(world: World, value: dict[str, Any]) -> None:
    """At the token endpoint and at the client; and the page is there."""
    told = world.post("/token", {}, auth=WEB).json
    assert sorted(told) == sorted(value["members"])
    assert told["error_uri"] == value["pages"].replace("{error}", told["error"])
    page = world.get(urlsplit(told["error_uri"]).path)
    assert (page.status, page.is_page) == (200, True)
    assert set(value["members"]) <= set(answer(world, None, response_type="token"))


def consent_page(world: World, value: dict[str, bool]) -> None:
    """It says who asks, whom, for what and where the answer goes; scopes can be declined."""
    browser = world.browser().open(world.authorize_url())
    browser.sign_in()
    text = browser.page.text
    for said in ("Demo Web", "demo@example.com", "Read your files", "Not verified", "10 minutes"):
        assert said in text
    boxes = [name for name, _ in browser.page.forms["consent"].fields if name == "scope"]
    assert (len(boxes) == 2) is value["decline_single_scopes"]


def consent_remembered(world: World, value: dict[str, Any]) -> None:
    """The confidential client is not asked for twice; the public one on the device always is."""
    browser = signed_in(world)
    assert ("code" in answer(world, browser)) is value["remembered"]
    for _ in range(2):
        browser.open(world.authorize_url(client_id="demospa"))
        assert "consent" in browser.page.forms, value["never_for"]
        browser.allow()
    uris = {"redirect_uris": [registrations.NATIVE]}
    stranger = registrations.registered(world, registrations.CONFIDENTIAL, **uris)
    asked = {"client_id": stranger["client_id"], "redirect_uri": registrations.NATIVE}
    for _ in range(2):
        browser.open(world.authorize_url(**asked))
        assert "consent" in browser.page.forms, value["never_for"]
        browser.allow()


PROVERS = {
    "endpoints": endpoints,
    "user_authentication": user_authentication,
    "response_types": response_types,
    "redirect_https": redirect_https,
    "redirect_registration": redirect_registration,
    "redirect_number": redirect_number,
    "redirect_invalid": redirect_invalid,
    "scope_granted": scope_granted,
    "audience_default": audience_default,
    "scope_default": scope_default,
    "code_lifetime": code_lifetime,
    "code_twice": code_twice,
    "code_size": code_size,
    "pkce": pkce,
    "errors": errors,
    "consent_page": consent_page,
    "consent_remembered": consent_remembered,
}
