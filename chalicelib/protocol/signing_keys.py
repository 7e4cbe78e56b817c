"""The life of a signing key: announced before use, kept until the last token it signed is over.

     next ── promote ──► active ── (another is promoted) ──► retired ── retire ──► gone
      └ in the JWKS for ANNOUNCE seconds first                 └ in the JWKS for KEEP seconds more

Verifiers keep a JWKS for up to two hours (API Gateway's HTTP APIs do), and what they read may be
some minutes old already: hence ANNOUNCE.

A key signs in one of two modes: `kms`, inside KMS, or `kms-data-key`, here, with a private half
that KMS made and only KMS can decrypt. Each mode and algorithm has an active key of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from ..records.record import Value
from ..settings import SIGNING_ALGORITHMS, SIGNING_MODES
from ..values import Frozen, replace

HOUR = 60 * 60
CACHED = 2 * HOUR  # for which verifiers keep a JWKS
LATE = HOUR // 6  # how old it may be when they read it: a process's minute, and five of any cache
ANNOUNCE = CACHED + LATE
LONGEST_TOKEN = 24 * HOUR  # no lifetime can be set above it: settings.py, registration/
KEEP = LONGEST_TOKEN + ANNOUNCE
MOST_KEYS = 10  # API Gateway and ALB refuse a JWKS with more


NEXT, ACTIVE, RETIRED = "next", "active", "retired"
KMS, DATA_KEY = SIGNING_MODES
# RFC 7518 section 3.1. Ed25519 is RFC 9864's name; EdDSA the older one of the same signature
# (RFC 8037), for verifiers that do not know the new name. Both modes sign with each of them.
ALGORITHMS = SIGNING_ALGORITHMS
MODES: Mapping[str, tuple[str, ...]] = {KMS: ALGORITHMS, DATA_KEY: ALGORITHMS}


class KeyRefused(ValueError):
    """A change of the keys that would break verifiers or tokens; the message says why."""


class SigningKey(Frozen):
    """One key: its JWK, its state and since when (epoch seconds), and who can sign with it.

    arn: the KMS key that signs, or that wraps a data key's private half. encrypted: that private
    half (PKCS 8), by KMS; None where there is none, and once the data key is retired.
    """

    HIDDEN = ("encrypted",)

    kid: str
    arn: str
    alg: str
    jwk: Mapping[str, str]
    state: str
    created_at: int
    changed_at: int
    mode: str = KMS
    encrypted: bytes | None = None

    def to_map(self) -> dict[str, Value]:
        """The map that the keyring item holds; without a mode it is a key inside KMS."""
        data_key = {} if self.mode == KMS else {"mode": self.mode}
        private_half = {} if self.encrypted is None else {"encrypted": self.encrypted}
        return {
            "arn": self.arn,
            "alg": self.alg,
            "jwk": dict(self.jwk),
            "state": self.state,
            "created_at": self.created_at,
            "changed_at": self.changed_at,
            **data_key,
            **private_half,
        }

    @classmethod
    def of_map(cls, kid: str, value: Value) -> SigningKey:
        """Read what `to_map` made."""
        return cls(kid=kid, **cast("Mapping[str, Any]", value))


def signer(keys: Iterable[SigningKey], mode: str, alg: str) -> SigningKey | None:
    """The active key of a mode and algorithm, or None."""
    return _find(keys, mode, alg, ACTIVE)


def jwks(keys: Iterable[SigningKey]) -> list[Mapping[str, str]]:
    """The public keys, active ones first (RFC 7517 section 5)."""
    order = (ACTIVE, NEXT, RETIRED)
    return [key.jwk for key in sorted(keys, key=lambda key: order.index(key.state))]


def next_key(keys: Iterable[SigningKey], mode: str, alg: str) -> SigningKey | None:
    """The key that is announced for a mode and algorithm, or None."""
    return _find(keys, mode, alg, NEXT)


def _find(keys: Iterable[SigningKey], mode: str, alg: str, state: str) -> SigningKey | None:
    wanted = (mode, alg, state)
    return next((key for key in keys if (key.mode, key.alg, key.state) == wanted), None)


def ready_at(key: SigningKey) -> int | None:
    """From when the key can make its next step, in epoch seconds: None for an active key."""
    return {NEXT: key.changed_at + ANNOUNCE, RETIRED: key.changed_at + KEEP}.get(key.state)


def check_room(keys: tuple[SigningKey, ...], mode: str, alg: str) -> None:
    """KeyRefused when no new key of this mode and algorithm can be announced now."""
    if alg not in MODES[mode]:
        raise KeyRefused(f"mode {mode} signs with {', '.join(MODES[mode])}, not with {alg}")
    if next_key(keys, mode, alg) is not None:
        raise KeyRefused(f"there is already a next key for {name(mode, alg)}")
    if len(keys) >= MOST_KEYS:
        raise KeyRefused(f"the JWKS holds {MOST_KEYS} keys already; retire one first")


def announce(
    keys: tuple[SigningKey, ...],
    arn: str,
    jwk: Mapping[str, str],
    now: int,
    *,
    encrypted: bytes | None = None,
) -> tuple[SigningKey, ...]:
    """Publish a new key: a data key where there is an encrypted private half. KeyRefused.

    In a stage's first hour the first key of a mode and algorithm is active at once.
    """
    alg, mode = jwk["alg"], KMS if encrypted is None else DATA_KEY
    if any(key.kid == jwk["kid"] for key in keys):
        raise KeyRefused("this key is already in the keyring")
    check_room(keys, mode, alg)
    # No verifier can hold a JWKS that is older than the stage itself.
    setting_up = all(now - key.created_at < HOUR for key in keys)
    state = ACTIVE if setting_up and signer(keys, mode, alg) is None else NEXT
    return (*keys, SigningKey(jwk["kid"], arn, alg, jwk, state, now, now, mode, encrypted))


def promote(
    keys: tuple[SigningKey, ...], mode: str, alg: str, now: int, *, force: bool = False
) -> tuple[SigningKey, ...]:
    """Sign with the next key from now on; KeyRefused while verifiers may not know it yet.

    `force` is for a key that is no longer trusted: some verifiers will fail for a while. The
    private half of a data key that is retired here is forgotten: it signs no more.
    """
    waiting = next_key(keys, mode, alg)
    if waiting is None:
        raise KeyRefused(f"there is no next key for {name(mode, alg)}")
    known_at = waiting.changed_at + ANNOUNCE
    if now < known_at and not force:
        raise KeyRefused(
            f"the next key for {name(mode, alg)} is not known to all verifiers before "
            f"{iso(known_at)} ({known_at - now} seconds from now)"
        )
    moves = {waiting.kid: replace(waiting, state=ACTIVE, changed_at=now)}
    current = signer(keys, mode, alg)
    if current is not None:
        moves[current.kid] = replace(current, state=RETIRED, changed_at=now, encrypted=None)
    return tuple(moves.get(key.kid, key) for key in keys)


def take_back(keys: tuple[SigningKey, ...], mode: str, alg: str) -> tuple[SigningKey, ...]:
    """Without the next key, which has signed nothing: for one that is no longer trusted."""
    return tuple(key for key in keys if (key.mode, key.alg, key.state) != (mode, alg, NEXT))


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


def name(mode: str, alg: str) -> str:
    """What people call the keys of a mode and algorithm: by the algorithm alone inside KMS."""
    return alg if mode == KMS else f"{alg} in mode {mode}"


def iso(time: int) -> str:
    """A time in epoch seconds, as people read it (RFC 3339, UTC)."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
