"""The one entrance: a request goes in, its checked token comes out, or why it is refused.

Everything is proved first; what the request uses up, the DPoP proof, is spent last.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import access_token, binding, challenge, claims, metadata, presented, proof
from .cached import Caching
from .challenge import Offer
from .claims import TokenRules
from .errors import Headers, Refused
from .fetching import Fetch, fetch
from .introspection import Introspection
from .issuer import Issuer
from .needs import NOTHING, Needs
from .presented import RequestHeaders
from .proof import ProofRules
from .replays import Replays
from .status_lists import Lists, StatusLists
from .urls import is_safe, origin
from .verified import ANY, Binding, Token


class Verifier:
    """Checks the access tokens of one resource server. Make one when the program starts.

    It keeps the issuer's keys in memory and may be used by several threads at once.

    issuer: as tokens name it, character by character. audience: the names that tokens have for
    this resource server, one is enough. resource: its RFC 9728 identifier, the first audience
    unless given. jwks_uri: the issuer's keys, if not where its metadata say. accept: BOUND refuses
    plain bearer tokens. introspection: ask about each token. status_lists: look each one up in
    the list that it names. further: called with each token that passed so far; raise a Refused to
    refuse it. fetch and now: the network and the clock.
    ValueError for settings that cannot work.
    """

    def __init__(
        self,
        issuer: str,
        audience: str | Iterable[str],
        *,
        resource: str | None = None,
        jwks_uri: str | None = None,
        accept: frozenset[Binding] = ANY,
        tokens: TokenRules | None = None,
        proofs: ProofRules | None = None,
        caching: Caching | None = None,
        introspection: Introspection | None = None,
        status_lists: StatusLists | None = None,
        further: Iterable[Callable[[Token], None]] = (),
        fetch: Fetch = fetch,
        now: Callable[[], float] = time.time,
    ) -> None:
        names = (audience,) if isinstance(audience, str) else tuple(audience)
        if not is_safe(issuer) or "?" in issuer or "#" in issuer:
            raise ValueError("the issuer must be an https URL without query and fragment")
        if not names or not all(names) or not accept:
            raise ValueError("an audience and a binding to accept are needed")
        if resource is not None and not metadata.is_resource(resource):
            raise ValueError("the resource must be an https URL without fragment")
        if resource is None and metadata.is_resource(names[0]):
            resource = names[0]
        self.issuer = issuer
        self.audiences = frozenset(names)
        self.resource = resource
        self._accept = accept
        self._tokens = tokens or TokenRules()
        self._proofs = proofs or ProofRules(first_use=Replays(now=now))
        self._introspection = introspection
        self._further = tuple(further)
        self._now = now
        self._issuer = Issuer(
            issuer, jwks_uri=jwks_uri, caching=caching or Caching(), fetch=fetch, now=now
        )
        self._lists = (
            None if status_lists is None else Lists(status_lists, self._issuer, self._tokens, now)
        )
        self._offer = Offer(
            schemes=(
                *(("DPoP",) if Binding.DPOP in accept else ()),
                *(("Bearer",) if accept - {Binding.DPOP} else ()),
            ),
            algs=self._proofs.algs,
            realm="api" if resource is None else origin(resource),
            metadata_url=None if resource is None else metadata.url(resource),
            nonces=self._proofs.nonces,
        )

    def check(
        self,
        headers: RequestHeaders,
        method: str,
        url: str,
        needs: Needs = NOTHING,
        *,
        certificate: str | bytes | None = None,
    ) -> Token:
        """The access token of a request; Refused when there is none that is good for it.

        headers: pairs, or a mapping if the server refuses repeated headers itself. url: absolute,
        as clients write it, not as a proxy passes it on. certificate: what the TLS layer says that
        the client has shown, DER or PEM; never what a client could put into a header.
        """
        sent = presented.fields(headers)
        now = self._now()
        try:
            return self._check(sent, method, url, needs, certificate, now)
        except Refused as refused:
            scheme = presented.scheme_of(sent, self._offer.schemes)
            refused.headers = challenge.headers(self._offer, refused, needs, scheme, now)
            raise

    def require(self, token: Token, needs: Needs) -> None:
        """Ask more of a token that was checked, where an operation knows what; Refused."""
        now = self._now()
        try:
            needs.check(token, now)
        except Refused as refused:
            scheme = "DPoP" if Binding.DPOP in token.bindings else "Bearer"
            refused.headers = challenge.headers(self._offer, refused, needs, scheme, now)
            raise

    def metadata(self, **more: object) -> dict[str, object]:
        """The RFC 9728 document of this resource, with more of its members; None leaves one out.

        ValueError when the resource has no URL.
        """
        if self.resource is None:
            raise ValueError("the resource has no URL")
        offered: dict[str, object] = {}
        if Binding.DPOP in self._accept:
            offered["dpop_signing_alg_values_supported"] = list(self._proofs.algs)
        if self._accept == {Binding.DPOP}:
            offered["dpop_bound_access_tokens_required"] = True
        if Binding.CERTIFICATE in self._accept:
            offered["tls_client_certificate_bound_access_tokens"] = True
        return metadata.document(self.resource, self.issuer, {**offered, **more})

    @property
    def metadata_path(self) -> str | None:
        """Where the document must be found on the resource's host; None without a URL."""
        return None if self.resource is None else metadata.path(self.resource)

    def _check(
        self,
        sent: presented.Fields,
        method: str,
        url: str,
        needs: Needs,
        certificate: str | bytes | None,
        now: float,
    ) -> Token:
        shown = presented.presented(sent, url, self._offer.schemes)
        found = self._claims(shown.token, now)
        confirmed = binding.confirmation(found)
        proved = None
        if shown.scheme == "DPoP":
            proved = proof.check(shown.proofs, shown.token, method, url, self._proofs, now)
        binding.check(confirmed, self._accept, proved, certificate)
        token = Token(
            found, claims.scope(found), confirmed.bindings, self._fresh_nonce(proved, now)
        )
        needs.check(token, now)
        if self._lists is not None:
            self._lists.check(found)
        self._check_standing(shown.token, now)
        for check in self._further:
            check(token)
        if proved is not None:
            proof.spend(proved, self._proofs, now)
        return token

    def _claims(self, text: str, now: float) -> Mapping[str, Any]:
        if self._introspection is not None and self._introspection.opaque:
            return self._introspection.opaque_claims(
                text, self._issuer, self.audiences, self._tokens, now
            )
        return access_token.check(text, self._issuer, self.audiences, self._tokens, now)

    def _check_standing(self, text: str, now: float) -> None:
        """Last of all calls: only about tokens that are otherwise good is the issuer asked."""
        if self._introspection is not None and not self._introspection.opaque:
            self._introspection.ask(text, self._issuer, self.audiences, self._tokens, now)

    def _fresh_nonce(self, proved: proof.Proof | None, now: float) -> Headers:
        """RFC 9449 section 8.2: the next nonce comes with the answer before it is needed."""
        nonces = self._proofs.nonces
        if proved is None or nonces is None or proved.nonce == nonces.current(now):
            return ()
        return (("DPoP-Nonce", nonces.current(now)),)
