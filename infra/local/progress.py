"""What a person sees while the local cloud starts: a line for each step, then how to use it.

On a terminal a step's line is rewritten when it ends, in colour unless NO_COLOR is set
(https://no-color.org); elsewhere each step is one plain line.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

GREEN, RED, DIM, BOLD, PLAIN = "\33[32m", "\33[31m", "\33[2m", "\33[1m", "\33[0m"


@dataclass(frozen=True, slots=True)
class Progress:
    """Writes to one stream; `live` rewrites lines, `colour` paints them."""

    stream: TextIO
    live: bool = False
    colour: bool = False
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def on(cls, stream: TextIO, environ: Mapping[str, str]) -> Progress:
        """As the stream and the environment allow."""
        live = stream.isatty() and environ.get("TERM") != "dumb"
        return cls(stream, live=live, colour=live and not environ.get("NO_COLOR"))

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step: its name, and when it ends how long it took or that it failed."""
        began = self.clock()
        if self.live:
            self._write(f"  {self._paint(DIM, '..')}  {name}")
        try:
            yield
        except BaseException as error:
            # Ctrl-C is a wish, not a failure.
            outcome = "failed" if isinstance(error, Exception) else "stopped"
            self._end(self._paint(RED, outcome), name, began)
            raise
        self._end(self._paint(GREEN, "ok"), name, began)

    def say(self, text: str = "") -> None:
        """A line of its own."""
        self._write(text + "\n")

    def heading(self, text: str) -> None:
        """A line that stands out."""
        self.say(self._paint(BOLD, text))

    def _end(self, outcome: str, name: str, began: float) -> None:
        took = self._paint(DIM, f"{self.clock() - began:.2f} s")
        start = "\r\33[K" if self.live else ""
        self._write(f"{start}  {outcome}  {name}  {took}\n")

    def _paint(self, colour: str, text: str) -> str:
        return f"{colour}{text}{PLAIN}" if self.colour else text

    def _write(self, text: str) -> None:
        self.stream.write(text)
        # A reader of the other end of a pipe waits for the last line.
        self.stream.flush()


def summary(progress: Progress, *, base: str, issuer: str) -> None:
    """Where everything is and how to try it; the last line is `ready <base>`, exactly."""
    rows = {
        "demo client, sign in": f"{base}/demo",
        "console": f"{issuer}/console",
        "issuer": issuer,
        "discovery": f"{issuer}/.well-known/openid-configuration",
        "keys (JWKS)": f"{issuer}/.well-known/jwks.json",
    }
    people = {
        "user": "demo@example.com / demo-password",
        "client, web": "demoweb / demowebsecret",
        "client, public": "demospa",
        "client, machine": "demomachine / demomachinesecret",
        "resource": "https://api.example.com, scopes read and write",
    }
    for title, table in (("Addresses", rows), ("Demo credentials", people)):
        progress.say()
        progress.heading(title)
        for name, value in table.items():
            progress.say(f"  {name:<22}{value}")
    progress.say()
    progress.heading("A first token")
    progress.say(f"  {first_token(base)}")
    progress.say()
    progress.say("Press Ctrl-C to stop.")
    progress.say(f"ready {base}")


def first_token(base: str) -> str:
    """The line to paste into a shell."""
    asked = "-d grant_type=client_credentials -d scope=read"
    return f"curl -s -u demomachine:demomachinesecret {asked} {base}/token"
