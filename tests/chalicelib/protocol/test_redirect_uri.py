"""Redirect URIs: compared as strings, loopback port apart. RFC 6749 section 3.1.2, RFC 8252."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.protocol import redirect_uri
from tests import vectors

RFC8252 = vectors.load("rfc8252")

# Texts that come near to a redirect URI, so that chance finds the edges.
PIECES = (
    "https:// http:// HTTP:// 127.0.0.1 [::1] localhost : 8000 65536 / /cb ? a=b # \\ * @ . é 。 "
    "com.example.app javascript x %2e"
)
pieces = st.sampled_from([*PIECES.split(" "), " ", "\n", "\r", "\0"])
near = st.lists(pieces, max_size=8).map("".join)
texts = st.one_of(near, st.text(max_size=40))


@given(asked=texts, known=texts)
def test_match_is_equality_or_a_loopback_port(asked: str, known: str) -> None:
    """Two different strings match only if both are loopback URIs that differ in the port."""
    if redirect_uri.is_registered(asked, [known]) and asked != known:
        assert redirect_uri.is_loopback(asked)
        assert redirect_uri.is_loopback(known)
        left, right = urlsplit(asked), urlsplit(known)
        assert left.port != right.port
        assert (left.scheme, left.hostname, left.path, left.query) == (
            right.scheme,
            right.hostname,
            right.path,
            right.query,
        )


@given(uri=texts)
def test_a_uri_matches_itself_and_an_empty_registration_nothing(uri: str) -> None:
    """Equality is enough, and nothing matches where nothing is registered."""
    assert redirect_uri.is_registered(uri, [uri])
    assert not redirect_uri.is_registered(uri, [])


@given(uri=texts, application_type=st.sampled_from(["web", "native"]))
def test_what_passes_the_check_can_be_used(uri: str, application_type: str) -> None:
    """Only ValueError refuses; what is accepted is ASCII, has no fragment, and can be described."""
    try:
        redirect_uri.check(uri, application_type)
    except ValueError:
        return
    assert uri.isascii()
    assert uri.isprintable()
    assert not set(uri) & set("#\\* ")
    assert redirect_uri.destination(uri)
    assert urlsplit(uri).port != 0


@pytest.mark.parametrize("uri", RFC8252["native_redirect_uris"])
def test_the_examples_of_rfc8252_may_be_registered(uri: str) -> None:
    """A native app may use each kind of URI that the RFC shows."""
    redirect_uri.check(uri, "native")


@pytest.mark.parametrize("uri", RFC8252["loopback"])
@pytest.mark.parametrize("port", ["", ":1", ":49152", ":65535"])
def test_a_loopback_uri_matches_on_any_port(uri: str, port: str) -> None:
    """RFC 8252 section 7.3: the server must allow any port at the time of the request."""
    parts = urlsplit(uri)
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    assert redirect_uri.is_registered(f"http://{host}{port}{parts.path}", [uri])


REGISTERED = "http://127.0.0.1:8000/cb?x=1"


@pytest.mark.parametrize(
    "asked",
    [
        "http://127.0.0.1:8000/cb",
        "http://127.0.0.1:8000/cb?x=1&y=2",
        "http://127.0.0.1:8000/cb/?x=1",
        "http://127.0.0.1:8000/CB?x=1",
        "http://127.0.0.1:8000/./cb?x=1",
        "http://127.0.0.1:8000/cb?x=1#f",
        "http://127.0.0.1:65536/cb?x=1",
        "http://127.0.0.1:0/cb?x=1",
        "http://127.0.0.1:/cb?x=1",
        "http://127.0.0.1:+80/cb?x=1",
        "http://127.0.0.1:٨٠/cb?x=1",
        "http://127.0.0.1:80@evil.example/cb?x=1",
        "http://127.0.0.1.evil.example/cb?x=1",
        "http://127.0.0.2:8000/cb?x=1",
        "http://127.1:8000/cb?x=1",
        "http://0177.0.0.1:8000/cb?x=1",
        "http://localhost:8000/cb?x=1",
        "http://[::1]:8000/cb?x=1",
        "https://127.0.0.1:8000/cb?x=1",
        "HTTP://127.0.0.1:8000/cb?x=1",
        "http://127.0.0.1:8000\\@evil.example/cb?x=1",
        "http://127.0.0.1:8000/cb?x=1\n",
        " http://127.0.0.1:8000/cb?x=1",
    ],
)
def test_near_misses_of_a_loopback_uri_do_not_match(asked: str) -> None:
    """Host, path, query and scheme must be the same; a port must be one."""
    assert not redirect_uri.is_registered(asked, [REGISTERED])


@pytest.mark.parametrize(
    "asked",
    [
        "https://app.example.com:443/cb",
        "https://app.example.com:8443/cb",
        "https://app.example.com/cb/",
        "https://app.example.com/cb?",
        "https://app.example.com/cb#",
        "https://APP.example.com/cb",
        "https://app.example.com/%63b",
        "https://app.example.com./cb",
        "https://app.example.com/x/../cb",
        "http://app.example.com/cb",
        "https://app.example.com.evil.example/cb",
        "https://app.example.com@evil.example/cb",
    ],
)
def test_a_web_uri_matches_only_itself(asked: str) -> None:
    """No port, letter case, encoding or path is forgiven."""
    assert not redirect_uri.is_registered(asked, ["https://app.example.com/cb"])


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.com/cb",
        "https://app.example.com",
        "https://app.example.com?tenant=1",
        "https://app.example.com:8443/cb?x=1",
        "https://192.0.2.1/cb",
        "https://[2001:db8::1]:8443/cb",
        "http://127.0.0.1/cb",
        "http://[::1]:3000/",
    ],
)
def test_a_web_client_may_register(uri: str) -> None:
    """https anywhere, http to the loopback literals."""
    redirect_uri.check(uri, "web")


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("", "visible ASCII"),
        ("https://app.example.com/" + "a" * 2048, "2048"),
        ("https://app.example.com/a b", "visible ASCII"),
        ("https://app.example.com/\r\nSet-Cookie:x", "visible ASCII"),
        ("https://app.example.com/\0", "visible ASCII"),
        ("https://app.example.com/\x7f", "visible ASCII"),
        ("https://exämple.com/", "visible ASCII"),
        ("https://evil。example/", "visible ASCII"),
        ("https://app.example.com/cb#x", "fragment"),
        ("https://app.example.com/cb#", "fragment"),
        ("https://app.example.com\\@evil.example/", "backslash"),
        ("https:\\\\app.example.com/", "backslash"),
        ("https://*.example.com/cb", "wildcard"),
        ("https://app.example.com/*", "wildcard"),
        ("https://user@app.example.com/", "host"),
        ("https://user:pass@app.example.com/", "host"),
        ("https://App.example.com/", "host"),
        ("https://", "host"),
        ("https:///cb", "host"),
        ("https://?x", "host"),
        ("https:app.example.com", "host"),
        ("https://app.example.com:/cb", "host"),
        ("https://app.example.com:443:443/cb", "host"),
        ("https://app.example.com:x/cb", "host"),
        ("https://app.example.com:0/cb", "port"),
        ("https://app.example.com:65536/cb", "port"),
        ("https://[:::]/cb", "host"),
        ("https://[1]/cb", "host"),
        ("https://[2001:db8::1/cb", "host"),
        ("https://./cb", "host"),
        ("https://app..example.com/cb", "host"),
        ("https://.example.com/cb", "host"),
        ("https://-/cb", "host"),
        ("https://%65xample.com/", "host"),
        ("HTTPS://app.example.com/", "must start with"),
        ("http://app.example.com/cb", "must start with"),
        ("http://localhost/cb", "must start with"),
        ("http://localhost:8000/cb", "must start with"),
        ("http://127.0.0.1.evil.example/cb", "must start with"),
        ("http://127.0.0.1@evil.example/cb", "must start with"),
        ("http://127.0.0.1:80@evil.example/cb", "must start with"),
        ("http://127.0.0.1:/cb", "must start with"),
        ("http://127.0.0.2/cb", "must start with"),
        ("http://127.1/cb", "must start with"),
        ("http://2130706433/cb", "must start with"),
        ("http://0.0.0.0/cb", "must start with"),
        ("http://[::ffff:127.0.0.1]/cb", "must start with"),
        ("http://[0:0:0:0:0:0:0:1]/cb", "must start with"),
        ("Http://127.0.0.1/cb", "must start with"),
        ("http://127.0.0.1:0/cb", "port"),
        ("http://127.0.0.1:65536/cb", "port"),
        ("javascript:alert(1)", "must start with"),
        ("JaVaScRiPt:alert(1)", "must start with"),
        ("data:text/html,x", "must start with"),
        ("vbscript:x", "must start with"),
        ("file:///etc/passwd", "must start with"),
        ("blob:https://app.example.com/x", "must start with"),
        ("urn:ietf:wg:oauth:2.0:oob", "must start with"),
        ("myapp:/cb", "must start with"),
        ("Com.example.app:/cb", "must start with"),
        ("com.example.App:/cb", "must start with"),
        ("com.:/cb", "must start with"),
        ("com..app:/cb", "must start with"),
        ("//app.example.com/cb", "must start with"),
        ("/cb", "must start with"),
        ("app.example.com/cb", "must start with"),
        ("com.example.app:", "path"),
    ],
)
def test_what_must_not_be_registered(uri: str, why: str) -> None:
    """Each is refused, in words that name the reason."""
    with pytest.raises(ValueError, match=why):
        redirect_uri.check(uri, "native")


def test_a_web_client_has_no_private_use_scheme() -> None:
    """RFC 8252 section 7.1 is for apps on a device."""
    with pytest.raises(ValueError, match="native only"):
        redirect_uri.check("com.example.app:/cb", "web")


@pytest.mark.parametrize(
    ("uri", "reaches", "words"),
    [
        ("https://app.example.com:8443/cb", False, "app.example.com:8443"),
        ("http://127.0.0.1:8000/cb", True, "an app on this device (127.0.0.1)"),
        ("http://[::1]/cb", True, "an app on this device (::1)"),
        ("com.example.app:/cb", True, "an app on this device (com.example.app)"),
    ],
)
def test_the_consent_page_says_where_the_answer_goes(uri: str, reaches: bool, words: str) -> None:
    """A host, or an app on the device, which any app could be."""
    assert redirect_uri.reaches_an_app(uri) is reaches
    assert redirect_uri.destination(uri) == words


@pytest.mark.parametrize(
    ("uri", "issuer", "below"),
    [
        ("https://id.example", "https://id.example", True),
        ("https://id.example?a=b", "https://id.example", True),
        ("https://id.example:443/cb", "https://id.example", True),
        ("https://id.example/cb", "https://id.example:443", True),
        ("https://id.example.evil/cb", "https://id.example", False),
        ("https://id.example:8443/cb", "https://id.example", False),
        ("https://host.example/api", "https://host.example/api", True),
        ("https://host.example/api/cb?a=b", "https://host.example/api", True),
        ("https://host.example/app/../api/cb", "https://host.example/api", True),
        ("https://host.example/app/%2E%2e/api", "https://host.example/api", True),
        ("https://host.example//api/cb", "https://host.example/api", True),
        ("https://host.example/api2/cb", "https://host.example/api", False),
        ("https://host.example/app?x=/api", "https://host.example/api", False),
        ("https://host.example/", "https://host.example/api", False),
        ("http://127.0.0.1:8000/cb", "http://127.0.0.1:8000", False),
        ("com.example.app:/cb", "https://id.example", False),
    ],
)
def test_what_leads_to_a_service_is_told(uri: str, issuer: str, below: bool) -> None:
    """As a browser goes there, whatever way it is written; others of the same host are others."""
    assert redirect_uri.is_below(uri, issuer) is below
