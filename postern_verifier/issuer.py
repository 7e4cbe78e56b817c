"""The issuer: its metadata and its keys. RFC 8414, OpenID Connect Discovery 1.0, RFC 7517."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from . import keys, strict_json
from .cached import Cached, Caching
from .errors import IssuerUnavailable, UnknownKey
from .fetching import Answer, Call, Fetch, ask
from .keys import Key

MOST_KEYS = 100
_ACCEPT = {"Accept": "application/json"}


class Issuer:
    """What is known of an issuer; fetched when it is needed, kept as `caching` says.

    jwks_uri: where its keys are; None: where its metadata say.
    """

    def __init__(
        self,
        issuer: str,
        *,
        jwks_uri: str | None,
        caching: Caching,
        fetch: Fetch,
        now: Callable[[], float],
    ) -> None:
        self.issuer = issuer
        self.fetch = fetch
        self._jwks_uri = jwks_uri
        self._caching = caching
        self._metadata = Cached(self._load_metadata, caching, now)
        self._keys = Cached(self._load_keys, caching, now)

    def endpoint(self, name: str) -> str:
        """The URL that the metadata give for `jwks_uri` and the like; IssuerUnavailable."""
        url = self._metadata.get().get(name)
        if not isinstance(url, str):
            raise IssuerUnavailable(f"the metadata of {self.issuer} name no {name}")
        return url

    def key(self, kid: object, alg: str) -> Key:
        """The key of this name for this algorithm; UnknownKey, or IssuerUnavailable."""
        held = self._keys.get()
        found = _found(held, kid, alg) or _found(self._keys.newer(held), kid, alg)
        if found is None:
            raise UnknownKey(f"no key with kid {kid!r} for {alg}")
        return found

    def _load_metadata(self) -> tuple[dict[str, Any], int]:
        for url in metadata_urls(self.issuer):
            answer = ask(self.fetch, Call(url, _ACCEPT))
            if 400 <= answer.status < 500:
                continue  # API Gateway answers 403 outside of a stage path
            document = _document(url, answer)
            # RFC 8414 section 3.3: another issuer's metadata must not be used.
            if document.get("issuer") != self.issuer:
                raise IssuerUnavailable(f"{url} is of issuer {document.get('issuer')!r}")
            return document, self._caching.fresh_for(answer)
        raise IssuerUnavailable(f"{self.issuer} has no metadata")

    def _load_keys(self) -> tuple[tuple[Key, ...], int]:
        url = self._jwks_uri or self.endpoint("jwks_uri")
        answer = ask(self.fetch, Call(url, _ACCEPT))
        listed = _document(url, answer).get("keys")
        if not isinstance(listed, list) or len(listed) > MOST_KEYS:
            raise IssuerUnavailable(f"{url} is not a key set")
        return tuple(_readable(listed)), self._caching.fresh_for(answer)


def metadata_urls(issuer: str) -> tuple[str, ...]:
    """Where metadata can be: before the issuer's path, RFC 8414, or after it, OpenID."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    return (
        f"{parts.scheme}://{parts.netloc}/.well-known/oauth-authorization-server{path}",
        f"{issuer.rstrip('/')}/.well-known/openid-configuration",
    )


def _document(url: str, answer: Answer) -> dict[str, Any]:
    if answer.status != 200:
        raise IssuerUnavailable(f"{url} answered {answer.status}")
    try:
        return strict_json.read_object(answer.body.decode())
    except ValueError as problem:
        raise IssuerUnavailable(f"{url}: {problem}") from None


def _readable(listed: list[Any]) -> Iterator[Key]:
    """The keys that this can use: RFC 7517 section 5 has the others ignored."""
    for jwk in listed:
        try:
            if isinstance(jwk, dict):
                yield keys.read(jwk)
        except ValueError:
            continue


def _found(held: tuple[Key, ...], kid: object, alg: str) -> Key | None:
    """The one key that fits; two of one name for one algorithm are none."""
    fitting = [key for key in held if key.kid is not None and key.kid == kid and alg in key.algs]
    return fitting[0] if len(fitting) == 1 else None
