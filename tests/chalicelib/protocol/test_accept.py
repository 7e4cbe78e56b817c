"""Which of two media types a request would rather have. RFC 9110 sections 12.4.2 and 12.5.1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.protocol import accept

JWT = "application/token-introspection+jwt"
JSON = "application/json"


@pytest.mark.parametrize(
    "sent",
    [
        JWT,
        JWT.upper(),
        f"  {JWT} ",
        f"{JWT};charset=utf-8",
        f"{JWT};q=1",
        f"{JWT};q=1.000",
        f"{JWT};Q=0.001",
        f"{JWT} ; q=0.5",
        f"{JWT};a=b;q=0.5",
        f"{JWT}, */*",
        f"*/*, {JWT}",
        f"{JWT}, application/*",
        f"{JWT};q=0.9, text/html",
        f"{JWT}, {JSON};q=0.9",
        f"{JSON};q=0.999, {JWT}",
        f"{JWT};q=0.1, {JSON};q=0",
        f"{JWT};q=0.1, {JSON};q=0, */*",
        f"*/*, {JSON};q=0",
        f"application/*, {JSON};q=0.9",
        f"{JWT}, {JSON};q=2",
        f"{JSON};q=x, {JWT};q=0.1",
        f",,{JWT},",
    ],
)
def test_the_special_type_is_asked_for(sent: str) -> None:
    """By a higher weight, or by its name where a wildcard covers the other."""
    assert accept.prefers([sent], JWT, JSON)


@pytest.mark.parametrize(
    "sent",
    [
        "",
        " ",
        ",",
        ";",
        ";q=1",
        "*",
        "*/*",
        "application/*",
        JSON,
        f"{JSON}, {JWT}",
        f"{JWT}, {JSON}",
        f"{JWT};q=0.5, {JSON};q=0.5",
        f"{JWT};q=0.5, {JSON}",
        f"{JWT};q=0.5, */*",
        f"{JWT};q=0",
        f"{JWT};q=0.000, */*;q=0",
        f"{JWT};q=0, {JSON};q=0",
        f"{JWT};q=0, {JWT.partition('/')[0]}/*",
        f"{JWT};q=2",
        f"{JWT};q=-1",
        f"{JWT};q=1.001",
        f"{JWT};q=0.0001",
        f"{JWT};q=",
        f"{JWT};q=١",
        f"{JWT};q=nan",
        f'{JWT};q="1"',
        "text/html, application/xhtml+xml",
        "application/jwt",
        "application/token-introspection",
        "application/token-introspection jwt",
        f"x{JWT}",
        f"{JWT}x",
        "*/token-introspection+jwt",
        "text/*",
    ],
)
def test_the_usual_type_is_meant(sent: str) -> None:
    """Also where neither is welcome, or nobody could read the header."""
    assert not accept.prefers([sent], JWT, JSON)


def test_without_a_header_the_usual_type_is_meant() -> None:
    """Section 12.5.1: anything will do."""
    assert not accept.prefers([], JWT, JSON)


def test_several_headers_are_one_list() -> None:
    """RFC 9110 section 5.3."""
    assert accept.prefers([f"{JSON};q=0.5", JWT], JWT, JSON)
    assert not accept.prefers([JWT, JSON], JWT, JSON)


MEMBERS = st.builds(
    lambda name, weight: f"{name};q={weight}",
    st.sampled_from([JWT, JSON, "application/*", "*/*", "text/html"]),
    st.sampled_from(["0", "0.3", "0.7", "1", "x"]),
)


@given(st.lists(MEMBERS))
def test_two_types_are_never_each_before_the_other(members: list[str]) -> None:
    """Whatever is sent."""
    sent = [", ".join(members)]
    assert not (accept.prefers(sent, JWT, JSON) and accept.prefers(sent, JSON, JWT))


@given(st.lists(MEMBERS, unique_by=lambda member: member.partition(";")[0]))
def test_the_order_does_not_matter(members: list[str]) -> None:
    """Section 12.5.1: the weights say it all."""
    forth, back = [",".join(members)], [",".join(reversed(members))]
    assert accept.prefers(forth, JWT, JSON) == accept.prefers(back, JWT, JSON)


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    """A header is the caller's to write."""
    assert accept.prefers([text], JWT, JSON) in (True, False)
