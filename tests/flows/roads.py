"""Every way in which /authorize comes to tell a client that it will not be so.

A road is walked with more parameters, such as a response_mode or a state, and ends with the answer
that carries the error to the client.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlencode, urlsplit

from chalicelib.administration import Refused, clients, users
from tests.browser import Browser
from tests.emulated_aws import Fault
from tests.reply import Reply
from tests.stage import CHEAPEST
from tests.world import REDIRECT, World

Road = Callable[..., Reply]
FORM = ("Content-Type", "application/x-www-form-urlencoded")
OTHER = ("other@example.com", "other-password")
MACHINE = "machine-with-an-address"
CHANGING = {
    "client_id": "changing",
    "client_secret": "changing-secret",
    "redirect_uris": [REDIRECT],
    "grant_types": ["authorization_code"],
    "scope": "read",
}


def prepare(world: World) -> None:
    """The other user, and a client without the code flow that has an address all the same."""
    with suppress(Refused):
        users.create(*OTHER, {}, world.services, cost=CHEAPEST)
        machine = {"client_id": MACHINE, "client_secret": "machine-secret", "scope": "read"}
        at = {"redirect_uris": [REDIRECT], "grant_types": ["client_credentials"]}
        clients.create({**machine, **at}, world.services)


def known(world: World) -> Browser:
    """The browser that is signed in and has agreed to what demoweb asks for."""
    assert world.member is not None
    return world.member


def last(browser: Browser) -> Reply:
    """The answer that the browser has in hand."""
    assert browser.reply is not None
    return browser.reply


def got(**changes: str) -> Road:
    """A request that is refused as it comes, as a query."""
    return lambda world, **more: last(world.browser().open(world.authorize_url(**changes, **more)))


def posted(**changes: str) -> Road:
    """A request that is refused as it comes, as a form."""

    def walk(world: World, **more: str) -> Reply:
        body = urlsplit(world.authorize_url(**changes, **more)).query.encode()
        return world.request("POST", "/authorize", headers=[FORM], body=body)

    return walk


def twice(name: str, value: str) -> Road:
    """A parameter that comes twice."""

    def walk(world: World, **more: str) -> Reply:
        extra = urlencode([(name, value)] * 2)
        return last(world.browser().open(f"{world.authorize_url(**more)}&{extra}"))

    return walk


def silent(**changes: str) -> Road:
    """prompt=none, where somebody is signed in."""

    def walk(world: World, **more: str) -> Reply:
        return last(known(world).open(world.authorize_url(prompt="none", **changes, **more)))

    return walk


def denied(world: World, **more: str) -> Reply:
    """The user says no."""
    browser = known(world).open(world.authorize_url(prompt="consent", **more))
    return last(browser.submit("consent", "deny"))


def wrong_user(world: World, **more: str) -> Reply:
    """Another user than the hint's signs in."""
    hint = world.tokens(known(world), scope="openid")["id_token"]
    browser = world.browser().open(world.authorize_url(id_token_hint=hint, **more))
    return last(browser.sign_in(*OTHER))


def client_changed(world: World, **more: str) -> Reply:
    """The client may no longer ask for what the user has on the screen."""
    with suppress(Refused):
        clients.create(CHANGING, world.services)
    clients.update("changing", {"scope": "read"}, world.services)
    world.clock.forward(1)
    world.restart()
    url = world.authorize_url(client_id="changing", scope="read", prompt="consent", **more)
    browser = known(world).open(url)
    clients.update("changing", {"scope": "write"}, world.services)
    world.restart()
    return last(browser.allow())


def cannot_read(world: World, **more: str) -> Reply:
    """The table does not answer when the user is to be read."""
    world.browser().open(world.authorize_url(prompt="none"))
    world.aws.faults.append(Fault("BatchGetItem", "throttle"))
    return last(known(world).open(world.authorize_url(**more)))


def cannot_store(world: World, **more: str) -> Reply:
    """The table does not answer when a posted request is to be kept."""
    world.browser().open(world.authorize_url(prompt="none"))
    world.aws.faults.append(Fault("PutItem", "throttle"))
    return posted()(world, **more)


ANOTHER = json.dumps({"id_token": {"sub": {"value": "another"}}})

OTHER_CLASS = json.dumps({"id_token": {"acr": {"essential": True, "value": "phr"}}})

# By the rule of asked.py that refuses it: the error, and the parameters that are refused.
RULES: dict[str, tuple[str, Road, Road]] = {
    "nothing_repeated": (
        "invalid_request",
        twice("prompt", "login"),
        twice("unknown", "x"),
    ),
    "response_type_is_code": (
        "unsupported_response_type",
        got(response_type="token"),
        posted(response_type="token"),
    ),
    "client_has_the_grant": (
        "unauthorized_client",
        got(client_id=MACHINE),
        posted(client_id=MACHINE),
    ),
    "state_fits": ("invalid_request", got(nonce="n" * 2049), posted(nonce="n" * 2049)),
    "challenge_is_s256": (
        "invalid_request",
        got(code_challenge_method="plain"),
        posted(code_challenge_method="plain"),
    ),
    "prompt_is_known": ("invalid_request", got(prompt="always"), posted(prompt="always")),
    "max_age_is_a_number": ("invalid_request", got(max_age="soon"), posted(max_age="soon")),
    "claims_are_well_formed": ("invalid_request", got(claims="x"), posted(claims="x")),
    "dpop_jkt_is_a_thumbprint": ("invalid_request", got(dpop_jkt="x"), posted(dpop_jkt="x")),
}
BESIDE_THE_RULES: dict[str, tuple[str, Road]] = {
    "no request object": ("invalid_request_object", got(request="e30.e30.")),
    "no request object, posted": ("invalid_request_object", posted(request="e30.e30.")),
    "request_uri unknown": ("invalid_request_uri", got(request_uri="https://other.example/r")),
    "two objects": ("invalid_request", got(request="e30.e30.", request_uri="https://r.example")),
    "scope unknown": ("invalid_scope", got(scope="unknown")),
    "scope unknown, posted": ("invalid_scope", posted(scope="unknown")),
    "resource unknown": ("invalid_target", got(resource="https://other.example")),
    "resource unknown, posted": ("invalid_target", posted(resource="https://other.example")),
    "nobody is signed in": ("login_required", got(prompt="none")),
    "signed in too long ago": ("login_required", silent(max_age="0")),
    "another user by a hint": ("login_required", silent(id_token_hint="x")),
    "another user by name": ("login_required", silent(scope="openid", claims=ANOTHER)),
    "an acr that is not there": (
        "unmet_authentication_requirements",
        got(scope="openid", claims=OTHER_CLASS),
    ),
    "consent to more": ("consent_required", silent(scope="openid phone")),
    "denied": ("access_denied", denied),
    "the wrong user signs in": ("login_required", wrong_user),
    "the client was changed": ("invalid_scope", client_changed),
    "the table cannot be read": ("temporarily_unavailable", cannot_read),
    "the table cannot be written": ("temporarily_unavailable", cannot_store),
}
ROADS: dict[str, tuple[str, Road]] = {
    **{name: (error, by_query) for name, (error, by_query, _) in RULES.items()},
    **{f"{name}, posted": (error, by_form) for name, (error, _, by_form) in RULES.items()},
    **BESIDE_THE_RULES,
}
