"""A socket that is not there: it says what a test has written."""

from __future__ import annotations

import io
from time import monotonic
from typing import Any

from chalicelib.aws.wire import Answer, Reader


class Peer:
    """A socket that has these pieces to say, and then ends; or says them again and again."""

    def __init__(self, *pieces: bytes, forever: bytes = b"") -> None:
        self.pieces = [piece for piece in pieces if piece]
        self.forever = forever

    def recv(self, size: int) -> bytes:
        if not self.pieces:
            return self.forever
        piece, self.pieces[0] = self.pieces[0][:size], self.pieces[0][size:]
        if not self.pieces[0]:
            del self.pieces[0]
        return piece

    def makefile(self, _: str) -> io.BytesIO:
        """What http.client reads from."""
        return io.BytesIO(b"".join(self.pieces))


def read(*pieces: bytes, forever: bytes = b"", seconds: float = 60) -> Answer:
    peer: Any = Peer(*pieces, forever=forever)
    return Reader(peer, monotonic() + seconds).answer()
