"""Pushes that are not good: the credentials, the error, and the form that is sent.

Each starts from a good one; by the rule of asked.py that refuses it, where it is one of those.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.client_signatures import jwt
from tests.flows import objects, pushes, roads
from tests.flows.pushes import WEB
from tests.reply import Reply
from tests.world import REDIRECT, World

SIGNER = ("signer", objects.SECRET)
Push = Callable[[World], Reply]


def with_changes(auth: tuple[str, str] | None = WEB, **changes: str | None) -> Push:
    """A request of demoweb's, changed; None leaves a parameter out."""
    return lambda world: pushes.push(world, auth, **changes)


def twice(name: str, value: str = "x") -> Push:
    """A parameter that comes twice."""

    def send(world: World) -> Reply:
        form = [*pushes.parameters(world).items(), (name, value), (name, f"{value}2")]
        return world.post("/par", form, auth=WEB)

    return send


def with_object(**changes: object) -> Push:
    """A signed object with changed claims, by the client that it names."""
    return lambda world: world.post(
        "/par", {"request": objects.signed(world, **changes)}, auth=SIGNER
    )


def made(make: Callable[[World], str], **beside: str) -> Push:
    """Some text as the object."""
    return lambda world: world.post("/par", {"request": make(world), **beside}, auth=SIGNER)


def raw(body: bytes, kind: str = "application/x-www-form-urlencoded") -> Push:
    """A body as it is."""
    return lambda world: world.request("POST", "/par", headers=[("Content-Type", kind)], body=body)


