"""Users: what may be registered of them. OpenID Connect Core section 5.1.

A claim of this server's own kind has a URI for a name (section 5.1.2), or one of the three that RFC
9068 section 7.2.1 registers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..records.record import Value
from . import InvalidMetadata

MEMBERS = ("username", "password", "claims", "roles")
# What a user may do on this server's own pages. The claim `roles` is another thing: it is told to
# applications, and means something only to them.
DEVELOPER, OPERATOR = "developer", "operator"
ROLES = (DEVELOPER, OPERATOR)
MOST_CLAIMS = 100
MOST_BYTES = 32 * 1024  # of all claims, as JSON
MOST_TEXT = 1000
MOST_NUMBER = 2**53 - 1  # what every JSON parser reads exactly (RFC 7493 section 2.2)
MOST_DEPTH = 5

_ADDRESS = ("formatted", "street_address", "locality", "region", "postal_code", "country")
# Section 5.1; an extension as RFC 3966 has it.
_E164 = re.compile(r"\+[1-9][0-9]{1,14}(;ext=[0-9]{1,15})?", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
_URI_NAME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]{1,200}", re.ASCII)


def check_members(document: Mapping[str, Any]) -> None:
    """Refuse members that a user does not have: InvalidMetadata."""
    for name in document:
        if name not in MEMBERS:
            raise InvalidMetadata(f"{name}: is not a member of a user ({', '.join(MEMBERS)})")


def text(document: Mapping[str, Any], name: str) -> str:
    """A member that must be there and be a text; InvalidMetadata."""
    value = document.get(name)
    if not isinstance(value, str):
        raise InvalidMetadata(f"{name}: must be a text")
    return value


def roles(value: Any) -> tuple[str, ...]:
    """The roles in a document, each once; InvalidMetadata."""
    if not isinstance(value, list) or any(member not in ROLES for member in value):
        raise InvalidMetadata(f"roles: must be a list of {', '.join(ROLES)}")
    return tuple(dict.fromkeys(value))


def claims(value: Any) -> dict[str, Value]:
    """The claims in a document; InvalidMetadata names the one that is malformed."""
    if not isinstance(value, dict):
        raise InvalidMetadata("claims: must be an object")
    return _whole({name: _reader(name)(name, given) for name, given in value.items()})


def changed(before: Mapping[str, Value], changes: Any) -> dict[str, Value]:
    """The claims with some changed; null removes one. InvalidMetadata."""
    if not isinstance(changes, dict):
        raise InvalidMetadata("claims: must be an object")
    given = {name: value for name, value in changes.items() if value is not None}
    kept = {name: value for name, value in before.items() if name not in changes}
    return _whole(kept | claims(given))


def _whole(found: dict[str, Value]) -> dict[str, Value]:
    """Rules about all claims of a user together."""
    if len(found) > MOST_CLAIMS or len(json.dumps(found)) > MOST_BYTES:
        raise InvalidMetadata(f"claims: at most {MOST_CLAIMS}, and {MOST_BYTES} bytes in all")
    number = re.sub(r"[ ().-]", "", str(found.get("phone_number", "+10")))
    if found.get("phone_number_verified") is True and not _E164.fullmatch(number):
        raise InvalidMetadata(
            "claims: phone_number must be verified in its international form, +1 425 555 1212"
        )
    return found


def _reader(name: str) -> Callable[[str, Any], Value]:
    base, mark, language = name.partition("#")
    reader = _STANDARD.get(base)
    if reader is not None and not mark:
        return reader
    # Section 5.2: a claim for people, in one language.
    if reader in (_text, _url, _address) and _LANGUAGE.fullmatch(language):
        return reader
    if _URI_NAME.fullmatch(name):
        return _value
    if name == "sub":
        raise InvalidMetadata("claims: sub is given by this server")
    raise InvalidMetadata(
        f"claims: {name} is not a standard claim; name a claim of your own by a URI"
    )


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= MOST_TEXT or not value.isprintable():
        raise InvalidMetadata(
            f"claims: {name} must be a text of 1 to {MOST_TEXT} printable characters"
        )
    return value


def _matching(pattern: str, words: str) -> Callable[[str, Any], str]:
    def read(name: str, value: Any) -> str:
        if not re.fullmatch(pattern, _text(name, value), re.ASCII):
            raise InvalidMetadata(f"claims: {name} must be {words}")
        return str(value)

    return read


_url = _matching(r"https?://[\x21-\x7e]+", "an http or https URL")


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidMetadata(f"claims: {name} must be true or false")
    return value


def _seconds(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_NUMBER:
        raise InvalidMetadata(f"claims: {name} must be a whole number of seconds since 1970")
    return value


def _texts(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise InvalidMetadata(f"claims: {name} must be a list of texts")
    return tuple(_text(name, member) for member in value)


def _address(name: str, value: Any) -> dict[str, Value]:
    """Section 5.1.1: lines of an address may be parted by line ends."""
    if not isinstance(value, dict) or not value or not set(value) <= set(_ADDRESS):
        raise InvalidMetadata(f"claims: {name} must be an object of {', '.join(_ADDRESS)}")
    for member, words in value.items():
        _text(f"{name}.{member}", re.sub(r"\r?\n", " ", words) if isinstance(words, str) else None)
    return dict(value)


def _value(name: str, value: Any, depth: int = 1) -> Value:
    """Anything the table can hold and gives back as it was."""
    if depth > MOST_DEPTH:
        raise InvalidMetadata(f"claims: {name} is nested too deeply")
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int) and abs(value) <= MOST_NUMBER:
        return value
    if isinstance(value, list | tuple):
        return tuple(_value(name, member, depth + 1) for member in value)
    if isinstance(value, dict):
        return {key: _value(name, member, depth + 1) for key, member in value.items()}
    words = "null" if value is None else "a number that is not whole, or too large"
    raise InvalidMetadata(f"claims: {name} holds {words}, which cannot be kept")


_STANDARD: Mapping[str, Callable[[str, Any], Value]] = {
    **dict.fromkeys(("name", "given_name", "family_name", "middle_name", "nickname"), _text),
    **dict.fromkeys(("preferred_username", "gender", "phone_number"), _text),
    **dict.fromkeys(("profile", "picture", "website"), _url),
    "email": _matching(r"[^@\s]+@[^@\s]+", "an e-mail address"),
    "email_verified": _flag,
    "birthdate": _matching(
        r"[0-9]{4}(-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))?", "YYYY-MM-DD or YYYY"
    ),
    "zoneinfo": _matching(r"[A-Za-z0-9_+/-]+", "a time zone, such as Europe/Paris"),
    "locale": _matching(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*", "a language tag, such as en-US"),
    "phone_number_verified": _flag,
    "address": _address,
    "updated_at": _seconds,
    **dict.fromkeys(("groups", "roles", "entitlements"), _texts),
}
