"""A name in a directory, so that operators can list clients, resources and users without a scan."""

from typing import Annotated, ClassVar

from .record import Key, Record


class DirectoryEntry(Record, kw_only=True):
    """`name` is one of `directory`; it is written before what it names and removed after it.

    expires_at: where what it names lapses, a time after that; None for never.
    """

    TYPE: ClassVar[str] = "entry"

    directory: Annotated[str, "d"]
    name: Annotated[str, "nm"]
    expires_at: Annotated[int | None, "x"] = None

    @property
    def key(self) -> Key:
        return Key(directory_partition(self.directory), self.name)


def directory_partition(directory: str) -> str:
    """The partition that holds a directory."""
    return f"I#{directory}"
