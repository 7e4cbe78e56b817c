"""Requests to the doors of the server, each the first that a process is sent."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from chalicelib.administration import resources
from infra.seeds import AFTER_LOGOUT, RESOURCE
from tests import dpop
from tests.browser import Browser
from tests.flows import assertions, certified, described, exchanges, id_jags, objects, pushes
from tests.flows import registrations as dynamic
from tests.world import REDIRECT, VERIFIER, World


@dataclass(frozen=True)
class Request:
    """One request to a door."""

    method: str
    path: str
    query: str = ""
    form: list[tuple[str, str]] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    certificate: str | None = None
    body: bytes = b""


def get(path: str) -> Callable[[World], Request]:
    return lambda _: Request("GET", path)


def as_client(path: str, client_id: str, *headers: tuple[str, str], **form: str) -> Request:
    """A form sent by a client of the demo, with HTTP Basic."""
    token = b64encode(f"{client_id}:{client_id}secret".encode()).decode()
    proof = ("Authorization", f"Basic {token}")
    return Request("POST", path, form=[*form.items()], headers=(proof, *headers))


def redeem(world: World) -> Request:
    form = {"grant_type": "authorization_code", "code": world.code(), "redirect_uri": REDIRECT}
    return as_client("/token", "demoweb", **form, code_verifier=VERIFIER)


def refresh(world: World) -> Request:
    token = world.tokens()["refresh_token"]
    return as_client("/token", "demoweb", grant_type="refresh_token", refresh_token=token)


def of_token(path: str, kind: str, *headers: tuple[str, str]) -> Callable[[World], Request]:
    return lambda world: as_client(path, "demoweb", *headers, token=world.tokens()[kind])


def userinfo(world: World) -> Request:
    token = world.tokens(scope="openid email")["access_token"]
    return Request("GET", "/userinfo", headers=(("Authorization", f"Bearer {token}"),))


def userinfo_with_proof(world: World) -> Request:
    token = dpop.tokens(world, scope="openid email")["access_token"]
    proof = dpop.ALICE.at(world, "/userinfo", "GET", token=token)
    headers = (("Authorization", f"DPoP {token}"), ("DPoP", proof))
    return Request("GET", "/userinfo", headers=headers)


def authorize(world: World, browser: Browser | None = None, **changes: str | None) -> Request:
    """A new authorization request."""
    cookies = _cookies(browser) if browser else ()
    url = urlsplit(world.authorize_url(**changes))
    return Request("GET", "/authorize", query=url.query, headers=cookies)


def signed_in(world: World) -> Request:
    """A new request of a user who is signed in and has consented before."""
    browser = world.browser()
    world.code(browser)
    return authorize(world, browser)


def by_document(world: World) -> Request:
    """A client whose document was read before, of a user who has agreed to it."""
    world.environ["CLIENT_DOCUMENTS"] = "on"
    described.open_to_documents(world).publish()
    browser = world.browser()
    described.code(world, browser=browser)
    return authorize(world, browser, **described.wishes())


def console(path: str = "", *, known: bool = True) -> Callable[[World], Request]:
    """A page of the console, which is on; of who is signed in, or of nobody."""

    def begin(world: World) -> Request:
        world.environ["CONSOLE"] = "on"
        browser = world.browser()
        if known:
            world.code(browser)
        return Request("GET", f"/console{path}", headers=_cookies(browser))

    return begin


def logout(world: World, *, hinted: bool) -> Request:
    browser = world.browser()
    hint = world.tokens(browser, scope="openid read")["id_token"]
    query = urlencode({"id_token_hint": hint, "post_logout_redirect_uri": AFTER_LOGOUT})
    return Request("GET", "/logout", query=query if hinted else "", headers=_cookies(browser))


def silent_renewal(world: World) -> Request:
    browser = world.browser()
    hint = world.tokens(browser, scope="openid read")["id_token"]
    return authorize(world, browser, prompt="none", scope="openid read", id_token_hint=hint)


def choose_account(world: World) -> Request:
    browser = world.browser()
    world.code(browser)
    browser.open(world.authorize_url(prompt="select_account"))
    form = [*browser.page.forms["select-account"].fields, ("account", "continue")]
    return Request("POST", "/authorize/select-account", form=form, headers=_cookies(browser))


def step(name: str, **fields: str) -> Callable[[World], Request]:
    """The form of a sign-in's step, as the page has it, filled in."""

    def send(world: World) -> Request:
        browser = world.browser().open(world.authorize_url())
        if name == "consent":
            browser.sign_in()
        hidden = [pair for pair in browser.page.forms[name].fields if pair[0] not in fields]
        form = [*hidden, *fields.items()]
        return Request("POST", f"/authorize/{name}", form=form, headers=_cookies(browser))

    return send


