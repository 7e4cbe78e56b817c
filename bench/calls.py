"""AWS calls per flow, counted at the emulator's door."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.emulated_aws import Recorder
from tests.world import World


def count(world: World, recorder: Recorder) -> Iterator[tuple[str, dict[str, int]]]:
    """Each flow with the calls of its warm request, by action."""
    browser = world.browser()
    tokens = world.tokens(browser)
    code = world.code(browser)
    spare = world.tokens(browser)["refresh_token"]
    machine = {"grant_type": "client_credentials", "scope": "read"}
    flows: list[tuple[str, Callable[[], object]]] = [
        ("/authorize, signed in, consent on record", lambda: world.code(browser)),
        ("/token, code", lambda: world.redeem(code)),
        ("/token, refresh", lambda: world.refresh(tokens["refresh_token"])),
        (
            "/token, client_credentials",
            lambda: world.post("/token", machine, auth=("demomachine", "demomachinesecret")),
        ),
        ("/introspect", lambda: world.introspect(tokens["access_token"])),
        ("/revoke, access token", lambda: world.revoke(tokens["access_token"])),
        ("/revoke, refresh token", lambda: world.revoke(spare)),
        ("metadata", lambda: world.get("/.well-known/openid-configuration")),
        ("JWKS", lambda: world.get("/.well-known/jwks.json")),
    ]
    world.post("/token", machine, auth=("demomachine", "demomachinesecret"))
    for name, flow in flows:
        recorder.reset()
        flow()
        yield name, recorder.count()
