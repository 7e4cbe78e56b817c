"""Requests and responses as values. RFC 6749 sections 3.1, 3.2 and appendix B, RFC 6265."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import InvalidRequest
from chalicelib.http import (
    FORM,
    MAX_BODY,
    MAX_PARAMETERS,
    Parameters,
    Request,
    Response,
    cookie,
    json_response,
    parse_form,
    redirect,
)
from tests import vectors

names = st.sampled_from(["a", "b", "resource", "é"])
pairs = st.lists(st.tuples(names, st.text(st.characters(codec="utf-8"), max_size=5)), max_size=6)


@given(st.binary(max_size=60) | st.text("a=&%+;01ef\0é", max_size=30).map(str.encode))
def test_any_body_is_a_form_or_refused(body: bytes) -> None:
    """InvalidRequest, and nothing else; what is read has no empty values."""
    try:
        form = parse_form(body)
    except InvalidRequest:
        return
    assert all(value for name in form for value in form.all(name))


@given(pairs)
def test_what_was_encoded_is_read(sent: list[tuple[str, str]]) -> None:
    """Every value that is not empty, in its order."""
    form = parse_form(urlencode(sent).encode())
    for name in {name for name, _ in sent}:
        assert list(form.all(name)) == [value for given, value in sent if given == name and value]
    assert len(form) == len({name for name, value in sent if value})


@given(pairs)
def test_reading_one_value_is_strict(sent: list[tuple[str, str]]) -> None:
    """Absent and empty are alike; twice is an error as soon as it is read, in every way."""
    form = Parameters(sent)
    for name in ("a", "b", "é"):
        values = form.all(name)
        assert (name in form) == bool(values)
        if not values:
            assert form.get(name) is None
            with pytest.raises(InvalidRequest, match="missing"):
                form.require(name)
        elif len(values) == 1:
            assert form[name] == form.get(name) == form.require(name) == values[0]
        else:
            for read in (form.require, form.get, form.__getitem__):
                with pytest.raises(InvalidRequest, match="more than once"):
                    read(name)


@given(pairs)
def test_repeated_parameters_can_be_refused_unread(sent: list[tuple[str, str]]) -> None:
    """Known or not; but for those that may come more than once."""
    form = Parameters(sent)
    twice = {name for name in form if len(form.all(name)) > 1} - {"resource"}
    if twice:
        with pytest.raises(InvalidRequest):
            form.refuse_repeated(but=("resource",))
    else:
        form.refuse_repeated(but=("resource",))


def test_appendix_b() -> None:
    """The example of RFC 6749 appendix B: UTF-8, then application/x-www-form-urlencoded."""
    vector = vectors.load("rfc6749")
    assert parse_form(f"x={vector['encoded']}".encode())["x"] == vector["decoded"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", {}),
        (b"&&&", {}),
        (b"a", {}),
        (b"a=", {}),
        (b"=x", {"": "x"}),
        (b"a=b=c", {"a": "b=c"}),
        (b"a=1;b=2", {"a": "1;b=2"}),
        (b"a=%00", {"a": "\0"}),
        (b"a=%zz", {"a": "%zz"}),
        (b"a=+%2B", {"a": " +"}),
        (b"a=&a=1", {"a": "1"}),
        (b"%61=1", {"a": "1"}),
    ],
)
def test_odd_forms(body: bytes, expected: dict[str, str]) -> None:
    """A value that is empty is absent; a semicolon separates nothing."""
    assert dict(parse_form(body)) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"a=%ff",
        b"a=%ED%A0%80",
        b"a=%C0%80",
        "a=é".encode(),
        b"a=\xff",
        b"&".join(b"a%d=1" % n for n in range(MAX_PARAMETERS + 1)),
        b"a=" + b"x" * (MAX_BODY - 1),
    ],
    ids=["not UTF-8", "surrogate", "overlong", "raw UTF-8", "raw byte", "101 fields", "too large"],
)
def test_malformed_forms(body: bytes) -> None:
    """Not UTF-8, not ASCII, too many fields, larger than 64 KiB."""
    with pytest.raises(InvalidRequest):
        parse_form(body)


def test_the_largest_form() -> None:
    """64 KiB and 100 fields are still read."""
    assert len(parse_form(b"a=" + b"x" * (MAX_BODY - 2))["a"]) == MAX_BODY - 2
    assert len(parse_form(b"&".join(b"a%d=1" % n for n in range(MAX_PARAMETERS)))) == MAX_PARAMETERS


def request(*headers: tuple[str, str], body: bytes = b"a=1") -> Request:
    """A request with these headers; one name may come twice."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in headers:
        found[name.lower()] = (*found.get(name.lower(), ()), value)
    return Request("POST", "/", headers=found, body=body)


