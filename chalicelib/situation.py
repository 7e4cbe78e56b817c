"""What the steps of a sign-in look at: the request, and who sits at the browser.

One read of user, session and consent; nothing of it is kept.
"""

from __future__ import annotations

from . import sessions, subjects, verification
from .asked import Asked, Recipient, identify
from .encoding import base64url, equal, from_base64url, hmac_sha256, sha256
from .errors import InvalidRequest
from .http import Parameters, Request, cookie
from .protocol import consent as consents
from .protocol import redirect_uri
from .protocol.client_document import has_origin_of
from .records.authorization_request import AuthorizationRequest, authorization_request_key
from .records.consent import Consent, consent_key
from .records.pushed_request import PushedRequest
from .records.session import Session, session_key
from .records.user import User, user_key
from .services import Services
from .values import Frozen, replace

BROWSER_COOKIE = "__Host-browser"


class Situation(Frozen):
    """A checked request, and the browser's user if one is signed in.

    waiting: the request as it is stored; None while no step had to ask anything.
    pushed: where the request was brought as a pushed one, at this visit.
    expected: the subject that the id_token_hint names, "" where it names nobody; None without one.
    browser: the secret of the browser's cookie, which binds the stored request to it.
    read_at: when that was, in epoch seconds. What is issued on its word dates from then: a user
    whose access ends after the read has it ended for this too.
    """

    read_at: int
    asked: Asked
    waiting: AuthorizationRequest | None
    expected: str | None
    browser: str
    user: User | None
    session: Session | None
    consent: Consent | None
    pushed: PushedRequest | None = None

    @property
    def csrf(self) -> str:
        """The hidden field of every form: only this browser, for this request, can have it."""
        assert self.waiting is not None
        return csrf_token(self.browser, self.waiting.request_id)

    @property
    def account(self) -> str:
        """The hidden field of a form that names who is signed in: it answers for nobody else."""
        assert self.session is not None
        return csrf_token(self.browser, self.session.user_id)


def load(
    asked: Asked,
    waiting: AuthorizationRequest | None,
    request: Request,
    services: Services,
    pushed: PushedRequest | None = None,
) -> Situation:
    """Read who sits at the browser: one read, or none when no session cookie is there."""
    now = services.now()
    browser = browser_secret(request, services)
    stored = waiting or pushed
    expected = stored.expected if stored else hinted(asked, services)
    nobody = Situation(now, asked, waiting, expected, browser, None, None, None, pushed)
    shown = sessions.presented(request, services)
    if shown is None:
        return nobody
    user, session, consent = services.table.get_all(
        (User, user_key(shown.user_id)),
        (Session, session_key(shown.user_id, shown.own_id)),
        (Consent, consent_key(shown.user_id, asked.client.client_id)),
    )
    if not sessions.proved(session, user, shown):
        return nobody
    # A consent is no word for another client that took over the name of a removed one.
    if consent is not None and consent.since < asked.client.created_at:
        consent = None
    # Nor for one that has since given itself another name, or another place for the answers.
    changed_at = asked.client.changed_at
    if consent is not None and changed_at is not None and consent.since <= changed_at:
        consent = None
    return replace(nobody, user=user, session=session, consent=consent)


def store(
    situation: Situation, parameters: dict[str, str], services: Services
) -> tuple[AuthorizationRequest, tuple[str, str]]:
    """Store a request whose user must be asked something, and give the cookie that binds it."""
    now = services.now()
    waiting = AuthorizationRequest(
        request_id=services.random_text(32),
        client_id=situation.asked.client.client_id,
        parameters=parameters,
        resources=tuple(resource.resource for resource in situation.asked.resources),
        browser_hash=sha256(situation.browser),
        created_at=now,
        expires_at=now + services.settings.lifetimes.authorization_request,
        expected=situation.expected,
        pushed=situation.pushed.name_hash if situation.pushed else None,
    )
    services.table.put_new(waiting)
    return waiting, cookie(BROWSER_COOKIE, situation.browser)


