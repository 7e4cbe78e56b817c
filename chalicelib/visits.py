"""Who visits the console, what they may see there, and the page they are shown.

The browser's session says who it is (sessions.py); each request reads the user anew, so a role that
is taken away is gone at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from . import own_pages, sessions
from .encoding import equal
from .errors import InvalidRequest
from .http import Parameters, Request, Response, redirect
from .records.session import Session
from .records.user import User
from .registration.user_metadata import DEVELOPER, OPERATOR
from .services import Services
from .settings import MINUTE
from .values import Frozen

# A page whose form wants a recent sign-in asks for it before it is filled in; then there is as
# long again to do so.
FRESH_TO_SHOW = 15 * MINUTE
FRESH_TO_SUBMIT = 30 * MINUTE

# Where a sign-in may lead back to: a page of the console, and the name of something there.
_PLACE = re.compile(r"[a-z-]{1,20}(/[A-Za-z0-9._~-]{1,64})?", re.ASCII)
NAV = (
    ("", "home", "Applications"),
    (OPERATOR, "clients", "All clients"),
    (OPERATOR, "resources", "APIs"),
    (OPERATOR, "keys", "Keys"),
    (OPERATOR, "events", "Events"),
)
DONE = {
    "saved": "Saved. Until every server knows, it takes a minute.",
    "deleted": "Deleted. Until every server knows, it takes a minute.",
    "revoked": "Every token it had is dead.",
    "ended": "Only the newest secret counts now.",
}


_NO_ERRORS: Mapping[str, str] = MappingProxyType({})


class Visit(Frozen):
    """A request by somebody who is signed in. place: the page and the name in its path."""

    request: Request
    user: User
    session: Session
    csrf: str
    page: str
    name: str

    @property
    def place(self) -> str:
        """The path below /console."""
        return f"{self.page}/{self.name}" if self.name else self.page

    def has(self, role: str, services: Services) -> bool:
        """Whether the user has a role; "" asks for any of them."""
        roles = set(self.user.roles)
        if services.settings.console_is_for_everyone:
            roles.add(DEVELOPER)
        return bool(roles) if not role else role in roles

    def signed_in_within(self, seconds: int, services: Services) -> bool:
        """Whether the user has proved who they are so short a time ago."""
        return services.now() - self.session.auth_time <= seconds


def begin(request: Request, page: str, services: Services) -> Visit | None:
    """The visit, or None where nobody is signed in: one read."""
    present = sessions.present(request, services)
    if present is None:
        return None
    user, session = present
    csrf = services.keyring.pseudonym("csrf", f"console\0{session.session_id}")
    return Visit(request, user, session, csrf, page, request.path_parameters.get("name", ""))


def check_form(form: Parameters, visit: Visit) -> None:
    """InvalidRequest unless the form is from our page, shown in this very session."""
    if visit.request.header("Sec-Fetch-Site") in ("cross-site", "same-site"):
        raise InvalidRequest("The form was sent from another site.")
    if not equal(form.get("csrf", ""), visit.csrf):
        raise InvalidRequest("The form does not belong to this sign-in. Load its page again.")


def sign_in(place: str, services: Services, *, again: bool = False) -> Response:
    """To the sign-in, and from there back to a place; `again`, if the last one is long ago."""
    max_age = FRESH_TO_SHOW if again else None
    state = place if place != "home" and _PLACE.fullmatch(place) else ""
    return redirect(own_pages.sign_in_url("console", state, max_age, services.settings))


def back(request: Request, services: Services) -> Response | None:
    """On to the place that a sign-in was for; None where this is no way back from one."""
    place = request.query.get("state", "")
    return go(place, services) if _PLACE.fullmatch(place) else None


def go(place: str, services: Services, done: str = "") -> Response:
    """To a page; `done` is what to say there, of DONE."""
    path = "/console" if place == "home" else f"/console/{place}"
    return redirect(services.settings.url(f"{path}?done={done}" if done else path))


def page(
    template: str,
    visit: Visit,
    services: Services,
    *,
    status: int = 200,
    errors: Mapping[str, str] = _NO_ERRORS,
    **values: Any,
) -> Response:
    """A page of the console. The template may use base, csrf, nav, and `errors`, by field."""
    from .pages import render

    nav = tuple(row[1:] for row in NAV if visit.has(row[0], services))
    return render(
        f"console_{template}.html",
        status=status,
        sheets=("style.css", "console.css"),
        product=services.settings.product_name,
        base=services.settings.url("/console"),
        sign_out=services.settings.url("/logout"),
        nav=nav,
        here=visit.page,
        place=visit.place,
        username=visit.user.username,
        csrf=visit.csrf,
        done=DONE.get(visit.request.query.get("done", ""), ""),
        errors=errors,
        **values,
    )
