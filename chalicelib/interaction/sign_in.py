"""The sign-in step: name and password. OpenID Connect Core section 3.1.2.3."""

from __future__ import annotations

from .. import sessions, throttling
from ..authentication import password
from ..aws import authorization_requests
from ..errors import LoginRequired, OAuthError, TooManyRequests
from ..http import Parameters, Request, Response
from ..protocol import acr
from ..services import Services
from ..situation import Situation, is_expected
from ..throttling import WrongPassword

WRONG = "The e-mail address or the password is not right."
AMR = ("pwd",)  # RFC 8176


def needed(situation: Situation, services: Services) -> bool:
    """Nobody is signed in, or the client wants it done again, and it was not for this request."""
    session, waiting, asked = situation.session, situation.waiting, situation.asked
    if session is None:
        return True
    if waiting is not None and waiting.signed_in_session == session.session_id:
        return False
    if "login" in asked.prompt or not _is_right(situation, services):
        return True
    if asked.max_age is None:
        return False
    # Core section 3.1.2.1: max_age=0 is prompt=login, also in the second of the last sign-in.
    return asked.max_age == 0 or services.now() - session.auth_time > asked.max_age


def refusal() -> OAuthError:
    """OpenID Connect Core section 3.1.2.6."""
    return LoginRequired()


def show(situation: Situation, services: Services) -> Response:
    """The empty form."""
    user = situation.user
    known = user.username if user and is_expected(user, situation, services) else ""
    return _page(situation, services, username=situation.asked.login_hint or known)


def submit(
    form: Parameters, situation: Situation, request: Request, services: Services
) -> Response | tuple[tuple[str, str], ...]:
    """Check name and password; a session is opened for this very request."""
    assert situation.waiting is not None
    username = form.get("username", "")[: password.MOST_USERNAME]
    typed = password.normalize(username)
    started = services.now()
    try:
        with throttling.sign_in(typed, request.source_address, services):
            user = password.check(username, form.get("password", ""), services)
            if user is None:
                raise WrongPassword
    except WrongPassword:
        services.log.event("user.sign_in.failed", client_id=situation.asked.client.client_id)
        return _page(situation, services, username=username, error=WRONG, status=400)
    except TooManyRequests as throttled:
        minutes = -(-throttled.retry_after // 60)
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        page = _page(
            situation,
            services,
            username=username,
            error=f"Too many failed attempts. Try again in {wait}.",
            status=429,
        )
        return page.with_headers(("Retry-After", str(throttled.retry_after)))
    if situation.expected and not is_expected(user, situation, services):
        # Core section 3.1.2.1. The browser stays as it was.
        raise LoginRequired("The user who signed in is not the one of the id_token_hint.")
    session, set_cookie = sessions.open_session(user, AMR, acr.PASSWORD, started, request, services)
    authorization_requests.sign_in(services.table, situation.waiting, session.session_id)
    services.log.event(
        "user.sign_in.succeeded", sub=user.subject, client_id=situation.asked.client.client_id
    )
    return (set_cookie,)


def _is_right(situation: Situation, services: Services) -> bool:
    return situation.user is not None and is_expected(situation.user, situation, services)


def _page(
    situation: Situation,
    services: Services,
    *,
    username: str,
    error: str | None = None,
    status: int = 200,
) -> Response:
    from ..pages import render

    assert situation.waiting is not None
    return render(
        "sign_in.html",
        status=status,
        product=services.settings.product_name,
        client_name=situation.asked.client.display_name,
        action=services.settings.url("/authorize/sign-in"),
        interaction=situation.waiting.request_id,
        csrf=situation.csrf,
        username=username,
        error=error,
        throttled=status == 429,
    )
