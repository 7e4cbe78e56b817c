"""A server on the loopback address whose every byte a test has written, and every silence."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Self

Conversation = Callable[[socket.socket], None]


def asked(peer: socket.socket) -> bytes:
    """One request, read to its end; empty when the peer has gone."""
    content = b""
    while b"\r\n\r\n" not in content:
        more = peer.recv(65536)
        if not more:
            return b""
        content += more
    head, _, body = content.partition(b"\r\n\r\n")
    (length,) = [line for line in head.split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < int(length.partition(b":")[2]):
        body += peer.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(body: bytes = b"{}", *lines: str, status: str = "200 OK") -> bytes:
    """An answer in one piece."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines, "", ""]
    return "\r\n".join(head).encode() + body


def answers(*contents: bytes) -> Conversation:
    """For each request one of these, and then the end of the connection, without a word."""

    def talk(peer: socket.socket) -> None:
        for content in contents:
            if asked(peer):
                peer.sendall(content)

    return talk


def listens(peer: socket.socket) -> None:
    """Hear one request, and hang up."""
    asked(peer)


class RawServer:
    """Holds one conversation a connection, in order; counts connections. `with` stops it."""

    def __init__(
        self, conversations: Iterable[Conversation], context: ssl.SSLContext | None = None
    ) -> None:
        self._conversations = list(conversations)
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        # Set after each conversation, once its connection is closed.
        self.ended = [threading.Event() for _ in self._conversations]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="raw-server")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        # A thread in accept() does not notice that its socket was closed; it notices a visitor.
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5):
            pass
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        for conversation, ended in zip(self._conversations, self.ended, strict=True):
            peer, _ = self._listener.accept()
            if self._stopping.is_set():
                peer.close()
                return
            self.connections += 1
            with suppress(OSError), peer:
                if self._context is None:
                    conversation(peer)
                else:
                    with self._context.wrap_socket(peer, server_side=True) as over_tls:
                        conversation(over_tls)
            ended.set()


def serving(certificate: Path) -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
