"""The stage that a tester of the FAPI 2.0 plans has set up, and the clients registered there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit

from chalicelib.administration import resources
from chalicelib.values import replace
from tests.emulated_aws import Recorder
from tests.flows import certified
from tests.plans.fapi2_client import API, Party, Variant
from tests.world import World

PLAIN = Variant()
TLS = "mtls"
VARIANTS = [
    PLAIN,
    Variant(signed=True, jarm=True),
    Variant(openid=False, jarm=True),
    Variant(TLS, signed=True),
    Variant(TLS, openid=False),
    Variant(sender=TLS, jarm=True),
    Variant(sender=TLS, openid=False, signed=True),
    Variant(TLS, TLS, signed=True, jarm=True),
    Variant(TLS, TLS, openid=False),
    Variant(nonces=True),
    Variant(TLS, nonces=True, signed=True, jarm=True),
]


class Plan:
    """A stage for the suite, and the clients that were registered there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._registered: set[Variant] = set()

    def pair(self, variant: Variant = PLAIN) -> tuple[Party, Party]:
        """Both clients of a variant, with new DPoP keys."""
        both = Party(self.world, variant), Party(self.world, variant, second=True)
        if variant not in self._registered:
            self._registered.add(variant)
            for party in both:
                party.register()
            self.world.clock.forward(1)
            self.world.restart()
        return both


@contextmanager
def stage(endpoint: str, aws: Recorder, public_keys: dict[str, dict[str, str]]) -> Iterator[Plan]:
    """A stage that takes certificates, with an ES256 key for clients and resources."""
    world = certified.take_certificates(World(endpoint, aws, public_keys))
    world.settings = replace(world.settings, id_token_algs=("RS256", "ES256"))
    resources.update(API, {"signing_alg": "ES256"}, world.services)
    world.restart()
    browser = world.browser()
    world.code(browser)
    world.member = browser
    try:
        yield Plan(world)
    finally:
        world.close()


def query_of(url: str) -> dict[str, str]:
    """The parameters of a URL."""
    return dict(parse_qsl(urlsplit(url).query))
