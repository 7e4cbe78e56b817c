"""Pushed authorization requests: from /par to tokens. RFC 9126."""

from __future__ import annotations

import pytest

from chalicelib.administration import clients
from tests.browser import Browser
from tests.client_signatures import jwks
from tests.flows import objects, pushes
from tests.flows.pushes import URN, push, pushed, stored, url
from tests.reply import claims
from tests.world import REDIRECT, VERIFIER, World

SIGNER = ("signer", objects.SECRET)


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


def arrived(browser: Browser) -> dict[str, str]:
    """What the client was told."""
    assert browser.arrived is not None, browser.page.text
    return browser.arrived


def test_the_answer_is_a_name_and_its_seconds(world: World) -> None:
    """Section 2.2: 201, not to be kept; the name is as hard to guess as a token."""
    reply = push(world)
    assert (reply.status, reply.header("Cache-Control")) == (201, "no-store")
    assert reply.json.keys() == {"request_uri", "expires_in"}
    assert reply.json["expires_in"] == 90
    name = reply.json["request_uri"]
    assert name.startswith(URN)
    assert len(name.removeprefix(URN)) == 43
    assert push(world).json["request_uri"] != name


def test_a_pushed_request_leads_to_tokens(world: World) -> None:
    """At once for a user who is known, with what was pushed and nothing else."""
    given = arrived(objects.member(world).open(url(world, pushed(world, state="pushed"))))
    assert (given["state"], given["iss"]) == ("pushed", world.issuer)
    tokens = world.redeem(given["code"]).json
    assert tokens["scope"] == "read write"


@pytest.mark.parametrize("prompt", [None, "login", "consent", "select_account"])
def test_every_step_may_lie_between(world: World, prompt: str | None) -> None:
    """Sign-in, choice of an account and consent, and the same request goes on after each."""
    browser = world.browser().open(url(world, pushed(world, prompt=prompt, scope="openid read")))
    browser.sign_in()
    if browser.arrived is None and "consent" in browser.page.forms:
        browser.allow()
    assert world.redeem(arrived(browser)["code"]).json["scope"] == "openid read"


def test_a_browser_that_is_known_chooses_its_account(world: World) -> None:
    """prompt=select_account counts when it was pushed."""
    browser = objects.member(world).open(url(world, pushed(world, prompt="select_account")))
    browser.submit("select-account", account="continue")
    assert "code" in arrived(browser)


def test_nothing_beside_the_name_counts(world: World) -> None:
    """Section 4, RFC 9101 section 6.3: neither what was pushed as well nor what was not."""
    beside = {
        "state": "outside",
        "scope": "read",
        "redirect_uri": "https://evil.example/",
        "response_mode": "form_post",
        "prompt": "login",
        "nonce": "outside",
        "id_token_hint": "x",
        "resource": "https://other.example",
        "code_challenge": "A" * 43,
        "response_type": "token",
        "claims": "x",
        "unknown": "x",
    }
    given = arrived(objects.member(world).open(url(world, pushed(world), **beside)))
    assert given["state"] == "af0ifjsldkj"
    reply = world.redeem(given["code"])
    assert reply.json["scope"] == "read write"


def test_a_public_client_pushes_by_its_name_alone(world: World) -> None:
    """Section 2.1; with PKCE, as ever."""
    request_uri = pushed(world, None, client_id="demospa")
    browser = objects.member(world).open(url(world, request_uri, "demospa"))
    if browser.arrived is None:
        browser.allow()
    code = arrived(browser)["code"]
    assert world.redeem(code, auth=None, client_id="demospa").status == 200


def test_the_secret_may_be_in_the_form(world: World) -> None:
    """As at /token; it is not kept."""
    objects.register(world, token_endpoint_auth_method="client_secret_post")
    secret = {"client_id": SIGNER[0], "client_secret": SIGNER[1]}
    form = {**pushes.parameters(world, scope="read"), **secret}
    reply = world.post("/par", form)
    assert reply.status == 201
    assert all(objects.SECRET not in str(item) for item in stored(world))


def test_the_name_of_the_client_may_be_left_to_basic(world: World) -> None:
    """Who has proved who they are need not say it again."""
    assert push(world, client_id=None).status == 201


def test_nothing_that_proves_or_names_is_kept(world: World) -> None:
    """Neither the request_uri nor the hint, which is a token; whom it names is."""
    hint = world.tokens(scope="openid read")["id_token"]
    request_uri = pushed(world, id_token_hint=hint, scope="openid read", state="kept")
    (item,) = [one for one in stored(world) if "kept" in str(one)]
    assert item["ex"] == {"S": claims(hint)["sub"]}
    for secret in (request_uri, request_uri.removeprefix(URN), hint):
        assert secret not in str(item)
    assert int(item["x"]["N"]) == world.clock() + 90
    given = arrived(objects.member(world).open(url(world, request_uri)))
    assert "code" in given


def test_a_hint_of_somebody_else_counts(world: World) -> None:
    """Whoever is signed in is not the one: with prompt=none the client is told."""
    request_uri = pushed(world, id_token_hint="x", prompt="none", scope="openid read")
    given = arrived(objects.member(world).open(url(world, request_uri)))
    assert given["error"] == "login_required"


