"""What /authorize does where RFC 6749 section 3.1 and 4.1 leave a choice."""

from __future__ import annotations

from ..asked import MOST_STATE
from ..interaction import STEPS
from ..protocol import acr, handle, pkce, prompt, response_mode
from ..registration.client_metadata import MOST_REDIRECT_URIS
from ..settings import Settings
from . import Answer, duration, listed


def answers(settings: Settings) -> tuple[Answer, ...]:
    """In the order of the sections."""
    return (*_endpoint(settings), *_redirects(settings), *_scope(), *_code(settings), *_consent())


def _endpoint(settings: Settings) -> tuple[Answer, ...]:
    return (
        Answer(
            name="endpoints",
            section="RFC 6749 3",
            question="Where are the endpoints, and how are they found?",
            text="By the metadata documents of RFC 8414 and OpenID Connect Discovery, which are "
            "the "
            "same document, and by the list on this page.",
            value={
                "metadata": settings.url("/.well-known/oauth-authorization-server"),
                "openid": settings.url("/.well-known/openid-configuration"),
                "jwks": settings.url("/.well-known/jwks.json"),
            },
        ),
        Answer(
            name="user_authentication",
            section="RFC 6749 3.1",
            question="How does the server find out who the user is?",
            text="By a sign-in page with user name and password (Argon2id). A __Host- cookie keeps "
            f"the sign-in for at most {duration(settings.lifetimes.session)}. The parameters "
            "prompt "
            f"({listed(prompt.VALUES)}), max_age and acr_values are honoured.",
            value={
                "steps": list(STEPS),
                "prompt_values": list(prompt.VALUES),
                "acr_values": list(acr.VALUES),
                "session_seconds": settings.lifetimes.session,
            },
        ),
        Answer(
            name="response_types",
            section="RFC 6749 3.1.1",
            question="Which response types are there beside code and token?",
            text="Only code. A request for another one, token among them, is answered with "
            "unsupported_response_type and a page that says what to use instead. The answer comes "
            f"in one of the response modes {listed(response_mode.MODES)}.",
            value={
                "response_types": ["code"],
                "response_modes": list(response_mode.MODES),
                "error": "unsupported_response_type",
            },
        ),
    )


def _besides(settings: Settings) -> str:
    schemes = " or ".join(settings.native_schemes)
    return f", or {schemes}" if schemes else ""


def _redirects(settings: Settings) -> tuple[Answer, ...]:
    return (
        Answer(
            name="redirect_https",
            section="RFC 6749 3.1.2.1",
            question="Must a redirect URI use TLS?",
            text="Yes. Native applications may use a loopback address or a private-use scheme "
            f"with a dot in it{_besides(settings)}; the consent page then says that the answer "
            "goes to an app on this device. One that registers itself may write localhost for it.",
            value={
                "https": True,
                "loopback": ["http://127.0.0.1", "http://[::1]"],
                "self_registered": "http://localhost",
                "private_use_scheme": "native",
                "schemes_without_a_dot": list(settings.native_schemes),
            },
        ),
        Answer(
            name="redirect_registration",
            section="RFC 6749 3.1.2.2",
            question="Must every client register its redirect URIs, and how are they compared?",
            text="Every client registers every URI, whole, its query as well. They are compared as "
            "strings; only the port of a loopback address may differ (RFC 8252 section 7.3).",
            value={"required": True, "comparison": "exact", "variable_query": False},
        ),
        Answer(
            name="redirect_number",
            section="RFC 6749 3.1.2.2",
            question="May a client register several redirect URIs?",
            text=f"Up to {MOST_REDIRECT_URIS}.",
            value={"most": MOST_REDIRECT_URIS},
        ),
        Answer(
            name="redirect_invalid",
            section="RFC 6749 3.1.2.4",
            question="What happens when the client or its redirect URI is not valid?",
            text="The user is shown an error page with status 400. Nobody is redirected.",
            value={"status": 400, "redirect": False},
        ),
    )


def _scope() -> tuple[Answer, ...]:
    return (
        Answer(
            name="scope_granted",
            section="RFC 6749 3.3",
            question="Can another scope be granted than the one that was asked for?",
            text="Yes: the user may decline single scopes, and the client's registration and the "
            "resource set limits. The token response always says the scope.",
            value={"may_be_less": True, "may_be_more": False, "always_told": True},
        ),
        Answer(
            name="audience_default",
            section="RFC 6749 3.3, RFC 8707",
            question="For which resource is a token when the request names none?",
            text="For the client's default_resource, else for the one resource it may use that "
            "defines all the scopes. Where none or several do, the answer is invalid_target. With "
            "OpenID scopes alone the token is for this server.",
            value={"error": "invalid_target", "openid_only": "issuer"},
        ),
        Answer(
            name="scope_default",
            section="RFC 6749 3.3",
            question="What if the request has no scope?",
            text="The client's registered default_scope is taken; a client that has none is told "
            "invalid_scope.",
            value={"default": "default_scope", "error": "invalid_scope"},
        ),
    )


def _code(settings: Settings) -> tuple[Answer, ...]:
    seconds = settings.lifetimes.code
    return (
        Answer(
            name="code_lifetime",
            section="RFC 6749 4.1.2",
            question="How long does an authorization code live?",
            text=f"For {duration(seconds)}.",
            value={"seconds": seconds},
        ),
        Answer(
            name="code_twice",
            section="RFC 6749 4.1.2",
            question="What happens when a code is used twice?",
            text="It is refused with invalid_grant, and every token that was issued from it is "
            "revoked.",
            value={"error": "invalid_grant", "revokes": True},
        ),
        Answer(
            name="code_size",
            section="RFC 6749 4.1.2",
            question="How long can a code be, and what else comes with it?",
            text=f"A code has {handle.LENGTH} characters. Beside it come state, as it was sent (up "
            f"to {MOST_STATE} bytes), and iss (RFC 9207).",
            value={"characters": handle.LENGTH, "state_bytes": MOST_STATE, "iss": settings.issuer},
        ),
        Answer(
            name="pkce",
            section="RFC 6749 4.1, RFC 7636",
            question="Is PKCE required?",
            text=f"Yes, with the method {listed(pkce.METHODS)}. Only a confidential OpenID client "
            "can be registered without it, by the operator or with a token that the operator made "
            "for that, and must then send a nonce.",
            value={"required": True, "methods": list(pkce.METHODS)},
        ),
        Answer(
            name="errors",
            section="RFC 6749 4.1.2.1, 5.2",
            question="What does an error say?",
            text="Always error, error_description in plain words, and error_uri: a page of this "
            "server about that very error.",
            value={
                "members": ["error", "error_description", "error_uri"],
                "pages": settings.url("/errors/{error}"),
            },
        ),
    )


def _consent() -> tuple[Answer, ...]:
    return (
        Answer(
            name="consent_page",
            section="RFC 6749 10.2",
            question="What is the user shown before access is given?",
            text="The client's name, its home page and whether it is verified; who is signed in; "
            "each scope in words, to be declined one by one; where the answer goes; for how long "
            "the access lasts, and how to end it.",
            value={"decline_single_scopes": True},
        ),
        Answer(
            name="consent_remembered",
            section="RFC 6749 10.2",
            question="Is the user asked each time?",
            text="Consent is remembered for each user, client and scope. It is never skipped for a "
            "public or self-registered client that is answered at a loopback address or a "
            "private-use scheme: any application on the device could be the one that asks. Nor for "
            "a public client by document that is answered at another origin than the document's.",
            value={"remembered": True, "never_for": "whoever can be an impostor"},
        ),
    )
