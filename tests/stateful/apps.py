"""The clients of the random stories, and the resource that is made for them."""

from __future__ import annotations

from dataclasses import replace

from infra import seeds
from tests.client_signatures import jwks
from tests.stateful.model import API, FILES, App

AFTER = (seeds.AFTER_LOGOUT,)
SHOWING = (
    App("demoweb", "demowebsecret", seeds.REDIRECT, (API,), after_logout=AFTER),
    App("demospa", None, seeds.REDIRECT, (API,), after_logout=AFTER),
    App(
        "thirdweb",
        "thirdwebsecret",
        "https://app.example.net/cb",
        (API, FILES),
        sees_all=True,
        after_logout=("https://app.example.net/bye", "https://app.example.net/bye?x=y"),
    ),
)
# Two of them hear of logouts.
FREE = (
    *SHOWING[:2],
    replace(SHOWING[2], told_at="https://app.example.net/told?by=op"),
    App(
        "pairweb",
        "pairwebsecret",
        "https://pair.example.org/cb",
        (API,),
        after_logout=("https://pair.example.org/",),
        sector="pair.example.org",
        told_at="https://elsewhere.example.org/told",
        framed_at="https://pair.example.org/framed",
    ),
)
# With the first three: they show what they want to, these have to show it.
BOUND = (
    *SHOWING,
    App(
        "boundweb",
        "boundwebsecret",
        "https://bound.example/cb",
        (API,),
        dpop=True,
        nonces=True,
        signs=True,
    ),
    App("certapp", None, "http://127.0.0.1:8000/cert/callback", (API,), certified=True),
    App(
        "keyweb",
        None,
        "https://key.example/cb",
        (API,),
        keyed=True,
        pushes=True,
        certified=True,
    ),
    App(
        "fapiweb",
        None,
        "https://fapi.example/cb",
        (API,),
        keyed=True,
        pushes=True,
        dpop=True,
        signs=True,
        fapi=True,
    ),
)
# Of the third, only some details; they and others come and go.
RICH = (
    SHOWING[0],
    SHOWING[2],
    App(
        "payweb",
        "paywebsecret",
        "https://pay.example/cb",
        (API,),
        types=("payment_initiation",),
    ),
    App("demomachine", "demomachinesecret", "", (API,), machine=True),
)
PLANTED = {client["client_id"] for client in seeds.CLIENTS}
FILES_RESOURCE = {
    "resource": FILES,
    "name": "Files",
    "scopes": {"read": "Read your files", "list": "List your files"},
    "signing_alg": "ES256",
}


def metadata(app: App) -> dict[str, object]:
    """What registers a client."""
    given: dict[str, object] = {}
    if app.machine:
        (planted,) = [one for one in seeds.CLIENTS if one["client_id"] == app.client_id]
        return {**planted}
    if app.keyed:
        given["token_endpoint_auth_method"] = "private_key_jwt"
    elif app.secret is None:
        given["token_endpoint_auth_method"] = "none"
    else:
        given["client_secret"] = app.secret
    if app.keyed or app.signs:
        given["jwks"] = jwks(app.holder, "EC")
    if app.fapi:
        given |= {"profile": "fapi2", "id_token_signed_response_alg": "ES256"}
        given["authorization_signed_response_alg"] = "ES256"
    return {
        **given,
        "client_id": app.client_id,
        "client_name": app.client_id,
        "redirect_uris": [app.redirect],
        "grant_types": seeds.CODE_FLOW,
        "allowed_resources": list(app.resources),
        "introspection": "all" if app.sees_all else "own",
        "post_logout_redirect_uris": list(app.after_logout),
        "subject_type": "pairwise" if app.sector else "public",
        "backchannel_logout_uri": app.told_at,
        "frontchannel_logout_uri": app.framed_at,
        "dpop_bound_access_tokens": app.dpop,
        "tls_client_certificate_bound_access_tokens": app.certified,
        "require_pushed_authorization_requests": app.pushes,
        "authorization_details_types": None if app.types is None else list(app.types),
        "require_dpop_nonce": app.nonces,
        "require_signed_request_object": app.signs,
    }
