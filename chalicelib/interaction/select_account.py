"""The account step: go on as who is signed in, or as another. OpenID Connect Core 3.1.2.1."""

from __future__ import annotations

from .. import sessions
from ..aws import authorization_requests
from ..errors import LoginRequired, OAuthError
from ..http import Parameters, Request, Response
from ..services import Services
from ..situation import Situation, is_expected, names_who_is_signed_in


def needed(situation: Situation, services: Services) -> bool:
    """The client wants the user to choose, somebody is signed in, and it was not chosen yet.

    The sign-in form is a choice as well; so with prompt=login there is nothing to choose before.
    """
    asked, waiting, session = situation.asked, situation.waiting, situation.session
    if "select_account" not in asked.prompt or "login" in asked.prompt:
        return False
    if session is None or situation.user is None:
        return False
    if waiting and session.session_id in (waiting.signed_in_session, waiting.chosen_session):
        return False
    return is_expected(situation.user, situation, services)


def refusal() -> OAuthError:
    """Never told: prompt=none goes with no other value."""
    return LoginRequired()


def show(situation: Situation, services: Services) -> Response:
    """Who is signed in, and a way to be another."""
    from ..pages import render

    assert situation.user is not None
    assert situation.waiting is not None
    return render(
        "select_account.html",
        product=services.settings.product_name,
        client_name=situation.asked.client.display_name,
        username=situation.user.username,
        action=services.settings.url("/authorize/select-account"),
        interaction=situation.waiting.request_id,
        csrf=situation.csrf,
        account_shown=situation.account,
    )


def submit(
    form: Parameters, situation: Situation, request: Request, services: Services
) -> Response | tuple[tuple[str, str], ...]:
    """Go on, or sign in as another. A form without an answer is shown again."""
    assert situation.session is not None
    assert situation.waiting is not None
    if not names_who_is_signed_in(form, situation):
        return show(situation, services)
    match form.get("account"):
        case "continue":
            authorization_requests.choose_account(
                services.table, situation.waiting, situation.session.session_id
            )
            return ()
        case "another":
            return (sessions.end(request, services),)
    return show(situation, services)
