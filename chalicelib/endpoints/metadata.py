"""The metadata document. RFC 8414, OpenID Connect Discovery 1.0; both sets of fields together.

Under a stage path only the OpenID location can be served, so it must carry the OAuth fields too.
"""

from __future__ import annotations

from ..client_authentication import METHODS
from ..grants import GRANT_TYPES
from ..http import Request, Response, json_response
from ..protocol import acr, claims, pkce, prompt, request_object, response_mode, scope, sector
from ..services import Services
from ..settings import Settings

CACHE = (("Cache-Control", "public, max-age=300"),)


def handle(request: Request, services: Services) -> Response:
    """The same document at both locations."""
    return json_response(document(services.settings), headers=CACHE)


def document(settings: Settings) -> dict[str, object]:
    """What this server offers: everything listed works, and nothing else does."""
    with_secret = [method for method in METHODS if method != "none"]
    return {
        "issuer": settings.issuer,
        "authorization_endpoint": settings.url("/authorize"),
        "token_endpoint": settings.url("/token"),
        "jwks_uri": settings.url("/.well-known/jwks.json"),
        "revocation_endpoint": settings.url("/revoke"),
        "introspection_endpoint": settings.url("/introspect"),
        "userinfo_endpoint": settings.url("/userinfo"),
        "end_session_endpoint": settings.url("/logout"),
        "scopes_supported": list(scope.OPENID),
        "response_types_supported": ["code"],
        "response_modes_supported": list(response_mode.MODES),
        "grant_types_supported": list(GRANT_TYPES),
        "code_challenge_methods_supported": list(pkce.METHODS),
        "token_endpoint_auth_methods_supported": list(METHODS),
        "revocation_endpoint_auth_methods_supported": list(METHODS),
        "introspection_endpoint_auth_methods_supported": with_secret,
        "authorization_response_iss_parameter_supported": True,
        "prompt_values_supported": list(prompt.VALUES),
        "acr_values_supported": list(acr.VALUES),
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "require_signed_request_object": False,
        "request_object_signing_alg_values_supported": list(request_object.ALGORITHMS),
        "claims_parameter_supported": True,
        "claim_types_supported": ["normal"],
        "backchannel_logout_supported": settings.logout_queue_url is not None,
        "backchannel_logout_session_supported": settings.logout_queue_url is not None,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "subject_types_supported": list(sector.SUBJECT_TYPES),
        "id_token_signing_alg_values_supported": list(settings.id_token_algs),
        "userinfo_signing_alg_values_supported": list(settings.id_token_algs),
        "claims_supported": [*claims.OF_ID_TOKEN, *claims.STANDARD],
    }
