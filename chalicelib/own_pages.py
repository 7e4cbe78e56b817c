"""This server's own pages as clients of itself: who opens one is signed in at /authorize.

Such a client is not registered, has no secret, and is issued nothing: when everything is asked, the
browser goes on to the page, and the page goes by the browser's session. So there is no code to
steal, and no answer to slip to somebody else. docs/decisions/0043.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

from .records.client import Client
from .settings import Settings

PREFIX = "own:"
# The path of each page, and what a person who has to sign in is told that it is.
PAGES: Final[Mapping[str, str]] = MappingProxyType({"console": "Developer console"})


def client(client_id: str, settings: Settings) -> Client | None:
    """The client that stands for a page, or None where this stage has no such page."""
    page = client_id.removeprefix(PREFIX)
    if page not in PAGES or not getattr(settings, page):
        return None
    return Client(
        client_id=client_id,
        created_at=0,
        client_name=PAGES[page],
        redirect_uris=(settings.url(f"/{page}"),),
        allowed_resources=(),
        # The answer is a page of ours: nothing in it is worth a proof.
        require_pkce=False,
        first_party=True,
        verified=True,
    )


def sign_in_url(page: str, state: str, max_age: int | None, settings: Settings) -> str:
    """Where a browser is sent to sign in, for one of PAGES. max_age: how many seconds ago is not
    too long; None for any living session. `state` comes back with it: it must be checked, since
    anyone can make such a URL."""
    parameters = {
        "client_id": f"{PREFIX}{page}",
        "response_type": "code",
        "redirect_uri": settings.url(f"/{page}"),
        "scope": "openid",
        "nonce": "none",  # compulsory without PKCE, and never used
        **({"state": state} if state else {}),
        **({} if max_age is None else {"max_age": str(max_age)}),
    }
    return settings.url(f"/authorize?{urlencode(parameters)}")
