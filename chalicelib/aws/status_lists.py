"""Token status lists in the table: giving out places, noting revocations, reading a list's.

    V#next        ADD 64 ──► places for 64 tokens or grants, given out from this process's memory
    V#<list>      <minute it may be forgotten>#<hash> ──► indices that are revoked
    V#clients     <minute>#<hash> ──► clients all of whose tokens are

docs/decisions/0034 has the arithmetic. Nothing here grows with the tokens that live.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from ..protocol import status_list
from ..protocol.signing_keys import LONGEST_TOKEN
from ..records.status import (
    CLIENTS,
    NextPlace,
    RevokedClient,
    RevokedPlaces,
    list_partition,
    since,
    whole_minutes,
)
from .registry import FRESH
from .table import Table

LEASE = 64  # it divides a list's size, so a lease lies in one list
MOST_AT_ONCE = 10_000  # places in one item, which may have 400 KB
# A request that was under way when its grant was revoked has its token made by then, in seconds.
SLOWEST_REQUEST = 120
_MOST_PLACES = 2**49
MOST_KEPT = 64  # lists in memory, at most 234 KB each

Published = tuple[str, int]


class StatusLists:
    """The lists of one stage. `clock` gives epoch seconds, `salt` the stage's random bytes."""

    def __init__(self, table: Table, clock: Callable[[], int], salt: Callable[[], bytes]) -> None:
        self._table = table
        self._clock = clock
        self._salt = salt
        self._leased = range(0)
        self._given = 0
        self._kept: dict[str, Published] = {}

    def allocate(self) -> int:
        """A place that nobody else has or gets: a write for every LEASE. TemporarilyUnavailable."""
        salt = self._salt()
        if not self._leased:
            # An answer that is lost leaves places that nobody has. It never gives one out twice.
            end = self._table.add(
                NextPlace(),
                "n",
                LEASE,
                when="attribute_not_exists(n) OR n < :limit",
                limit=_MOST_PLACES,
            )
            self._leased = range(end - LEASE, end)
            self._given = max(self._given, end)
        number, self._leased = self._leased[0], self._leased[1:]
        return status_list.position(number, salt)

    def are_used(self) -> bool:
        """Whether any place was ever given out: one read."""
        return self._table.get(NextPlace, NextPlace().key) is not None

    def revoke(self, places: Iterable[int], longest: int) -> None:
        """Note that what stands in these places is revoked: a write for each list that has some.

        longest: how long a token in them can live, in seconds. No more of them may be made.
        TemporarilyUnavailable: not all of it is noted, and doing it again does no harm.
        """
        by_list: dict[int, set[int]] = {}
        for place in places:
            in_list, index = status_list.split(place)
            by_list.setdefault(in_list, set()).add(index)
        expires_at = whole_minutes(self._clock() + longest + SLOWEST_REQUEST)
        for in_list, found in by_list.items():
            indices = iter(sorted(found))
            while some := tuple(islice(indices, MOST_AT_ONCE)):
                self._table.put(RevokedPlaces(in_list=in_list, indices=some, expires_at=expires_at))

    def revoke_client(self, client_id: str) -> None:
        """Note that all tokens of a client are revoked: one write. TemporarilyUnavailable."""
        now = self._clock()
        record = RevokedClient(
            digest=status_list.client_digest(client_id),
            # A process that has read the client before goes on with it for so long.
            until=now + FRESH,
            expires_at=whole_minutes(now + FRESH + LONGEST_TOKEN),
        )
        self._table.put(record)

    def exists(self, in_list: int) -> bool:
        """Whether a place of a list was ever given out; a read where it is not known yet."""
        if in_list * status_list.SIZE >= self._given:
            found = self._table.get(NextPlace, NextPlace().key)
            self._given = max(self._given, found.count if found else 0)
        return in_list * status_list.SIZE < self._given

    def revoked(self, in_list: int) -> Iterator[int]:
        """The indices of a list that are revoked: as many reads as there is in them, by the MB."""
        start = since(self._clock())
        for record in self._table.query_from(RevokedPlaces, list_partition(in_list), start):
            yield from record.indices

    def revoked_clients(self) -> dict[str, int]:
        """The clients that were revoked, by their digest; until when what they had been issued."""
        found: dict[str, int] = {}
        for record in self._table.query_from(RevokedClient, CLIENTS, since(self._clock())):
            found[record.digest] = max(record.until, found.get(record.digest, 0))
        return found

    def kept(self, name: str, ttl: int) -> Published | None:
        """The list that this process has published lately, and when."""
        text, made_at = self._kept.get(name, ("", 0))
        return (text, made_at) if made_at <= self._clock() < made_at + ttl else None

    def keep(self, name: str, published: Published) -> None:
        """Keep a list; the oldest goes when there are too many."""
        self._kept.pop(name, None)
        if len(self._kept) >= MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[name] = published
