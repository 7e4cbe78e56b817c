"""On a busy machine AWS may not answer in time; the bench asks again, and finishes."""

from __future__ import annotations

from typing import Any, cast

import pytest

from bench.caller import Busy, Caller, is_busy
from bench.calls import agreed
from bench.processes import Server
from bench.recorder import Noted, Recorder
from bench.server import MOST_BUSY, Warm

GOOD: dict[str, Any] = {"statusCode": 200, "body": "{}"}
BUSY: dict[str, Any] = {"statusCode": 503, "body": ""}
GET = Noted("GetItem", 1, 1, 1, 0, "")


def to(location: str) -> dict[str, Any]:
    """A redirect."""
    return {"statusCode": 303, "multiValueHeaders": {"Location": [location]}}


class Scripted:
    """A function that says these things, the last for ever."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)

    def __call__(self, event: Any, context: Any) -> Any:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Asked:
    """A server and its recorder in one: each request makes the next of these numbers of calls."""

    def __init__(self, *counts: int, busy: int = 0) -> None:
        self.counts = list(counts)
        self.busy = busy

    def ask(self, do: str, **arguments: Any) -> Any:
        """The answer: the first ones are busy."""
        self.busy -= 1
        return GOOD if self.busy < 0 else BUSY

    def take(self) -> list[Noted]:
        """Once before a request, and once after it."""
        return [GET] * self.counts.pop(0)


def calls(asked: Asked) -> Any:
    """What they agree on."""
    return agreed(cast(Recorder, asked), cast(Server, asked), [{}] * 8)["calls"]


@pytest.mark.parametrize(
    ("said", "busy"),
    [
        (GOOD, False),
        (BUSY, True),
        ({"statusCode": 400, "multiValueHeaders": {}}, False),
        (to("https://app.example/cb?code=x"), False),
        (to("https://app.example/cb?error=temporarily_unavailable&state=s"), True),
    ],
)
def test_an_answer_says_that_aws_was_not_in_time(said: dict[str, Any], busy: bool) -> None:
    """By itself, or on the way to the client."""
    assert is_busy(said) is busy


def test_what_is_asked_on_the_way_tells_it_apart() -> None:
    """From an answer that is wrong."""
    caller = Caller(Scripted(BUSY, {"statusCode": 400, "body": "no"}))
    with pytest.raises(Busy):
        caller.ask(caller.event("GET", "/healthz"))
    with pytest.raises(RuntimeError, match="400 no"):
        caller.ask(caller.event("GET", "/healthz"))


def test_a_request_without_an_answer_is_no_figure() -> None:
    """Another one is measured in its place."""
    function = Scripted(GOOD, BUSY, BUSY, GOOD)
    said = Warm(function).measure("/healthz", 3)
    assert len(said["cpu"]) == len(said["wall"]) == 3
    assert function.answers == [GOOD]


def test_an_event_without_an_answer_is_sent_again() -> None:
    """It is the answer that is counted."""
    said = Warm(Scripted(BUSY, GOOD)).times([{}])
    assert (said["status"], len(said["cpu"])) == ([200], 1)


def test_it_is_not_asked_for_ever() -> None:
    """Who never has an answer is told why."""
    function = Scripted(*[BUSY] * (MOST_BUSY + 1), GOOD)
    with pytest.raises(RuntimeError, match="the machine has too much to do"):
        Warm(function).measure("/healthz", 1)


def test_another_failure_ends_it() -> None:
    """It is a mistake, and no lack of time."""
    with pytest.raises(RuntimeError, match="/healthz"):
        Warm(Scripted({"statusCode": 500, "body": "no"})).measure("/healthz", 1)


@pytest.mark.parametrize(
    ("counts", "agreed_on"),
    [((1, 1), 1), ((2, 1, 1), 1), ((1, 2, 1, 1), 1), ((1, 3, 2, 2), 2)],
)
def test_a_call_that_was_tried_twice_counts_once(counts: tuple[int, ...], agreed_on: int) -> None:
    """What two requests in a row agree on is what one asks for."""
    pairs = [number for count in counts for number in (0, count)]
    assert calls(Asked(*pairs)) == {"GetItem": agreed_on}


def test_requests_without_an_answer_agree_on_nothing() -> None:
    """However alike they are."""
    assert calls(Asked(*[0, 5] * 2, *[0, 1] * 2, busy=2)) == {"GetItem": 1}


def test_calls_that_never_agree_are_an_error() -> None:
    """Rather than a figure."""
    with pytest.raises(RuntimeError, match="no two requests"):
        calls(Asked(*[number for count in range(8) for number in (0, count)]))
