"""The log: one JSON object a line, on standard output, from where Lambda takes it.

An audit event has a stable name and says who did what; it never holds a secret, a token or a code.
The names are listed in docs/operations.md.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import TextIO


class Log:
    """Writes lines; `bind` gives every line of one request its request id."""

    def __init__(self, out: TextIO | None = None, clock: Callable[[], float] = time.time) -> None:
        self._out = out
        self._clock = clock
        self.request_id = ""
        # Who acts in a request on our own pages, as `sub`; None where the event itself says who.
        self.actor: str | None = None

    @classmethod
    def at(cls, path: str | None) -> Log:
        """A log that appends to a file, as on a developer's machine; None: standard output."""
        # Line-buffered, and open for as long as the process lives.
        return cls(open(path, "a", buffering=1, encoding="ascii") if path else None)

    def event(self, name: str, **details: object) -> None:
        """An audit event: `token.issued`, `user.sign_in.failed`, …; None values are left out."""
        self._write("audit", {"event": name, **details, "actor": self.actor})

    def problem(self, message: str, **details: object) -> None:
        """Something an operator should look at."""
        self._write("error", {"message": message, **details})

    def request(self, **details: object) -> None:
        """One request and its answer: method, path, status, duration."""
        self._write("request", details)

    def _write(self, kind: str, details: dict[str, object]) -> None:
        line = {
            "time": round(self._clock(), 3),
            "kind": kind,
            "request_id": self.request_id,
            **{name: value for name, value in details.items() if value is not None},
        }
        # ASCII only, so that no text from outside can start a line of its own.
        print(json.dumps(line, default=str), file=self._out or sys.stdout, flush=True)
