"""The console: who may open which page, and from how recent a sign-in. docs/console.md.

What a page shows and does is console/'s; imported here on use, for who never opens it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import NotFound
from ..http import Request, Response
from ..services import Services

if TYPE_CHECKING:
    from ..console import Page
    from ..visits import Visit


def handle(request: Request, services: Services) -> Response:
    """One page, or one form, for who is signed in and may."""
    if not services.settings.console:
        raise NotFound("This server has no console.")
    from .. import visits
    from ..console import HOME, PAGES

    name = request.path_parameters.get("page", HOME)
    if name not in PAGES:
        raise NotFound
    visit = visits.begin(request, name, services)
    if visit is None:
        place = request.query.get("state", HOME) if name == HOME else _place(request)
        return visits.sign_in(place, services)
    services.log.actor = visit.user.subject
    page = PAGES[name]
    if not visit.has(page.ROLE, services):
        services.log.event("console.denied", page=name)
        return visits.page("denied", visit, services, status=403)
    if request.method == "GET":
        return _show(page, visit, services)
    return _submit(page, visit, services)


def _show(page: Page, visit: Visit, services: Services) -> Response:
    from .. import visits
    from ..console import HOME

    if visit.page == HOME:
        onward = visits.back(visit.request, services)
        if onward is not None:
            return onward
    if page.FRESH and not visit.signed_in_within(visits.FRESH_TO_SHOW, services):
        return visits.sign_in(visit.place, services, again=True)
    return page.show(visit, services)


def _submit(page: Page, visit: Visit, services: Services) -> Response:
    from .. import visits

    form = visit.request.form
    visits.check_form(form, visit)
    if page.FRESH and not visit.signed_in_within(visits.FRESH_TO_SUBMIT, services):
        return visits.sign_in(visit.place, services, again=True)
    return page.submit(form, visit, services)


def _place(request: Request) -> str:
    names = (request.path_parameters.get(part, "") for part in ("page", "name"))
    return "/".join(name for name in names if name)
