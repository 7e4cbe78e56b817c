"""Authorization requests that must fail, and what happens to their request_uri."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.values import replace
from tests.plans import fapi2
from tests.plans.fapi2 import Plan
from tests.plans.fapi2_client import CALLBACK, Party, Variant
from tests.reply import Reply
from tests.world import VERIFIER, World

FORMS = [Variant(), Variant(signed=True, jarm=True)]
in_both_forms = pytest.mark.parametrize("variant", FORMS, ids=["unsigned", "signed"])
in_every_form = pytest.mark.parametrize("variant", [*FORMS, Variant(openid=False)], ids=str)


def is_page(world: World, error: str) -> None:
    """The user is told, and the client is not."""
    assert world.member is not None
    reply = world.member.reply
    assert reply is not None
    assert (reply.status, reply.is_page) == (400, True)
    assert error in reply.page.text


OBJECT = ("invalid_request", "invalid_request_object")
TYPE = ("unsupported_response_type", "invalid_request", "unauthorized_client")
# The module, what it changes, and the errors that the suite takes from /par.
REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "without-redirect-uri": ({"redirect_uri": None}, OBJECT),
    "unregistered-redirect-uri": ({"redirect_uri": f"{CALLBACK}/x7Kq"}, OBJECT),
    "response-type-token": ({"response_type": "token"}, TYPE),
    "response-type-code-id-token": ({"response_type": "code id_token"}, TYPE),
    "par-ensure-pkce-required": (
        {"code_challenge": None, "code_challenge_method": None},
        ("invalid_request",),
    ),
    "par-plain-pkce-rejected": (
        {"code_challenge": VERIFIER, "code_challenge_method": "plain"},
        ("invalid_request",),
    ),
}


@in_every_form
@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_where_it_is_pushed(plan: Plan, name: str, variant: Variant) -> None:
    """With status 400 and one of the errors; what was changed is all that was wrong."""
    changes, errors = REFUSED[name]
    party, _ = plan.pair(variant)
    refused = party.push(party.request(**changes))
    assert refused.status == 400, refused.text
    assert refused.json["error"] in errors
    assert party.push(party.request()).status == 201


def test_the_only_redirect_uri_goes_without_saying_for_others(plan: Plan) -> None:
    """RFC 6749 section 3.1.2.3: the rule is the profile's, and demoweb is not held to it."""
    world = plan.world
    asked = fapi2.query_of(world.authorize_url())
    del asked["redirect_uri"]
    assert world.post("/par", asked, auth=("demoweb", "demowebsecret")).status == 201