def _cookies(browser: Browser) -> tuple[tuple[str, str], ...]:
    return (("Cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items())),)


def with_object(world: World) -> Request:
    """A signed request of a user who is signed in and has consented before."""
    objects.register(world)
    browser = world.browser()
    objects.arrived(world, objects.url(world, request=objects.signed(world)), browser)
    url = objects.url(world, request=objects.signed(world))
    return Request("GET", "/authorize", query=urlsplit(url).query, headers=_cookies(browser))


def unsigned_object(world: World) -> Request:
    """An unsigned one, from a stranger who is not asked."""
    objects.register(world, request_object_signing_alg="none")
    token = objects.signed(world, alg="none", prompt="none")
    url = objects.url(world, request=token)
    return Request("GET", "/authorize", query=urlsplit(url).query)


def signing_machine(world: World) -> Request:
    """A client that proves itself by an assertion."""
    assertions.register(world)
    form = {**assertions.MACHINE, **assertions.proof(assertions.signed(world))}
    return Request("POST", "/token", form=[*form.items()])


def certified_machine(world: World, *, keyed: bool) -> Request:
    """One that proves itself by a certificate, by its name or by its key."""
    certified.take_certificates(world)
    name = certified.register_keyed(world) if keyed else certified.register(world)
    form = [*assertions.MACHINE.items(), ("client_id", name)]
    return Request("POST", "/token", form=form, certificate=certified.GOOD)


def brought(world: World) -> Request:
    """An assertion of a trusted issuer about a user."""
    id_jags.ready(world)
    form = [("grant_type", id_jags.JWT_BEARER), ("assertion", id_jags.signed(world))]
    return Request("POST", "/token", form=form, headers=(_basic(*id_jags.BROUGHT),))


def exchanged(world: World) -> Request:
    """An ID token, for an assertion about its user."""
    exchanges.ready(world)
    form = [*exchanges.form(exchanges.id_token(world)).items()]
    return Request("POST", "/token", form=form, headers=(_basic(*exchanges.WIKI),))


def _basic(name: str, secret: str) -> tuple[str, str]:
    return "Authorization", f"Basic {b64encode(f'{name}:{secret}'.encode()).decode()}"


def push(world: World) -> Request:
    """A request that its client pushes."""
    return as_client("/par", "demoweb", **pushes.parameters(world, client_id=None))


def push_signed(world: World) -> Request:
    """One that is signed."""
    objects.register(world, token_endpoint_auth_method="client_secret_post")
    proof = {"client_id": "signer", "client_secret": objects.SECRET}
    return Request("POST", "/par", form=[*proof.items(), ("request", objects.signed(world))])


def pushed(world: World) -> Request:
    """What a browser brings, of a user who is signed in and has consented before."""
    browser = world.browser()
    world.code(browser)
    url = pushes.url(world, pushes.pushed(world))
    return Request("GET", "/authorize", query=urlsplit(url).query, headers=_cookies(browser))


def signed_answer(world: World) -> Request:
    """A request of such a user whose answer is to be signed."""
    browser = world.browser()
    world.code(browser)
    return authorize(world, browser, response_mode="jwt")


def by_reference(world: World) -> Request:
    """One at an address where nobody listens."""
    uri = "http://127.0.0.1:1/r"
    objects.register(world, request_uris=[uri])
    url = objects.url(world, request_uri=uri, redirect_uri=REDIRECT)
    return Request("GET", "/authorize", query=urlsplit(url).query)


def listed_machine(world: World) -> Request:
    """A token of a resource that has status lists."""
    resources.update(str(RESOURCE["resource"]), {"status_list": True}, world.services)
    return as_client("/token", "demomachine", grant_type="client_credentials", scope="read")


def listed_code(world: World) -> Request:
    """The same for a user's."""
    listed_machine(world)
    return redeem(world)


def listed_revocation(world: World) -> Request:
    """An access token that has a place in a list."""
    listed_machine(world)
    world.restart()
    return as_client("/revoke", "demoweb", token=world.tokens()["access_token"])


def status_list(world: World) -> Request:
    """The list of such a token."""
    listed_revocation(world)
    return Request("GET", "/status-lists/0-RS256")


def register(world: World) -> Request:
    body = json.dumps(dynamic.PUBLIC).encode()
    return Request("POST", "/register", headers=(dynamic.JSON,), body=body)


def registration(method: str) -> Callable[[World], Request]:
    def ask(world: World) -> Request:
        client = dynamic.registered(world)
        path = client["registration_client_uri"].removeprefix(world.issuer)
        proof = dynamic.bearer(client["registration_access_token"])
        if method != "PUT":
            return Request(method, path, headers=(proof,))
        body = json.dumps(dynamic.as_sent(client)).encode()
        return Request(method, path, headers=(proof, dynamic.JSON), body=body)

    return ask
