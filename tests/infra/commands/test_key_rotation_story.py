"""A whole rotation while clients get tokens and resource servers verify them all the time."""

from __future__ import annotations

import json
from typing import Any

import jwt as pyjwt
import pytest

from chalicelib.protocol.signing_keys import ANNOUNCE, KEEP, LONGEST_TOKEN
from infra import seeds
from tests.infra.commands.conftest import KeyKeeper

HOUR = 60 * 60
API = seeds.RESOURCE["resource"]
MOST_CACHED = 2 * HOUR  # API Gateway's HTTP API authorizers do
CACHED_ON_THE_WAY = 5 * 60  # the JWKS's own max-age


class Verifier:
    """A resource server: PyJWT, and a JWKS that it reads only when its copy is `most` old."""

    def __init__(self, keeper: KeyKeeper, most: int) -> None:
        self.keeper = keeper
        self.most = most
        self.read_at = -most
        self.keys: dict[str, Any] = {}

    def accepts(self, token: str) -> bool:
        """Whether the token verifies with the keys it has, at this time."""
        world = self.keeper.world
        if world.clock() - self.read_at >= self.most:
            document = world.get("/.well-known/jwks.json").json
            self.keys = {key["kid"]: key for key in document["keys"]}
            self.read_at = world.clock()
        header = pyjwt.get_unverified_header(token)
        if header["kid"] not in self.keys:
            return False
        key = pyjwt.PyJWK.from_dict(self.keys[header["kid"]])
        # Expiry goes by the test's clock, so it is checked there.
        options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
        claims = pyjwt.decode(
            token, key, algorithms=["ES256"], audience=API, issuer=world.issuer, options=options
        )
        return bool(claims["exp"] > world.clock())


class Process:
    """A warm Lambda environment, which keeps the keyring for a minute."""

    def __init__(self, keeper: KeyKeeper) -> None:
        self.keeper = keeper
        self.services = keeper.world.new_services()

    def token(self) -> str:
        """A token with the longest life there can be."""
        from chalicelib import tokens
        from chalicelib.records.authorization import Authorization

        authorization = Authorization(
            client_id="demomachine",
            subject="demomachine",
            scope=("read",),
            audience=API,
            signing_alg="ES256",
            signing_mode=None,
            lifetime=LONGEST_TOKEN,
        )
        return str(tokens.issue(authorization, self.services)["access_token"])


@pytest.mark.parametrize("most_cached", [0, 5 * 60, MOST_CACHED])
def test_every_token_verifies_throughout(keeper: KeyKeeper, most_cached: int) -> None:
    """Before, during and after: every living token, at every verifier, whatever it caches."""
    clock = keeper.world.clock
    verifier, process = Verifier(keeper, most_cached), Process(keeper)
    living: list[str] = []
    signed_by: list[str] = []

    def live_for(seconds: int, step: int = HOUR) -> None:
        for _ in range(0, seconds, step):
            clock.forward(step)
            token = process.token()
            living.append(token)
            signed_by.append(pyjwt.get_unverified_header(token)["kid"])
            living[:] = [each for each in living if not _is_over(each, clock())]
            assert all(verifier.accepts(each) for each in living)

    live_for(2 * HOUR)
    announced = keeper.get("key", "rotate", "--alg", "ES256")["announced"]["kid"]
    live_for(ANNOUNCE, step=20 * 60)
    promoted = keeper.get("key", "rotate", "--alg", "ES256")
    old = promoted["retired"]["kid"]
    live_for(20, step=10)  # the warm process still signs with the old key
    live_for(KEEP)
    keeper.get("key", "retire", old)
    live_for(3 * HOUR)
    assert set(signed_by[:2]) == {old}
    assert signed_by[-1] == announced
    assert signed_by.count(old) > 2 + 6  # it went on after its successor was promoted


def test_verifier_that_read_an_old_jwks_is_waited_for(keeper: KeyKeeper) -> None:
    """The worst case: a warm process's copy, an HTTP cache's copy, and then two hours."""
    world, process = keeper.world, Process(keeper)
    verifier = Verifier(keeper, MOST_CACHED)
    world.get("/.well-known/jwks.json")  # this process is warm now
    keeper.get("key", "rotate", "--alg", "ES256")
    announced_at = world.clock()
    world.clock.forward(59)
    verifier.accepts(process.token())
    assert len([key for key in verifier.keys.values() if key["alg"] == "ES256"]) == 1
    verifier.read_at += CACHED_ON_THE_WAY
    world.clock.forward(announced_at + ANNOUNCE - world.clock())
    keeper.get("key", "rotate", "--alg", "ES256")
    world.clock.forward(60)
    assert verifier.accepts(process.token())


def test_waiting_less_would_break_a_verifier(keeper: KeyKeeper) -> None:
    """What --force costs, and why it is no habit: a JWKS from before knows no such key."""
    verifier, process = Verifier(keeper, MOST_CACHED), Process(keeper)
    assert verifier.accepts(process.token())
    keeper.get("key", "rotate", "--alg", "ES256", "--force")
    keeper.world.clock.forward(60)
    fresh = process.token()
    assert not verifier.accepts(fresh)
    keeper.world.clock.forward(MOST_CACHED)
    assert verifier.accepts(fresh)


def _is_over(token: str, now: int) -> bool:
    claims = json.loads(pyjwt.utils.base64url_decode(token.split(".")[1]))
    return bool(claims["exp"] <= now)
