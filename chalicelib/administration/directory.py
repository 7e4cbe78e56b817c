"""The directories: which clients, resources and users there are, without a scan."""

from __future__ import annotations

from collections.abc import Iterator

from ..records.directory_entry import DirectoryEntry, directory_partition
from ..records.record import MOST_SORT
from ..services import Services


def add(directory: str, name: str, services: Services, expires_at: int | None = None) -> None:
    """Enter a name, until then if a time is given; entering it twice is no error."""
    services.table.put(DirectoryEntry(directory=directory, name=name, expires_at=expires_at))


def remove(directory: str, name: str, services: Services) -> None:
    """Take a name out, if it is there."""
    services.table.delete(DirectoryEntry(directory=directory, name=name).key)


def owned_by(user_id: str) -> str:
    """The directory of a developer's own clients."""
    return f"client#{user_id}"


def page(directory: str, after: str, most: int, services: Services) -> tuple[str, ...]:
    """At most so many names that follow `after`, in order: one read."""
    partition = directory_partition(directory)
    # Whoever asks may write anything there; no name is longer than a key can be.
    after = after.encode(errors="replace")[:MOST_SORT].decode(errors="ignore")
    entries = services.table.page(DirectoryEntry, partition, after, most)
    return tuple(entry.name for entry in entries)


def names(directory: str, services: Services) -> Iterator[str]:
    """Every name, in order. What it names may be gone, if a write failed half-way."""
    entries = services.table.query(DirectoryEntry, directory_partition(directory))
    return (entry.name for entry in entries)
