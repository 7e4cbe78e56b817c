"""What each error means, in plain words for developers. The pages under /errors/{code}."""

from __future__ import annotations

from .error_entry import Entry
from .registration_error_reference import OF_REGISTRATION

RFC6749 = "https://www.rfc-editor.org/rfc/rfc6749"
RFC9101 = "https://www.rfc-editor.org/rfc/rfc9101"
RFC9449 = "https://www.rfc-editor.org/rfc/rfc9449"
CORE = "https://openid.net/specs/openid-connect-core-1_0.html"


def _token(section: str) -> tuple[str, str]:
    return f"RFC 6749, section {section}", f"{RFC6749}#section-{section}"


def _core(section: str) -> tuple[str, str]:
    return f"OpenID Connect Core 1.0, section {section}", f"{CORE}#AuthError"


def _jar(section: str) -> tuple[str, str]:
    return f"RFC 9101, section {section}", f"{RFC9101}#section-{section}"


def _dpop(section: str) -> tuple[str, str]:
    return f"RFC 9449, section {section}", f"{RFC9449}#section-{section}"


_UNSIGNED = Entry(
    "Unsigned requests are not taken from this client",
    "The request came as a JWT without a signature, and the client is not registered for that.",
    ("The client has no request_object_signing_alg, and the alg of the JWT is none.",),
    (
        "Sign the JWT with a key of the client.",
        "Or register the client with request_object_signing_alg none, where nobody can be harmed.",
    ),
    *_core("3.1.2.6"),
)

