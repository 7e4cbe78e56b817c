"""The public keys of others, by value (`jwks`) or at a URL (`jwks_uri`). RFC 7591 section 2.

Of clients, and of issuers that are trusted.

Strangers choose the kid of a token, never what is called or how often:

     fetched ───── FRESH: nobody is asked ────► fetched again when one is asked for
        └ a kid that is not there ── AGAIN ──► fetched again, once
     failed ── AGAIN: nobody is asked, no key ──► fetched again when one is asked for

How often is for each process. A token says by its kid which of the registered keys signed it, and
has no other say: keys and addresses in its header are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from .protocol import jwk_set, signature, strict_json
from .protocol.jwk_set import Key, Keys
from .values import Frozen, replace

if TYPE_CHECKING:
    from .fetching import Fetcher
    from .protocol.jwt import Token

FRESH = 5 * 60  # seconds
AGAIN = 60  # seconds
MOST_KEPT = 100
TYPES = ("application/json", "application/jwk-set+json")
MOST_BRACKETS = 1000  # twenty keys, with certificates that nobody looks at


class Owner(Protocol):
    """Who has keys: a client, or a trusted issuer."""

    @property
    def jwks(self) -> Keys:
        """By value; none where they are at a URL."""

    @property
    def jwks_uri(self) -> str | None:
        """Where they are; None where they are here."""


class NoKey(Exception):
    """No key of the owner's is the one; the message says why, for the owner's developer.

    `detail` says more, for the log only.
    """

    def __init__(self, message: str, detail: str = "") -> None:
        self.detail = detail
        super().__init__(message)


class _Kept(Frozen):
    """What a URL brought. keys: None where it brought none; then detail says why.

    at: when the keys were fetched. tried_at: when the last try was. Both in epoch seconds.
    """

    keys: Keys | None
    at: int
    tried_at: int
    detail: str = ""


class ClientKeys:
    """Finds keys. `fetcher` gives who calls others, and `clock` epoch seconds."""

    def __init__(self, fetcher: Callable[[], Fetcher], clock: Callable[[], int]) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    def have_signed(self, owner: Owner, token: Token) -> bool:
        """Whether a registered key made the signature of a token whose `alg` was checked. NoKey."""
        alg, kid = token.header["alg"], token.header.get("kid")
        return any(
            signature.verify(alg, {**key, "alg": alg}, token.signing_input, token.signature)
            for key in self.find(owner, alg, kid)
        )

    def find(self, owner: Owner, alg: str, kid: str | None) -> Keys:
        """The registered keys that could have made a signature under `alg`. NoKey."""
        if owner.jwks_uri is None:
            return _chosen(owner.jwks, alg, kid)
        kept = self._fetched(owner.jwks_uri)
        if not jwk_set.choose(kept.keys or (), alg, kid):
            kept = self._renewed(owner.jwks_uri, kept)
        if kept.keys is None:
            raise NoKey("The keys at the jwks_uri cannot be read.", kept.detail)
        return _chosen(kept.keys, alg, kid)

    def must_have(self, owner: Owner, public: Key) -> None:
        """That a public key is one of the client's, whatever it calls it. NoKey."""
        if owner.jwks_uri is None:
            keys = owner.jwks
        else:
            kept = self._fetched(owner.jwks_uri)
            if not _holds(kept.keys or (), public):
                kept = self._renewed(owner.jwks_uri, kept)
            if kept.keys is None:
                raise NoKey("The keys at the jwks_uri cannot be read.", kept.detail)
            keys = kept.keys
        if not _holds(keys, public):
            raise NoKey("There is no such key.")

    def _fetched(self, uri: str) -> _Kept:
        kept, now = self._kept.get(uri), self._clock()
        if kept is None:
            return self._fetch(uri, None)
        if kept.keys is not None and now - kept.at < FRESH:
            return kept
        return self._fetch(uri, None) if now - kept.tried_at >= AGAIN else replace(kept, keys=None)

    def _renewed(self, uri: str, kept: _Kept) -> _Kept:
        """Who has changed the keys signs with the new one at once."""
        return kept if self._clock() - kept.tried_at < AGAIN else self._fetch(uri, kept)

    def _fetch(self, uri: str, before: _Kept | None) -> _Kept:
        from .fetching import NotFetched

        now = self._clock()
        try:
            text = self._fetcher().text(uri, *TYPES)
            document = strict_json.read_object(text, most_brackets=MOST_BRACKETS)
            kept = _Kept(jwk_set.read(document), now, now)
        except (NotFetched, ValueError, RecursionError) as problem:
            kept = _Kept(None, now, now, f"jwks_uri: {problem}")
        if kept.keys is None and before is not None:
            kept = replace(before, tried_at=now, detail=kept.detail)
        self._kept.pop(uri, None)
        if len(self._kept) >= MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[uri] = kept
        return kept


def _holds(keys: Keys, public: Key) -> bool:
    return any(all(key.get(name) == public[name] for name in public) for key in keys)


def _chosen(keys: Keys, alg: str, kid: str | None) -> Keys:
    found = jwk_set.choose(keys, alg, kid)
    if not keys:
        raise NoKey("No keys are registered.")
    if not found:
        raise NoKey(f"There is no such key for {alg}.")
    if len(found) > 1 and kid is None:
        # OpenID Connect Core section 10.1.
        raise NoKey(f"There are several keys for {alg}, and the kid is missing.")
    return found
