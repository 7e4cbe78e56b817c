"""Clients and resources, kept in memory for a minute: nobody's request waits for them twice.

A client or resource that was changed, disabled or removed is served as before for at most FRESH
seconds by a process that had read it. Nothing of a user is ever kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..records.client import Client, client_key
from ..records.directory_entry import DirectoryEntry, directory_partition
from ..records.record import Key, Record
from ..records.resource import Resource, resource_key
from .table import Table

R = TypeVar("R", bound=Record)

FRESH = 60
MOST_KEPT = 500
MOST_RESOURCES = 100
MOST_ASKED = 10


class Registry:
    """Looks up clients and resources. `clock` gives epoch seconds."""

    def __init__(self, table: Table, clock: Callable[[], int]) -> None:
        self._table = table
        self._clock = clock
        self._kept: dict[Key, tuple[int, Record]] = {}
        self._names: tuple[int, tuple[str, ...]] = (0, ())

    def client(self, client_id: str) -> Client | None:
        """The client of this identifier, or None."""
        return self._find(Client, client_key(client_id)) if _is_client_id(client_id) else None

    def resource(self, uri: str) -> Resource | None:
        """The resource of this URI, or None."""
        return self._find(Resource, resource_key(uri))

    def resources_of(self, client: Client, asked: tuple[str, ...]) -> tuple[Resource, ...]:
        """The resources that a client may name; only those it asks for, where it asks for any."""
        allowed = client.allowed_resources
        if asked:
            asked = asked[:MOST_ASKED]  # each may cost a read, and anyone may ask
            uris = asked if allowed is None else tuple(uri for uri in asked if uri in allowed)
        else:
            uris = self._all_resources() if allowed is None else allowed
        found = (self.resource(uri) for uri in uris[:MOST_RESOURCES])
        return tuple(resource for resource in found if resource is not None)

    def _all_resources(self) -> tuple[str, ...]:
        read_at, names = self._names
        if self._clock() - read_at >= FRESH:
            entries = self._table.query(DirectoryEntry, directory_partition("resource"))
            names = tuple(entry.name for entry in entries)
            self._names = (self._clock(), names)
        return names

    def _find(self, kind: type[R], key: Key) -> R | None:
        now = self._clock()
        read_at, kept = self._kept.get(key, (0, None))
        if isinstance(kept, kind) and now - read_at < FRESH:
            return kept
        found = self._table.get(kind, key)
        self._kept.pop(key, None)
        if found is not None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = (now, found)
        return found


def _is_client_id(text: str) -> bool:
    """RFC 6749 appendix A.1: visible ASCII; longer than any that is issued or accepted is none."""
    return 1 <= len(text) <= 255 and text.isascii() and text.isprintable()