@pytest.mark.parametrize("kind", [FORM, FORM.upper(), f"{FORM}; charset=UTF-8", f" {FORM} "])
def test_a_form_is_told_by_its_type(kind: str) -> None:
    """In any letter case, with any parameter."""
    assert request(("Content-Type", kind)).form["a"] == "1"


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Content-Type", "")],
        [("Content-Type", "application/json")],
        [("Content-Type", f"{FORM}x")],
        [("Content-Type", "multipart/form-data")],
        [("Content-Type", FORM), ("Content-Type", FORM)],
    ],
)
def test_another_type_is_no_form(headers: list[tuple[str, str]]) -> None:
    """Missing, another, or two at once."""
    with pytest.raises(InvalidRequest):
        _ = request(*headers).form


def test_a_header_is_read_once_or_not_at_all() -> None:
    """A second Authorization or DPoP header is an error, not a choice."""
    twice = request(("Authorization", "Basic a"), ("authorization", "Basic b"))
    with pytest.raises(InvalidRequest, match="Authorization"):
        twice.header("Authorization")
    assert twice.header("DPoP") is None
    assert request(("DPoP", "x")).header("dpop") == "x"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (["a=1"], {"a": "1"}),
        (["a=1; b=2"], {"a": "1", "b": "2"}),
        (["a=1;b=2;"], {"a": "1", "b": "2"}),
        (["a=1", "b=2"], {"a": "1", "b": "2"}),
        (["a=1; a=2"], {"a": "1"}),
        (["a=1", "a=2"], {"a": "1"}),
        (["a="], {"a": ""}),
        (["a=b=c"], {"a": "b=c"}),
        (['a="1"'], {}),
        (["a=1 2"], {}),
        (["a=1,b=2"], {}),
        (["a=1\\2"], {}),
        (["a=é"], {}),
        (["a=\0"], {}),
        (["a=1\r\nb=2"], {}),
        (["=1"], {}),
        (["a"], {}),
        (["a b=1"], {}),
        (["é=1; b=2"], {"b": "2"}),
        (["[]=; __Host-session=x"], {"__Host-session": "x"}),
        (["A=1; a=2"], {"A": "1", "a": "2"}),
        (
            ["__host-a=evil; __Host-a=x"],
            {"__host-a": "evil", "__Host-a": "x"},
        ),
    ],
)
def test_cookies(headers: list[str], expected: dict[str, str]) -> None:
    """RFC 6265 section 4.1.1 word by word; one odd cookie spoils no other; the first wins."""
    assert request(*(("Cookie", header) for header in headers)).cookies == expected


@given(st.text(max_size=40))
def test_any_cookie_header_can_be_read(header: str) -> None:
    """Nothing is raised, and no value holds what its grammar forbids."""
    for value in request(("Cookie", header)).cookies.values():
        assert value.isascii()
        assert value.isprintable()
        assert not set(value) & set(' ",;\\')


@given(st.text(max_size=20))
def test_a_header_holds_visible_ascii_only(value: str) -> None:
    """A control, a NUL or a non-ASCII character anywhere is our bug, and does not go out."""
    if all(" " <= character <= "~" for character in value):
        assert Response(headers=(("X", value),)).headers == (("X", value),)
    else:
        with pytest.raises(ValueError, match="header X"):
            Response(headers=(("X", value),))
        with pytest.raises(ValueError, match="header X"):
            Response().with_headers(("X", value))


@pytest.mark.parametrize(
    "value", ["a\r", "a\n", "a\r\nSet-Cookie: b", "\0", "\t", "\x7f", "é", "\u2028"]
)
def test_no_header_is_split(value: str) -> None:
    """Each of the ways to start a header of one's own."""
    for make in (lambda: redirect(value), lambda: Response(headers=(cookie("n", value),))):
        with pytest.raises(ValueError, match="control or a non-ASCII"):
            make()


def test_headers_add_up() -> None:
    """More headers make another response; the first is as it was."""
    first = json_response({"a": 1})
    second = first.with_headers(("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    assert second.headers == (*first.headers, ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    assert ("Set-Cookie", "a=1") not in first.headers


def test_json_is_not_stored() -> None:
    """RFC 6749 section 5.1; and the body is ASCII."""
    response = json_response({"name": "é"}, status=400)
    assert response.status == 400
    assert json.loads(response.body) == {"name": "é"}
    assert response.body.isascii()
    assert dict(response.headers) == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Pragma": "no-cache",
    }


def test_a_redirect_never_repeats_the_form() -> None:
    """303: 307 would send the password on."""
    response = redirect("https://a.example/cb")
    assert response.status == 303
    assert ("Location", "https://a.example/cb") in response.headers
    assert ("Cache-Control", "no-store") in response.headers


@pytest.mark.parametrize(
    ("max_age", "end"), [(None, "SameSite=Lax"), (60, "Max-Age=60"), (0, "Max-Age=0")]
)
def test_a_cookie_is_this_hosts_only(max_age: int | None, end: str) -> None:
    """What browsers ask of a `__Host-` cookie: Secure, Path=/, no Domain."""
    name, value = cookie("__Host-session", "x", max_age=max_age)
    assert name == "Set-Cookie"
    attributes = value.split("; ")
    assert attributes[0] == "__Host-session=x"
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} <= set(attributes)
    assert attributes[-1] == end
    assert "Domain" not in value
