"""Names that clients are told, of users and of sessions."""

from __future__ import annotations


class Names:
    """Names that clients are told: one for each thing, and none for two."""

    def __init__(self) -> None:
        self.of: dict[tuple[object, ...], str] = {}

    def learn(self, name: str, *thing: object) -> None:
        """A thing was told by this name."""
        assert self.of.setdefault(thing, name) == name, "the thing had another name"
        assert [one for one, known in self.of.items() if known == name] == [thing], "two things"
