"""The clients of the random stories, and the resource that is made for them."""

from __future__ import annotations

from infra import seeds
from tests.stateful.holders import public_keys
from tests.stateful.model import API, FILES, App

AFTER = (seeds.AFTER_LOGOUT,)
FREE = (
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
    App(
        "pairweb",
        "pairwebsecret",
        "https://pair.example.org/cb",
        (API,),
        after_logout=("https://pair.example.org/",),
        sector="pair.example.org",
    ),
)
# With the first three: they show what they want to, these have to show it.
BOUND = (
    *FREE[:3],
    App("boundweb", "boundwebsecret", "https://bound.example/cb", (API,), dpop=True),
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
    if app.keyed:
        given = public_keys(app.client_id)
    elif app.secret is None:
        given = {"token_endpoint_auth_method": "none"}
    else:
        given = {"client_secret": app.secret}
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
        "dpop_bound_access_tokens": app.dpop,
        "tls_client_certificate_bound_access_tokens": app.certified,
        "require_pushed_authorization_requests": app.pushes,
    }
