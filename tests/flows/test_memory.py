"""What a process remembers from one request to the next: bounded, and nothing of a user."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from tests import dpop
from tests.world import World

# What belongs to the program, not to what it was told.
_PROGRAM = (type, ModuleType, FunctionType, BuiltinFunctionType)


def reachable(start: object) -> Iterator[Any]:
    """Every value that is held by `start`, however deep."""
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        value = waiting.pop()
        if id(value) in seen or isinstance(value, _PROGRAM):
            continue
        seen.add(id(value))
        yield value
        waiting.extend(gc.get_referents(value))


def remembered(world: World) -> set[str]:
    """Every text and byte string that the process holds between requests, but for the log."""
    held = vars(world.services)
    kept = {name: value for name, value in held.items() if name not in ("log", "now", "_connect")}
    found = set()
    for value in reachable(kept):
        if isinstance(value, bytes | bytearray):
            found.add(bytes(value).decode("latin-1"))
        if isinstance(value, str):
            found.add(value)
    return found


def test_nothing_of_a_user_is_kept(world: World) -> None:
    """After a whole flow: no name, address, claim, identifier, session, code or token."""
    browser = world.browser("203.0.113.99")
    code = world.code(browser, scope="openid read", state="the-state", nonce="the-nonce")
    tokens = world.redeem(code).json
    refreshed = world.refresh(tokens["refresh_token"]).json
    about = world.introspect(refreshed["access_token"])
    stored = [item["pk"]["S"] for item in world.items() if item["pk"]["S"].startswith(("U#", "L#"))]
    of_the_user = {
        *("demo@example.com", "203.0.113.99", "the-state", "the-nonce", about["sub"], code),
        *(tokens[name] for name in ("access_token", "refresh_token", "id_token")),
        *(refreshed[name] for name in ("access_token", "refresh_token")),
        *browser.cookies.values(),
        *stored,
        *(key.partition("#")[2] for key in stored),
    }
    kept = remembered(world)
    assert "demoweb" in kept, "the search does not reach the caches"
    assert not {text for text in of_the_user for held in kept if text in held}


def test_no_secret_of_a_client_is_kept(world: World) -> None:
    """Its hash is; the secret itself passes through."""
    world.tokens()
    assert not {held for held in remembered(world) if "demowebsecret" in held}


def test_nothing_of_a_proof_is_kept(world: World) -> None:
    """No key, thumbprint, jti or nonce of whoever has proved one, after a whole flow."""
    proof = dpop.ALICE.at(world, jti="the-jti-of-a-proof")
    code = world.code(scope="openid", dpop_jkt=dpop.ALICE.jkt)
    given = dpop.redeem(world, code).json
    dpop.refresh(world, given["refresh_token"])
    world.post("/token", dpop.CREDENTIALS, auth=dpop.MACHINE, headers=dpop.header(proof))
    assert dpop.userinfo(world, given["access_token"]).status == 200
    of_the_proof = {dpop.ALICE.jkt, dpop.ALICE.jwk["x"], "the-jti-of-a-proof", proof}
    kept = remembered(world)
    assert not {text for text in of_the_proof for held in kept if text in held}
