"""The APIs that tokens are for, and their scopes, for operators. RFC 8707."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from .. import visits
from ..administration import Refused, directory, resources
from ..applications import fields
from ..applications.fields import Errors, Field, Shown
from ..encoding import base64url, sha256
from ..errors import NotFound
from ..http import Parameters, Response
from ..protocol.signing_keys import ALGORITHMS, MODES
from ..records.record import Key
from ..records.resource import Resource, resource_key
from ..registration import InvalidMetadata, details_metadata, resource_metadata
from ..registration.user_metadata import OPERATOR
from ..services import Services
from ..visits import Visit

ROLE = OPERATOR
FRESH = True

NEW = "new"
ON_A_PAGE = 25
MOST_INDENTED = 16 * 1024
_NAME = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)  # a resource's URI, hashed

_URI = Field("resource", "Address (resource URI)", required=True)
_FIELDS = (
    Field("name", "Name", hint="People see it when they are asked.", required=True),
    Field(
        "scopes",
        "Scopes",
        "lines",
        "One a line: the scope, a colon, and the words that people see. read: Read your files",
        required=True,
    ),
    Field("access_token_lifetime", "Its access tokens live for", hint="Seconds; else the stage's."),
    Field(
        "signing_alg",
        "Its access tokens are signed with",
        "one",
        choices=tuple((alg, alg, "") for alg in ALGORITHMS),
    ),
    Field(
        "signing_mode",
        "By",
        "one",
        choices=(("", "The stage's own way", ""), *((mode, mode, "") for mode in MODES)),
    ),
    Field(
        "developers",
        "Developers may use it",
        "one",
        "What is open for machines gives each of its scopes to any developer's machine.",
        choices=(
            ("no", "Not at all", ""),
            ("users", "Where people sign in", ""),
            ("machines", "For machines as well", ""),
        ),
    ),
    Field(
        "self_registered_clients",
        "Open to clients that register themselves",
        "flag",
        "Nobody here knows who made them: the people whom they ask decide each time.",
    ),
    Field("status_list", "Its tokens point to a token status list", "flag"),
    Field(
        "covers_subpaths",
        "Family of all paths below its address",
        "flag",
        "It stands for them as well, on the same host: each is an API of its own, with the scopes"
        " and settings of this one, and whoever may name this one may name them all.",
    ),
    Field(
        details_metadata.NAME,
        "Types of authorization details",
        "json",
        "A JSON object (RFC 9396): each type with a description, which people see, and a schema."
        ' {"payment": {"description": "Pay {amount}", "schema": {"type": "object",'
        ' "properties": {"amount": {"type": "string"}}}}}',
        # The size is the limit: what the command line has taken can be shown and sent again.
        most_brackets=details_metadata.MOST_BYTES,
    ),
)


def show(visit: Visit, services: Services) -> Response:
    """The list, an empty form, or one resource in a form."""
    if visit.name == NEW:
        preset = {"signing_alg": "RS256", "signing_mode": "", "developers": "no"}
        return _form(None, fields.filled_in((_URI, *_FIELDS), preset, {}), {}, visit, services)
    if visit.name:
        resource = _find(visit.name, services)
        shown = fields.filled_in(_FIELDS, _document(resource), {})
        return _form(resource, shown, {}, visit, services)
    after = visit.request.query.get("after", "")[: resource_metadata.MOST_URI]
    names = directory.page("resource", after, ON_A_PAGE + 1, services)
    shown_names = names[:ON_A_PAGE]
    wanted = [(Resource, resource_key(uri)) for uri in shown_names]
    found = services.table.get_all(*wanted) if wanted else ()
    rows = [
        (_hash(one.resource), one.resource, one.name, " ".join(one.scopes), one.developers)
        for one in found
        if one is not None
    ]
    more = shown_names[-1] if len(names) > ON_A_PAGE else None
    return visits.page("resources", visit, services, rows=rows, more=more, is_first=not after)


def submit(form: Parameters, visit: Visit, services: Services) -> Response:
    """Make, change or delete one."""
    if visit.name == NEW:
        return _save(None, form, visit, services)
    resource = _find(visit.name, services)
    if form.get("act") != "delete":
        return _save(resource, form, visit, services)
    if form.get("typed", "").strip() != resource.name:
        shown = fields.filled_in(_FIELDS, _document(resource), {})
        return _form(resource, shown, {"typed": "is not its name"}, visit, services)
    resources.delete(resource.resource, services)
    services.registry.forget(resource.key)
    return visits.go("resources", services, "deleted")


def _save(before: Resource | None, form: Parameters, visit: Visit, services: Services) -> Response:
    asked = _FIELDS if before else (_URI, *_FIELDS)
    members, errors = fields.read(asked, form)
    try:
        metadata = {**members, "scopes": _scopes(members["scopes"]), **_lifetime(members)}
        if not errors and before is None:
            made = resources.create(metadata, services)
            return visits.go(f"resources/{_hash(made.resource)}", services, "saved")
        if not errors and before is not None:
            resources.update(before.resource, metadata, services)
            services.registry.forget(before.key)
            return visits.go(visit.place, services, "saved")
    except (InvalidMetadata, Refused) as problem:
        errors = {**fields.explained(problem, asked), **errors}
    return _form(before, fields.sent_back(asked, form, errors), errors, visit, services)


def _scopes(lines: Any) -> dict[str, str]:
    pairs = [line.partition(":") for line in lines or ()]
    for name, colon, _ in pairs:
        if not colon:
            raise InvalidMetadata(f"scopes: {name!r} needs a colon and words behind it")
    return {name.strip(): words.strip() for name, _, words in pairs}


def _lifetime(members: dict[str, Any]) -> dict[str, object]:
    text = members["access_token_lifetime"]
    whole = text is not None and re.fullmatch(r"[0-9]{1,9}", text, re.ASCII)
    # What is no number is refused by its reader, with its own words.
    return {"access_token_lifetime": int(text) if whole else text}


def _document(resource: Resource) -> dict[str, object]:
    written = {"signing_mode": "", "developers": "no", **resource_metadata.write(resource)}
    types = resource.authorization_details_types
    return {
        **written,
        "scopes": [f"{name}: {words}" for name, words in resource.scopes.items()],
        details_metadata.NAME: _types(details_metadata.write(types)) if types else None,
    }


def _types(types: Mapping[str, object]) -> str:
    """As people write it, which they can: what is registered is printable."""
    text = json.dumps(types, indent=1, ensure_ascii=False)
    # Escaped for a form, the spaces of a larger one would not fit into a body.
    return text if len(text) <= MOST_INDENTED else json.dumps(types, ensure_ascii=False)


def _hash(uri: str) -> str:
    return base64url(sha256(uri))


def _find(name: str, services: Services) -> Resource:
    found = services.table.get(Resource, Key(f"R#{name}")) if _NAME.fullmatch(name) else None
    if found is None:
        raise NotFound("There is no such API.")
    return found


def _form(
    resource: Resource | None,
    shown: tuple[Shown, ...],
    errors: Errors,
    visit: Visit,
    services: Services,
) -> Response:
    return visits.page(
        "resource",
        visit,
        services,
        status=400 if errors else 200,
        resource=resource,
        fields=shown,
        errors=errors,
    )
