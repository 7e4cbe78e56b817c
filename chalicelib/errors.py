"""The errors of OAuth, one small class a registered code.

    OAuthError
    ├── InvalidRequest              RFC 6749 section 5.2
    │   ├── NotFound                no such path
    │   ├── NotOffered              part of a specification that is not offered here
    │   └── MethodNotAllowed        no such method on this path
    ├── InvalidClient               RFC 6749 section 5.2
    │   └── Unauthenticated         RFC 9701 section 5: status 400
    ├── InvalidGrant                RFC 6749 section 5.2
    ├── UnauthorizedClient          RFC 6749 section 5.2
    ├── UnsupportedGrantType        RFC 6749 section 5.2
    ├── InvalidScope                RFC 6749 section 5.2
    ├── AccessDenied                RFC 6749 section 4.1.2.1
    ├── UnsupportedResponseType     RFC 6749 section 4.1.2.1
    ├── LoginRequired               OpenID Connect Core section 3.1.2.6
    ├── ConsentRequired             OpenID Connect Core section 3.1.2.6
    ├── UnmetAuthentication         OpenID Connect Core section 5.5.1.1
    ├── InvalidRequestObject        RFC 9101 section 7
    ├── InvalidRequestUri           RFC 9101 section 7
    ├── RequestNotSupported         OpenID Connect Core section 3.1.2.6
    │   └── RequestUriNotSupported  the same, by reference
    ├── InvalidTarget               RFC 8707 section 2
    ├── InvalidAuthorizationDetails RFC 9396 section 5
    ├── InvalidToken                RFC 6750 section 3.1
    │   └── TokenNeeded             none was sent
    ├── InvalidDPoPProof            RFC 9449 section 5; at a resource with status 401
    │   └── UseDPoPNonce            RFC 9449 section 8
    ├── InsufficientScope           RFC 6750 section 3.1
    ├── ...                         RFC 7591: registration_errors.py
    ├── ServerError                 RFC 6749 section 4.1.2.1
    └── TemporarilyUnavailable      RFC 6749 section 4.1.2.1
        └── TooManyRequests         the same code, status 429

A `description` is public and goes out as `error_description`; a `detail` is for the log only.
"""

from __future__ import annotations

import re
from typing import ClassVar

# RFC 6749 section 5.2: %x20-21 / %x23-5B / %x5D-7E.
_OUTSIDE_DESCRIPTION = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")


class OAuthError(Exception):
    """An error a client is told about: a registered code, a status, plain words."""

    error: ClassVar[str]
    status: ClassVar[int] = 400
    words: ClassVar[str]

    def __init__(self, description: str = "", *, detail: str = "") -> None:
        self.description = _OUTSIDE_DESCRIPTION.sub("?", description or self.words)
        self.detail = detail
        super().__init__(detail or self.description)


class InvalidRequest(OAuthError):
    """RFC 6749 section 5.2: a parameter is missing, repeated, malformed or misplaced."""

    error = "invalid_request"
    words = "The request is missing a parameter, repeats one, or is malformed."


class NotFound(InvalidRequest):
    """The path names nothing on this server."""

    status = 404
    words = "There is no such endpoint on this server."


class NotOffered(InvalidRequest):
    """What is asked for exists in the specification, and not on this server."""

    status = 501
    words = "This server does not offer this."


class MethodNotAllowed(InvalidRequest):
    """The path exists, but not for this method; `allow` lists the methods it takes."""

    status = 405
    words = "This endpoint does not take this HTTP method."

    def __init__(self, allow: tuple[str, ...]) -> None:
        super().__init__(f"This endpoint takes {', '.join(allow)}.")
        self.allow = allow


class InvalidClient(OAuthError):
    """RFC 6749 section 5.2: the client is unknown or did not prove itself."""

    error = "invalid_client"
    status = 401
    words = "Client authentication failed."


class Unauthenticated(InvalidClient):
    """RFC 9701 section 5: the caller has not even tried to say who it is."""

    status = 400
    words = "This endpoint answers only clients that authenticate."


class InvalidGrant(OAuthError):
    """RFC 6749 section 5.2: the code or refresh token is wrong, expired, used or revoked."""

    error = "invalid_grant"
    words = "The grant is wrong, expired, already used, revoked, or not this client's."


class UnauthorizedClient(OAuthError):
    """RFC 6749 section 5.2: the client may not do this."""

    error = "unauthorized_client"
    words = "This client is not registered for this use."


class UnsupportedGrantType(OAuthError):
    """RFC 6749 section 5.2: the server does not offer this grant type."""

    error = "unsupported_grant_type"
    words = "This server does not offer this grant type."


