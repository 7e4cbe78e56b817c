"""The wizard: which kind of application, then what it needs. RFC 7591 section 2 for the words."""

from __future__ import annotations

from .. import visits
from ..administration import Refused
from ..applications import fields, forms, own
from ..applications.fields import Field, Shown
from ..applications.kinds import KINDS, Kind
from ..applications.own import AlreadyDone
from ..errors import InvalidRequest, NotFound
from ..http import Parameters, Response
from ..registration import InvalidMetadata
from ..registration.user_metadata import DEVELOPER
from ..services import Services
from ..visits import Visit

ROLE = DEVELOPER
FRESH = False

_TERMS = "terms"


def show(visit: Visit, services: Services) -> Response:
    """The kinds, or the form of one."""
    if not visit.name:
        return visits.page("kinds", visit, services, kinds=tuple(KINDS.values()))
    kind = _kind(visit)
    asked = forms.of_new(kind, services)
    preset = {"token_endpoint_auth_method": "client_secret_basic", "refresh": True}
    shown = fields.filled_in(asked, preset, {})
    return _form(kind, shown, {}, services.random_text(16), visit, services)


def submit(form: Parameters, visit: Visit, services: Services) -> Response:
    """Make the application. Its secret is on the answer, and nowhere else ever."""
    kind = _kind(visit)
    attempt = form.get("attempt", "")
    if not 16 <= len(attempt) <= 64:
        raise InvalidRequest("The form was changed. Load its page again.")
    asked = forms.of_new(kind, services)
    members, errors = fields.read(asked, form)
    if services.settings.terms_uri is not None and _TERMS not in form:
        errors[_TERMS] = "must be agreed to"
    if errors:
        return _refused(kind, asked, form, errors, attempt, visit, services)
    granted = kind.metadata["grant_types"]
    assert isinstance(granted, list)
    metadata = {**kind.metadata, **forms.metadata(members, granted)}
    try:
        client, secret = own.create(metadata, attempt, visit.user, services)
    except AlreadyDone as done:
        return visits.go(f"application/{done.client_id}", services)
    except (InvalidMetadata, Refused) as problem:
        errors = fields.explained(problem, asked)
        return _refused(kind, asked, form, errors, attempt, visit, services)
    if services.settings.terms_uri is not None:
        services.log.event(
            "console.terms_agreed", client_id=client.client_id, terms=services.settings.terms_uri
        )
    if secret is None:
        return visits.go(f"application/{client.client_id}", services)
    return visits.page(
        "secret", visit, services, client=client, secret=secret, is_new=True, old_ends=None
    )


def _kind(visit: Visit) -> Kind:
    if visit.name not in KINDS:
        raise NotFound("There is no such kind of application on this server.")
    return KINDS[visit.name]


def _refused(
    kind: Kind,
    asked: tuple[Field, ...],
    form: Parameters,
    errors: fields.Errors,
    attempt: str,
    visit: Visit,
    services: Services,
) -> Response:
    shown = fields.sent_back(asked, form, errors)
    return _form(kind, shown, errors, attempt, visit, services)


def _form(
    kind: Kind,
    shown: tuple[Shown, ...],
    errors: fields.Errors,
    attempt: str,
    visit: Visit,
    services: Services,
) -> Response:
    return visits.page(
        "new",
        visit,
        services,
        status=400 if errors else 200,
        kind=kind,
        fields=shown,
        errors=errors,
        attempt=attempt,
        terms_uri=services.settings.terms_uri,
    )
