"""The implementation report: every choice that the specifications leave open, and ours.

Answered from the configuration and the rules of the running server, never from a text beside them.
RFC 6749 leaves most of them; `section` is its section, or names the specification.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..settings import DAY, HOUR, MINUTE, Settings
from ..values import Frozen

Value = Mapping[str, object]


class Answer(Frozen):
    """One question and its answer: `text` for people, `value` for programs, from the same source.

    name: what the question is known by; it never changes.
    """

    name: str
    section: str
    question: str
    text: str
    value: Value


class Chapter(Frozen):
    """The answers about one part of the server."""

    title: str
    answers: tuple[Answer, ...]


def chapters(settings: Settings) -> tuple[Chapter, ...]:
    """The whole report of a stage."""
    from . import authorization, clients, grants, profiles, resources

    return (
        Chapter("Registration and clients", clients.answers(settings)),
        Chapter("The authorization endpoint", authorization.answers(settings)),
        Chapter("Grants and tokens", grants.answers(settings)),
        Chapter("Resources", resources.answers(settings)),
        Chapter("OpenID Connect and FAPI", profiles.answers(settings)),
    )


def duration(seconds: int) -> str:
    """A length of time in words, by its largest whole unit."""
    for size, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (1, "second")):
        if seconds >= size and seconds % size == 0:
            number = seconds // size
            return f"{number} {name}{'' if number == 1 else 's'}"
    return f"{seconds} seconds"


def listed(names: object) -> str:
    """Names in a sentence."""
    *most, last = [str(name) for name in names] if isinstance(names, list | tuple) else [str(names)]
    return f"{', '.join(most)} and {last}" if most else last
