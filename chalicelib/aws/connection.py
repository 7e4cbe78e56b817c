"""One question at a time, over a connection that is kept."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from .wire import Answer, Reader

if TYPE_CHECKING:
    from ssl import SSLContext

# Seconds. A snapshot that is restored wakes up with connections that nobody answers on and nobody
# has closed: better a new one than to wait for a time-out.
IDLE_LIMIT = 60.0


class Connection:
    """A connection to one server, opened when needed; it belongs to one thread.

    `timeout` in seconds, to connect and for each answer: a server that sends byte by byte cannot
    hold us for more than twice that. `clock` in epoch seconds: a monotonic one stands still while
    a snapshot sleeps.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        timeout: float,
        context: SSLContext | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._address = (host, port)
        self._timeout = timeout
        self._context = context
        self._clock = clock
        self._used = 0.0
        self._socket: socket.socket | None = None
        self._poll = select.poll()

    def exchange(self, request: bytes) -> Answer:
        """Send a request, and return status, headers with lower-case names, and body. OSError.

        The peer may have closed a kept connection while it was idle. That is nobody's failure:
        the request goes out again at once on a new one, when no byte of an answer has come.
        """
        kept = self._socket
        # What can be read before anything was asked is the end of the connection, or junk.
        if kept and self._clock() - self._used < IDLE_LIMIT and not self._poll.poll(0):
            reader = Reader(kept, time.monotonic() + self._timeout)
            try:
                return self._exchange(kept, reader, request)
            except TimeoutError:
                raise
            except OSError:
                if reader.has_begun:
                    raise
        self.close()
        opened = self._open()
        return self._exchange(opened, Reader(opened, time.monotonic() + self._timeout), request)

    def close(self) -> None:
        """Close; the next exchange opens a new connection."""
        if self._socket is not None:
            self._poll.unregister(self._socket)
            self._socket.close()
            self._socket = None

    def _open(self) -> socket.socket:
        opened = socket.create_connection(self._address, self._timeout)
        try:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is not None:
                opened = self._context.wrap_socket(opened, server_hostname=self._address[0])
        except BaseException:
            opened.close()
            raise
        self._poll.register(opened, select.POLLIN)
        self._socket = opened
        return opened

    def _exchange(self, peer: socket.socket, reader: Reader, request: bytes) -> Answer:
        try:
            peer.sendall(request)
            status, headers, body = reader.answer()
        except BaseException:
            self.close()
            raise
        self._used = self._clock()
        if "close" in headers.get("connection", "").lower():
            self.close()
        return status, headers, body