def resume(request_id: str, request: Request, services: Services) -> AuthorizationRequest:
    """The stored request, if this browser started it; InvalidRequest, for the user's eyes."""
    waiting = services.table.get(AuthorizationRequest, authorization_request_key(request_id))
    if waiting is None:
        raise InvalidRequest("This sign-in has ended. Go back to the application and start again.")
    browser = request.cookies.get(BROWSER_COOKIE, "")
    if not equal(sha256(browser), waiting.browser_hash):
        raise InvalidRequest("This sign-in was started in another browser.")
    return waiting


def recall(
    stored: AuthorizationRequest | PushedRequest, services: Services
) -> tuple[Recipient, Parameters]:
    """A stored request's parameters, with the client proved again: it may have changed since."""
    pairs = [*stored.parameters.items(), *(("resource", uri) for uri in stored.resources)]
    parameters = Parameters(pairs)
    return identify(parameters, services), parameters


def csrf_token(browser: str, request_id: str) -> str:
    """Bound to the browser's secret and to one request."""
    return base64url(hmac_sha256(browser.encode(), f"csrf\0{request_id}".encode()))


def check_form(form: Parameters, request_id: str, request: Request) -> None:
    """InvalidRequest unless the form came from our page, in this browser."""
    if request.header("Sec-Fetch-Site") in ("cross-site", "same-site"):
        raise InvalidRequest("The form was sent from another site.")
    browser = request.cookies.get(BROWSER_COOKIE, "")
    if not equal(form.get("csrf", ""), csrf_token(browser, request_id)):
        raise InvalidRequest("The form does not belong to this browser.")


def names_who_is_signed_in(form: Parameters, situation: Situation) -> bool:
    """Whether the page that was answered showed the account that is signed in now.

    In another tab somebody else may have signed in meanwhile.
    """
    return equal(form.get("account_shown", ""), situation.account)


def by_audience(situation: Situation, services: Services) -> consents.Consented:
    """What is asked, under each audience it is for."""
    asked = situation.asked
    return consents.by_audience(asked.consent_scope, asked.resources, services.settings.issuer)


def could_be_an_impostor(asked: Asked) -> bool:
    """Whether nothing proves that the answer reaches the client itself (RFC 8252 section 8.6).

    A public client has no secret, and any app can take a private-use scheme or a loopback port.
    Nobody knows where one that registered itself keeps its secret: it is no better on a device.
    """
    client, uri = asked.client, asked.recipient.redirect_uri
    if client.is_document and client.is_public and not has_origin_of(uri, client.client_id):
        return True  # its document vouches for what is at its own origin, and nothing else does
    unknown = client.is_public or client.is_self_registered
    return unknown and redirect_uri.reaches_an_app(uri)


def is_expected(user: User, situation: Situation, services: Services) -> bool:
    """Whether this is the user whom the client expects: by an id_token_hint, or by a `sub` in its
    claims parameter (Core sections 3.1.2.2 and 5.5.1). Without either, anyone is."""
    subject = subjects.of(user, situation.asked.client, services)
    return situation.expected in (None, subject) and situation.asked.claims.is_for(subject)


def browser_secret(request: Request, services: Services) -> str:
    """The browser's secret: the one it has, so that its other tabs go on, or a new one."""
    known = request.cookies.get(BROWSER_COOKIE, "")
    try:
        if len(from_base64url(known)) == 32:
            return known
    except ValueError:
        pass
    return services.random_text(32)


def hinted(asked: Asked, services: Services) -> str | None:
    """Whom the client expects; None without a hint. One that is none of its own ID tokens names
    nobody.

    Core section 3.1.2.1 asks for an error only where nobody can be asked: nobody is expected, so
    whoever is signed in is not the one.
    """
    if asked.id_token_hint is None:
        return None
    hint = verification.id_token(asked.id_token_hint, services)
    if hint is None or not hint.was_issued_to(asked.client):
        return ""
    return hint.subject
