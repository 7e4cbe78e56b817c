"""Frozen values, declared like dataclasses: what they are made of is all that they are.

    class Point(Frozen):
        x: int
        y: int = 0

`dataclasses` would do. But it imports `inspect`, `ast` and `dis`, and compiles five methods for
each class while the module is imported: a quarter of a cold start (docs/decisions/0020).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn, TypeVar, dataclass_transform

F = TypeVar("F", bound="Frozen")


@dataclass_transform(frozen_default=True)
class Frozen:
    """A frozen value: equal to one of the same class with equal members, and hashed by them.

    MEMBERS: the names of the members, the inherited ones first. HIDDEN: those that `repr` leaves
    out. A class that is declared with `kw_only=True` takes its members by name only; a default is
    shared by all, so it cannot be one that changes.
    """

    MEMBERS: ClassVar[tuple[str, ...]] = ()
    HIDDEN: ClassVar[tuple[str, ...]] = ()
    DEFAULTS: ClassVar[Mapping[str, Any]] = {}
    _names: ClassVar[frozenset[str]] = frozenset()
    _by_name: ClassVar[bool] = False

    def __init_subclass__(cls, *, kw_only: bool = False) -> None:
        own = tuple(name for name, kind in cls.__annotations__.items() if not _of_class(kind))
        known = vars(cls)
        cls.MEMBERS = (*(name for name in cls.MEMBERS if name not in own), *own)
        cls.DEFAULTS = {**cls.DEFAULTS, **{name: known[name] for name in own if name in known}}
        cls._names = frozenset(cls.MEMBERS)
        cls._by_name = kw_only

    def __init__(self, *given: Any, **members: Any) -> None:
        cls = type(self)
        if given:
            named = dict(zip(cls.MEMBERS, given, strict=False))
            if cls._by_name or len(given) > len(cls.MEMBERS) or named.keys() & members.keys():
                raise TypeError(f"{cls.__name__} has the members {', '.join(cls.MEMBERS)}")
            members |= named
        held = self.__dict__
        held.update(cls.DEFAULTS)
        held.update(members)
        if held.keys() != cls._names:
            wrong = ", ".join(sorted(held.keys() ^ cls._names))
            raise TypeError(f"{cls.__name__}: missing, or not known: {wrong}")
        self.check()

    def check(self) -> None:
        """Raise ValueError for members that do not go together; for a class to override."""

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name}")

    def _held(self) -> tuple[Any, ...]:
        # Not all of __dict__: a cached property is kept there as well.
        return tuple(self.__dict__[name] for name in self.MEMBERS)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._held() == other._held()

    def __hash__(self) -> int:
        return hash(self._held())

    def __repr__(self) -> str:
        shown = (name for name in self.MEMBERS if name not in self.HIDDEN)
        members = ", ".join(f"{name}={self.__dict__[name]!r}" for name in shown)
        return f"{type(self).__name__}({members})"


def replace(value: F, **changes: Any) -> F:
    """The same value with some members changed; TypeError for a member that it does not have."""
    members: dict[str, Any] = {name: value.__dict__[name] for name in value.MEMBERS}
    return type(value)(**{**members, **changes})


def _of_class(annotation: Any) -> bool:
    """Whether an annotation, as text or not, says ClassVar: no member, then."""
    if isinstance(annotation, str):
        return annotation.startswith("ClassVar")
    return getattr(annotation, "__origin__", annotation) is ClassVar
