"""Registered names, each standing for a module that is imported when it is first looked up.

A cold Lambda pays only for the door it opens: listing, counting and asking `in` import nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Generic, TypeVar, cast

Member = TypeVar("Member")


class Modules(Mapping[str, Member], Generic[Member]):
    """A table of members: protocol name to module name, in `package`.

    >>> GRANT_TYPES: Modules[GrantType] = Modules(__name__, {"refresh_token": "refresh_token"})
    """

    def __init__(self, package: str, members: Mapping[str, str]) -> None:
        self.package = package
        self.members = dict(members)
        self._loaded: dict[str, ModuleType] = {}

    def __getitem__(self, name: str) -> Member:
        module = self._loaded.get(name)
        if module is None:
            module = import_module(f"{self.package}.{self.members[name]}")
            self._loaded[name] = module
        return cast(Member, module)

    # Mapping's own __contains__ calls __getitem__, which imports.
    def __contains__(self, name: object) -> bool:
        return name in self.members

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)
