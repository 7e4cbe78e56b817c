"""Which URLs name clients, where rules are about them, and how long a document is good."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.protocol import client_document
from chalicelib.protocol.client_document import LEAST_FRESH, MOST_FRESH, STALE, USUALLY_FRESH

NOW = 1_800_000_000  # Fri, 15 Jan 2027 08:00:00 GMT
DATE = "Fri, 15 Jan 2027 08:00:00 GMT"
LATER = "Fri, 15 Jan 2027 08:10:00 GMT"


@pytest.mark.parametrize(
    "url",
    [
        "https://app.example/",
        "https://app.example/client",
        "https://app.example:443/client",
        "https://app.example/a/b/..c/...",
        "https://app.example/%41/",
        "http://127.0.0.1:8000/client.json",
        "http://[::1]:8000/client.json",
    ],
)
def test_a_good_url(url: str) -> None:
    """Section 3: a path, and none of what is forbidden."""
    client_document.check(url)


@given(st.text(max_size=60))
def test_any_text_is_only_refused(text: str) -> None:
    """Nothing else is raised, whatever comes."""
    for url in (text, f"https://{text}", f"https://app.example/{text}"):
        with suppress(ValueError):
            client_document.check(url)
        client_document.host(url)
        client_document.is_among(url, ("*.example", "app.example"))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://app.example/x", "app.example"),
        ("https://app.example:443/x", "app.example:443"),
        ("http://[::1]:8000/x", "[::1]:8000"),
        ("https://a.app.example/app.example", "a.app.example"),
    ],
)
def test_the_host(url: str, host: str) -> None:
    """As people are shown it."""
    assert client_document.host(url) == host


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://app.example/other", True),
        ("https://app.example", True),
        ("https://app.example?x", True),
        ("https://app.example:443/x", False),
        ("https://app.example.evil.example/x", False),
        ("https://app.exampl/x", False),
        ("http://app.example/x", False),
        ("https://APP.example/x", False),
        ("https://app.example@evil.example/x", False),
        ("com.example.app:/x", False),
        ("", False),
    ],
)
def test_the_same_origin(url: str, same: bool) -> None:
    """Letter by letter: what two parsers may read differently is another origin."""
    assert client_document.has_origin_of(url, "https://app.example/client.json") is same


@pytest.mark.parametrize(
    ("rule", "is_about"),
    [
        ("app.example", True),
        ("*.example", True),
        ("https://app.example/x", True),
        ("example", False),
        ("*.app.example", False),
        ("*.ample", False),
        ("a.app.example", False),
        ("https://app.example/", False),
        ("https://app.example/x/y", False),
        ("pp.example", False),
        ("*", False),
        ("", False),
    ],
)
def test_what_a_rule_is_about(rule: str, is_about: bool) -> None:
    """A host alone is not those below it; a URL is only itself."""
    assert client_document.is_among("https://app.example/x", ("other.example", rule)) is is_about


def test_a_rule_is_about_every_port() -> None:
    """Who answers there is the same."""
    assert client_document.is_among("https://app.example:443/x", ("app.example",))
    assert client_document.is_among("http://127.0.0.1:8000/x", ("127.0.0.1",))


# What the host says, for how many seconds the document is fresh, and whether it may be stale then.
HEADERS: list[tuple[dict[str, str], int, bool]] = [
    ({}, USUALLY_FRESH, True),
    ({"cache-control": ""}, USUALLY_FRESH, True),
    ({"cache-control": "public"}, USUALLY_FRESH, True),
    ({"cache-control": "max-age=600"}, 600, True),
    ({"cache-control": "Public, Max-Age=600"}, 600, True),
    ({"cache-control": 'max-age="600"'}, 600, True),
    ({"cache-control": "max-age=600", "age": "200"}, 400, True),
    ({"cache-control": "max-age=600", "age": "x"}, 600, True),
    ({"cache-control": "max-age=600", "age": "99999"}, LEAST_FRESH, True),
    ({"cache-control": "max-age=600, s-maxage=900"}, 900, True),
    ({"cache-control": "max-age=0"}, LEAST_FRESH, True),
    ({"cache-control": "max-age=1"}, LEAST_FRESH, True),
    ({"cache-control": "max-age=99999999"}, MOST_FRESH, True),
    ({"cache-control": "max-age=" + "9" * 5000}, LEAST_FRESH, True),
    ({"cache-control": "max-age=-1"}, LEAST_FRESH, True),
    ({"cache-control": "max-age=\u0661\u0662"}, LEAST_FRESH, True),
    ({"cache-control": "max-age"}, LEAST_FRESH, True),
    ({"cache-control": "max-age=600, max-age=900"}, LEAST_FRESH, True),
    ({"cache-control": "no-store"}, LEAST_FRESH, False),
    ({"cache-control": "no-cache, max-age=600"}, LEAST_FRESH, False),
    ({"cache-control": "private, max-age=600"}, LEAST_FRESH, False),
    ({"cache-control": "max-age=600, must-revalidate"}, 600, False),
    ({"cache-control": "max-age=600, proxy-revalidate"}, 600, False),
    ({"expires": LATER, "date": DATE}, 600, True),
    ({"expires": LATER}, 600, True),
    ({"expires": LATER, "cache-control": "max-age=900"}, 900, True),
    ({"expires": "0"}, LEAST_FRESH, True),
    ({"expires": "Fri, 31 Feb 2027 08:10:00 GMT"}, LEAST_FRESH, True),
    ({"expires": "Fri, 15 Foo 2027 08:10:00 GMT"}, LEAST_FRESH, True),
    ({"expires": DATE, "date": LATER}, LEAST_FRESH, True),
]


@pytest.mark.parametrize(("headers", "fresh", "may_be_stale"), HEADERS, ids=str)
def test_how_long_a_document_is_good(
    headers: dict[str, str], fresh: int, may_be_stale: bool
) -> None:
    """RFC 9111 section 4.2.1, within our bounds."""
    lifetime = client_document.lifetime(headers, NOW)
    assert lifetime.fresh_until - NOW == fresh
    assert lifetime.stale_until - lifetime.fresh_until == (STALE if may_be_stale else 0)


@given(st.dictionaries(st.sampled_from(["cache-control", "expires", "date", "age"]), st.text()))
def test_any_headers_give_a_time_within_the_bounds(headers: dict[str, str]) -> None:
    """A host may say what it likes."""
    lifetime = client_document.lifetime(headers, NOW)
    assert NOW + LEAST_FRESH <= lifetime.fresh_until <= NOW + MOST_FRESH
    assert lifetime.fresh_until <= lifetime.stale_until <= NOW + MOST_FRESH + STALE
