"""Answers of /authorize as JWTs. JWT Secured Authorization Response Mode for OAuth 2.0 (JARM).

Every road to an error is walked in each of the modes; roads.py has them.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from chalicelib import throttling
from chalicelib.protocol import jwt, response_mode, signature
from tests.emulated_aws import Fault
from tests.flows import objects, pushes, roads
from tests.flows.pushes import is_a_page, pushed, url
from tests.flows.roads import ROADS, Road, known, last
from tests.reply import Reply, header
from tests.world import REDIRECT, World

SIGNED = ("query.jwt", "form_post.jwt", "jwt")
modes = pytest.mark.parametrize("mode", SIGNED)


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server, with what the roads need."""
    roads.prepare(signed_in)
    return signed_in


def response(reply: Reply, mode: str) -> str:
    """The JWT, and nothing beside it, where the mode has it."""
    if mode == "form_post.jwt":
        form = reply.page.forms["form-post"]
        assert (form.action, form.method) == (REDIRECT, "post")
        ((name, value),) = form.fields
    else:
        address = reply.header("Location") or reply.page.refresh or ""
        assert address.startswith(f"{REDIRECT}?")
        ((name, value),) = parse_qsl(urlsplit(address).query, strict_parsing=True)
    assert name == "response"
    return value


def read(world: World, text: str, client_id: str = "demoweb") -> dict[str, Any]:
    """What the JWT says, checked as section 2.4 wants, with the keys of the JWKS."""
    token = jwt.parse(text)
    keys = {key["kid"]: key for key in world.get("/.well-known/jwks.json").json["keys"]}
    key = keys[token.header["kid"]]
    assert token.header == {"typ": "JWT", "alg": key["alg"], "kid": key["kid"]}
    assert signature.verify(key["alg"], key, token.signing_input, token.signature)
    claims = dict(token.claims)
    assert (claims.pop("iss"), claims.pop("aud")) == (world.issuer, client_id)
    assert 0 < claims.pop("exp") - world.clock() <= 600
    return claims


def walk(world: World, road: Road, mode: str, **more: str) -> Reply:
    """The road in one mode, with AWS well again at its end."""
    try:
        return road(world, response_mode=mode, **more)
    finally:
        world.aws.faults.clear()


def told(reply: Reply) -> dict[str, str]:
    """The same answer by the query."""
    address = reply.header("Location") or reply.page.refresh or ""
    return dict(parse_qsl(urlsplit(address).query))


def got_code(world: World, **more: str) -> Reply:
    """The answer with a code."""
    return last(known(world).open(world.authorize_url(**more)))


@modes
def test_a_code_comes_in_a_signed_answer(world: World, mode: str) -> None:
    """Section 2.1: code, state, iss, aud, exp; the code is as good as any."""
    claims = read(world, response(got_code(world, response_mode=mode), mode))
    assert claims.keys() == {"code", "state"}
    assert claims["state"] == "af0ifjsldkj"
    assert world.redeem(claims["code"]).status == 200


@modes
def test_after_forms_too(world: World, mode: str) -> None:
    """By a page that goes on, or that posts."""
    browser = world.browser().open(world.authorize_url(response_mode=mode, prompt="consent"))
    reply = last(browser.sign_in().allow())
    assert (reply.status, reply.is_page) == (200, True)
    assert "code" in read(world, response(reply, mode))


@modes
def test_without_a_state_there_is_none(world: World, mode: str) -> None:
    """Nothing is made up."""
    reply = last(known(world).open(world.authorize_url(response_mode=mode, state=None)))
    assert read(world, response(reply, mode)).keys() == {"code"}


@pytest.mark.parametrize("mode", ["query.jwt", "form_post.jwt"])
@pytest.mark.parametrize("name", ROADS)
def test_an_error_is_signed_as_well(world: World, name: str, mode: str) -> None:
    """Section 2.1: the very members of the unsigned answer, but for what the JWT says itself."""
    error, road = ROADS[name]
    claims = read(world, response(walk(world, road, mode), mode), client_of(name))
    plain = told(walk(world, road, "query"))
    assert plain.pop("iss") == world.issuer
    assert claims == plain
    assert claims["error"] == error


