"""An HTTP/1.1 server on the loopback address, for one application.

Each connection has a thread; `stop()` ends them all. Nothing is logged, no name is looked up, and
a request that is not well formed is answered 400 and the connection closed.
"""

from __future__ import annotations

import re
import socket
import socketserver
import threading
import time
import traceback
from contextlib import suppress
from email import errors
from email.utils import formatdate
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler
from typing import Any, Self

from infra.local.wire import (
    BODY_LIMIT,
    FAILED,
    MALFORMED,
    TOO_LARGE,
    Answer,
    Application,
    Call,
    refusal,
)

LINE_LIMIT = 65_536
IDLE_SECONDS = 60
GRACE_SECONDS = 3.0


# Of the defects the parser knows, those of the header lines; the others are about multipart bodies.
BROKEN = (
    errors.FirstHeaderLineIsContinuationDefect,
    errors.InvalidHeaderDefect,
    errors.MisplacedEnvelopeHeaderDefect,
    errors.MissingHeaderBodySeparatorDefect,
)


class Malformed(Exception):
    """The request cannot be read; holds the status to answer."""

    def __init__(self, description: str = MALFORMED, status: int = 400) -> None:
        super().__init__(description)
        self.status = status


class Server(socketserver.ThreadingTCPServer):
    """Takes its port when made (OSError when it is in use), and answers once started."""

    allow_reuse_address = True
    # Threads are joined by stop(); a program that forgets to stop can still end.
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        super().__init__((host, port), _Connection)
        self.port: int = self.server_address[1]
        self.url = f"http://{host}:{self.port}"
        self.application: Application = lambda _: refusal(503, FAILED, self.url)
        self._open: dict[socket.socket, threading.Thread] = {}
        self._guard = threading.Lock()
        self._loop: threading.Thread | None = None

    def start(self, application: Application) -> Self:
        """Answer by `application`, in threads of its own."""
        self.application = application
        self._loop = threading.Thread(target=self.serve_forever, args=(0.05,), name="http")
        self._loop.start()
        return self

    def stop(self) -> None:
        """Let running requests finish, close every connection, end every thread."""
        if self._loop is not None:
            self.shutdown()
            self._loop.join()
            self._loop = None
        self.server_close()
        # Readers see the end of input; a request under way may still write its answer.
        for how in (socket.SHUT_RD, socket.SHUT_RDWR):
            with self._guard:
                connections = dict(self._open)
            for connection in connections:
                _shut(connection, how)
            limit = time.monotonic() + GRACE_SECONDS
            for thread in connections.values():
                thread.join(max(0.0, limit - time.monotonic()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def process_request(self, request: Any, client_address: Any) -> None:
        """One named thread for each connection, remembered until it ends."""
        thread = threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            name="http-connection",
            daemon=True,
        )
        with self._guard:
            self._open[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection as it closes."""
        with self._guard:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no event worth a line."""


class _Connection(BaseHTTPRequestHandler):
    """Reads calls from one connection and writes the answers."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle_one_request(self) -> None:
        """One request, one answer; a malformed one is the connection's last."""
        self.close_connection = True
        self.command = ""
        try:
            self.raw_requestline = self.rfile.readline(LINE_LIMIT + 1)
            if not self.raw_requestline:
                return
            if len(self.raw_requestline) > LINE_LIMIT:
                raise Malformed(status=414)
            if not self.parse_request():
                return
            call = self._call()
        except Malformed as error:
            self.close_connection = True
            # What was not understood is answered as HTTP/1.1: with a status line and headers.
            self.request_version = self.protocol_version
            self._write(refusal(error.status, str(error), self.server.url))
            self._drain()
            return
        except (HTTPException, OSError):
            self.close_connection = True
            return
        self._write(self._answer(call))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """The base class found the request malformed: our words instead of its page."""
        status = code if code in (413, 414, 431, 505) else 400
        raise Malformed(status=status)

    def handle_expect_100(self) -> bool:
        """Say `100 Continue` at once: the body waits for it."""
        self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.wfile.flush()
        return True

    def _answer(self, call: Call) -> Answer:
        try:
            return self.server.application(call)
        except OSError:
            # The application's way to drop the connection without an answer.
            raise
        except Exception:
            traceback.print_exc()
            return refusal(500, FAILED, self.server.url)

    def _drain(self) -> None:
        """Read on a little after a refusal: closing at once would reset the answer away."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(1)
        for _ in range(1024):
            if not self.rfile.read1(65536):
                break

    def _call(self) -> Call:
        # Newer Pythons look for no headers then, and have none to ask for defects.
        if self.request_version == "HTTP/0.9":
            raise Malformed
        headers = list(self.headers.items())
        if any(isinstance(defect, BROKEN) for defect in self.headers.defects):
            raise Malformed
        for name, value in headers:
            if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) or re.search(
                r"[\x00-\x08\n-\x1f\x7f]", value
            ):
                raise Malformed
        # A proxy's absolute form; the authority is not trusted for anything.
        target = re.sub(r"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]*(?=/)", "", self.requestline.split()[1])
        return Call(self.command, target, headers, self._body(), self.client_address[0])

    def _body(self) -> bytes:
        lengths = {value.strip() for value in self.headers.get_all("Content-Length", [])}
        codings = self.headers.get_all("Transfer-Encoding", [])
        if codings:
            # Both at once is how requests are smuggled. RFC 9112 section 6.3.
            if lengths or [coding.strip().lower() for coding in codings] != ["chunked"]:
                raise Malformed
            return self._chunks()
        if not lengths:
            return b""
        length = lengths.pop()
        if lengths or not re.fullmatch(r"[0-9]{1,18}", length):
            raise Malformed
        return self._read(int(length))

    def _read(self, length: int) -> bytes:
        if length > BODY_LIMIT:
            raise Malformed(TOO_LARGE, 413)
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError("the client went away")
        return body

    def _chunks(self) -> bytes:
        """RFC 9112 section 7.1; trailers are read and dropped."""
        body = bytearray()
        while True:
            line = self.rfile.readline(1024)
            size = re.fullmatch(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n", line)
            if size is None:
                raise Malformed
            length = int(size[1], 16)
            if not length:
                break
            if len(body) + length > BODY_LIMIT:
                raise Malformed(TOO_LARGE, 413)
            body += self._read(length)
            if self.rfile.read(2) != b"\r\n":
                raise Malformed
        for _ in range(100):
            if self.rfile.readline(8192) in (b"\r\n", b"\n", b""):
                return bytes(body)
        raise Malformed

    def _write(self, answer: Answer) -> None:
        bodyless = answer.status in (204, 304)
        self.send_response_only(answer.status)
        self.send_header("Date", formatdate(usegmt=True))
        for name, value in answer.headers:
            self.send_header(name, value.encode().decode("latin-1"))
        if not bodyless:
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if not bodyless and self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()


def _shut(connection: socket.socket, how: int) -> None:
    # It may have closed by itself meanwhile.
    with suppress(OSError):
        connection.shutdown(how)
