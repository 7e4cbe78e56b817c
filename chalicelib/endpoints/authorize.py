"""The authorization endpoint. RFC 6749 section 3.1, OpenID Connect Core 3.1.2, RFC 9126 section 4.

new request ── checks ──► is a step needed? ── no ──► code
                             │ yes                      ▲
                             ▼                          │ spent once
                          stored, bound to the browser ─┘ after each step, here again
"""

from __future__ import annotations

from .. import answers, asked, situation, subjects
from ..asked import Recipient
from ..aws import authorization_requests
from ..aws.authorization_requests import RequestGone
from ..errors import (
    InvalidRequest,
    LoginRequired,
    OAuthError,
    TemporarilyUnavailable,
    UnauthorizedClient,
)
from ..http import Parameters, Request, Response, redirect
from ..interaction import STEPS
from ..protocol import handle as handles
from ..protocol import scope as scopes
from ..protocol import target
from ..protocol.fapi import LONGEST_CODE
from ..protocol.handle import Handle
from ..protocol.target import Details
from ..records.grant import CODE, Grant
from ..records.pushed_request import URN, PushedRequest
from ..records.resource import Resource
from ..records.user import User
from ..services import Services
from ..situation import Situation
from ..values import replace


def handle(request: Request, services: Services) -> Response:
    """A client's new request, or one that goes on after a step."""
    try:
        if request.method == "POST":
            return _begin(request.form, request, services)
        if "interaction" not in request.query:
            return _begin(request.query, request, services)
        return _continue(request.query["interaction"], request, services)
    except RequestGone:
        raise InvalidRequest("This sign-in was finished already.") from None


def _begin(parameters: Parameters, request: Request, services: Services) -> Response:
    if any(uri.startswith(URN) for uri in parameters.all("request_uri")):
        return _begin_pushed(parameters, request, services)
    signed = False
    if "request" in parameters or "request_uri" in parameters:
        from .. import request_objects

        try:
            client = asked.known_client(parameters, services)
            # Before anything of the client's is fetched or checked.
            asked.comes_as_registered(client, services, signed=True, pushed=False)
            parameters, signed = request_objects.resolve(parameters, request, services)
        except OAuthError as problem:
            return _refuse_object(problem, parameters, request, services)
    recipient = asked.identify(parameters, services)  # an error until here is a page
    try:
        asked.comes_as_registered(recipient.client, services, signed=signed, pushed=False)
        return _first_step(recipient, parameters, request, services)
    except OAuthError as problem:
        return _refuse(recipient, problem, request, services)


def _begin_pushed(parameters: Parameters, request: Request, services: Services) -> Response:
    """RFC 9126 section 4. Whatever is wrong with the request_uri is a page: of what stands beside
    it, nothing counts."""
    from .. import pushed_requests

    pushed = pushed_requests.find(parameters, services)
    recipient, stored = situation.recall(pushed, services)
    try:
        return _first_step(recipient, stored, request, services, pushed)
    except OAuthError as problem:
        return _refuse(recipient, problem, request, services)


def _first_step(
    recipient: Recipient,
    parameters: Parameters,
    request: Request,
    services: Services,
    pushed: PushedRequest | None = None,
) -> Response:
    wanted = asked.check(recipient, parameters, services)
    here = situation.load(wanted, None, request, services, pushed)
    if request.method == "POST":
        # The browser left its SameSite=Lax cookies out of a form that came from the client's
        # page. It sends them on the redirect.
        return _store_and_go_on(here, parameters, services)
    return _next_step(here, parameters, services)


def _refuse_object(
    problem: OAuthError, parameters: Parameters, request: Request, services: Services
) -> Response:
    """Nothing inside the object counts. The client is told at the redirect URI outside of it, if
    it has one there that is its own; a page tells the user otherwise."""
    if isinstance(problem, TemporarilyUnavailable) or "redirect_uri" not in parameters:
        raise problem
    try:
        recipient = asked.identify(parameters, services)
    except InvalidRequest:
        raise problem from None
    return _refuse(recipient, problem, request, services)


def _refuse(
    recipient: Recipient,
    problem: OAuthError,
    request: Request,
    services: Services,
    *,
    posted: bool = False,
) -> Response:
    caller = request.source_address
    return answers.error_to_anyone(recipient, problem, caller, services, posted=posted)


def _continue(request_id: str, request: Request, services: Services) -> Response:
    waiting = situation.resume(request_id, request, services)
    recipient, parameters = situation.recall(waiting, services)
    try:
        wanted = asked.check(recipient, parameters, services)
        here = situation.load(wanted, waiting, request, services)
        return _next_step(here, parameters, services)
    except TemporarilyUnavailable:
        raise  # the user reloads the page, and nothing is lost
    except OAuthError as problem:
        return _refuse(recipient, problem, request, services, posted=waiting.has_forms)


