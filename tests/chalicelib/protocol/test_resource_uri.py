"""Spellings of resource URIs, and what lies below them. RFC 3986 section 6.2, RFC 8707."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.protocol import resource_uri


@pytest.mark.parametrize(
    ("sent", "canonical"),
    [
        ("https://mcp.example.com", "https://mcp.example.com"),
        ("https://mcp.example.com/", "https://mcp.example.com"),
        ("HTTPS://Mcp.Example.COM/Path", "https://mcp.example.com/Path"),
        ("https://mcp.example.com:443/mcp", "https://mcp.example.com/mcp"),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
        ("http://127.0.0.1:443/", "http://127.0.0.1:443"),
        ("https://[::1]:443/x", "https://[::1]/x"),
        ("https://mcp.example.com/mcp/", "https://mcp.example.com/mcp/"),
        ("https://mcp.example.com//", "https://mcp.example.com//"),
        ("https://mcp.example.com/?a=B", "https://mcp.example.com/?a=B"),
        ("https://User@Host/", "https://User@Host/"),
        ("URN:Example:API", "urn:Example:API"),
        ("no-scheme", "no-scheme"),
        ("", ""),
        ("https://é/", "https://é"),
    ],
)
def test_the_spelling_that_is_looked_for(sent: str, canonical: str) -> None:
    """Only what RFC 3986 counts as equal to a client that parses and writes the URL anew."""
    assert resource_uri.canonical(sent) == canonical
    assert resource_uri.canonical(canonical) == canonical
    assert resource_uri.same(sent, canonical)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/mcp", "https://a.example/mcp/"),
        ("https://a.example/mcp", "https://a.example/MCP"),
        ("https://a.example", "http://a.example"),
        ("https://a.example", "https://a.example:8443"),
        ("https://a.example/%61", "https://a.example/a"),
        ("https://a.example/x/../y", "https://a.example/y"),
    ],
)
def test_what_names_two_resources(one: str, other: str) -> None:
    """Paths are compared as they are: servers do not agree on more."""
    assert not resource_uri.same(one, other)


@pytest.mark.parametrize(
    ("uri", "ways"),
    [
        ("https://a.example", ("https://a.example", "https://a.example/")),
        ("https://a.example/", ("https://a.example", "https://a.example/")),
        ("https://a.example/x", ("https://a.example/x",)),
        ("https://a.example/x/", ("https://a.example/x/",)),
        ("https://a.example?x", ("https://a.example?x",)),
        ("urn:x", ("urn:x",)),
        ("urn://", ("urn://",)),
    ],
)
def test_the_ways_a_resource_may_be_registered(uri: str, ways: tuple[str, ...]) -> None:
    """A host alone has two; all else has one."""
    assert resource_uri.spellings(uri) == ways


@pytest.mark.parametrize(
    ("uri", "above"),
    [
        ("https://a.example/x", ("https://a.example",)),
        ("https://a.example/x/", ("https://a.example/x", "https://a.example")),
        ("HTTPS://A.example:443/x/y", ("https://a.example/x", "https://a.example")),
        ("http://127.0.0.1:8000/x", ("http://127.0.0.1:8000",)),
        ("https://a.example/~u/v1.2/a:b", ("https://a.example/~u/v1.2", "https://a.example/~u")),
    ],
)
def test_what_lies_above(uri: str, above: tuple[str, ...]) -> None:
    """Nearest first, the host last."""
    found = resource_uri.above(uri)
    assert found[: len(above)] == above
    assert found[-1] == resource_uri.canonical(uri.split("/", 3)[0] + "//" + uri.split("/")[2])


@pytest.mark.parametrize(
    "uri",
    [
        "https://a.example",
        "https://a.example/",
        "https://a.example/x?y=z",
        "https://a.example?x/y",
        "https://a.example/x#y",
        "https://a.example/../x",
        "https://a.example/x/..",
        "https://a.example/./x",
        "https://a.example/%2e%2e/x",
        "https://a.example/x%2fy",
        "https://a.example/x\\y",
        "https://a.example\\@b.example/x",
        "https://u@a.example/x",
        "https://a.example//x",
        "https://a.example/x//",
        "https://a.example/*",
        "https://*.example/x",
        "https://a.example/x y",
        "https://a.example/é",
        "https:///x",
        "https:/a.example/x",
        "ftp://a.example/x",
        "urn:a/b",
        "https://a.example/" + "x" * 512,
        "",
        "/x",
    ],
)
def test_what_lies_below_nothing(uri: str) -> None:
    """A host alone, and whatever two parsers could read in two ways."""
    assert resource_uri.above(uri) == ()


@given(st.text("./x%:@?#\\*[]é", max_size=12))
def test_what_lies_below_is_on_the_same_host(rest: str) -> None:
    """Whatever is written after the host, and whatever is written into it."""
    for uri in (f"https://a.example/{rest}", f"https://a.example{rest}"):
        for higher in resource_uri.above(uri):
            assert uri.startswith(f"{higher}/")
            assert resource_uri.can_have_below(higher)


@pytest.mark.parametrize(
    ("uri", "can"),
    [
        ("https://a.example", True),
        ("https://a.example/", True),
        ("https://a.example:8443/servers", True),
        ("http://127.0.0.1:9001", True),
        ("https://[::1]/x", True),
        ("https://a.example/servers/", False),
        ("https://*.example.com", False),
        ("https://a.example/*", False),
        ("https://a.example?x", False),
        ("https://a.example/%78", False),
        ("https://u@a.example", False),
        ("urn:servers", False),
    ],
)
def test_what_may_stand_for_the_paths_below(uri: str, can: bool) -> None:
    """One host and a plain path; never a pattern."""
    assert resource_uri.can_have_below(uri) is can
