"""Which resource a request is for. RFC 8707 section 2."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import InvalidScope, InvalidTarget
from chalicelib.protocol import scope as scopes
from chalicelib.protocol import target
from chalicelib.records.client import Client
from chalicelib.records.resource import Resource

URIS = ["https://a.example", "https://b.example", "urn:c"]
WORDS = ["read", "write", "admin"]


def resource(uri: str, *words: str) -> Resource:
    return Resource(resource=uri, name=uri, scopes={word: f"May {word}" for word in words})


def client(scope: tuple[str, ...] | None, default: tuple[str, ...] | None = None) -> Client:
    return Client(client_id="c", created_at=0, scope=scope, default_scope=default)


resources = st.lists(
    st.builds(
        lambda uri, words: resource(uri, *words),
        st.sampled_from(URIS),
        st.lists(st.sampled_from(WORDS), min_size=1, unique=True),
    ),
    unique_by=lambda one: one.resource,
    max_size=3,
)
wanted = st.lists(st.sampled_from([*WORDS, "openid", "email"]), unique=True).map(tuple)
named = st.lists(st.sampled_from([*URIS, "https://z.example"]), max_size=3).map(tuple)


@given(wanted, named, resources, st.none() | st.sampled_from([*URIS, "https://z.example"]))
def test_only_an_allowed_resource_is_ever_chosen(
    scope: tuple[str, ...],
    asked: tuple[str, ...],
    allowed: list[Resource],
    default: str | None,
) -> None:
    """Whatever is chosen is allowed, was named if any was, and defines every scope of resources."""
    try:
        chosen = target.choose(scope, asked, allowed, default)
    except (InvalidScope, InvalidTarget):
        return
    assert all(one in allowed for one in chosen)
    assert len({one.resource for one in chosen}) == len(chosen)
    defined = {word for one in chosen for word in one.scopes}
    assert set(scopes.of_resources(scope)) <= defined
    if asked:
        assert {one.resource for one in chosen} == set(asked)
    else:
        assert len(chosen) == (1 if scopes.of_resources(scope) else 0)


@given(wanted, resources)
def test_narrow_never_widens(scope: tuple[str, ...], allowed: list[Resource]) -> None:
    """A token for one resource carries scopes of the grant that this resource or OpenID defines."""
    for one in [None, *allowed]:
        narrowed = target.narrow(scope, one)
        assert set(narrowed) <= set(scope)
        assert set(scopes.of_resources(narrowed)) <= (set(one.scopes) if one else set())


@given(
    st.none() | st.sampled_from(["read", "read write", "openid email", "admin", "read profile"]),
    st.none() | wanted,
)
def test_a_client_never_gets_more_than_it_is_registered_for(
    text: str | None, registered: tuple[str, ...] | None
) -> None:
    """What a registered scope leaves of a request is in it, the two protocol scopes apart."""
    try:
        asked = target.asked_scope(text, client(registered))
    except InvalidScope:
        return
    assert text is not None
    assert set(asked) <= set(text.split(" "))
    if registered is not None:
        assert set(asked) <= {*registered, "openid", "offline_access"}


@given(wanted, st.none() | wanted)
def test_what_a_client_is_allowed_never_widens(
    scope: tuple[str, ...], registered: tuple[str, ...] | None
) -> None:
    """A grant from before loses what the client may not ask for any more, and gains nothing."""
    left = target.allowed_to(client(registered), scope)
    if registered is None:
        assert left == scope
    else:
        kept = {*registered, "openid", "offline_access"}
        assert left == tuple(word for word in scope if word in kept)


A, B = resource("https://a.example", "read", "write"), resource("https://b.example", "read")


@pytest.mark.parametrize(
    ("scope", "asked", "default", "expected"),
    [
        (("read",), ("https://b.example",), None, ["https://b.example"]),
        (("write",), (), None, ["https://a.example"]),
        (("read",), (), "https://b.example", ["https://b.example"]),
        (("write",), (), "https://b.example", ["https://a.example"]),
        (("openid",), (), "https://b.example", []),
        (("openid", "read"), ("https://b.example",), None, ["https://b.example"]),
        (("read",), ("https://a.example", "https://b.example"), None, None),
        (("read",), ("https://a.example", "https://a.example"), None, ["https://a.example"]),
        (("read",), ("HTTPS://A.example:443/", "https://a.example"), None, ["https://a.example"]),
    ],
)
def test_the_resource_that_is_meant(
    scope: tuple[str, ...], asked: tuple[str, ...], default: str | None, expected: list[str] | None
) -> None:
    """Named, or the default where it defines the scope, or the only one that defines it."""
    chosen = [one.resource for one in target.choose(scope, asked, [A, B], default)]
    assert chosen == (expected if expected is not None else list(asked))


@pytest.mark.parametrize(
    ("scope", "asked", "refusal"),
    [
        (("read",), (), InvalidTarget),
        (("read",), ("https://z.example",), InvalidTarget),
        (("read",), ("https://a.example/x",), InvalidTarget),
        (("read",), ("https://a.example#x",), InvalidTarget),
        (("admin",), (), InvalidScope),
        (("write",), ("https://b.example",), InvalidScope),
    ],
)
def test_what_cannot_be_told_is_refused(
    scope: tuple[str, ...], asked: tuple[str, ...], refusal: type[Exception]
) -> None:
    """An unknown or ambiguous resource is invalid_target, an undefined scope invalid_scope."""
    with pytest.raises(refusal):
        target.choose(scope, asked, [A, B], None)


@pytest.mark.parametrize("uri", ["https://a.example/x?y", "urn:x", "com.example:thing"])
def test_an_absolute_uri_may_be_a_resource(uri: str) -> None:
    """RFC 8707 section 2."""
    target.check_uri(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/x",
        "a.example",
        "https:",
        "https://a.example#",
        "https://a b",
        "urn:é",
        "1a:b",
        "urn:" + "a" * 2045,
        "urn:a\n",
    ],
)
def test_other_texts_may_not(uri: str) -> None:
    """Relative, with a fragment, not ASCII, or without an end."""
    with pytest.raises(InvalidTarget):
        target.check_uri(uri)


@pytest.mark.parametrize(
    ("text", "registered", "default", "expected"),
    [
        (None, ("read",), ("read",), ("read",)),
        ("read", None, None, ("read",)),
        ("read openid profile", ("read",), None, ("read", "openid")),
        ("read openid profile", ("read", "profile"), None, ("read", "openid", "profile")),
        ("offline_access read", ("read",), None, ("offline_access", "read")),
    ],
)
def test_the_scope_that_is_asked_for(
    text: str | None,
    registered: tuple[str, ...] | None,
    default: tuple[str, ...] | None,
    expected: tuple[str, ...],
) -> None:
    """The request's own, else the client's default; unregistered OpenID scopes are left out."""
    assert target.asked_scope(text, client(registered, default)) == expected


@pytest.mark.parametrize(("text", "registered"), [(None, ("read",)), ("write", ("read",))])
def test_no_scope_or_too_much_is_refused(text: str | None, registered: tuple[str, ...]) -> None:
    """Without a default, a request must say what it wants; and no more than is registered."""
    with pytest.raises(InvalidScope):
        target.asked_scope(text, client(registered))


@pytest.mark.parametrize(
    ("registered_by", "held"),
    [("operator", True), ("console", True), ("document", True), ("dynamic", False)],
)
def test_what_a_client_registered_of_itself_is_no_limit(registered_by: str, held: bool) -> None:
    """It may register another scope at will; MCP clients ask for more when a tool needs it."""
    own = Client(client_id="c", created_at=0, scope=("read",), registered_by=registered_by)
    assert target.allowed_to(own, ("read", "write")) == (("read",) if held else ("read", "write"))
    if held:
        with pytest.raises(InvalidScope):
            target.asked_scope("read write", own)
    else:
        assert target.asked_scope("read write", own) == ("read", "write")
