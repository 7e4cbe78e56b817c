"""The kit's own calls, over real sockets on loopback: no redirects, bounded, errors told apart."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from postern_verifier.errors import IssuerUnavailable
from postern_verifier.fetching import MOST_BYTES, Call, ask, fetch
from postern_verifier.urls import is_safe


class Handler(BaseHTTPRequestHandler):
    """Answers as the path says."""

    def do_GET(self) -> None:
        """Redirect, be long, break off, or be good."""
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/broken":
            self.wfile.write(b"no HTTP at all\r\n\r\n")
        elif self.path == "/short":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"{")
        else:
            body = b"x" * (MOST_BYTES + 1) if self.path == "/long" else b'{"path":"/good"}'
            self.send_response(404 if self.path == "/missing" else 200)
            self.send_header("Content-Type", "application/JSON; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def do_POST(self) -> None:
        """Send the form back, and the header it came with."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("X-Authorization", self.headers["Authorization"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Server(ThreadingHTTPServer):
    """Quiet about clients that go away."""

    def handle_error(self, *_: object) -> None:
        """The client had enough."""


@contextmanager
def serving() -> Iterator[str]:
    """The server's address."""
    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """One for all."""
    with serving() as url:
        yield url


def test_a_document_comes(server: str) -> None:
    """With its status, its media type and its body."""
    found = ask(fetch, Call(f"{server}/good"))
    assert (found.status, found.content_type) == (200, "application/json")
    assert found.body == b'{"path":"/good"}'


def test_a_form_is_sent(server: str) -> None:
    """By POST, with the headers given."""
    found = ask(fetch, Call(f"{server}/form", {"Authorization": "Basic x"}, b"token=a"))
    assert (found.body, found.headers["x-authorization"]) == (b"token=a", "Basic x")


@pytest.mark.parametrize(("path", "status"), [("redirect", 302), ("missing", 404)])
def test_other_answers_are_answers(server: str, path: str, status: int) -> None:
    """A redirect is not followed: it could lead anywhere."""
    assert ask(fetch, Call(f"{server}/{path}")).status == status


@pytest.mark.parametrize("path", ["long", "broken"])
def test_what_is_no_answer_is_told_apart(server: str, path: str) -> None:
    """Too long, or not HTTP."""
    with pytest.raises(IssuerUnavailable):
        ask(fetch, Call(f"{server}/{path}"))


def test_an_answer_that_breaks_off_is_no_document(server: str) -> None:
    """What came is not JSON."""
    assert ask(fetch, Call(f"{server}/short")).body == b"{"


def test_nobody_at_the_address() -> None:
    """The connection is refused."""
    with serving() as url:
        pass
    with pytest.raises(IssuerUnavailable):
        ask(fetch, Call(url))


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example.com/keys",
        "http://127.0.0.1.example.com/keys",
        "http://10.0.0.1/keys",
        "file:///etc/passwd",
        "ftp://id.example.com",
        "https://user@id.example.com/",
        "https:///keys",
        "",
        "keys",
    ],
)
def test_what_is_not_safe_is_not_asked(url: str) -> None:
    """Tokens and keys travel by https, or within this machine."""
    assert not is_safe(url)
    with pytest.raises(IssuerUnavailable, match="not asked"):
        ask(fetch, Call(url))
