"""Authlib, the most used client of the Python world, unmodified."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Flask, session

from infra import seeds
from infra.local.emulator import application
from infra.local.server import Server
from tests.chromium import Person
from tests.receiver import Receiver
from tests.running import Running
from tests.world import VERIFIER

pytestmark = pytest.mark.browser

AUDIENCE = str(seeds.RESOURCE["resource"])


@pytest.fixture
def metadata(running: Running) -> dict[str, Any]:
    """The metadata document."""
    url = f"{running.url}/.well-known/oauth-authorization-server"
    with requests.get(url, timeout=20) as response:
        document: dict[str, Any] = response.json()
    return document


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_session_from_code_to_revocation(
    running: Running,
    person: Person,
    receiver: Receiver,
    metadata: dict[str, Any],
    method: str,
) -> None:
    """OAuth2Session: PKCE, the code, an access token that PyJWT verifies, refresh, revocation."""
    client = running.client(
        redirect_uris=[receiver.redirect_uri], token_endpoint_auth_method=method
    )
    session = OAuth2Session(
        client,
        None if method == "none" else f"{client}secret",
        scope="read write",
        redirect_uri=receiver.redirect_uri,
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        code_challenge_method="S256",
    )
    with session:
        url, state = session.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=VERIFIER
        )
        assert create_s256_code_challenge(VERIFIER) in url
        person.open(url)
        person.sign_in(running.user())
        person.allow()
        person.arrive(receiver.redirect_uri)
        tokens = session.fetch_token(
            metadata["token_endpoint"],
            authorization_response=receiver.url,
            state=state,
            code_verifier=VERIFIER,
        )
        key = jwt.PyJWKClient(metadata["jwks_uri"]).get_signing_key_from_jwt(tokens["access_token"])
        claims = jwt.decode(
            tokens["access_token"], key, ["RS256"], audience=AUDIENCE, issuer=running.url
        )
        assert (claims["client_id"], claims["scope"]) == (client, "read write")
        refreshed = session.refresh_token(metadata["token_endpoint"])
        assert refreshed["refresh_token"] != tokens["refresh_token"]
        if method != "none":
            said = session.introspect_token(
                metadata["introspection_endpoint"], token=refreshed["access_token"]
            ).json()
            assert (said["active"], said["sub"]) == (True, claims["sub"])
        answer = session.revoke_token(
            metadata["revocation_endpoint"], token=refreshed["refresh_token"]
        )
        assert (answer.status_code, answer.json()) == (200, {})
        with pytest.raises(OAuthError, match="invalid_grant"):
            session.refresh_token(metadata["token_endpoint"])


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_web_application(running: Running, person: Person, method: str) -> None:
    """A Flask application that knows the discovery URL only signs a person in by OpenID Connect."""
    with Server() as server:
        redirect_uri = f"{server.url}/callback"
        client = running.client(redirect_uris=[redirect_uri], token_endpoint_auth_method=method)
        app = web_application(running.url, client, redirect_uri, method)
        server.start(application(app))
        page = person.open(f"{server.url}/login")
        person.sign_in(running.user())
        person.allow()
        person.arrive(redirect_uri)
        assert page.inner_text("body") == f"{running.url} {client}"


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_portal(running: Running, person: Person, mode: str) -> None:
    """A Flask application with claims by name and from /userinfo, and a sign-out that comes back.

    Authlib checks the nonce and, after the sign-out, the state.
    """
    with Server() as server:
        client = running.client(
            redirect_uris=[f"{server.url}/callback"],
            post_logout_redirect_uris=[f"{server.url}/goodbye"],
            first_party=True,
        )
        server.start(application(portal(running.url, client, server.url, mode)))
        page = person.open(f"{server.url}/login")
        person.sign_in(running.user(email="ann@example.com", nickname="Ann"))
        person.arrive(f"{server.url}/callback")
        told = json.loads(page.inner_text("body"))
        assert told["id_token"]["nickname"] == "Ann"
        assert told["userinfo"] == {"sub": told["id_token"]["sub"], "email": "ann@example.com"}
        person.open(f"{server.url}/logout")
        person.arrive(f"{server.url}/goodbye")
        assert page.inner_text("body") == f"{server.url}/goodbye"
        assert person.open(f"{server.url}/login").is_visible("#sign-in")


def portal(issuer: str, client: str, url: str, mode: str) -> Flask:
    """An application that lets people in and out."""
    app = Flask(__name__)
    app.secret_key = "of a test"
    postern = OAuth(app).register(
        "postern",
        client_id=client,
        client_secret=f"{client}secret",
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email", "code_challenge_method": "S256"},
    )
    by_name = json.dumps({"id_token": {"nickname": {"essential": True}}})

    @app.route("/login")
    def login() -> Any:
        return postern.authorize_redirect(f"{url}/callback", claims=by_name, response_mode=mode)

    @app.route("/callback", methods=["POST" if mode == "form_post" else "GET"])
    def callback() -> Any:
        token = postern.authorize_access_token()
        session["id_token"] = token["id_token"]
        return {"id_token": token["userinfo"], "userinfo": postern.userinfo(token=token)}

    @app.route("/logout")
    def logout() -> Any:
        return postern.logout_redirect(f"{url}/goodbye", session.pop("id_token"))

    @app.route("/goodbye")
    def goodbye() -> str:
        return str(postern.validate_logout_response()["post_logout_redirect_uri"])

    return app


def web_application(issuer: str, client: str, redirect_uri: str, method: str) -> Flask:
    """Two doors, as Authlib's own documentation builds them."""
    app = Flask(__name__)
    app.secret_key = "of a test"
    postern = OAuth(app).register(
        "postern",
        client_id=client,
        client_secret=f"{client}secret",
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid read",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": method,
        },
    )

    @app.route("/login")
    def login() -> Any:
        return postern.authorize_redirect(redirect_uri)

    @app.route("/callback")
    def callback() -> str:
        # Checks state, nonce, at_hash and the ID token's signature, issuer, audience and times.
        user = postern.authorize_access_token()["userinfo"]
        return f"{user['iss']} {user['aud']}"

    return app
