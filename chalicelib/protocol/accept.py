"""Which of two media types a request would rather have. RFC 9110 sections 12.4.2 and 12.5.1."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WEIGHT = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


def prefers(accept: Iterable[str], special: str, usual: str) -> bool:
    """Whether the Accept headers put `special` before `usual`; both in lower case.

    Of equal weight, what is named goes before what a wildcard covers: who writes `special, */*`
    asks for it. Otherwise the usual one is meant; so it is where neither is welcome.
    """
    ranges = [found for member in ",".join(accept).split(",") if (found := _range(member))]
    return _rank(special, ranges) > _rank(usual, ranges)


def _range(member: str) -> tuple[str, float] | None:
    """A media range and its weight; None for what is malformed, which counts as not sent.

    Parameters other than `q` are not looked at: neither type has any.
    """
    name, *parameters = (part.strip().lower() for part in member.split(";"))
    weight = "1"
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key == "q":
            weight = value
    if not name or not _WEIGHT.fullmatch(weight):
        return None
    return name, float(weight)


def _rank(media_type: str, ranges: list[tuple[str, float]]) -> tuple[float, int]:
    """The weight of a type, and how closely it is named: the closest range counts."""
    covers = ("*/*", f"{media_type.partition('/')[0]}/*", media_type)
    for closeness in (2, 1, 0):
        weights = [weight for name, weight in ranges if name == covers[closeness]]
        if weights:
            # Not welcome is not welcome, however closely it is named.
            return (max(weights), closeness) if max(weights) else (0.0, 0)
    return 0.0, 0
