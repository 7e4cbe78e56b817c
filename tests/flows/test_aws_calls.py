"""What each flow asks of AWS: the budget of docs/storage.md, exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser import Browser
from tests.world import VERIFIER, World

WEB = ("demoweb", "demowebsecret")
MACHINE = ("demomachine", "demomachinesecret")
Flow = Callable[[World], Callable[[], Any]]
Calls = dict[str, int]


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


def show_sign_in(world: World) -> Callable[[], Any]:
    """A stranger comes to /authorize."""
    return lambda: world.browser().open(world.authorize_url())


def sign_in(world: World) -> Callable[[], Any]:
    """The form with the right password; the consent page follows in a second request."""
    browser = world.browser().open(world.authorize_url(client_id="demospa"))
    return lambda: post_only(browser, "sign-in", username="demo@example.com")


def sign_in_fails(world: World) -> Callable[[], Any]:
    """The form with a wrong password."""
    browser = world.browser().open(world.authorize_url())
    return lambda: post_only(browser, "sign-in", username="demo@example.com", password="wrong")


def consent(world: World) -> Callable[[], Any]:
    """The consent form alone."""
    assert world.member is not None
    world.member.open(world.authorize_url(prompt="consent"))
    return lambda: post_only(world.member, "consent", scope="read", decision="allow")


def finish(world: World) -> Callable[[], Any]:
    """The visit to /authorize that follows the last form."""
    assert world.member is not None
    browser = world.member.open(world.authorize_url(prompt="consent"))
    interaction = dict(browser.page.forms["consent"].fields)["interaction"]
    post_only(browser, "consent", scope="read", decision="allow")
    return lambda: browser.open(f"{world.issuer}/authorize?interaction={interaction}")


def authorize(world: World) -> Callable[[], Any]:
    """Signed in, with consent on record."""
    return lambda: world.code()


def authorize_silently(world: World) -> Callable[[], Any]:
    """A stranger with prompt=none: refused without a read or a write."""
    return lambda: world.browser().open(world.authorize_url(prompt="none"))


def redeem(world: World) -> Callable[[], Any]:
    """A code."""
    code = world.code()
    return lambda: world.redeem(code)


def redeem_with_id_token(world: World) -> Callable[[], Any]:
    """A code with scope openid."""
    code = world.code(scope="openid read")
    return lambda: world.redeem(code)


def redeem_badly(world: World) -> Callable[[], Any]:
    """A wrong verifier: read, and nothing else."""
    code = world.code()
    return lambda: world.redeem(code, code_verifier=VERIFIER[::-1])


def refresh(world: World) -> Callable[[], Any]:
    """The current refresh token."""
    token = world.tokens()["refresh_token"]
    return lambda: world.refresh(token)


def refresh_again(world: World) -> Callable[[], Any]:
    """The one before, within the grace."""
    token = world.tokens()["refresh_token"]
    world.refresh(token)
    return lambda: world.refresh(token)


def replay(world: World) -> Callable[[], Any]:
    """An old refresh token: the family is revoked by one write."""
    token = world.tokens()["refresh_token"]
    world.refresh(world.refresh(token).json["refresh_token"])
    return lambda: world.refresh(token)


def client_credentials(world: World) -> Callable[[], Any]:
    """A machine."""
    form = {"grant_type": "client_credentials", "scope": "read"}
    return lambda: world.post("/token", form, auth=MACHINE)


def revoke_refresh_token(world: World) -> Callable[[], Any]:
    """The current refresh token."""
    token = world.tokens()["refresh_token"]
    return lambda: world.revoke(token)


def revoke_access_token(world: World) -> Callable[[], Any]:
    """One access token."""
    token = world.tokens()["access_token"]
    return lambda: world.revoke(token)


def introspect_access_token(world: World) -> Callable[[], Any]:
    """A user's token."""
    token = world.tokens()["access_token"]
    return lambda: world.introspect(token)


def introspect_refresh_token(world: World) -> Callable[[], Any]:
    """A refresh token."""
    token = world.tokens()["refresh_token"]
    return lambda: world.introspect(token)


def introspect_nonsense(world: World) -> Callable[[], Any]:
    """What is no token of ours is known without a look."""
    return lambda: world.introspect("eyJhbGciOiJSUzI1NiJ9.e30.AAAA")


def wrong_secret(world: World) -> Callable[[], Any]:
    """A failed client authentication: counted twice, for the caller and for the address."""
    form = {"grant_type": "client_credentials", "scope": "read"}
    return lambda: world.post("/token", form, auth=("demomachine", "wrong-secret"))


def userinfo(world: World) -> Callable[[], Any]:
    """What a client may know of its user."""
    token = world.tokens(scope="openid email")["access_token"]
    return lambda: world.userinfo(token)


def sign_out(world: World) -> Callable[[], Any]:
    """With a hint of the session, however many grants it has."""
    browser = world.browser()
    hint = world.tokens(browser, scope="openid read")["id_token"]
    return lambda: browser.open(f"{world.issuer}/logout?id_token_hint={hint}")


