"""Token status lists: whether a token was revoked, without a call for each request.

draft-ietf-oauth-status-list-21 sections 4, 5.1, 6.2 and 8.3.

    list made (iat) ──── half of ttl ──── ttl ────► time
              used      │ loaded again;  │ not used any more: 503,
                        │ used meanwhile │ unless `oldest` says longer
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import access_token, claims
from .claims import TokenRules, is_time
from .encoding import digest, from_base64url
from .errors import (
    InvalidToken,
    IssuerUnavailable,
    MalformedToken,
    MissingClaim,
    NotActive,
    StatusUnavailable,
)
from .fetching import Call, ask
from .issuer import Issuer

TYPE = "statuslist+jwt"
MEDIA_TYPE = f"application/{TYPE}"
BITS = (1, 2, 4, 8)
VALID = 0
MOST_CHARACTERS = 256 * 1024
MOST_INDEX = 2**40
SECONDS = 300  # where a list does not say how long it may be kept
PAUSE = 1
PAUSE_AFTER_FAILURE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusLists:
    """That tokens are looked up in status lists, and how.

    required: a token that names no list is refused. oldest: for how many seconds after it was made
    a list is used, if the issuer is down or makes lists seldom; None is the list's own `ttl`. most:
    lists kept in memory. most_bytes: the size of one, unpacked.
    """

    required: bool = True
    oldest: int | None = None
    most: int = 256
    most_bytes: int = 1024 * 1024

    def __post_init__(self) -> None:
        if self.most < 1 or self.most_bytes < 1 or (self.oldest is not None and self.oldest < 1):
            raise ValueError("oldest, most and most_bytes must be 1 or more")


@dataclass(frozen=True, slots=True)
class StatusList:
    """A list that was checked; `gone_at`: when it is not believed any more, in epoch seconds."""

    bits: int
    packed: bytes = field(repr=False)
    clients: Mapping[str, float]
    made_at: float
    renew_at: float
    gone_at: float

    def status(self, index: int) -> int:
        """The status at an index, section 4.1; NotActive when the list has no such index."""
        per_byte = 8 // self.bits
        if index >= len(self.packed) * per_byte:
            raise NotActive("the status list has no such index")
        shift = index % per_byte * self.bits
        return self.packed[index // per_byte] >> shift & (1 << self.bits) - 1


class _Slot:
    """What is held for one URI; one thread loads, the others wait where they have nothing."""

    def __init__(self) -> None:
        self.held: StatusList | None = None
        self.loading = threading.Lock()
        self.failed_at: float | None = None


class Lists:
    """The status lists of an issuer, as they are met. Safe for threads."""

    def __init__(
        self, wanted: StatusLists, issuer: Issuer, rules: TokenRules, now: Callable[[], float]
    ) -> None:
        self._wanted = wanted
        self._issuer = issuer
        self._rules = rules
        self._now = now
        self._slots: dict[str, _Slot] = {}
        self._lock = threading.Lock()

    def check(self, token: Mapping[str, Any]) -> None:
        """NotActive for the claims of a revoked token; StatusUnavailable when nobody can say."""
        found = reference(token)
        if found is None:
            if self._wanted.required:
                raise MissingClaim("no status")
            return
        index, uri = found
        listed = self._get(uri)
        if listed.status(index) != VALID:
            raise NotActive("revoked, by the status list")
        until = listed.clients.get(digest(str(token.get("client_id", "")).encode()))
        if until is not None and token.get("iat", 0) <= until:
            raise NotActive("its client was revoked, by the status list")

    def _get(self, uri: str) -> StatusList:
        slot, now = self._slot(uri), self._now()
        held = slot.held
        if held is not None and held.made_at <= now + self._rules.tolerance and now < held.renew_at:
            return held
        usable = held is not None and now < held.gone_at
        if not slot.loading.acquire(blocking=not usable):
            assert held is not None
            return held
        try:
            if slot.held is held:
                self._try(slot, uri, now)
            listed = slot.held
            if listed is None or self._now() >= listed.gone_at:
                raise StatusUnavailable(f"{uri} is too old, or did not answer lately")
            return listed
        finally:
            slot.loading.release()

    def _try(self, slot: _Slot, uri: str, now: float) -> None:
        failed = slot.failed_at
        if failed is not None and failed <= now < failed + PAUSE_AFTER_FAILURE:
            return
        try:
            slot.held = self._load(uri)
            slot.failed_at = None
        except (IssuerUnavailable, StatusUnavailable) as problem:
            slot.failed_at = now
            if slot.held is None or now >= slot.held.gone_at:
                raise StatusUnavailable(problem.reason) from problem

    def _slot(self, uri: str) -> _Slot:
        with self._lock:
            slot = self._slots.pop(uri, None) or _Slot()
            if len(self._slots) >= self._wanted.most:
                del self._slots[next(iter(self._slots))]
            # Last in order: the one that was used longest ago is the first to go.
            self._slots[uri] = slot
            return slot

    def _load(self, uri: str) -> StatusList:
        answer = ask(self._issuer.fetch, Call(uri, {"Accept": MEDIA_TYPE}))
        if answer.status != 200 or answer.content_type != MEDIA_TYPE:
            raise StatusUnavailable(f"{uri} answered {answer.status} {answer.content_type}")
        try:
            text = answer.body.decode()
            told = access_token.signed(text, TYPE, self._issuer, self._rules, MOST_CHARACTERS)
            return self._read(told.claims, uri)
        except (ValueError, InvalidToken) as problem:
            # Not the client's fault: its own token is another one.
            raise StatusUnavailable(f"{uri}: {problem}") from None

    def _read(self, told: Mapping[str, Any], uri: str) -> StatusList:
        now, tolerance = self._now(), self._rules.tolerance
        if told.get("iss", self._issuer.issuer) != self._issuer.issuer or told.get("sub") != uri:
            raise ValueError("it is another list, or another issuer's")
        made_at, ttl, ends_at = told.get("iat"), told.get("ttl", SECONDS), told.get("exp")
        if not is_time(made_at) or not is_time(ttl) or not ttl:
            raise ValueError("iat or ttl is not what it must be")
        if ends_at is not None and not (is_time(ends_at) and now < ends_at + tolerance):
            raise ValueError("it has expired")
        assert made_at is not None
        if made_at > now + tolerance:
            raise ValueError("it was made in the future")
        gone_at = made_at + (self._wanted.oldest or ttl)
        gone_at = gone_at if ends_at is None else min(gone_at, ends_at + tolerance)
        if now >= gone_at:
            raise ValueError("it is too old")
        bits, packed = unpack(told.get("status_list"), self._wanted.most_bytes)
        half = ttl / 2
        renew_at = max(now + PAUSE, min(now + half, gone_at - half))
        return StatusList(bits, packed, _clients(told), made_at, renew_at, gone_at)


def reference(token: Mapping[str, Any]) -> tuple[int, str] | None:
    """The index and the URI in a token's `status`, section 6.2; None without; MalformedToken."""
    if "status" not in token:
        return None
    status = token["status"]
    named = status.get("status_list") if isinstance(status, dict) else None
    if not isinstance(named, dict):
        # Some other mechanism, which is not known here.
        raise MalformedToken("status without a status_list")
    index, uri = named.get("idx"), named.get("uri")
    if not isinstance(index, int) or isinstance(index, bool) or not isinstance(uri, str):
        raise MalformedToken("status_list is malformed")
    if not 0 <= index <= MOST_INDEX:
        raise MalformedToken("idx is no index")
    return index, uri


