"""The log: one JSON object a line, whatever is in it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws.log import Log


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


@given(st.text(max_size=30))
def test_no_text_starts_a_line_of_its_own(text: str) -> None:
    """A line break, a control, any letter: it stays within its line, and comes back."""
    out = io.StringIO()
    log = Log(out, clock=lambda: 1.25)
    log.event("client.created", client_id=text)
    log.problem("unhandled", trace=text)
    assert out.getvalue().isascii()
    assert [line["kind"] for line in lines(out)] == ["audit", "error"]
    assert (lines(out)[0]["client_id"], lines(out)[1]["trace"]) == (text, text)


def test_a_line_says_when_what_and_for_which_request() -> None:
    """Details that are None are left out."""
    out = io.StringIO()
    log = Log(out, clock=lambda: 1_800_000_000.12345)
    log.request_id = "r-1"
    log.event("token.issued", client_id="c1", sub=None)
    log.request(method="GET", status=200)
    assert lines(out) == [
        {
            "time": 1_800_000_000.123,
            "kind": "audit",
            "request_id": "r-1",
            "event": "token.issued",
            "client_id": "c1",
        },
        {
            "time": 1_800_000_000.123,
            "kind": "request",
            "request_id": "r-1",
            "method": "GET",
            "status": 200,
        },
    ]


def test_it_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    """From where Lambda takes it, also when that was exchanged meanwhile."""
    Log(clock=lambda: 0).event("a.b")
    assert json.loads(capsys.readouterr().out)["event"] == "a.b"
