"""Bodies that no endpoint takes: the token, revocation and introspection endpoints refuse them.

RFC 6749 section 3.2 and appendix B.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

import pytest

from tests.world import REDIRECT, VERIFIER, World

FORM = ("Content-Type", "application/x-www-form-urlencoded")
WEB = ("demoweb", "demowebsecret")
MACHINE = ("demomachine", "demomachinesecret")


@dataclass(frozen=True)
class Door:
    """An endpoint with a form that is well-formed, and who sends it."""

    path: str
    form: dict[str, str]
    auth: tuple[str, str] = WEB

    def __str__(self) -> str:
        return self.form.get("grant_type", self.path)


DOORS = (
    Door(
        "/token",
        {
            "grant_type": "authorization_code",
            "code": "c" * 67,
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
        },
    ),
    Door("/token", {"grant_type": "refresh_token", "refresh_token": "r" * 67, "scope": "read"}),
    Door("/token", {"grant_type": "client_credentials", "scope": "read"}, MACHINE),
    Door("/revoke", {"token": "r" * 67, "token_type_hint": "refresh_token"}),
    Door("/introspect", {"token": "r" * 67, "token_type_hint": "refresh_token"}),
)

doors = pytest.mark.parametrize("door", DOORS, ids=str)


def basic(auth: tuple[str, str]) -> tuple[str, str]:
    """HTTP Basic for plain names and secrets."""
    from base64 import b64encode

    return "Authorization", f"Basic {b64encode(':'.join(auth).encode()).decode()}"


def refused(world: World, door: Door, body: bytes, *headers: tuple[str, str]) -> None:
    """The endpoint says invalid_request to this body, from a client it knows."""
    reply = world.request("POST", door.path, headers=[basic(door.auth), *headers], body=body)
    assert (reply.status, reply.json["error"]) == (400, "invalid_request"), reply.text


@doors
@pytest.mark.parametrize(
    "content_types",
    [
        (),
        ("",),
        ("application/json",),
        ("multipart/form-data; boundary=x",),
        ("text/plain",),
        ("application/x-www-form-urlencoded-odd",),
        ("application/x-www-form-urlencoded", "application/json"),
        ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded"),
    ],
    ids=repr,
)
def test_another_content_type_is_refused(
    still: World, door: Door, content_types: tuple[str, ...]
) -> None:
    """A good form counts only under its own media type, said once."""
    headers = [("Content-Type", value) for value in content_types]
    refused(still, door, urlencode(door.form).encode(), *headers)


@doors
@pytest.mark.parametrize(
    "extra",
    [
        pytest.param(b"&pad=" + b"x" * 64 * 1024, id="larger than 64 KiB"),
        pytest.param(b"&a=1" * 100, id="more than 100 parameters"),
        pytest.param(b"&a=%ff%fe", id="percent-encoded bytes that are no UTF-8"),
        pytest.param(b"&a=%c0%80", id="an overlong NUL"),
        pytest.param(b"&a=%ed%a0%80", id="a percent-encoded surrogate"),
        pytest.param(b"&a=\xff", id="a raw byte"),
        pytest.param("&a=é".encode(), id="raw UTF-8"),
        pytest.param("&é=a".encode(), id="raw UTF-8 in a name"),
        pytest.param(b"&unknown=1&unknown=2", id="an unknown parameter twice"),
        pytest.param(b"&unknown=1&unknown=1", id="the same value twice"),
    ],
)
def test_a_malformed_body_is_refused(still: World, door: Door, extra: bytes) -> None:
    """A body that cannot be read in one way only is not read at all."""
    refused(still, door, urlencode(door.form).encode() + extra, FORM)


@doors
@pytest.mark.parametrize("body", [b"", b"&", b"&&&=", b"=value", b'{"token":"x"}', b"\x00"])
def test_a_body_without_parameters_is_refused(still: World, door: Door, body: bytes) -> None:
    """What should have been the first parameter is missing."""
    refused(still, door, body, FORM)


REPEATED = [pytest.param(door, name, id=f"{door}-{name}") for door in DOORS for name in door.form]


@pytest.mark.parametrize(("door", "name"), REPEATED)
@pytest.mark.parametrize("same", [True, False], ids=["same value", "another value"])
def test_a_repeated_parameter_is_refused(still: World, door: Door, name: str, same: bool) -> None:
    """RFC 6749 section 3.2: request parameters must not come more than once."""
    again = door.form[name] if same else "another"
    refused(still, door, urlencode([*door.form.items(), (name, again)]).encode(), FORM)


@doors
@pytest.mark.parametrize("value", ["", None], ids=["empty", "missing"])
def test_the_parameter_that_matters_is_missing(still: World, door: Door, value: str | None) -> None:
    """RFC 6749 section 3.2: a parameter without a value is treated as if it were not sent."""
    first = next(iter(door.form))
    form = {name: given for name, given in door.form.items() if name != first}
    refused(
        still, door, urlencode(form if value is None else {**form, first: value}).encode(), FORM
    )


@doors
def test_an_empty_parameter_beside_a_full_one_does_not_repeat_it(still: World, door: Door) -> None:
    """The empty one counts as absent, so the answer is the one to the form without it."""
    pairs = list(door.form.items())
    plain = still.post(door.path, pairs, auth=door.auth)
    padded = still.post(door.path, [(name, "") for name, _ in pairs] + pairs, auth=door.auth)
    assert plain.status == padded.status
    assert plain.json.get("error") == padded.json.get("error")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded; charset=UTF-8",
        "Application/X-WWW-Form-Urlencoded",
        "application/x-www-form-urlencoded ;charset=utf-8",
    ],
)
def test_the_media_type_may_be_spelled_as_http_allows(still: World, content_type: str) -> None:
    """Case does not matter and a charset parameter is let pass."""
    body = urlencode(DOORS[2].form).encode()
    reply = still.request(
        "POST", "/token", headers=[basic(MACHINE), ("Content-Type", content_type)], body=body
    )
    assert reply.status == 200, reply.text
