"""The pages of the console: one module a page. Who may open one is endpoints/console.py's to say.

What developers may do is applications/'s, what operators do administration/'s: a page shows and
asks.
"""

from __future__ import annotations

from typing import Protocol

from ..http import Parameters, Response
from ..modules import Modules
from ..services import Services
from ..visits import Visit

HOME = "home"


class Page(Protocol):
    """What a member looks like.

    ROLE: who may open it, "" for whoever has any. FRESH: whether the sign-in must be recent.
    """

    ROLE: str
    FRESH: bool

    def show(self, visit: Visit, services: Services) -> Response:
        """The page."""

    def submit(self, form: Parameters, visit: Visit, services: Services) -> Response:
        """Take a form of the page, which was checked to be ours."""


PAGES: Modules[Page] = Modules(
    __name__,
    {
        HOME: "home",
        "new": "new",
        "application": "application",
        "redirect-uris": "redirect_uris",
        "secrets": "secrets",
        "snippets": "snippets",
        "try-sign-in": "try_sign_in",
        "callback": "callback",
        "delete": "delete",
        "clients": "clients",
        "resources": "resources",
        "keys": "keys",
        "events": "events",
    },
)