@in_both_forms
def test_a_request_uri_is_not_pushed(plan: Plan, variant: Variant) -> None:
    """par-authorization-request-containing-request_uri-form-param."""
    party, _ = plan.pair(variant)
    form = {"request": party.object(party.request())} if variant.signed else party.request()
    beside = {**form, "request_uri": "https://www.example.com/x7Kq"}
    refused = party.call("/par", party.known(beside), proof=False)
    assert (refused.status, refused.json["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("method", ["PUT", "GET"])
def test_another_method_is_refused(plan: Plan, method: str) -> None:
    """par-attempt-invalid-http-method: RFC 9126 section 2.3 has 405 for it."""
    assert plan.world.request(method, "/par").status == 405


def test_an_unsigned_request_of_who_signs_is_refused(plan: Plan) -> None:
    """ensure-unsigned-request-at-par-endpoint-fails."""
    party, _ = plan.pair(Variant(signed=True, jarm=True))
    refused = party.call("/par", party.known(party.request()), proof=False)
    assert (refused.status, refused.json["error"]) == (400, "invalid_request")


@in_both_forms
@pytest.mark.parametrize("by_value", [False, True], ids=["plain", "object"])
def test_what_was_not_pushed_is_refused(plan: Plan, variant: Variant, by_value: bool) -> None:
    """ensure-unsigned-authorization-request-without-using-par-fails: the client is told, with its
    state; of an object that was not looked at, nobody but the user."""
    party, _ = plan.pair(variant)
    request = party.request()
    sent = {"client_id": party.name, "request": party.object(request)} if by_value else request
    arrived = party.go(f"{plan.world.issuer}/authorize?{urlencode(sent)}")
    if by_value:
        assert arrived is None
        is_page(plan.world, "pushed")
    else:
        told = party.answer(arrived)
        assert (told["error"], told["state"]) == ("invalid_request", request["state"])


@in_both_forms
@pytest.mark.parametrize("beside", [{"state": "outside"}, {"nonce": "outside"}], ids=str)
def test_nothing_beside_the_request_uri_counts(
    plan: Plan, variant: Variant, beside: dict[str, str]
) -> None:
    """ensure-different-state- and -nonce-inside-and-outside-request-object: it is what was pushed
    that comes back."""
    party, _ = plan.pair(variant)
    request = party.request()
    url = party.url(request, party.push(request).json["request_uri"], **beside)
    told = party.answer(party.go(url))
    assert told["state"] == request["state"]
    given = party.redeem(told["code"]).json["id_token"]
    assert party.verified(given, party.name)["nonce"] == request["nonce"]


@in_both_forms
def test_a_state_that_was_not_pushed_is_none(plan: Plan, variant: Variant) -> None:
    """state-only-outside-request-object-not-used."""
    party, _ = plan.pair(variant)
    request = party.request(state=None)
    url = party.url(request, party.push(request).json["request_uri"], state="outside")
    assert "state" not in party.answer(party.go(url))


def test_a_state_beside_a_pushed_object_is_none(plan: Plan) -> None:
    """The same, where it stands outside of the object and inside of the form."""
    party, _ = plan.pair(Variant(signed=True, jarm=True))
    form = {"request": party.object(party.request(state=None)), "state": "outside"}
    pushed = party.call("/par", party.known(form), proof=False).json
    assert "state" not in party.answer(party.go(party.url({}, pushed["request_uri"])))


def pushed(party: Party) -> str:
    """The URL of a good request."""
    request = party.request()
    reply: Reply = party.push(request)
    assert reply.status == 201
    assert reply.json.keys() == {"request_uri", "expires_in"}
    return party.url(request, reply.json["request_uri"])


@in_both_forms
def test_a_visit_uses_nothing_up(plan: Plan, variant: Variant) -> None:
    """par-ensure-reused-request-uri-prior-to-auth-completion-succeeds."""
    party, _ = plan.pair(variant)
    url = pushed(party)
    stranger = plan.world.browser()
    assert "sign-in" in stranger.open(url).page.forms
    assert "sign-in" in stranger.open(url).page.forms
    assert "code" in party.answer(party.go(url, stranger))


@in_both_forms
def test_an_end_uses_it_up(plan: Plan, variant: Variant) -> None:
    """par-attempt-reuse-request_uri: the user sees why."""
    party, _ = plan.pair(variant)
    url = pushed(party)
    assert "code" in party.answer(party.go(url))
    assert party.go(url) is None
    is_page(plan.world, "invalid_request_uri")


@in_both_forms
def test_it_ends_when_it_was_said_to(plan: Plan, variant: Variant) -> None:
    """par-attempt-to-use-expired-request_uri."""
    party, _ = plan.pair(variant)
    url = pushed(party)
    plan.world.clock.forward(90)
    assert party.go(url) is None
    is_page(plan.world, "invalid_request_uri")


@in_both_forms
def test_it_is_its_own_clients(plan: Plan, variant: Variant) -> None:
    """par-attempt-to-use-request_uri-for-different-client."""
    first, second = plan.pair(variant)
    request = first.request()
    request_uri = first.push(request).json["request_uri"]
    assert first.go(second.url({}, request_uri)) is None
    is_page(plan.world, "invalid_request_uri")
    assert "code" in first.answer(first.go(first.url(request, request_uri)))


def test_it_lives_for_less_than_ten_minutes(plan: Plan) -> None:
    """Section 5.3.2.2: also where the stage gives others all of them."""
    world, before = plan.world, plan.world.settings
    party, _ = plan.pair()
    longest = replace(before.lifetimes, pushed_request=600)
    world.settings = replace(before, lifetimes=longest)
    world.restart()
    try:
        assert party.push(party.request()).json["expires_in"] == 599
        other = world.post(
            "/par", fapi2.query_of(world.authorize_url()), auth=("demoweb", "demowebsecret")
        )
        assert other.json["expires_in"] == 600
    finally:
        world.settings = before
        world.restart()
