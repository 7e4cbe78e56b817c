"""What the start of the local cloud shows, on a terminal and elsewhere."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest

from infra.local.progress import Progress, summary


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def shown(stream: io.StringIO, environ: Mapping[str, str]) -> str:
    """What one step of a quarter of a second writes."""
    ticks = iter((1.0, 1.25))
    plain = Progress.on(stream, environ)
    progress = Progress(stream, plain.live, plain.colour, lambda: next(ticks))
    with progress.step("make tea"):
        pass
    return stream.getvalue()


def test_step_is_one_plain_line_in_a_file() -> None:
    """Without a terminal there is one line, no control characters, and the duration."""
    assert shown(io.StringIO(), {}) == "  ok  make tea  0.25 s\n"


def test_step_is_rewritten_in_colour_on_a_terminal() -> None:
    """On a terminal the line shows at once and is replaced when the step ends."""
    text = shown(Terminal(), {"TERM": "xterm"})
    assert text.index("..") < text.index("\r\33[K") < text.index("\33[32mok")


def test_no_color_is_honoured() -> None:
    """NO_COLOR leaves the rewriting and takes the colours."""
    assert "\33[3" not in shown(Terminal(), {"TERM": "xterm", "NO_COLOR": "1"})


def test_dumb_terminal_gets_plain_lines() -> None:
    """A terminal that can do nothing is written to like a file."""
    assert shown(Terminal(), {"TERM": "dumb"}) == "  ok  make tea  0.25 s\n"


def test_failed_step_says_so() -> None:
    """The line of a step that raises ends with failed, and the exception goes on."""
    stream = io.StringIO()
    with pytest.raises(RuntimeError), Progress(stream).step("make tea"):
        raise RuntimeError
    assert stream.getvalue().startswith("  failed  make tea")


def test_summary_ends_with_the_ready_line() -> None:
    """Addresses, credentials and a curl line; the last line is `ready` and the address."""
    stream = io.StringIO()
    summary(Progress(stream), base="http://127.0.0.1:8000", issuer="https://id.example")
    text = stream.getvalue()
    assert text.splitlines()[-1] == "ready http://127.0.0.1:8000"
    for part in ("https://id.example/.well-known/jwks.json", "demo-password", "demowebsecret"):
        assert part in text
    assert "curl -s -u demomachine:demomachinesecret" in text
