"""The end session endpoint. OpenID Connect RP-Initiated Logout 1.0 sections 2 to 4, 6.

GET ── checks ──► is somebody signed in? ── no ────────────────► done
                       │ yes
                       ▼
                  the hint is of this very session ── yes ──► end it ──► done
                       │ no                                     ▲
                       ▼                                        │
                  the question ── POST, bound to the browser ───┘

Done is the application's registered address, where a hint has proved whose it is, else a page.
"""

from __future__ import annotations

from collections.abc import Collection

from .. import sessions, signing_out, situation, verification
from ..asked import MOST_STATE, fits
from ..encoding import equal
from ..errors import InvalidRequest
from ..http import Parameters, Request, Response, cookie, redirect
from ..protocol import response_mode
from ..records.client import Client
from ..records.session import Session
from ..records.user import User
from ..services import Services
from ..values import Frozen
from ..verification import IDToken

# logout_hint and ui_locales are ignored, as section 2 allows.
PARAMETERS = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")
FORM = "logout"  # what the hidden field of the question is bound to


class Wanted(Frozen):
    """A checked request. client: whom the hint proves; destination: its registered address."""

    hint: IDToken | None
    client: Client | None
    destination: str | None


def handle(request: Request, services: Services) -> Response:
    """An application's request, or the answer to our own question."""
    if request.method == "POST":
        return _posted(request, services)
    parameters = request.query
    wanted = _check(parameters, services)
    present = sessions.present(request, services)
    if present is None:
        return _done(wanted, services, posted=False)
    user, session = present
    if not _is_of(session, wanted.hint, services):
        return _ask(user, wanted, parameters, request, services)
    return _end(user, session, wanted, services, posted=False)


def _posted(request: Request, services: Services) -> Response:
    form = request.form
    if "csrf" not in form:
        return _once_more(form, services)
    wanted = _check(form, services)
    situation.check_form(form, FORM, request)
    present = sessions.present(request, services)
    if present is None:
        return _done(wanted, services, posted=True)
    return _end(*present, wanted, services, posted=True)


def _once_more(form: Parameters, services: Services) -> Response:
    """The browser left its SameSite=Lax cookies out of such a form; a redirect has them."""
    from urllib.parse import urlencode

    form.refuse_repeated()
    query = urlencode({name: form[name] for name in PARAMETERS if name in form})
    return redirect(services.settings.url(f"/logout?{query}" if query else "/logout"))


def _check(parameters: Parameters, services: Services) -> Wanted:
    """InvalidRequest, for the user's eyes: nothing is ended and nobody is redirected then."""
    parameters.refuse_repeated()
    hint, client = _proved(parameters, services)
    if not fits(parameters.get("state", "")):
        raise InvalidRequest(f"The state is longer than {MOST_STATE} bytes.")
    uri = parameters.get("post_logout_redirect_uri")
    if uri is None or hint is None:
        return Wanted(hint, client, None)
    # Exactly: not even the port of a loopback address may differ (section 3.1).
    if client is None or uri not in client.post_logout_redirect_uris:
        raise InvalidRequest("The application has not registered this post-logout redirect URI.")
    state = parameters.get("state")
    members = {} if state is None else {"state": state}
    return Wanted(hint, client, response_mode.in_query(uri, members) if members else uri)


def _proved(parameters: Parameters, services: Services) -> tuple[IDToken | None, Client | None]:
    """The hint, and the client that it was issued to; a client_id alone proves nothing."""
    if "id_token_hint" not in parameters:
        return None, None
    hint = verification.id_token(parameters["id_token_hint"], services)
    if hint is None:
        raise InvalidRequest("The id_token_hint is no ID token of this server.")
    if parameters.get("client_id", hint.client_id) != hint.client_id:
        raise InvalidRequest("The id_token_hint was issued to another client than client_id.")
    client = services.registry.client(hint.client_id)
    if client is not None and not hint.was_issued_to(client):
        client = None
    return hint, client


def _is_of(session: Session, hint: IDToken | None, services: Services) -> bool:
    """Whether the hint was issued in this very session."""
    if hint is None:
        return False
    return equal(
        str(hint.claims.get("sid", "")), sessions.sid(session.lineage, hint.client_id, services)
    )


def _ask(
    user: User, wanted: Wanted, parameters: Parameters, request: Request, services: Services
) -> Response:
    from ..pages import render

    browser = situation.browser_secret(request, services)
    fields = [(name, parameters[name]) for name in PARAMETERS if name in parameters]
    return render(
        "logout.html",
        product=services.settings.product_name,
        username=user.username,
        client_name=wanted.client.display_name if wanted.client else None,
        action=services.settings.url("/logout"),
        fields=[("csrf", situation.csrf_token(browser, FORM)), *fields],
    ).with_headers(cookie(situation.BROWSER_COOKIE, browser))


def _end(
    user: User, session: Session, wanted: Wanted, services: Services, *, posted: bool
) -> Response:
    told = signing_out.sign_out(user, session, services)
    client_id = wanted.client.client_id if wanted.client else None
    services.log.event("user.signed_out", sub=user.subject, client_id=client_id)
    frames = signing_out.frames(session, told, services)
    return _done(wanted, services, posted=posted, frames=frames)


def _done(
    wanted: Wanted, services: Services, *, posted: bool, frames: Collection[str] = ()
) -> Response:
    """Back to the application, or a page that says so; the cookie goes in either case."""
    gone = cookie(sessions.COOKIE, "", max_age=0)
    if wanted.destination is not None and not posted and not frames:
        return redirect(wanted.destination, gone)
    return _page(wanted, services, frames).with_headers(gone)


def _page(wanted: Wanted, services: Services, frames: Collection[str]) -> Response:
    from ..pages import GO_ON, render

    product, client = services.settings.product_name, wanted.client
    if wanted.destination is None or client is None:
        return render(
            "signed_out.html",
            product=product,
            client_name=client.display_name if client else None,
            again=_again(client, services),
            frames=frames,
        )
    name, url = client.display_name, wanted.destination
    if frames:
        page = "signing_out.html"
        return render(page, product=product, client_name=name, url=url, frames=frames, script=GO_ON)
    # As at the end of a sign-in: after a form Chromium holds redirects against form-action.
    return render("continue.html", product=product, client_name=name, url=url, form_action="'none'")


def _again(client: Client | None, services: Services) -> str | None:
    """Where the application begins a sign-in by itself (Core section 4)."""
    if client is None or client.initiate_login_uri is None:
        return None
    return response_mode.in_query(client.initiate_login_uri, {"iss": services.settings.issuer})
