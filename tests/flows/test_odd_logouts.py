"""Each parameter of /logout, with what no application sends by accident. RP-Initiated Logout 2."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from infra.seeds import AFTER_LOGOUT
from tests.emulated_aws import Recorder
from tests.endpoints.test_odd_requests import RAW
from tests.endpoints.test_odd_values import ODD
from tests.reply import Reply
from tests.world import World

FORM = ("Content-Type", "application/x-www-form-urlencoded")
NAMES = ("client_id", "post_logout_redirect_uri", "state", "logout_hint", "ui_locales", "unknown")
# What is sent on with the question, and what is not looked at.
CARRIED = ("client_id", "post_logout_redirect_uri", "state")
IGNORED = ("logout_hint", "ui_locales", "unknown", "é")
SHORT = {name: value for name, value in ODD.items() if len(value.encode()) <= 2048}
odd = pytest.mark.parametrize("value", ODD.values(), ids=ODD)
short = pytest.mark.parametrize("value", SHORT.values(), ids=SHORT)


@pytest.fixture(scope="module")
def shared(emulated: tuple[str, Recorder, dict[str, dict[str, str]]]) -> Iterator[World]:
    """A server whose user is signed in, and stays so: no test here answers the question."""
    world = World(*emulated)
    world.member = world.browser()
    world.code(world.member, scope="openid read")
    yield world
    world.close()


@pytest.fixture(scope="module")
def hint(shared: World) -> str:
    """An ID token of that session."""
    return str(shared.tokens(shared.member, scope="openid read")["id_token"])


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    """The module's server; what a test asked has ended nothing."""
    shared.aws.reset()
    yield shared
    assert shared.events("user.signed_out") == []


def asked(world: World, query: str) -> Reply:
    """What the signed-in browser is answered."""
    assert world.member is not None
    held = [("Cookie", "; ".join(f"{n}={v}" for n, v in world.member.cookies.items()))]
    return world.request("GET", f"/logout?{query}", headers=held)


def question(reply: Reply) -> dict[str, str]:
    """The hidden fields of the question; the page has nothing else to send."""
    assert reply.status == 200
    assert reply.header("Location") is None
    assert set(reply.page.forms) == {"logout"}
    fields = reply.page.forms["logout"].fields
    assert len(dict(fields)) == len(fields)
    return dict(fields)


@short
@pytest.mark.parametrize("name", CARRIED)
def test_an_odd_value_is_text_in_the_question(world: World, name: str, value: str) -> None:
    """It is carried on as it was sent, and the page keeps its structure."""
    reply = asked(world, urlencode({name: value}))
    fields = question(reply)
    assert fields.keys() == {"csrf", name}
    assert fields[name] == value
    assert reply.page.tags == asked(world, urlencode({name: "x"})).page.tags


@odd
@pytest.mark.parametrize("name", IGNORED)
def test_what_is_not_looked_at_is_left_out(world: World, name: str, value: str) -> None:
    """RP-Initiated Logout section 2 lets both hints be ignored."""
    assert question(asked(world, urlencode({name: value}))).keys() == {"csrf"}


@pytest.mark.parametrize("value", RAW.values(), ids=RAW)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_text_asks(world: World, name: str, value: str) -> None:
    """Without a hint nothing is proved, so nothing can be wrong."""
    assert question(asked(world, f"{name}={value}"))


@odd
def test_an_odd_hint_is_told_to_the_user(world: World, value: str) -> None:
    """Nobody is asked, and nobody led anywhere."""
    sent = {"id_token_hint": value, "post_logout_redirect_uri": AFTER_LOGOUT}
    reply = asked(world, urlencode(sent))
    assert (reply.status, reply.is_page) == (400, True)
    assert reply.header("Location") is None
    assert reply.page.forms == {}


@odd
@pytest.mark.parametrize("name", ["client_id", "post_logout_redirect_uri"])
def test_beside_a_hint_an_odd_value_is_told_to_the_user(
    world: World, hint: str, name: str, value: str
) -> None:
    """It is not the hint's client, or none of its addresses."""
    good = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER_LOGOUT}
    reply = asked(world, urlencode({**good, name: value}))
    assert (reply.status, reply.is_page) == (400, True)
    assert reply.header("Location") is None


@short
def test_an_odd_state_comes_back(world: World, hint: str, value: str) -> None:
    """Letter by letter; who is not signed in is led back at once."""
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER_LOGOUT, "state": value}
    location = world.request("GET", f"/logout?{urlencode(sent)}").header("Location") or ""
    assert location.startswith(f"{AFTER_LOGOUT}?state=")
    assert parse_qsl(urlsplit(location).query, strict_parsing=True) == [("state", value)]


@pytest.mark.parametrize("words", ["10 KiB", "many dots"])
def test_a_state_without_an_end_is_refused(world: World, hint: str, words: str) -> None:
    """With a hint and without."""
    assert asked(world, urlencode({"state": ODD[words]})).status == 400
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER_LOGOUT, "state": ODD[words]}
    assert asked(world, urlencode(sent)).status == 400


@pytest.mark.parametrize("name", [*NAMES, "id_token_hint"])
def test_an_empty_parameter_is_an_absent_one(world: World, name: str) -> None:
    """RFC 6749 section 3.1, here as there."""
    assert question(asked(world, f"{name}=")).keys() == {"csrf"}
    assert question(asked(world, f"{name}=&{name}=")).keys() == {"csrf"}


@pytest.mark.parametrize("values", [("a", "a"), ("a", "b")])
@pytest.mark.parametrize("name", [*NAMES, "id_token_hint"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_may_come_twice(
    world: World, method: str, name: str, values: tuple[str, ...]
) -> None:
    """As a query and as a form."""
    encoded = urlencode([(name, value) for value in values])
    if method == "GET":
        reply = asked(world, encoded)
    else:
        reply = world.request("POST", "/logout", headers=[FORM], body=encoded.encode())
    assert (reply.status, reply.is_page) == (400, True)


@odd
@pytest.mark.parametrize("name", [*CARRIED, "id_token_hint"])
def test_a_form_goes_on_with_its_odd_values(world: World, name: str, value: str) -> None:
    """The redirect holds them as they were sent; they are looked at when it is followed."""
    location = world.post("/logout", {name: value, "unknown": "x"}).header("Location") or ""
    assert location.startswith(f"{world.issuer}/logout?")
    assert parse_qsl(urlsplit(location).query, strict_parsing=True) == [(name, value)]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ([("Content-Type", "application/json")], b'{"state": "x"}'),
        ([], b"state=x"),
        ([FORM, FORM], b"state=x"),
        ([FORM], b"state=%ED%A0%80"),
        ([FORM], b"state=\xff"),
        ([FORM], b"state=x&a=" + b"x" * 64 * 1024),
        ([FORM], b"state=x" + b"".join(b"&a%d=1" % number for number in range(100))),
    ],
    ids=["JSON", "no type", "two types", "a surrogate", "raw", "large", "many"],
)
def test_a_malformed_form_is_told_to_the_user(
    world: World, headers: list[tuple[str, str]], body: bytes
) -> None:
    """And leads nowhere."""
    reply = world.request("POST", "/logout", headers=headers, body=body)
    assert (reply.status, reply.is_page) == (400, True)
    assert reply.header("Location") is None