def _next_step(here: Situation, parameters: Parameters, services: Services) -> Response:
    for name in STEPS:
        step = STEPS[name]
        if not step.needed(here, services):
            continue
        if "none" in here.asked.prompt:
            raise step.refusal()
        if here.waiting is not None:
            return step.show(here, services)
        waiting, set_cookie = situation.store(here, asked.to_keep(parameters), services)
        return step.show(replace(here, waiting=waiting), services).with_headers(set_cookie)
    return _finish(here, services)


def _store_and_go_on(here: Situation, parameters: Parameters, services: Services) -> Response:
    waiting, set_cookie = situation.store(here, asked.to_keep(parameters), services)
    url = services.settings.url(f"/authorize?interaction={waiting.request_id}")
    return redirect(url, set_cookie)


def _finish(here: Situation, services: Services) -> Response:
    """Store the code under its hash, spend the request, send the code out."""
    if here.asked.client.is_own:
        return answers.arrival(here.asked.recipient)
    user, session, stored = here.user, here.session, here.waiting or here.pushed
    waiting = here.waiting
    assert user is not None
    assert session is not None
    now, lifetimes = here.read_at, services.settings.lifetimes
    code = Handle(
        user.user_id,
        services.random_text(handles.ID_BYTES),
        services.token_bytes(handles.SECRET_BYTES),
    )
    if not here.asked.claims.is_for(subjects.of(user, here.asked.client, services)):
        # Core section 3.1.2.2: no answer for another user than the one who was asked for.
        raise LoginRequired("Another user than the one asked for has signed in.")
    consented = waiting is not None and waiting.consented_user == user.user_id
    given = waiting.consented if waiting and consented else here.asked.consent_scope
    scope = scopes.keep(here.asked.scope, given)
    details = here.asked.authorization_details
    if waiting is not None and consented:
        details = tuple(details[place] for place in waiting.consented_details or ())
    grant = Grant(
        user_id=user.user_id,
        grant_id=code.own_id,
        client_id=here.asked.client.client_id,
        state=CODE,
        code_hash=code.secret_hash,
        scope=scope,
        resources=_given(here, scope, details),
        issued_at=now,
        expires_at=now + _life_of_code(here, services),
        ends_at=now + lifetimes.grant,
        offline="offline_access" in scope or "offline_access" not in here.asked.scope,
        redirect_uri=here.asked.recipient.sent_redirect_uri,
        code_challenge=here.asked.code_challenge,
        dpop_jkt=here.asked.dpop_jkt,
        nonce=here.asked.nonce,
        claims=_claims(here, user, given) or None,
        authorization_details=_text(details),
        auth_time=session.auth_time,
        amr=session.amr,
        acr=session.acr,
        session_id=session.lineage,
    )
    if here.asked.client.expires_at is not None:
        from .. import lapsing

        gone = UnauthorizedClient("The client is not registered any more.")
        lapsing.used(here.asked.client, services, gone)
    if here.asked.client.hears_of_logout:
        from .. import signing_out

        # Before the client has anything of the session: what is not noted, nobody can take back.
        signing_out.remember(here.asked.client, session, services)
    # The other way round, a fault between the two would leave the user with a request that is
    # spent and no code. Whoever loses the race for the request has a code that nobody ever sees.
    services.table.put_new(grant)
    # Signed, where the client wants that, before the request is spent: without a signature the page
    # can be loaded again.
    text, posted = handles.write(code, services.keyring.salt), bool(waiting and waiting.has_forms)
    answer = answers.code(here.asked.recipient, text, services, posted=posted)
    if stored is not None:
        authorization_requests.spend(services.table, stored, services.random_text(16))
    services.log.event(
        "authorization.granted",
        client_id=grant.client_id,
        sub=user.subject,
        grant=grant.grant_id,
        scope=" ".join(grant.scope),
    )
    return answer


def _claims(here: Situation, user: User, given: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The claims asked for by name that the client may be told of this user."""
    asked_for = here.asked.claims.fitting(user.claims)
    return asked_for.within(target.allowed_to(here.asked.client, given))


def _life_of_code(here: Situation, services: Services) -> int:
    of_stage = services.settings.lifetimes.code
    return min(of_stage, LONGEST_CODE) if here.asked.client.is_fapi else of_stage


def _given(here: Situation, scope: tuple[str, ...], details: Details) -> tuple[str, ...]:
    """The resources asked for, but for those of which the user has declined everything."""
    asked = (here.asked.scope, here.asked.authorization_details)
    return tuple(
        resource.resource
        for resource in here.asked.resources
        if _is_asked_for(resource, scope, details) or not _is_asked_for(resource, *asked)
    )


def _is_asked_for(resource: Resource, scope: tuple[str, ...], details: Details) -> bool:
    if set(scope) & set(resource.scopes):
        return True
    if not details:
        return False
    from ..protocol import authorization_details as rich

    return any(rich.belongs(detail, resource) for detail in details)


def _text(details: Details) -> str | None:
    if not details:
        return None
    from ..protocol import authorization_details as rich

    return rich.write(details)
