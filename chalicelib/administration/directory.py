"""The directories: which clients, resources and users there are, without a scan."""

from __future__ import annotations

from collections.abc import Iterator

from ..records.directory_entry import DirectoryEntry, directory_partition
from ..services import Services


def add(directory: str, name: str, services: Services) -> None:
    """Enter a name; entering it twice is no error."""
    services.table.put(DirectoryEntry(directory=directory, name=name))


def remove(directory: str, name: str, services: Services) -> None:
    """Take a name out, if it is there."""
    services.table.delete(DirectoryEntry(directory=directory, name=name).key)


def names(directory: str, services: Services) -> Iterator[str]:
    """Every name, in order. What it names may be gone, if a write failed half-way."""
    entries = services.table.query(DirectoryEntry, directory_partition(directory))
    return (entry.name for entry in entries)
