"""ID tokens as hints, and what is no hint: tokens that are malformed, foreign or of other types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.administration import clients
from chalicelib.encoding import base64url
from chalicelib.protocol import jwt
from tests.browser import Browser
from tests.reply import claims
from tests.world import World

OTHER = ("otherweb", "otherwebsecret")


def id_token(world: World, browser: Browser, **changes: str) -> str:
    """An ID token of this browser's session, for demoweb."""
    return str(world.tokens(browser, scope="openid read", **changes)["id_token"])


def signed(world: World, typ: str, told: dict[str, Any]) -> str:
    """Any claims under any type, signed by this very stage."""
    services = world.services
    key = services.keyring.signing_key(services.settings.signing_mode, "RS256")
    data = jwt.signing_input({"typ": typ, "alg": "RS256", "kid": key.kid}, told)
    return jwt.compact(data, services.signer.sign(key, data))


def add_other_client(world: World) -> None:
    """A second confidential client of the same issuer."""
    clients.create(
        {
            "client_id": OTHER[0],
            "client_secret": OTHER[1],
            "redirect_uris": ["http://127.0.0.1:8000/demo/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "post_logout_redirect_uris": ["https://other.example/bye"],
        },
        world.services,
    )


def _changed(world: World, good: str, **changes: Any) -> str:
    told = {**claims(good), **changes}
    return signed(world, "JWT", {name: v for name, v in told.items() if v is not None})


def _another_header(good: str, header: bytes) -> str:
    return f"{base64url(header)}.{good.partition('.')[2]}"


def _flipped(good: str) -> str:
    head, body, signature = good.split(".")
    return f"{head}.{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


# What is none of our ID tokens, made of a good one.
NO_HINTS: dict[str, Callable[[World, str], str]] = {
    "no token": lambda _, good: "x",
    "three dots": lambda _, good: "x.y.z",
    "no signature": lambda _, good: good.rpartition(".")[0] + ".",
    "another signature": lambda _, good: _flipped(good),
    "alg none": lambda _, good: _another_header(good, b'{"typ":"JWT","alg":"none"}'),
    "unknown kid": lambda _, good: _another_header(
        good, b'{"typ":"JWT","alg":"RS256","kid":"unknown"}'
    ),
    "another issuer": lambda world, good: _changed(world, good, iss="https://evil.example"),
    "an access token": lambda world, good: signed(world, "at+jwt", claims(good)),
    "a logout token": lambda world, good: signed(world, "logout+jwt", claims(good)),
    "a signed userinfo": lambda world, good: _changed(
        world, good, exp=None, iat=None, auth_time=None
    ),
    "twice as long": lambda _, good: good + "A" * 20_000,
}
