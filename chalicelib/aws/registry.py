"""Clients, resources and trusted issuers, kept in memory for a minute: no request waits twice.

What was changed, disabled or removed is served as before for at most FRESH seconds by a process
that had read it. Nothing of a user is ever kept.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ..protocol import resource_uri
from ..records.client import Client, client_key
from ..records.directory_entry import DirectoryEntry, directory_partition
from ..records.record import Key, Record
from ..records.resource import Resource, resource_key
from ..values import replace
from .table import Table

if TYPE_CHECKING:
    from ..records.trusted_issuer import TrustedIssuer

R = TypeVar("R", bound=Record)

FRESH = 60
MOST_KEPT = 500
MOST_RESOURCES = 100
MOST_ASKED = 10
# What reads the documents of clients (client_documents.py): the identifier, what is known of it,
# and whether it must be current.
Documents = Callable[[str, Callable[[], Client | None], bool], Client | None]
FAMILIES = "resource family"  # the directory of those that cover the paths below them


class Registry:
    """Looks up clients, resources and issuers. `clock` gives epoch seconds."""

    def __init__(
        self, table: Table, clock: Callable[[], int], documents: Documents | None = None
    ) -> None:
        self._table = table
        self._documents = documents
        self._clock = clock
        self._kept: dict[Key, tuple[int, Record]] = {}
        # Directories are read whole, once a minute: of the resources, and of those with families.
        self._names: dict[str, tuple[int, tuple[str, ...]]] = {}
        # Apart, because whoever asks chooses them: they must not push out what is registered.
        self._members: dict[str, tuple[int, Resource]] = {}
        self._described: dict[str, tuple[int, Client]] = {}

    def client(self, client_id: str, *, current: bool = False) -> Client | None:
        """The client of this identifier, or None.

        current: for what it asks for anew; where it has a document at a URL that is not good,
        InvalidRequest says why.
        """
        if not _is_client_id(client_id):
            return None
        if not client_id.startswith(("https://", "http://")):
            client = self.registered(client_id)
            return client if client is None or client.blocked_at is None else None
        if self._documents is None:
            return None
        return self._documents(client_id, partial(self._known, client_id), current)

    def registered(self, client_id: str) -> Client | None:
        """A client as it is stored, whether it may do anything now or not."""
        return self._find(Client, client_key(client_id))

    def resource(self, uri: str) -> Resource | None:
        """The resource of this URI in any spelling; None where none is, nor a family it is of.

        What is registered on its own goes before a family, and the nearest family before others.
        """
        written = resource_uri.canonical(uri)
        read_at, kept = self._members.get(written, (0, None))
        if kept is not None and self._clock() - read_at < FRESH:
            return kept
        for spelling in resource_uri.spellings(uri):
            found = self._find(Resource, resource_key(spelling))
            if found is not None:
                return found
        return self._member(written)

    def trusted_issuer(self, issuer: str) -> TrustedIssuer | None:
        """The trusted issuer of this name, or None."""
        from ..records.trusted_issuer import TrustedIssuer, trusted_issuer_key

        return self._find(TrustedIssuer, trusted_issuer_key(issuer))

    def resources_of(self, client: Client, asked: tuple[str, ...]) -> tuple[Resource, ...]:
        """The resources that a client may name; only those it asks for, where it asks for any."""
        allowed = client.allowed_resources
        if asked:
            asked = asked[:MOST_ASKED]  # each may cost a read, and anyone may ask
            uris = tuple(uri for uri in asked if _may_be_among(uri, allowed))
        else:
            uris = self._directory("resource") if allowed is None else allowed
        found = (self.resource(uri) for uri in uris[:MOST_RESOURCES])
        return tuple(
            resource
            for resource in found
            if resource is not None and resource.is_one_of(allowed) and resource.is_open_to(client)
        )

    def _known(self, url: str) -> Client | None:
        """What is stored of a client with a document; read again as soon as that is not fresh."""
        now = self._clock()
        read_at, kept = self._described.pop(url, (0, None))
        if kept is None or now - read_at >= FRESH or now >= (kept.fresh_until or 0):
            read_at, kept = now, self._table.get(Client, client_key(url))
        if kept is not None:
            if len(self._described) >= MOST_KEPT:
                self._described.pop(next(iter(self._described)))
            self._described[url] = (read_at, kept)
        return kept

    def _member(self, uri: str) -> Resource | None:
        """What stands for a URI that is not registered: the nearest family above, with its URI."""
        above = resource_uri.above(uri)
        families = self._directory(FAMILIES) if above else ()
        for name in (name for higher in above for name in resource_uri.spellings(higher)):
            family = self._find(Resource, resource_key(name)) if name in families else None
            if family is not None and family.covers_subpaths:
                member = replace(
                    family, resource=uri, name=f"{family.name} ({uri})", family=family.resource
                )
                if len(self._members) >= MOST_KEPT:
                    self._members.pop(next(iter(self._members)))
                self._members[uri] = (self._clock(), member)
                return member
        return None

    def _directory(self, directory: str) -> tuple[str, ...]:
        read_at, names = self._names.get(directory, (0, ()))
        if self._clock() - read_at >= FRESH:
            entries = self._table.query(DirectoryEntry, directory_partition(directory))
            names = tuple(entry.name for entry in entries)
            self._names[directory] = (self._clock(), names)
        return names

    def forget(self, key: Key) -> None:
        """Read this client or resource anew the next time: it was changed just now, here."""
        self._kept.pop(key, None)

    def _find(self, kind: type[R], key: Key) -> R | None:
        now = self._clock()
        read_at, kept = self._kept.get(key, (0, None))
        if isinstance(kept, kind) and now - read_at < FRESH and not kept.is_over(now):
            return kept
        found = self._table.get(kind, key)
        self._kept.pop(key, None)
        if found is not None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = (now, found)
        return found


def _may_be_among(uri: str, allowed: tuple[str, ...] | None) -> bool:
    """Whether it is worth a read: what no allowed URI is, or lies above, a client may not name."""
    if allowed is None:
        return True
    named = {resource_uri.canonical(one) for one in allowed}
    return not named.isdisjoint((resource_uri.canonical(uri), *resource_uri.above(uri)))


def _is_client_id(text: str) -> bool:
    """RFC 6749 appendix A.1: visible ASCII; longer than any that is issued or accepted is none."""
    return 1 <= len(text) <= 255 and text.isascii() and text.isprintable()
