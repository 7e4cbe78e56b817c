"""The claims of a user, and the `claims` parameter. OpenID Connect Core sections 5.1, 5.4 and 5.5.

A standard claim belongs to one scope. Who asks for it by name asks for what that scope says: the
user is shown the scope's words, and to decline the scope is to decline its claims. The types of the
claims are checked where they are written, in registration/user_metadata.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ..errors import InvalidRequest
from ..values import Frozen
from . import strict_json

# Section 5.4.
SCOPES: Mapping[str, tuple[str, ...]] = {
    "profile": (
        *("name", "family_name", "given_name", "middle_name", "nickname", "preferred_username"),
        *("profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale"),
        "updated_at",
    ),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}
# Section 2: what tokens.py says of the token and of the sign-in.
OF_ID_TOKEN = (
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "at_hash",
    "sid",
)
STANDARD = tuple(name for names in SCOPES.values() for name in names)
MOST_BYTES = 4096
MOST_BRACKETS = 200

_SCOPE_OF = {name: scope for scope, names in SCOPES.items() for name in names}
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,8}", re.ASCII)


class Wish(Frozen):
    """How one claim is asked for (section 5.5.1). values: those that will do; none: any will."""

    essential: bool = False
    values: tuple[Any, ...] = ()


_NONE: Mapping[str, Wish] = MappingProxyType({})


class Requested(Frozen):
    """A `claims` parameter: each claim that is asked for by name, known or not, and how."""

    userinfo: Mapping[str, Wish] = _NONE
    id_token: Mapping[str, Wish] = _NONE

    def is_for(self, subject: str) -> bool:
        """Whether the request may be answered for this user: false when it names another `sub`."""
        wishes = (place.get("sub", Wish()) for place in (self.userinfo, self.id_token))
        return all(not wish.values or subject in wish.values for wish in wishes)

    def can_have_acr(self, known: Collection[str]) -> bool:
        """Whether one of these may be the ID token's `acr`: false when an essential one is of other
        values (section 5.5.1.1). Otherwise it is a wish, and none is an error."""
        wish = self.id_token.get("acr", Wish())
        return not (wish.essential and wish.values) or any(acr in wish.values for acr in known)

    def fitting(self, known: Mapping[str, Any]) -> Requested:
        """Without the claims that are asked for with values of which none is this user's: those
        are not told (section 5.5.1)."""
        return Requested(_fitting(self.userinfo, known), _fitting(self.id_token, known))

    def within(self, scope: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The standard claims that belong to these scopes, by the place they are asked for."""
        places = {"userinfo": self.userinfo, "id_token": self.id_token}
        names = {place: keep(wishes, scope) for place, wishes in places.items()}
        return {place: kept for place, kept in names.items() if kept}


def read(text: str) -> Requested:
    """Read a `claims` parameter; InvalidRequest when it is malformed.

    Members and claims that are not known are left alone (section 5.5), if they are well-formed.
    """
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise InvalidRequest(f"The claims parameter is longer than {MOST_BYTES} bytes.")
    try:
        document = strict_json.read_object(text, most_brackets=MOST_BRACKETS)
    except ValueError as problem:
        raise InvalidRequest(
            "The claims parameter is not a JSON object.", detail=str(problem)
        ) from None
    return Requested(_place(document, "userinfo"), _place(document, "id_token"))


def scope_of(name: str) -> str | None:
    """The scope that a standard claim belongs to, in one language or in none (section 5.2)."""
    base, mark, language = name.partition("#")
    if mark and not _LANGUAGE.fullmatch(language):
        return None
    return _SCOPE_OF.get(base)


def keep(names: Iterable[str], scope: Collection[str]) -> tuple[str, ...]:
    """The claims that belong to these scopes, in their order: this never widens."""
    return tuple(name for name in names if scope_of(name) in scope)


def of_scope(scope: Iterable[str]) -> tuple[str, ...]:
    """The claims that a scope stands for."""
    return tuple(name for word in scope for name in SCOPES.get(word, ()))


def pick(known: Mapping[str, Any], names: Iterable[str]) -> dict[str, object]:
    """What is known of a user under these names; what is not known is left out (section 5.3.2)."""
    own = (_own_name(name, known) for name in names)
    return {name: known[name] for name in own if name in known}


def _own_name(name: str, known: Mapping[str, Any]) -> str:
    """The name that a claim is known by: the language in it has no case (section 5.2)."""
    if name in known or scope_of(name) is None:
        return name
    return next((own for own in known if _without_case(own) == _without_case(name)), name)


def _without_case(name: str) -> tuple[str, str]:
    base, _, language = name.partition("#")
    return base, language.lower()


def _fitting(wishes: Mapping[str, Wish], known: Mapping[str, Any]) -> Mapping[str, Wish]:
    def fits(name: str, wish: Wish) -> bool:
        value = known.get(_own_name(name, known))
        return not wish.values or any(_same(value, wanted) for wanted in wish.values)

    return {name: wish for name, wish in wishes.items() if fits(name, wish)}


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1, and the members of an object have no order."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _place(document: Mapping[str, Any], place: str) -> Mapping[str, Wish]:
    wishes = document.get(place, {})
    if not isinstance(wishes, dict):
        raise InvalidRequest(f"In the claims parameter, {place} is not an object.")
    return {name: _wish(name, wish) for name, wish in wishes.items()}


def _wish(name: str, wish: Any) -> Wish:
    if wish is None:
        return Wish()
    if not isinstance(wish, dict):
        raise InvalidRequest("In the claims parameter, a claim is neither null nor an object.")
    essential = wish.get("essential", False)
    values = wish.get("values", [wish["value"]] if "value" in wish else [])
    one_of_many = "values" in wish and ("value" in wish or values == [])
    if not isinstance(essential, bool) or not isinstance(values, list) or one_of_many:
        raise InvalidRequest("In the claims parameter, essential, value or values is malformed.")
    if name == "sub" and not all(isinstance(value, str) for value in values):
        raise InvalidRequest("In the claims parameter, a sub is not a text.")
    return Wish(essential, tuple(values))
