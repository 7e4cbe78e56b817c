"""The forms of a sign-in: one step taken, then back to /authorize. OpenID Connect Core 3.1.2."""

from __future__ import annotations

from .. import answers, asked, situation
from ..aws import authorization_requests
from ..aws.authorization_requests import RequestGone
from ..errors import InvalidRequest, NotFound, OAuthError, TemporarilyUnavailable
from ..http import Parameters, Request, Response, redirect
from ..interaction import STEPS
from ..services import Services
from ..situation import Situation


def handle(request: Request, services: Services) -> Response:
    """Take the form of one step, if it is this step's turn."""
    name = request.path_parameters["step"]
    if name not in STEPS:
        raise NotFound
    form = request.form
    form.refuse_repeated(but=("scope", "authorization_detail"))
    waiting = situation.resume(form.require("interaction"), request, services)
    situation.check_form(form, waiting.request_id, request)
    recipient, parameters = situation.recall(waiting, services)
    try:
        wanted = asked.check(recipient, parameters, services)
        here = situation.load(wanted, waiting, request, services)
        return _submit(name, form, here, request, services)
    except RequestGone:
        raise InvalidRequest("This sign-in was finished already.") from None
    except TemporarilyUnavailable:
        raise  # nothing is decided: the user sends the form again
    except OAuthError as decided:
        # Signed, where it is to be, before it is spent: without a signature the form can be sent
        # again.
        answer = answers.refusal(recipient, decided, services, posted=True)
        try:
            authorization_requests.spend(services.table, waiting, services.random_text(16))
        except RequestGone:
            raise InvalidRequest("This sign-in was finished already.") from None
        answers.log_refusal(recipient, decided, services)
        return answer


def _submit(
    name: str, form: Parameters, here: Situation, request: Request, services: Services
) -> Response:
    next_name = next((step for step in STEPS if STEPS[step].needed(here, services)), None)
    cookies: tuple[tuple[str, str], ...] = ()
    # A form sent twice, or out of turn, changes nothing: /authorize shows what comes next.
    if next_name == name:
        outcome = STEPS[name].submit(form, here, request, services)
        if isinstance(outcome, Response):
            return outcome
        cookies = outcome
    url = services.settings.url(f"/authorize?interaction={form['interaction']}")
    return redirect(url, *cookies)
