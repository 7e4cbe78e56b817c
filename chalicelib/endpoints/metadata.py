"""The metadata document. RFC 8414, OpenID Connect Discovery 1.0; both sets of fields together.

Under a stage path only the OpenID location can be served, so it must carry the OAuth fields too.
"""

from __future__ import annotations

from ..client_authentication import offered
from ..grants import offered as offered_grants
from ..http import Request, Response, json_response
from ..protocol import (
    acr,
    claims,
    client_assertion,
    confirmation,
    grant_types,
    pkce,
    prompt,
    request_object,
    response_mode,
    scope,
    sector,
)
from ..services import Services
from ..settings import Settings

_ALIASED = {
    "token_endpoint": "/token",
    "pushed_authorization_request_endpoint": "/par",
    "revocation_endpoint": "/revoke",
    "introspection_endpoint": "/introspect",
    "userinfo_endpoint": "/userinfo",
}
CACHE = (("Cache-Control", "public, max-age=300"),)


def handle(request: Request, services: Services) -> Response:
    """The same document at both locations."""
    return json_response(document(services.settings), headers=CACHE)


def document(settings: Settings) -> dict[str, object]:
    """What this server offers: everything listed works, and nothing else does."""
    methods = offered(settings)
    confidential = [method for method in methods if method != "none"]
    algs = list(client_assertion.ALGORITHMS)
    return {
        "issuer": settings.issuer,
        "authorization_endpoint": settings.url("/authorize"),
        "token_endpoint": settings.url("/token"),
        "pushed_authorization_request_endpoint": settings.url("/par"),
        "require_pushed_authorization_requests": settings.require_par,
        "jwks_uri": settings.url("/.well-known/jwks.json"),
        "revocation_endpoint": settings.url("/revoke"),
        "introspection_endpoint": settings.url("/introspect"),
        "userinfo_endpoint": settings.url("/userinfo"),
        "end_session_endpoint": settings.url("/logout"),
        **_registered_at(settings),
        "client_id_metadata_document_supported": settings.client_documents,
        "service_documentation": settings.url("/about"),
        "scopes_supported": list(scope.OPENID),
        "response_types_supported": ["code"],
        "response_modes_supported": list(response_mode.MODES),
        "grant_types_supported": list(offered_grants(settings)),
        "code_challenge_methods_supported": list(pkce.METHODS),
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algs,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": algs,
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": algs,
        "introspection_signing_alg_values_supported": list(settings.id_token_algs),
        "authorization_signing_alg_values_supported": list(settings.id_token_algs),
        "authorization_response_iss_parameter_supported": True,
        "prompt_values_supported": list(prompt.VALUES),
        "acr_values_supported": list(acr.VALUES),
        "dpop_signing_alg_values_supported": list(confirmation.DPOP_ALGORITHMS),
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
        **_with_certificates(settings),
        **_with_assertions(settings),
        **_with_details(settings),
    }


def _with_details(settings: Settings) -> dict[str, object]:
    """RFC 9396 section 10. As the operator has set it: this document costs no read of the table."""
    types = settings.authorization_details_types
    return {"authorization_details_types_supported": list(types)} if types else {}


def _registered_at(settings: Settings) -> dict[str, object]:
    """RFC 7591 section 3; a client that reads this registers there."""
    if settings.registration == "off":
        return {}
    return {"registration_endpoint": settings.url("/register")}


def _with_assertions(settings: Settings) -> dict[str, object]:
    """draft-ietf-oauth-identity-assertion-authz-grant section 7: those about users."""
    found: dict[str, object] = {}
    if settings.accepts_id_jag:
        found["authorization_grant_profiles_supported"] = [grant_types.ID_JAG_PROFILE]
    if settings.issues_id_jag:
        found["identity_chaining_requested_token_types_supported"] = [grant_types.ID_JAG]
    return found


def _with_certificates(settings: Settings) -> dict[str, object]:
    """RFC 8705 sections 3.3 and 5: what is called by programs, at the host that takes them."""
    if settings.mtls_url is None:
        return {}
    aliases = {name: settings.called_url(path, certified=True) for name, path in _ALIASED.items()}
    return {"tls_client_certificate_bound_access_tokens": True, "mtls_endpoint_aliases": aliases}
