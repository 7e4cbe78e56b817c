"""Servers with TLS on the loopback address: an application's own, or a proxy before a server.

A browser counts https://127.0.0.1 with any port as one site, as the hosts of one company are.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from infra.local.server import Server
from infra.local.wire import Answer, Application, Call

SECONDS = 60
# Of one connection, not of what travels over it.
HOP = ("connection", "content-length", "date", "keep-alive", "transfer-encoding")


class SecureServer(Server):
    """The same server behind a certificate that nobody but its tests will trust."""

    def __init__(self, certificate: Path) -> None:
        super().__init__()
        self.url = f"https://127.0.0.1:{self.port}"
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate)

    def get_request(self) -> tuple[socket.socket, Any]:
        """The handshake waits for the connection's own thread."""
        connection, address = super().get_request()
        wrapped = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return wrapped, address


def passed_on(url: str) -> Application:
    """What the server at `url` answers to the same call."""
    authority = urlsplit(url).netloc

    def forward(call: Call) -> Answer:
        with closing(HTTPConnection(authority, timeout=SECONDS)) as connection:
            connection.putrequest(
                call.method, call.target, skip_host=True, skip_accept_encoding=True
            )
            for name, value in call.headers:
                if name.lower() not in HOP:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(call.body)))
            connection.endheaders(call.body)
            answer = connection.getresponse()
            kept = ((name, value) for name, value in answer.getheaders() if name.lower() not in HOP)
            return Answer(answer.status, tuple(kept), answer.read())

    return forward
