"""Asking the issuer about a token. RFC 7662; answers that are signed, RFC 9701."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode

from . import access_token, claims, strict_json
from .claims import TokenRules
from .errors import InvalidToken, IssuerUnavailable, NotActive
from .fetching import Answer, Call, ask
from .issuer import Issuer

TYPE = "token-introspection+jwt"
# A signed answer is from just now, the difference of the clocks aside.
SIGNED_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Introspection:
    """How this resource server asks: as a client of the issuer, with HTTP Basic.

    opaque: tokens are not JWTs, and the answer is all there is to know; otherwise a token is first
    checked by itself, and then asked about. signed: take signed answers only. endpoint: None is
    what the issuer's metadata say.
    """

    client_id: str
    client_secret: str = field(repr=False)
    opaque: bool = False
    signed: bool = False
    endpoint: str | None = None

    def ask(
        self,
        token: str,
        issuer: Issuer,
        audiences: frozenset[str],
        rules: TokenRules,
        now: float,
    ) -> Mapping[str, Any]:
        """What the issuer says of an active token; NotActive, or IssuerUnavailable."""
        url = self.endpoint or issuer.endpoint("introspection_endpoint")
        form = urlencode({"token": token, "token_type_hint": "access_token"}).encode()
        answer = ask(issuer.fetch, Call(url, self._headers(), form))
        if answer.status != 200:
            raise IssuerUnavailable(f"{url} answered {answer.status}")
        if answer.content_type == f"application/{TYPE}":
            said = self._signed(answer, issuer, audiences, rules, now)
        elif self.signed:
            raise IssuerUnavailable(f"{url} gave an answer that is not signed")
        else:
            said = _plain(answer)
        # Anything but true is not true.
        if said.get("active") is not True:
            raise NotActive
        return said

    def opaque_claims(
        self,
        token: str,
        issuer: Issuer,
        audiences: frozenset[str],
        rules: TokenRules,
        now: float,
    ) -> Mapping[str, Any]:
        """The claims of a token that only the issuer can read; InvalidToken, IssuerUnavailable."""
        said = self.ask(token, issuer, audiences, rules, now)
        claims.check(
            said,
            claims.REQUIRED_OF_OPAQUE,
            issuer=issuer.issuer,
            audiences=audiences,
            now=now,
            tolerance=rules.tolerance,
        )
        return said

    def _headers(self) -> dict[str, str]:
        # RFC 6749 section 2.3.1: both are form-encoded first.
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret)}"
        return {
            "Authorization": "Basic " + base64.b64encode(pair.encode()).decode(),
            "Accept": f"application/{TYPE}" + ("" if self.signed else ", application/json;q=0.9"),
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def _signed(
        self,
        answer: Answer,
        issuer: Issuer,
        audiences: frozenset[str],
        rules: TokenRules,
        now: float,
    ) -> Mapping[str, Any]:
        """RFC 9701 section 5: from the issuer, for this resource server, and about this moment."""
        try:
            outer = access_token.signed(answer.body.decode(), TYPE, issuer, rules).claims
            claims.check(
                outer,
                ("iss", "aud", "iat"),
                issuer=issuer.issuer,
                # The resource server's name: as a client, or as a resource.
                audiences=audiences | {self.client_id},
                now=now,
                tolerance=rules.tolerance,
            )
            if outer["iat"] < now - SIGNED_SECONDS - rules.tolerance:
                raise ValueError("the answer is old")
            said = outer.get("token_introspection")
            if not isinstance(said, dict):
                raise ValueError("no token_introspection")
        except (ValueError, InvalidToken) as problem:
            # Not the client's fault: it has sent another token than this.
            raise IssuerUnavailable(f"a signed introspection answer: {problem}") from None
        return said


def _plain(answer: Answer) -> Mapping[str, Any]:
    try:
        if answer.content_type != "application/json":
            raise ValueError(f"{answer.content_type!r} is not JSON")
        return strict_json.read_object(answer.body.decode())
    except ValueError as problem:
        raise IssuerUnavailable(f"an introspection answer: {problem}") from None
