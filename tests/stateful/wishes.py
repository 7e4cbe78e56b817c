"""What an authorization request asks for, and what the person at the browser does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlencode

from tests.stateful import details
from tests.stateful.model import ISSUER, Person
from tests.stateful.openid import Hint
from tests.world import CHALLENGE

NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True)
class Wish:
    """One request of a client, and one person.

    people: who signs in, the first and any later time; ticked: "all", "first", "none", or the
    "deny" and "switch" of the consent page; account: the button of the account chooser.
    """

    client_id: str
    scope: tuple[str, ...]
    named: tuple[str, ...]
    people: tuple[Person, ...]
    prompt: str | None = None
    max_age: int | None = None
    hint: Hint | None = None
    login_hint: str = ""
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    right: bool = True
    account: str = "continue"
    ticked: str = "all"
    port: int = 8000
    jkt: str | None = None
    details: details.Numbers = ()
    kept: tuple[int, ...] | None = None  # of those, the places of which are ticked; None: of all
    signed: str = ""  # what is wrong with the object that it is in; "plain": it is in none

    def url(self, redirect: str, nonce: str) -> str:
        """The authorization request."""
        return f"{ISSUER}/authorize?{urlencode(self.pairs(redirect, nonce))}"

    def pairs(self, redirect: str, nonce: str) -> list[tuple[str, str]]:
        """Its parameters."""
        claims = {place: dict.fromkeys(names) for place, names in self.claims.items()}
        parameters = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect,
            "scope": " ".join(self.scope),
            "state": nonce,
            "nonce": nonce,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "prompt": self.prompt,
            "max_age": self.max_age,
            "id_token_hint": self.hint.text if self.hint else None,
            "login_hint": self.login_hint or None,
            "claims": json.dumps(claims) if claims else None,
            "dpop_jkt": self.jkt,
            "authorization_details": details.text(self.details) if self.details else None,
        }
        pairs = [(name, str(value)) for name, value in parameters.items() if value is not None]
        return [*pairs, *(("resource", uri) for uri in self.named)]