def unpack(status_list: object, most_bytes: int) -> tuple[int, bytes]:
    """The bits of an entry and the bytes of a `status_list`, sections 4.1 and 4.2; ValueError.

    It is never unpacked beyond `most_bytes`, whatever it would become.
    """
    if not isinstance(status_list, dict):
        raise ValueError("no status_list")
    bits, lst = status_list.get("bits"), status_list.get("lst")
    if isinstance(bits, bool) or bits not in BITS or not isinstance(lst, str):
        raise ValueError("bits or lst is not what it must be")
    unpacking = zlib.decompressobj()
    try:
        packed = unpacking.decompress(from_base64url(lst), most_bytes + 1)
    except zlib.error as problem:
        raise ValueError(f"lst: {problem}") from None
    if len(packed) > most_bytes:
        raise ValueError(f"lst is larger than {most_bytes} bytes")
    if not unpacking.eof or unpacking.unused_data:
        raise ValueError("lst is cut off, or goes on after its end")
    return int(bits), packed


def _clients(told: Mapping[str, Any]) -> Mapping[str, float]:
    """Postern's own: clients that were revoked as a whole, and until when their tokens are."""
    clients = told.get("revoked_clients", {})
    if not isinstance(clients, dict) or not all(map(claims.is_time, clients.values())):
        raise ValueError("revoked_clients is malformed")
    return clients
