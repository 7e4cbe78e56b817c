"""Frozen values: made whole or not at all, never changed, equal by what they hold."""

from __future__ import annotations

import copy
import pickle
from functools import cached_property
from typing import Annotated, Any, ClassVar

import pytest

from chalicelib.values import Frozen, replace


class Point(Frozen):
    """With a default, a class attribute, and something that is worked out once."""

    ORIGIN: ClassVar[str] = "here"
    HIDDEN = ("secret",)

    x: int
    y: int = 0
    secret: str = ""

    @cached_property
    def sum(self) -> int:
        """Kept beside the members."""
        return self.x + self.y


class Named(Frozen, kw_only=True):
    """By name only, with annotations that are no texts."""

    name: Annotated[str, "n"]
    number: int = 7


class Longer(Named, kw_only=True):
    """A member more, and another default for one that is inherited."""

    extra: str
    number: int = 8


class Checked(Frozen):
    """Refuses what is odd."""

    x: int

    def check(self) -> None:
        """ValueError."""
        if self.x % 2:
            raise ValueError("odd")


def test_members_by_place_and_by_name() -> None:
    """As a function takes its arguments."""
    assert Point(1, 2) == Point(1, y=2) == Point(x=1, y=2)
    assert (Point(1).x, Point(1).y, Point.ORIGIN) == (1, 0, "here")


def test_a_subclass_inherits() -> None:
    """Members and defaults, its own last."""
    assert Longer.MEMBERS == ("name", "extra", "number")
    longer = Longer(name="a", extra="b")
    assert (longer.name, longer.extra, longer.number) == ("a", "b", 8)
    assert Named(name="a").number == 7


@pytest.mark.parametrize(
    ("kind", "given", "members"),
    [
        (Point, (), {}),
        (Point, (), {"y": 1}),
        (Point, (1, 2, "s", 4), {}),
        (Point, (1,), {"x": 1}),
        (Point, (1,), {"z": 1}),
        (Point, (), {"z": 1}),
        (Point, (1,), {"ORIGIN": "there"}),
        (Point, (1,), {"sum": 3}),
        (Named, ("a",), {}),
        (Longer, (), {"name": "a"}),
    ],
)
def test_too_few_too_many_or_unknown(kind: Any, given: Any, members: Any) -> None:
    """No value is made of the wrong members."""
    with pytest.raises(TypeError):
        kind(*given, **members)


def test_nothing_can_be_changed() -> None:
    """Not set, not added, not taken away."""
    point: Any = Point(1)
    for change in (
        lambda: setattr(point, "x", 2),
        lambda: setattr(point, "z", 2),
        lambda: delattr(point, "x"),
    ):
        with pytest.raises(AttributeError, match="frozen"):
            change()
    assert point == Point(1)


def test_equal_by_kind_and_members() -> None:
    """What was worked out from them does not count."""
    one, other = Point(1, 2), Point(1, 2)
    assert one.sum == 3
    assert one == other
    assert hash(one) == hash(other)
    assert one != Point(1, 3)
    assert one != (1, 2, "")
    assert Named(name="a") != Longer(name="a", extra="")


def test_replace() -> None:
    """A new value; what was worked out from the old one is not taken along."""
    before = Point(1, 2)
    assert before.sum == 3
    after = replace(before, y=5)
    assert (after, after.sum, before.y) == (Point(1, 5), 6, 2)
    with pytest.raises(TypeError):
        replace(before, z=1)


def test_check_has_the_last_word() -> None:
    """Also on a replacement."""
    with pytest.raises(ValueError, match="odd"):
        replace(Checked(2), x=3)


def test_repr_hides_what_is_hidden() -> None:
    """The rest reads like what made it."""
    assert repr(Point(1, secret="s3cret")) == "Point(x=1, y=0)"


def test_copies_and_pickles_are_equal() -> None:
    """They travel to another process."""
    point = Point(1, 2)
    assert copy.copy(point) == copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point