def client_of(name: str) -> str:
    """Whose request a road is."""
    if name.startswith("client_has_the_grant"):
        return roads.MACHINE
    return "changing" if name == "the client was changed" else "demoweb"


@pytest.mark.parametrize("mode", ["fragment.jwt", "fragment", "JWT", "query.JWT", "jwt.query", "x"])
def test_other_modes_are_not_offered(world: World, mode: str) -> None:
    """Told by the query, unsigned: no signed mode was asked for."""
    plain = told(got_code(world, response_mode=mode))
    assert plain["error"] == "invalid_request"
    assert "response" not in plain


def test_a_pushed_request_has_its_mode(world: World) -> None:
    """What stands outside of it does not change how the answer goes."""
    address = url(world, pushed(world, response_mode="jwt"), response_mode="query")
    reply = last(known(world).open(address))
    assert "code" in read(world, response(reply, "jwt"))


def test_a_signed_request_has_its_mode(world: World) -> None:
    """RFC 9101 and JARM together."""
    objects.register(world)
    request = objects.signed(world, response_mode="jwt")
    given = objects.arrived(world, objects.url(world, request=request))
    assert given.keys() == {"response"}
    assert "code" in read(world, given["response"], "signer")


# States, and whether they fit: they are measured as they stand in the JWT.
STATES = {
    "plain": ("s" * 2048, True),
    "too long": ("s" * 2049, False),
    "quotes": ('"' * 1024, True),
    "too many quotes": ('"' * 1025, False),
    "other letters": ("\u00e9" * 341, True),
    "too many other letters": ("\u00e9" * 342, False),
    "markup": ("\"'><script>alert(1)</script>{{7*7}}&lt;", True),
    "lines": ("a\r\nb\tc", True),
    "a token": ("eyJhbGciOiJub25lIn0.e30.", True),
}


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("mode", ["query.jwt", "form_post.jwt"])
def test_a_state_comes_back_as_it_was_sent(world: World, name: str, mode: str) -> None:
    """Or the client is told that it is too long, without it; the header of an answer has an end."""
    state, fits = STATES[name]
    reply = got_code(world, response_mode=mode, state=state)
    claims = read(world, response(reply, mode))
    if fits:
        assert claims["state"] == state
    else:
        assert claims["error"] == "invalid_request"
        assert "state" not in claims
    assert len(reply.header("Location") or "") < 6000


def test_an_answer_is_no_hint(world: World) -> None:
    """Signed by us, typ JWT, for the same client: and it names nobody, who is then not the one."""
    answer = response(got_code(world, response_mode="jwt", state="s"), "jwt")
    named = {"id_token_hint": answer, "scope": "openid read"}
    hinted = told(last(known(world).open(world.authorize_url(prompt="none", **named))))
    assert hinted["error"] == "login_required"
    browser = known(world).open(f"{world.issuer}/logout?id_token_hint={answer}")
    assert "signed out" not in browser.page.text.lower()
    assert "code" in told(got_code(world, prompt="none"))


def test_an_answer_opens_nothing(world: World) -> None:
    """Neither as an access token, nor as a refresh token, a code, a request or an assertion."""
    answer = response(got_code(world, response_mode="jwt"), "jwt")
    assert world.userinfo(answer).json["error"] == "invalid_token"
    assert world.introspect(answer) == {"active": False}
    assert world.revoke(answer).status == 200
    assert world.redeem(answer).json["error"] == "invalid_grant"
    assert world.refresh(answer).json["error"] == "invalid_grant"
    refused = told(last(known(world).open(world.authorize_url(request=answer))))
    assert refused["error"] == "invalid_request_object"


def test_an_answer_has_nothing_of_an_id_token(world: World) -> None:
    """Whatever the client puts into its state; what an ID token must have is missing."""
    answer = response(got_code(world, response_mode="jwt", state='{"sub":"x"}'), "jwt")
    claims = jwt.parse(answer).claims
    assert not {"sub", "auth_time", "nonce", "iat", "at_hash", "events", "scope"} & claims.keys()
    assert header(answer)["typ"] == "JWT"


