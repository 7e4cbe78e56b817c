"""The life of a signing key: announced before use, kept until the last token it signed is over.

     next ── promote ──► active ── (another is promoted) ──► retired ── retire ──► gone
      └ in the JWKS for ANNOUNCE seconds first                 └ in the JWKS for KEEP seconds more

Verifiers keep a JWKS for up to two hours (API Gateway's HTTP APIs do), and what they read may be
some minutes old already: hence ANNOUNCE.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from ..records.record import Value

HOUR = 60 * 60
CACHED = 2 * HOUR  # for which verifiers keep a JWKS
LATE = HOUR // 6  # how old it may be when they read it: a process's minute, and five of any cache
ANNOUNCE = CACHED + LATE
LONGEST_TOKEN = 24 * HOUR  # no lifetime can be set above it: settings.py, registration/
KEEP = LONGEST_TOKEN + ANNOUNCE
MOST_KEYS = 10  # API Gateway and ALB refuse a JWKS with more

NEXT, ACTIVE, RETIRED = "next", "active", "retired"
ALGORITHMS = ("RS256", "ES256")


class KeyRefused(ValueError):
    """A change of the keys that would break verifiers or tokens; the message says why."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key: its JWK, the ARN that KMS signs by, its state and since when (epoch seconds)."""

    kid: str
    arn: str
    alg: str
    jwk: Mapping[str, str]
    state: str
    created_at: int
    changed_at: int

    def to_map(self) -> dict[str, Value]:
        """The map that the keyring item holds."""
        return {
            "arn": self.arn,
            "alg": self.alg,
            "jwk": dict(self.jwk),
            "state": self.state,
            "created_at": self.created_at,
            "changed_at": self.changed_at,
        }

    @classmethod
    def of_map(cls, kid: str, value: Value) -> SigningKey:
        """Read what `to_map` made."""
        return cls(kid=kid, **cast("Mapping[str, Any]", value))


def signer(keys: Iterable[SigningKey], alg: str) -> SigningKey | None:
    """The active key of an algorithm, or None."""
    return next((key for key in keys if key.alg == alg and key.state == ACTIVE), None)


def jwks(keys: Iterable[SigningKey]) -> list[Mapping[str, str]]:
    """The public keys, active ones first (RFC 7517 section 5)."""
    order = (ACTIVE, NEXT, RETIRED)
    return [key.jwk for key in sorted(keys, key=lambda key: order.index(key.state))]


def next_key(keys: Iterable[SigningKey], alg: str) -> SigningKey | None:
    """The key that is announced for an algorithm, or None."""
    return next((key for key in keys if key.alg == alg and key.state == NEXT), None)


def ready_at(key: SigningKey) -> int | None:
    """From when the key can make its next step, in epoch seconds: None for an active key."""
    return {NEXT: key.changed_at + ANNOUNCE, RETIRED: key.changed_at + KEEP}.get(key.state)


def check_room(keys: tuple[SigningKey, ...], alg: str) -> None:
    """KeyRefused when no new key for this algorithm can be announced now."""
    if next_key(keys, alg) is not None:
        raise KeyRefused(f"there is already a next key for {alg}")
    if len(keys) >= MOST_KEYS:
        raise KeyRefused(f"the JWKS holds {MOST_KEYS} keys already; retire one first")


def announce(
    keys: tuple[SigningKey, ...], arn: str, jwk: Mapping[str, str], now: int
) -> tuple[SigningKey, ...]:
    """Publish a new key. In a stage's first hour an algorithm's first key is active at once."""
    alg = jwk["alg"]
    if any(key.kid == jwk["kid"] for key in keys):
        raise KeyRefused("this key is already in the keyring")
    check_room(keys, alg)
    # No verifier can hold a JWKS that is older than the stage itself.
    setting_up = all(now - key.created_at < HOUR for key in keys)
    state = ACTIVE if setting_up and signer(keys, alg) is None else NEXT
    return (*keys, SigningKey(jwk["kid"], arn, alg, jwk, state, now, now))


def promote(
    keys: tuple[SigningKey, ...], alg: str, now: int, *, force: bool = False
) -> tuple[SigningKey, ...]:
    """Sign with the next key from now on; KeyRefused while verifiers may not know it yet.

    `force` is for a key that is no longer trusted: some verifiers will fail for a while.
    """
    waiting = next_key(keys, alg)
    if waiting is None:
        raise KeyRefused(f"there is no next key for {alg}")
    known_at = waiting.changed_at + ANNOUNCE
    if now < known_at and not force:
        raise KeyRefused(
            f"the next key for {alg} is not known to all verifiers before {iso(known_at)} "
            f"({known_at - now} seconds from now)"
        )
    moves = {waiting.kid: ACTIVE}
    current = signer(keys, alg)
    if current is not None:
        moves[current.kid] = RETIRED
    return tuple(
        replace(key, state=moves[key.kid], changed_at=now) if key.kid in moves else key
        for key in keys
    )


def drop(
    keys: tuple[SigningKey, ...], kid: str, now: int, *, force: bool = False
) -> tuple[SigningKey, ...]:
    """Take a retired key out of the JWKS; KeyRefused while tokens it signed may be alive.

    `force` is for a key that is no longer trusted: its tokens stop being accepted.
    """
    key = next((key for key in keys if key.kid == kid), None)
    if key is None:
        raise KeyRefused("there is no such key")
    if key.state != RETIRED:
        raise KeyRefused(f"the key is {key.state}; only a retired key can go")
    over_at = key.changed_at + KEEP
    if now < over_at and not force:
        raise KeyRefused(
            f"tokens signed by this key may live until {iso(over_at)} "
            f"({over_at - now} seconds from now)"
        )
    return tuple(other for other in keys if other.kid != kid)


def iso(time: int) -> str:
    """A time in epoch seconds, as people read it (RFC 3339, UTC)."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