REFERENCE = {
    "invalid_request": Entry(
        "The request is malformed",
        "The server could not read the request as the specification says.",
        (
            "A required parameter is missing, or one was sent twice.",
            "The body is not application/x-www-form-urlencoded.",
            "The code_challenge is missing, or its method is not S256.",
            "The address or the HTTP method is not one of this server's.",
        ),
        (
            "Read error_description: it names the parameter.",
            "Send every parameter once, and forms as application/x-www-form-urlencoded.",
            "Use a client library that does the code flow with PKCE.",
        ),
        *_token("5.2"),
    ),
    "invalid_client": Entry(
        "The client did not prove itself",
        "The client is unknown, or its credential is wrong, missing, or sent in another way than "
        "the one the client is registered with.",
        (
            "The client_id or the client_secret is wrong.",
            "The secret came in the body, but the client is registered for client_secret_basic, "
            "or the other way round.",
            "The secret was replaced, and the old one has ended.",
        ),
        (
            "Compare token_endpoint_auth_method of the registration with what the client sends.",
            "Ask the operator for a new secret (client rotate-secret).",
        ),
        *_token("5.2"),
    ),
    "invalid_grant": Entry(
        "The code or token is not good",
        "The authorization code or the refresh token is wrong, expired, already used, revoked, or "
        "belongs to another client.",
        (
            "The code is older than a minute, or was used before.",
            "The redirect_uri or the code_verifier is not the one of the authorization request.",
            "An old refresh token was sent. All tokens of that sign-in were then ended, because "
            "somebody may have stolen it.",
            "The user or the operator has ended the access.",
            "An assertion about a user (ID-JAG) is not of a trusted issuer, not for this server "
            "and client, was used before, or is about a user who is not known here.",
        ),
        (
            "Start a new authorization request, or ask for a new assertion.",
            "Keep the refresh token of each answer, and forget the one before.",
        ),
        *_token("5.2"),
    ),
    "unauthorized_client": Entry(
        "The client may not do this",
        "The client is known, but not registered for this grant type or endpoint.",
        ("The grant type is missing from the client's grant_types.",),
        ("Ask the operator to add it to the registration.",),
        *_token("5.2"),
    ),
    "unsupported_grant_type": Entry(
        "The grant type is not offered",
        "This server does not offer the grant type. The password and implicit grants are not "
        "offered at all: OAuth 2.1 removed them, because they leak passwords and tokens.",
        ("The grant_type is misspelt, or one that this server does not have.",),
        ("Use authorization_code with PKCE for people, client_credentials for machines.",),
        *_token("5.2"),
    ),
    "invalid_scope": Entry(
        "The scope is not good",
        "A scope is missing, unknown, or more than the client may ask for.",
        (
            "No resource that the client may use defines the scope.",
            "A refresh asked for more than was granted.",
        ),
        ("Ask for scopes that the resource defines and the client is registered for.",),
        *_token("5.2"),
    ),
    "invalid_target": Entry(
        "The resource is not good",
        "The resource is unknown, malformed, not one the client may use, or cannot be told from "
        "the scope.",
        (
            "The resource parameter does not equal a registered resource, letter by letter.",
            "No resource was named, and more than one defines the scope.",
        ),
        ("Send the resource parameter with the exact URI of the registered resource.",),
        "RFC 8707, section 2",
        "https://www.rfc-editor.org/rfc/rfc8707#section-2",
    ),
    "invalid_authorization_details": Entry(
        "The authorization details are not good",
        "The authorization_details are malformed, of a type that is unknown or not the client's, "
        "or not as their type says; or more is asked for than was granted.",
        (
            "They are no JSON array of objects that each have a type, or larger than 2048 bytes.",
            "The resource of the request does not define the type, or its schema has no such "
            "member.",
            "The type is missing from the client's authorization_details_types.",
            "At the token endpoint: an object is not one of those that the user agreed to.",
        ),
        (
            "Read error_description: it names the object and what is wrong with it.",
            "At the token endpoint, send objects as they were granted, or leave the parameter out.",
        ),
        "RFC 9396, section 5",
        "https://www.rfc-editor.org/rfc/rfc9396#section-5",
    ),
    "invalid_token": Entry(
        "The access token is not good",
        "The access token is expired, revoked, changed, or no access token, or it is for another "
        "resource than the one that was called.",
        (
            "The token has expired, or the user or the operator has ended the access.",
            "An ID token or a refresh token was sent.",
            "The token is for an API, and /userinfo was called with it.",
        ),
        (
            "Get a new access token with the refresh token, or start again.",
            "For /userinfo, ask the token endpoint for a token with resource set to the issuer, "
            "or leave the scopes of APIs out of the request.",
        ),
        "RFC 6750, section 3.1",
        "https://www.rfc-editor.org/rfc/rfc6750#section-3.1",
    ),
    "insufficient_scope": Entry(
        "The access token is not for this",
        "The access token is good, but does not have the scope that the endpoint needs.",
        ("The authorization request had no scope openid, and /userinfo was called.",),
        ("Ask for the scope that the WWW-Authenticate header names.",),
        "RFC 6750, section 3.1",
        "https://www.rfc-editor.org/rfc/rfc6750#section-3.1",
    ),
    "access_denied": Entry(
        "The access was not given",
        "The user said no, or left out everything that was asked.",
        ("The user chose Deny on the consent page.",),
        ("Tell the user what the access is for, and let them try again if they want to.",),
        *_token("4.1.2.1"),
    ),
    "unsupported_response_type": Entry(
        "The response type is not offered",
        "This server offers response_type=code only. response_type=token would put the access "
        "token into the browser's history; OAuth 2.1 removed it.",
        ("The client asks for token or id_token instead of code.",),
        ("Use response_type=code with PKCE. It works in single-page applications as well.",),
        *_token("4.1.2.1"),
    ),
    "login_required": Entry(
        "The user must sign in",
        "The request forbids to show a page (prompt=none), but nobody is signed in.",
        ("The user's session has ended.",),
        ("Send the request again without prompt=none.",),
        *_core("3.1.2.6"),
    ),
    "consent_required": Entry(
        "The user must consent",
        "The request forbids to show a page (prompt=none), but the user has not agreed to what is "
        "asked, or must agree each time because nothing proves which application asks.",
        ("A new scope is asked for.", "The application is public and runs on the device."),
        ("Send the request again without prompt=none.",),
        *_core("3.1.2.6"),
    ),
    "unmet_authentication_requirements": Entry(
        "The sign-in that is needed is not offered",
        "The claims parameter makes acr essential, with values that no sign-in here has.",
        ("The acr values are those of another server.",),
        (
            "Ask for one of acr_values_supported in the metadata document.",
            "Ask without essential, and look at the acr of the ID token.",
        ),
        *_core("5.5.1.1"),
    ),
    "invalid_request_object": Entry(
        "The request object is not good",
        "The request came as a JWT that is malformed, expired, for another server, or not signed "
        "by the client as it is registered.",
        (
            "The key that signed it is not in the client's jwks, or not yet at its jwks_uri.",
            "It is signed with another algorithm than request_object_signing_alg, or not at all.",
            "Its client_id, iss or aud is wrong, or its time is over.",
        ),
        (
            "Compare the kid and alg of the JWT with the client's keys and registration.",
            "Set aud to the issuer, and client_id and iss to the client's identifier.",
        ),
        *_jar("7"),
    ),
    "invalid_request_uri": Entry(
        "The request URI is not good",
        "The request_uri is not one that the client has registered, or no request object can be "
        "read there.",
        (
            "The URI does not equal one of the client's request_uris, letter by letter.",
            "The host does not answer in time, redirects, or answers something else than a JWT.",
            "The request was pushed more than a minute ago, by another client, or a sign-in with "
            "it was finished already.",
        ),
        (
            "Register the URI, and serve the JWT there with status 200.",
            "Push each request, and send the browser there at once.",
        ),
        *_jar("7"),
    ),
    "request_not_supported": _UNSIGNED,
    "request_uri_not_supported": _UNSIGNED,
    "invalid_dpop_proof": Entry(
        "The DPoP proof is not good",
        "The DPoP header of the request holds no proof that the client has its key, for this very "
        "request and now.",
        (
            "The proof was used before: each request needs one of its own, with a jti of its own.",
            "The htm or htu is that of another request, or the ath that of another access token.",
            "The iat is more than a minute old, or the clock of the device is ahead.",
            "The jwk holds a private key, or is not the key that made the signature.",
        ),
        (
            "Read error_description: it names the member.",
            "Make a new proof for each request, also when one is sent again.",
            "Use a client library that makes the proofs.",
        ),
        *_dpop("4.3"),
    ),
    "use_dpop_nonce": Entry(
        "The DPoP proof needs a nonce",
        "The proof is good, but this server wants a nonce of its own in it, and there was none, or "
        "one that is too old.",
        (
            "It was the first request: nobody knows the nonce before.",
            "The nonce of an earlier answer is no longer taken; each is, for five minutes or more.",
        ),
        (
            "Send the request again, with a new proof whose nonce claim is the value of the "
            "DPoP-Nonce header of the answer.",
            "Keep the newest DPoP-Nonce of every answer for the next proof.",
        ),
        *_dpop("8"),
    ),
    "server_error": Entry(
        "The server made a mistake",
        "Something went wrong on this server. Nothing was decided.",
        ("A fault of this server.",),
        ("Tell the operator the request id of the answer (X-Request-Id).",),
        *_token("4.1.2.1"),
    ),
    "temporarily_unavailable": Entry(
        "Try again later",
        "The server cannot answer just now, or has seen too many failed attempts.",
        ("A service that this server needs does not answer.", "Too many wrong secrets were sent."),
        ("Wait as long as the Retry-After header says, then send the same request again.",),
        *_token("4.1.2.1"),
    ),
    **OF_REGISTRATION,
}
