"""Each parameter of /authorize that is checked, with what no client sends by accident.

OpenID Connect Core section 3.1.2.1, RFC 6749 sections 3.1 and 4.1.1. What is honoured or ignored,
and never an error, is in flows/test_odd_wishes.py; client_id and redirect_uri are in
test_authorize_unproved.py.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.endpoints.test_authorize_refused import ask, told
from tests.endpoints.test_odd_values import ODD
from tests.world import World

FORM = ("Content-Type", "application/x-www-form-urlencoded")
methods = pytest.mark.parametrize("method", ["GET", "POST"])

CHECKED = {
    "response_type": "unsupported_response_type",
    "response_mode": "invalid_request",
    "code_challenge": "invalid_request",
    "code_challenge_method": "invalid_request",
    "scope": "invalid_scope",
    "resource": "invalid_target",
    "prompt": "invalid_request",
    "max_age": "invalid_request",
    "claims": "invalid_request",
}
REFUSED = {
    f"{name}, {words}": (name, value)
    for name in CHECKED
    for words, value in ODD.items()
    # An empty list of prompts asks for nothing.
    if (name, words) != ("prompt", "a blank")
}
COMPULSORY = {
    "response_type": "invalid_request",
    "code_challenge": "invalid_request",
    "code_challenge_method": "invalid_request",
    "scope": "invalid_scope",
}
EVERY = (
    *(name for name in CHECKED if name != "resource"),
    *("state", "nonce", "login_hint", "id_token_hint", "acr_values", "ui_locales"),
    *("claims_locales", "display", "registration", "request", "request_uri", "unknown", "é"),
)
# Once decoded these are no Unicode text, or were never encoded well.
RAW = {
    "a lone surrogate": "%ED%A0%80",
    "a pair of surrogates": "%ED%A0%BD%ED%B8%80",
    "no UTF-8": "%FF%FE",
    "an overlong slash": "%C0%AF",
    "half a character": "%C3",
    "a NUL": "%00",
    "half an encoding": "%",
    "no hexadecimal": "%zz",
    "an encoding of scripts": "%u0041",
    "encoded twice": "%2525%2500",
}
raw = pytest.mark.parametrize("value", RAW.values(), ids=RAW)


@methods
@pytest.mark.parametrize(("name", "value"), REFUSED.values(), ids=REFUSED)
def test_an_odd_value_is_refused_by_its_parameters_error(
    still: World, method: str, name: str, value: str
) -> None:
    """The client is told, with its state, and nothing is stored."""
    members = told(ask(still, method, name, (value,)))
    assert members["error"] == CHECKED[name]
    assert members["state"] == "af0ifjsldkj"


@raw
@pytest.mark.parametrize("name", CHECKED)
def test_what_is_no_text_is_refused_as_well(still: World, name: str, value: str) -> None:
    """API Gateway decodes a query as it can; nothing of it can be a value of ours."""
    query = urlsplit(still.authorize_url(**{name: None})).query
    reply = still.request("GET", f"/authorize?{query}&{name}={value}")
    assert told(reply)["error"] == CHECKED[name]


@pytest.mark.parametrize("value", ["%ED%A0%80", "%FF%FE", "%C0%AF", "%C3"])
@pytest.mark.parametrize("name", ["state", "unknown", "redirect_uri", "%ED%A0%80"])
def test_a_form_that_is_no_text_is_told_to_the_user(still: World, name: str, value: str) -> None:
    """A form is decoded here, and strictly: whose it is cannot be read from it."""
    query = urlsplit(still.authorize_url(state=None)).query
    body = f"{query}&{name}={value}".encode()
    reply = still.request("POST", "/authorize", headers=[FORM], body=body)
    assert (reply.status, reply.is_page) == (400, True)
    assert reply.header("Location") is None


@methods
@pytest.mark.parametrize("values", [("a", "b"), ("x",) * 50], ids=["two", "50"])
@pytest.mark.parametrize("name", EVERY)
def test_nothing_but_a_resource_may_come_twice(
    still: World, method: str, name: str, values: tuple[str, ...]
) -> None:
    """RFC 6749 section 3.1, known or not."""
    assert told(ask(still, method, name, values))["error"] == "invalid_request"


@methods
@pytest.mark.parametrize("name", EVERY)
def test_an_empty_parameter_is_an_absent_one(still: World, method: str, name: str) -> None:
    """RFC 6749 section 3.1: both are answered alike, and one beside a value does not repeat it."""
    empty = told_or_stored(still, method, name, ("",))
    assert empty == told_or_stored(still, method, name, ())
    assert empty == (None if name == "prompt" else COMPULSORY.get(name, "login_required"))
    if name not in COMPULSORY:
        assert told_or_stored(still, method, name, ("", "")) == empty


def told_or_stored(world: World, method: str, name: str, values: tuple[str, ...]) -> str | None:
    """The error of a request with prompt=none, at its end; None where somebody would be asked."""
    pairs = [*parse_qsl(urlsplit(world.authorize_url()).query), ("prompt", "none")]
    kept = [pair for pair in pairs if pair[0] != name]
    encoded = urlencode([*kept, *((name, value) for value in values)])
    browser = world.browser()
    if method == "GET":
        browser.open(f"{world.issuer}/authorize?{encoded}")
    else:
        reply = world.request("POST", "/authorize", headers=[FORM], body=encoded.encode())
        for value in reply.headers_of("Set-Cookie"):
            cookie, _, rest = value.partition("=")
            browser.cookies[cookie] = rest.partition(";")[0]
        browser.open(reply.header("Location") or "")
    # Where a form was sent or shown, a request was stored: that is no trace of the test's subject.
    world.aws.reset()
    return None if browser.arrived is None else browser.arrived["error"]


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("scope", " ".join(["read"] * 1000), "login_required"),
        ("scope", " ".join(f"s{number}" for number in range(1000)), "invalid_scope"),
        ("prompt", " ".join(["none"] * 1000), "login_required"),
        ("prompt", " ".join(["none", "login"] * 500), "invalid_request"),
        ("claims", '{"userinfo":{' + ",".join(f'"c{n}":null' for n in range(200)) + "}}",
         "login_required"),
        ("claims", '{"userinfo":{' + ",".join(f'"c{n}":null' for n in range(900)) + "}}",
         "invalid_request"),
        ("claims", '{"a":' * 99 + "1" + "}" * 99, "login_required"),
        ("claims", '{"a":' * 201 + "1" + "}" * 201, "invalid_request"),
        ("claims", '{"userinfo":{"\\ud800":null}}', "login_required"),
        ("claims", '{"userinfo":{"sub":{"value":"\\ud800"}}}', "login_required"),
        ("claims", '{"userinfo":{"sub":{"values":[]}}}', "invalid_request"),
        ("claims", '{"userinfo":{"sub":{"value":1e999}}}', "invalid_request"),
        ("claims", '{"userinfo":{"sub":{"value":NaN}}}', "invalid_request"),
        ("max_age", "0" * 9, "login_required"),
        ("max_age", "9" * 9, "login_required"),
        ("max_age", "9" * 5000, "invalid_request"),
        ("max_age", "+1", "invalid_request"),
        ("max_age", "1e3", "invalid_request"),
        ("max_age", "0x10", "invalid_request"),
        ("max_age", "1_0", "invalid_request"),
        ("prompt", "none\tnone", "login_required"),
        ("response_mode", "query,form_post", "invalid_request"),
        ("response_type", "code ", "unsupported_response_type"),
    ],
    ids=lambda given: repr(given)[:40],
)  # fmt: skip
def test_long_lists_and_odd_spellings_have_an_end(
    still: World, name: str, value: str, error: str
) -> None:
    """What is long or odd is read within its bounds, or refused."""
    changes = {"prompt": "none", name: value}
    assert (
        told(still.get(still.authorize_url(**changes).removeprefix(still.issuer)))["error"] == error
    )


def test_many_resources_cost_few_reads(still: World) -> None:
    """RFC 8707 section 2 sets no limit; each may cost a read, and anyone may ask."""
    names = [("resource", f"https://r{number}.example") for number in range(300)]
    query = urlsplit(still.authorize_url()).query
    still.restart()
    reply = still.request("GET", f"/authorize?{query}&{urlencode(names)}")
    assert told(reply)["error"] == "invalid_target"
    assert still.aws.count().get("GetItem", 0) < 15
