"""oidc-client-ts, the library of single-page applications, unmodified, in Chromium.

Server and application speak TLS on one host, as id.example.com and app.example.com of one site do:
so the session's cookie reaches the server in the application's iframe.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from infra.local.server import Server
from tests.chromium import Person
from tests.interop.application import Application, Used, served
from tests.interop.secure import SecureServer, passed_on
from tests.real import People
from tests.running import Running, started

pytestmark = [pytest.mark.browser, pytest.mark.node]

# How the access token of a user who stays is renewed.
WAYS = {
    "refresh token": ["authorization_code", "refresh_token"],
    "iframe": ["authorization_code"],
}

Serve = Callable[..., Used]


@pytest.fixture(scope="module")
def behind_tls(certified: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The server with a TLS proxy in front, whose address is its ISSUER."""
    with (
        SecureServer(certified) as proxy,
        started(tmp_path_factory.mktemp("server"), ISSUER=proxy.url) as running,
    ):
        proxy.start(passed_on(running.url))
        yield running


@pytest.fixture
def serve(node: object, behind_tls: Running, certified: Path, people: People) -> Iterator[Serve]:
    """Serves an application of a client with this metadata, to one person."""
    with ExitStack() as servers:

        def serve(*, tls: bool = True, **metadata: object) -> Used:
            server = SecureServer(certified) if tls else Server()
            application = servers.enter_context(served(server, behind_tls, **metadata))
            return Used(application, people(ignore_https_errors=True))

        yield serve


def silent_calls(application: Application) -> list[str]:
    """The answers that came into an iframe."""
    return [c.query for c in application.calls if c.header("Sec-Fetch-Dest") == "iframe"]


def test_user_signs_in(behind_tls: Running, serve: Serve) -> None:
    """From discovery to a user with the claims of /userinfo, whom the next page still knows."""
    used = serve()
    username = behind_tls.user(email="a@example.com", name="A")
    user = used.sign_in(username)
    assert user["profile"]["email"] == "a@example.com"
    assert "name" not in user["profile"]
    assert (user["scope"], user["token_type"]) == ("openid email", "Bearer")
    assert used.open() == user


@pytest.mark.parametrize("way", WAYS)
def test_silent_renewal(behind_tls: Running, serve: Serve, way: str) -> None:
    """A new access token without a page: of the same user, sign-in and session."""
    used = serve(grant_types=WAYS[way])
    before = used.sign_in(behind_tls.user())
    after = used.call("signinSilent")
    assert after["access_token"] != before["access_token"]
    same = ("sub", "auth_time", "sid")
    assert [after["profile"][name] for name in same] == [before["profile"][name] for name in same]
    refresh_tokens = {user.get("refresh_token") for user in (before, after)}
    calls = len(silent_calls(used.application))
    assert (len(refresh_tokens), calls) == ((1, 1) if way == "iframe" else (2, 0))


def test_automatic_renewal(behind_tls: Running, serve: Serve) -> None:
    """The library renews by itself before the access token expires."""
    used = serve()
    before = used.sign_in(behind_tls.user())
    # Every access token of this server counts as about to expire.
    used.application.manager["accessTokenExpiringNotificationTimeInSeconds"] = 598
    used.application.automatic = True
    used.person.open(used.application.url)
    after = used.said("automatic")
    assert after["access_token"] != before["access_token"]
    assert after["profile"]["sub"] == before["profile"]["sub"]


def test_tokens_are_revoked(behind_tls: Running, serve: Serve) -> None:
    """revokeTokens ends the refresh token; the sign-in stands."""
    used = serve()
    used.sign_in(behind_tls.user())
    used.application.arguments["revokeTokens"] = ["refresh_token"]
    used.open()
    assert used.call("revokeTokens") is None
    assert used.call("getUser")["refresh_token"] is None
    assert "access_token" in used.call("signinSilent")


def test_user_signs_out(behind_tls: Running, serve: Serve) -> None:
    """signoutRedirect comes back to the application with its state; then nobody is signed in."""
    used = serve()
    used.sign_in(behind_tls.user())
    used.application.arguments["signoutRedirect"] = {"state": {"from": "/"}}
    used.open()
    used.press("signoutRedirect")
    assert used.said("goodbye")["userState"] == {"from": "/"}
    assert used.call("getUser") is None
    assert used.call("signinSilent") == {"error": "login_required"}
    used.press("signinRedirect")
    used.person.page.wait_for_selector("#sign-in")


@pytest.mark.parametrize(
    ("way", "error"), [("refresh token", "invalid_grant"), ("iframe", "login_required")]
)
def test_sign_out_elsewhere_ends_silent_renewal(
    behind_tls: Running, serve: Serve, way: str, error: str
) -> None:
    """Signed out on another page of the browser, the application's tokens are renewed no more."""
    used = serve(grant_types=WAYS[way])
    used.sign_in(behind_tls.user())
    other = used.person.context.new_page()
    other.goto(behind_tls.services.settings.url("/logout"))
    other.click("#logout #submit")
    other.wait_for_selector("text=You are signed out")
    assert used.call("signinSilent") == {"error": error}


def test_popup(behind_tls: Running, serve: Serve) -> None:
    """signinPopup, through our pages; then again where nothing is asked."""
    used = serve()
    used.open()
    with used.person.page.expect_popup() as opened:
        used.press("signinPopup")
    window = Person(used.person.context, opened.value)
    window.sign_in(behind_tls.user())
    window.allow()
    first = used.said("signinPopup")
    assert used.call("signinPopup")["profile"]["sub"] == first["profile"]["sub"]


@pytest.mark.parametrize(("tls", "error"), [(True, None), (False, "consent_required")])
def test_application_that_any_could_be(
    behind_tls: Running, serve: Serve, tls: bool, error: str | None
) -> None:
    """Without a secret and on a loopback port it could be another: the user must be asked."""
    used = serve(tls=tls)
    used.sign_in(behind_tls.user())
    used.application.arguments["signinRedirect"] = {"prompt": "none"}
    used.open()
    used.press("signinRedirect")
    answer = used.said("callback")
    assert answer.get("error") == error
    assert ("access_token" in answer) is tls


def test_application_of_an_api(behind_tls: Running, serve: Serve) -> None:
    """Its access token is for the API and not for /userinfo: the ID token has claims by name.

    A token for /userinfo is had by the refresh token, though the library repeats the whole scope.
    """
    used = serve()
    used.application.manager |= {
        "scope": "openid email read",
        "loadUserInfo": False,
        "extraQueryParams": {"claims": json.dumps({"id_token": {"email": None}})},
    }
    resource = used.application.manager["authority"]
    used.application.arguments["signinSilent"] = {"resource": resource}
    user = used.sign_in(behind_tls.user(email="a@example.com"))
    assert user["profile"]["email"] == "a@example.com"
    assert user["scope"] == "openid email read"
    assert used.call("signinSilent")["scope"] == "openid email"