def test_its_time_is_short(world: World) -> None:
    """Section 2.1: at most ten minutes."""
    claims = jwt.parse(response(got_code(world, response_mode="jwt"), "jwt")).claims
    assert claims["exp"] == world.clock() + response_mode.LIFETIME
    assert response_mode.LIFETIME <= 600


@modes
@pytest.mark.parametrize("kind", ["throttle", "internal", "refuse"])
def test_without_a_signature_there_is_no_answer(world: World, mode: str, kind: str) -> None:
    """A page for the user; nothing is spent, so that loading it again leads to the code."""
    browser = known(world).open(world.authorize_url(prompt="consent", response_mode=mode))
    onward = dict(browser.page.forms["consent"].fields)["interaction"]
    world.aws.faults.append(Fault("Sign", kind))
    reply = last(browser.allow())
    assert (reply.status, reply.is_page) == (503, True)
    assert (reply.page.forms, reply.page.refresh) == ({}, None)
    assert REDIRECT not in reply.text
    world.aws.faults.clear()
    again = last(browser.open(f"{world.issuer}/authorize?interaction={onward}"))
    assert "code" in read(world, response(again, mode))


def test_a_refusal_waits_for_its_signature(world: World) -> None:
    """Denied while KMS is away: the form can be sent again, and the client hears of it then."""
    browser = known(world).open(world.authorize_url(prompt="consent", response_mode="jwt"))
    fields = [*browser.page.forms["consent"].fields, ("decision", "deny")]
    held = [("Cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))]
    world.aws.faults.append(Fault("Sign", "refuse"))
    first = world.post("/authorize/consent", fields, headers=held)
    assert first.status == 503
    assert world.events("authorization.refused") == []
    world.aws.faults.clear()
    second = world.post("/authorize/consent", fields, headers=held)
    assert read(world, response(second, "jwt"))["error"] == "access_denied"
    assert len(world.events("authorization.refused")) == 1


def test_a_pushed_request_waits_for_its_signature(world: World) -> None:
    """At the first visit too: the name is good until the answer is out."""
    address = url(world, pushed(world, response_mode="jwt"))
    world.aws.faults.append(Fault("Sign", "refuse"))
    assert last(known(world).open(address)).status == 503
    world.aws.faults.clear()
    assert "code" in read(world, response(last(known(world).open(address)), "jwt"))
    is_a_page(known(world).open(address).reply, "invalid_request_uri")


@pytest.mark.parametrize("what", ["signed-error-caller", "signed-error-client"])
def test_errors_that_are_signed_for_anyone_are_counted(world: World, what: str) -> None:
    """KMS's quota is that of tokens: beyond the limit it is a page, and codes go on."""
    ask = {"response_mode": "jwt", "scope": "unknown"}
    assert got_code(world, **ask).status == 303
    most = {
        "signed-error-caller": throttling.SIGNED_ERROR_BY_CALLER.most,
        "signed-error-client": throttling.SIGNED_ERROR_BY_CLIENT.most,
    }
    world.set_counters(what, most[what])
    world.aws.reset()
    reply = last(world.browser().open(world.authorize_url(**ask)))
    assert (reply.status, reply.is_page) == (429, True)
    assert int(reply.header("Retry-After") or "") > 0
    assert "Sign" not in world.aws.count()
    assert got_code(world, scope="unknown").status == 303
    assert "code" in read(world, response(got_code(world, response_mode="jwt"), "jwt"))


def test_the_log_does_not_hold_the_answer(world: World) -> None:
    """The invariants look for the code in it; the JWT holds the code too."""
    answer = response(got_code(world, response_mode="jwt"), "jwt")
    assert answer not in world.log.getvalue()


def test_a_push_for_a_signed_answer_is_told_in_json(world: World) -> None:
    """RFC 9126 section 2.3: the mode is that of the answer at the redirect URI."""
    reply = pushes.push(world, response_mode="jwt", scope="unknown")
    assert reply.json["error"] == "invalid_scope"