# Rules of asked.py, in its order.
RULES: dict[str, tuple[int, str, Push]] = {
    "nothing_repeated": (400, "invalid_request", twice("prompt", "login")),
    "response_type_is_code": (
        400,
        "unsupported_response_type",
        with_changes(response_type="token"),
    ),
    "response_mode_is_known": (400, "invalid_request", with_changes(response_mode="fragment.jwt")),
    "client_has_the_grant": (
        400,
        "unauthorized_client",
        with_changes((roads.MACHINE, "machine-secret"), client_id=roads.MACHINE),
    ),
    "state_fits": (400, "invalid_request", with_changes(state="s" * 2049)),
    "challenge_is_s256": (400, "invalid_request", with_changes(code_challenge_method="plain")),
    "prompt_is_known": (400, "invalid_request", with_changes(prompt="always")),
    "max_age_is_a_number": (400, "invalid_request", with_changes(max_age="soon")),
    "claims_are_well_formed": (400, "invalid_request", with_changes(claims="x")),
    "dpop_jkt_is_a_thumbprint": (400, "invalid_request", with_changes(dpop_jkt="x")),
}
PLAIN: dict[str, tuple[int, str, Push]] = {
    # what a request must have
    "no response_type": (400, "invalid_request", with_changes(response_type=None)),
    "two response types": (
        400,
        "unsupported_response_type",
        with_changes(response_type="code id_token"),
    ),
    "no challenge": (
        400,
        "invalid_request",
        with_changes(code_challenge=None, code_challenge_method=None),
    ),
    "a challenge without a method": (
        400,
        "invalid_request",
        with_changes(code_challenge_method=None),
    ),
    "a method without a challenge": (400, "invalid_request", with_changes(code_challenge=None)),
    "a short challenge": (400, "invalid_request", with_changes(code_challenge="A" * 42)),
    "a long nonce": (400, "invalid_request", with_changes(nonce="n" * 2049)),
    "an escaped state for a signed answer": (
        400,
        "invalid_request",
        with_changes(state="\u00e9" * 400, response_mode="jwt"),
    ),
    "prompt=none and more": (400, "invalid_request", with_changes(prompt="none login")),
    "a fraction of a second": (400, "invalid_request", with_changes(max_age="1.5")),
    "claims too deep": (400, "invalid_request", with_changes(claims="[" * 500)),
    "an acr that is not there": (
        400,
        "unmet_authentication_requirements",
        with_changes(scope="openid", claims=roads.OTHER_CLASS),
    ),
    "an unknown scope": (400, "invalid_scope", with_changes(scope="unknown")),
    "an unknown resource": (400, "invalid_target", with_changes(resource="https://other.example")),
    "more than 16 KiB": (400, "invalid_request", with_changes(login_hint="x" * 17_000)),
    # where the answer goes
    "another redirect URI": (
        400,
        "invalid_request",
        with_changes(redirect_uri="https://e.example"),
    ),
    "a longer redirect URI": (400, "invalid_request", with_changes(redirect_uri=f"{REDIRECT}/x")),
    "a script as redirect URI": (
        400,
        "invalid_request",
        with_changes(redirect_uri="javascript:alert(1)"),
    ),
    # by reference
    "a reference": (400, "invalid_request", with_changes(request_uri="https://r.example/r")),
    "a pushed one": (
        400,
        "invalid_request",
        lambda world: pushes.push(world, request_uri=pushes.pushed(world)),
    ),
    # who asks
    "nobody": (401, "invalid_client", with_changes(None, client_id=None)),
    "a name alone": (401, "invalid_client", with_changes(None)),
    "a wrong secret": (401, "invalid_client", with_changes(("demoweb", "wrong"))),
    "an unknown client": (401, "invalid_client", with_changes(("nobody", "x"), client_id="nobody")),
    "another client's name": (400, "invalid_request", with_changes(client_id="demospa")),
    "a secret of a public client": (
        401,
        "invalid_client",
        with_changes(("demospa", "x"), client_id="demospa"),
    ),
    "two secrets": (400, "invalid_request", with_changes(client_secret="x")),
    "a secret twice": (400, "invalid_request", twice("client_secret")),
    "a name twice": (400, "invalid_request", twice("client_id")),
    "an unknown parameter twice": (400, "invalid_request", twice("unknown")),
    "a bearer": (
        401,
        "invalid_client",
        lambda world: pushes.push(world, None, headers=[("Authorization", "Bearer x")]),
    ),
    # the body
    "JSON": (400, "invalid_request", raw(b'{"client_id":"demospa"}', "application/json")),
    "no body": (401, "invalid_client", raw(b"")),
    "half a letter": (400, "invalid_request", raw(b"client_id=demospa&state=%ff")),
    "too large": (400, "invalid_request", raw(b"client_id=demospa&x=" + b"x" * 65_536)),
    "too many": (400, "invalid_request", raw(b"&".join(b"a%d=b" % n for n in range(101)))),
    "a proof that is none": (
        400,
        "invalid_dpop_proof",
        lambda world: pushes.push(world, headers=[("DPoP", "x.y.z")]),
    ),
}
OBJECTS: dict[str, tuple[int, str, Push]] = {
    "no object": (400, "invalid_request_object", made(lambda world: "e30.e30.")),
    "an object and a reference": (
        400,
        "invalid_request",
        made(objects.signed, request_uri="https://r.example/r"),
    ),
    "an unsigned object": (
        400,
        "request_not_supported",
        made(lambda world: jwt(objects.claims(world), "none")),
    ),
    "a stranger's object": (
        400,
        "invalid_request_object",
        made(lambda world: jwt(objects.claims(world), "ES256", "stranger", kid="client-EC")),
    ),
    "an object of another client": (
        400,
        "invalid_request_object",
        with_object(client_id="demoweb", iss="demoweb"),
    ),
    "an object with another aud": (
        400,
        "invalid_request_object",
        with_object(aud="https://other.example"),
    ),
    "an expired object": (400, "invalid_request_object", with_object(exp=1)),
    "an object in an object": (400, "invalid_request_object", with_object(request="e30.e30.")),
    "a reference in an object": (
        400,
        "invalid_request_object",
        with_object(request_uri=f"{pushes.URN}x"),
    ),
    "an object with another redirect URI": (
        400,
        "invalid_request",
        with_object(redirect_uri="https://evil.example/"),
    ),
    "an object without a response_type": (
        400,
        "invalid_request",
        made(lambda world: objects.signed(world, response_type=None), response_type="code"),
    ),
    "an object with another scope": (400, "invalid_scope", with_object(scope="unknown")),
    "an object without a challenge": (
        400,
        "invalid_request",
        with_object(code_challenge=None, code_challenge_method=None),
    ),
    "an object with a list of resources": (
        400,
        "invalid_target",
        with_object(resource=["https://api.example.com", "https://other.example"]),
    ),
    "an object with claims of text": (
        400,
        "invalid_request",
        with_object(claims=json.dumps({"id_token": 1})),
    ),
}
BAD = {**RULES, **PLAIN, **OBJECTS}