class InvalidScope(OAuthError):
    """RFC 6749 section 5.2: the scope is unknown, malformed or more than allowed."""

    error = "invalid_scope"
    words = "The scope is missing, unknown, or more than this client may ask for."


class AccessDenied(OAuthError):
    """RFC 6749 section 4.1.2.1: the user or the server said no."""

    error = "access_denied"
    words = "The user did not give access."


class UnsupportedResponseType(OAuthError):
    """RFC 6749 section 4.1.2.1: only response_type=code is offered."""

    error = "unsupported_response_type"
    words = "This server offers response_type=code only."


class LoginRequired(OAuthError):
    """OpenID Connect Core section 3.1.2.6: prompt=none, but the user must sign in."""

    error = "login_required"
    words = "The user must sign in, and prompt=none forbids to ask."


class ConsentRequired(OAuthError):
    """OpenID Connect Core section 3.1.2.6: prompt=none, but the user must consent."""

    error = "consent_required"
    words = "The user must give consent, and prompt=none forbids to ask."


class UnmetAuthentication(OAuthError):
    """OpenID Connect Core section 5.5.1.1: the essential acr is none that a sign-in here has.

    The code is that of OpenID Connect Core Error Code unmet_authentication_requirements 1.0.
    """

    error = "unmet_authentication_requirements"
    words = "The request needs a sign-in of a kind (acr) that this server does not have."


class InvalidRequestObject(OAuthError):
    """RFC 9101 section 7: the request object is malformed, not genuine, or not for us."""

    error = "invalid_request_object"
    words = "The request object is malformed, not signed by the client, or not for this server."


class InvalidRequestUri(OAuthError):
    """RFC 9101 section 7: the request_uri is not the client's, or nothing can be read there."""

    error = "invalid_request_uri"
    words = "The request_uri is not registered, or no request object can be read there."


class RequestNotSupported(OAuthError):
    """OpenID Connect Core section 3.1.2.6: requests come so from clients that are registered to."""

    error = "request_not_supported"
    words = "Unsigned request objects are not taken from this client."


class RequestUriNotSupported(RequestNotSupported):
    """The same of what a request_uri leads to."""

    error = "request_uri_not_supported"


class InvalidTarget(OAuthError):
    """RFC 8707 section 2: the resource is unknown, malformed or not allowed."""

    error = "invalid_target"
    words = "The resource is unknown, malformed, or not one this client may use."


class InvalidAuthorizationDetails(OAuthError):
    """RFC 9396 section 5: malformed, of an unknown type or not of it, or not this client's."""

    error = "invalid_authorization_details"
    words = "The authorization_details are malformed, of an unknown type, or more than allowed."


class InvalidToken(OAuthError):
    """RFC 6750 section 3.1: the access token is expired, revoked, malformed, or for another."""

    error = "invalid_token"
    status = 401
    words = "The access token is wrong, expired, revoked, or no access token."


class TokenNeeded(InvalidToken):
    """RFC 6750 section 3: no token came, so the challenge says nothing of an error."""

    words = "This endpoint needs a token in the Authorization header."


class InvalidDPoPProof(OAuthError):
    """RFC 9449 sections 5 and 7.1: the proof is malformed, not for this request, or was used."""

    error = "invalid_dpop_proof"
    words = "The DPoP proof is malformed, too old, used before, or made for another request."


class UseDPoPNonce(InvalidDPoPProof):
    """RFC 9449 sections 8 and 9: the proof is good but for its nonce; `nonce` is the one to use."""

    error = "use_dpop_nonce"
    words = "Make another DPoP proof, with the nonce of this answer's DPoP-Nonce header."

    def __init__(self, nonce: str) -> None:
        super().__init__()
        self.nonce = nonce


class InsufficientScope(OAuthError):
    """RFC 6750 section 3.1: the access token is good, but not for this."""

    error = "insufficient_scope"
    status = 403
    words = "The access token has not the scope that this endpoint needs."


class ServerError(OAuthError):
    """RFC 6749 section 4.1.2.1: our own fault; the log line with the request id says which."""

    error = "server_error"
    status = 500
    words = "Something went wrong on this server."


class TemporarilyUnavailable(OAuthError):
    """RFC 6749 section 4.1.2.1: try again; nothing was decided. `retry_after` in seconds."""

    error = "temporarily_unavailable"
    status = 503
    words = "The server cannot answer just now. Try again."

    def __init__(self, description: str = "", *, detail: str = "", retry_after: int = 1) -> None:
        super().__init__(description, detail=detail)
        self.retry_after = retry_after


class TooManyRequests(TemporarilyUnavailable):
    """Too many failed attempts; `retry_after` says when the next is heard."""

    status = 429
    words = "Too many failed attempts. Wait, then try again."