def ask_to_sign_out(world: World) -> Callable[[], Any]:
    """The question."""
    browser = world.browser()
    world.code(browser)
    return lambda: browser.open(f"{world.issuer}/logout")


def get_metadata(world: World) -> Callable[[], Any]:
    """The metadata document."""
    return lambda: world.get("/.well-known/openid-configuration")


def get_jwks(world: World) -> Callable[[], Any]:
    """The key document."""
    return lambda: world.get("/.well-known/jwks.json")


def post_only(browser: Browser | None, form_id: str, **changes: str) -> None:
    """Send a form of the page, and do not follow the redirect."""
    assert browser is not None
    fields = dict(browser.page.forms[form_id].fields)
    changed = {"password": "demo-password", **changes} if form_id == "sign-in" else changes
    held = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    reply = browser.world.post(
        f"/authorize/{form_id}", {**fields, **changed}, headers=[("Cookie", held)]
    )
    assert reply.status in (303, 400)


READ: Calls = {"BatchGetItem": 1}
SPEND: Calls = {"BatchGetItem": 1, "UpdateItem": 1}

# Flow, calls of a warm process, and what a cold one asks for on top (client, keyring, resource).
TABLE: list[tuple[Flow, Calls, Calls]] = [
    (show_sign_in, {"PutItem": 1}, {"GetItem": 2}),
    (
        sign_in,
        {"GetItem": 2, "BatchGetItem": 1, "PutItem": 1, "UpdateItem": 5},
        {"GetItem": 3},
    ),
    (sign_in_fails, {"GetItem": 2, "BatchGetItem": 1, "UpdateItem": 2}, {"GetItem": 3}),
    (consent, {"GetItem": 1, "BatchGetItem": 1, "PutItem": 1, "UpdateItem": 1}, {"GetItem": 3}),
    (finish, {"GetItem": 1, "BatchGetItem": 1, "PutItem": 1, "UpdateItem": 1}, {"GetItem": 3}),
    (authorize, {"BatchGetItem": 1, "PutItem": 1}, {"GetItem": 3}),
    (authorize_silently, {}, {"GetItem": 2}),
    (redeem, {**SPEND, "Sign": 1}, {"GetItem": 3}),
    (redeem_with_id_token, {**SPEND, "Sign": 2}, {"GetItem": 3}),
    (redeem_badly, READ, {"GetItem": 2}),
    (refresh, {**SPEND, "Sign": 1}, {"GetItem": 3}),
    (refresh_again, {**READ, "Sign": 1}, {"GetItem": 3}),
    (replay, SPEND, {"GetItem": 2}),
    (client_credentials, {"Sign": 1}, {"GetItem": 3}),
    (revoke_refresh_token, {"UpdateItem": 1}, {"GetItem": 2}),
    (revoke_access_token, {"PutItem": 1}, {"GetItem": 2}),
    (introspect_access_token, READ, {"GetItem": 2}),
    (introspect_refresh_token, READ, {"GetItem": 2}),
    (introspect_nonsense, {}, {"GetItem": 1}),
    (wrong_secret, {"UpdateItem": 2}, {"GetItem": 2}),
    (userinfo, READ, {"GetItem": 2}),
    (
        sign_out,
        {"BatchGetItem": 1, "PutItem": 1, "UpdateItem": 1, "DeleteItem": 1},
        {"GetItem": 2},
    ),
    (ask_to_sign_out, READ, {"GetItem": 1}),
    (get_metadata, {}, {}),
    (get_jwks, {}, {"GetItem": 1}),
]


@pytest.mark.parametrize("start", ["warm", "cold"])
@pytest.mark.parametrize(
    ("flow", "warm", "more"), TABLE, ids=[flow.__name__ for flow, _, _ in TABLE]
)
def test_a_flow_asks_for_no_more_than_this(
    world: World, flow: Flow, warm: Calls, more: Calls, start: str
) -> None:
    """Exactly these calls of DynamoDB and KMS (`Sign`), and never a scan or a query."""
    world.restart()
    # Both clients, the resource and the keyring are then kept for a minute.
    for auth in (WEB, MACHINE):
        world.post("/revoke", {"token": "A" * 67}, auth=auth)
    world.post("/token", {"grant_type": "client_credentials", "scope": "read"}, auth=MACHINE)
    world.code()
    world.code(client_id="demospa")
    act = flow(world)
    if start == "cold":
        world.restart()
    world.aws.reset()
    act()
    names = warm.keys() | more.keys()
    expected = {name: warm.get(name, 0) + more.get(name, 0) for name in names}
    assert world.aws.count() == (expected if start == "cold" else warm)


def test_the_cost_does_not_grow_with_what_is_stored(world: World) -> None:
    """Twenty grants of one user later, a refresh asks for the same."""
    token = world.tokens()["refresh_token"]
    for _ in range(20):
        world.code()
    world.aws.reset()
    world.refresh(token)
    assert world.aws.count() == {**SPEND, "Sign": 1}