def test_resources_and_claims_are_kept(world: World) -> None:
    """As AuthorizationRequest keeps them."""
    wish = '{"id_token":{"name":null}}'
    named = {"scope": "openid read", "resource": "https://api.example.com", "claims": wish}
    browser = objects.member(world).open(url(world, pushed(world, **named)))
    if browser.arrived is None:
        browser.allow()
    tokens = world.redeem(arrived(browser)["code"]).json
    assert claims(tokens["access_token"])["aud"] == "https://api.example.com"
    assert claims(tokens["id_token"])["name"] == "Demo Person"


def test_the_browser_may_post_it(world: World) -> None:
    """Section 4 by a form of the client's page: stored, and on by a GET."""
    request_uri = pushed(world)
    form = {"client_id": "demoweb", "request_uri": request_uri}
    reply = world.post("/authorize", form)
    assert reply.status == 303
    (bound,) = reply.headers_of("Set-Cookie")
    browser = world.browser()
    name, _, rest = bound.partition("=")
    browser.cookies = {**objects.member(world).cookies, name: rest.partition(";")[0]}
    assert "code" in arrived(browser.open(reply.header("Location") or ""))
    again = objects.member(world).open(url(world, request_uri)).reply
    pushes.is_a_page(again, "invalid_request_uri")


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "Ed25519", "EdDSA"])
def test_a_signed_request_may_be_pushed(world: World, alg: str) -> None:
    """Section 3: what is inside counts; the outside needs no more than the credentials."""
    objects.register(world)
    for beside in ({}, {"client_id": "signer"}, {"client_id": "signer", "state": "outside"}):
        form = {"request": objects.signed(world, alg=alg), **beside}
        request_uri = world.post("/par", form, auth=SIGNER).json["request_uri"]
        given = objects.arrived(world, url(world, request_uri, "signer"))
        assert given["state"] == "inside"
        assert world.redeem(given["code"], auth=SIGNER).json["scope"] == "openid read"


def test_a_client_that_must_sign_pushes_signed_requests(world: World) -> None:
    """RFC 9101 section 10.5: and no plain ones."""
    objects.register(world, require_signed_request_object=True)
    plain = push(world, SIGNER, client_id="signer", scope="read")
    assert (plain.status, plain.json["error"]) == (400, "invalid_request")
    assert "signed objects" in plain.json["error_description"]
    form = {"request": objects.signed(world)}
    request_uri = world.post("/par", form, auth=SIGNER).json["request_uri"]
    assert "code" in objects.arrived(world, url(world, request_uri, "signer"))


def test_an_unsigned_object_may_be_pushed_by_who_has_registered_so(world: World) -> None:
    """Core's merge, as at /authorize."""
    objects.register(world, request_object_signing_alg="none")
    form = {"request": objects.signed(world, alg="none", state=None), "state": "outside"}
    request_uri = world.post("/par", form, auth=SIGNER).json["request_uri"]
    assert objects.arrived(world, url(world, request_uri, "signer"))["state"] == "outside"


def test_a_client_may_have_to_push(world: World) -> None:
    """Section 6: a plain request, a signed one and one by reference are refused to the client."""
    objects.register(world, require_pushed_authorization_requests=True, jwks=jwks())
    told = objects.arrived(world, world.authorize_url(client_id="signer", scope="read"))
    assert told["error"] == "invalid_request"
    assert "pushed" in told["error_description"]
    for sent in ({"request": objects.signed(world)}, {"request_uri": "https://r.example/r"}):
        refused = objects.arrived(world, objects.url(world, redirect_uri=REDIRECT, **sent))
        assert (refused["error"], "pushed" in refused["error_description"]) == (
            "invalid_request",
            True,
        )
    request_uri = pushed(world, SIGNER, client_id="signer", scope="read")
    assert "code" in objects.arrived(world, url(world, request_uri, "signer"))


def test_the_key_of_the_code_may_be_named(world: World) -> None:
    """RFC 9449 section 10: dpop_jkt is kept like the rest."""
    request_uri = pushed(world, dpop_jkt="A" * 43)
    code = arrived(objects.member(world).open(url(world, request_uri)))["code"]
    assert world.redeem(code).json["error"] == "invalid_grant"


def test_a_redirect_uri_with_another_port_of_this_machine(world: World) -> None:
    """RFC 8252 section 7.3 holds here as well, and the code is bound to what was pushed."""
    uri = REDIRECT.replace(":8000", ":49152")
    browser = objects.member(world).open(url(world, pushed(world, redirect_uri=uri)))
    code = arrived(browser)["code"]
    assert world.redeem(code, redirect_uri=uri, code_verifier=VERIFIER).status == 200


def test_each_push_is_in_the_log_without_its_name(world: World) -> None:
    """The invariants look for the request_uri in it."""
    pushed(world)
    (event,) = world.events("authorization.pushed")
    assert event["client_id"] == "demoweb"


def test_only_a_client_of_the_code_flow_pushes(world: World) -> None:
    """RFC 6749 section 4.1.2.1, in the answer of /par."""
    clients.update("demomachine", {"redirect_uris": [REDIRECT]}, world.services)
    world.restart()
    machine = ("demomachine", "demomachinesecret")
    reply = push(world, machine, client_id="demomachine", scope="read")
    assert reply.json["error"] == "unauthorized_client"
