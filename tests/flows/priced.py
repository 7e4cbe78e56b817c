"""Flows whose calls of AWS are counted: each makes ready, and returns what is then counted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from chalicelib.administration import Refused
from tests.browser import Browser
from tests.flows import objects, pushes
from tests.flows.logouts import add
from tests.world import VERIFIER, World

WEB = ("demoweb", "demowebsecret")
MACHINE = ("demomachine", "demomachinesecret")
AS_JWT = ("Accept", "application/token-introspection+jwt")
Flow = Callable[[World], Callable[[], Any]]


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


def authorize_with_object(world: World) -> Callable[[], Any]:
    """The same, with the request as a signed object."""
    objects.register(world)
    objects.arrived(world, objects.url(world, request=objects.signed(world)))
    return lambda: objects.arrived(world, objects.url(world, request=objects.signed(world)))


def authorize_by_reference(world: World) -> Callable[[], Any]:
    """By reference, where nobody listens: what it costs to be allowed to look there."""
    uri = "http://127.0.0.1:1/r"
    objects.register(world, request_uris=[uri])
    objects.ask(world, request_uri=uri)
    return lambda: objects.ask(world, request_uri=uri)


def push(world: World) -> Callable[[], Any]:
    """A confidential client pushes its request."""
    return lambda: pushes.push(world)


def push_publicly(world: World) -> Callable[[], Any]:
    """A public one: counted."""
    pushes.push(world, None, client_id="demospa")
    return lambda: pushes.push(world, None, client_id="demospa")


def show_sign_in_for_a_push(world: World) -> Callable[[], Any]:
    """A stranger brings a pushed request."""
    url = pushes.url(world, pushes.pushed(world))
    return lambda: world.browser().open(url)


def authorize_with_a_push(world: World) -> Callable[[], Any]:
    """Signed in, with consent on record."""
    assert world.member is not None
    browser, url = world.member, pushes.url(world, pushes.pushed(world))
    return lambda: browser.open(url)


def finish_a_push(world: World) -> Callable[[], Any]:
    """The visit to /authorize that follows the last form."""
    assert world.member is not None
    url = pushes.url(world, pushes.pushed(world, prompt="consent"))
    browser = world.member.open(url)
    interaction = dict(browser.page.forms["consent"].fields)["interaction"]
    post_only(browser, "consent", scope="read", decision="allow")
    return lambda: browser.open(f"{world.issuer}/authorize?interaction={interaction}")


def bring_what_nobody_pushed(world: World) -> Callable[[], Any]:
    """An unknown request_uri."""
    return lambda: world.browser().open(pushes.url(world, f"{pushes.URN}x"))


def authorize_for_a_signed_answer(world: World) -> Callable[[], Any]:
    """Signed in, with consent on record, and the answer is a JWT."""
    assert world.member is not None
    browser = world.member
    return lambda: browser.open(world.authorize_url(response_mode="jwt"))


def refuse_with_a_signed_answer(world: World) -> Callable[[], Any]:
    """A stranger's bad request: counted before it is signed."""
    return lambda: world.browser().open(world.authorize_url(response_mode="jwt", scope="no"))


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


def introspect_signed(world: World) -> Callable[[], Any]:
    """A user's token, and the answer signed."""
    token = world.tokens()["access_token"]
    return lambda: world.post("/introspect", {"token": token}, auth=WEB, headers=[AS_JWT])


def introspect_nonsense_signed(world: World) -> Callable[[], Any]:
    """An authenticated client's; nobody else has anything signed."""
    return lambda: world.post("/introspect", {"token": "x.y.z"}, auth=WEB, headers=[AS_JWT])


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


def enter_a_client_that_hears(world: World) -> Callable[[], Any]:
    """The first code of a session for a client that wants to hear of its end."""
    world.code(world.browser(), client_id=listening_client(world))
    browser = world.browser()
    world.code(browser)
    return lambda: browser.open(world.authorize_url(client_id="listener"))


def enter_it_again(world: World) -> Callable[[], Any]:
    """Every further one."""
    browser = world.browser()
    world.code(browser, client_id=listening_client(world))
    return lambda: browser.open(world.authorize_url(client_id="listener"))


def sign_out_and_tell(world: World) -> Callable[[], Any]:
    """A session whose client hears of it."""
    browser = world.browser()
    world.code(browser, client_id=listening_client(world))
    hint = world.tokens(browser, scope="openid read")["id_token"]
    return lambda: browser.open(f"{world.issuer}/logout?id_token_hint={hint}")


def listening_client(world: World) -> str:
    """A client that hears of logouts; made once."""
    with suppress(Refused):
        add(
            world,
            "listener",
            backchannel_logout_uri="http://127.0.0.1:9/",
            allowed_resources=["https://api.example.com"],
        )
    return "listener"


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
