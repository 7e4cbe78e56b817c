"""How often a client's keys are fetched, and what is remembered of them. RFC 7591 section 2."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.client_keys import AGAIN, FRESH, MOST_KEPT, TYPES, ClientKeys, NoKey
from chalicelib.fetching import Fetcher, NotFetched
from chalicelib.protocol import jwk_set
from chalicelib.records.client import Client
from tests.client_signatures import jwks, private_key, public_jwk
from tests.stage import Clock

URI = "https://client.example/keys"


class Texts(Fetcher):
    """Documents by URL, without a network; `asked` says which were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, str] = {}
        self.asked: list[str] = []

    def text(self, url: str, *types: str) -> str:
        """The document; NotFetched where there is none."""
        assert types == TYPES
        self.asked.append(url)
        if url not in self.texts:
            raise NotFetched("the host does not answer")
        return self.texts[url]


class Keys:
    """A process that looks for keys."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.host = Texts()
        self.keys = ClientKeys(lambda: self.host, self.clock)

    def serve(self, *owners: str, uri: str = URI) -> None:
        """The keys of some owners."""
        every = [key for owner in owners for key in jwks(owner)["keys"]]
        self.host.texts[uri] = json.dumps({"keys": every})

    def finds(self, kid: str | None = "client-EC", uri: str = URI) -> bool:
        """Whether a key is found."""
        try:
            (found,) = self.keys.find(client(jwks_uri=uri), "ES256", kid)
        except NoKey:
            return False
        return found.get("kid") == kid


@pytest.fixture
def keys() -> Keys:
    return Keys()


def client(**members: Any) -> Client:
    return Client(client_id="c", created_at=0, **members)


def test_keys_by_value_are_found_without_a_call() -> None:
    """Nobody is even made to call."""
    found = ClientKeys(lambda: pytest.fail("called"), Clock())
    wanted = jwk_set.read(jwks())
    assert found.find(client(jwks=wanted), "RS256", "client-RSA") == wanted[:1]
    assert found.find(client(jwks=wanted), "RS256", None) == wanted[:1]


@pytest.mark.parametrize(
    ("known", "alg", "kid", "words"),
    [
        ({}, "RS256", None, "No keys are registered"),
        (jwks(), "RS256", "client-EC", "no such key for RS256"),
        (jwks(), "RS256", "unknown", "no such key for RS256"),
        (jwks("client", "EC"), "RS256", None, "no such key for RS256"),
        (jwks(), "none", None, "no such key for none"),
        (jwks(), "HS256", None, "no such key for HS256"),
        (
            {"keys": [*jwks()["keys"], public_jwk(private_key("EC", "b"))]},
            "ES256",
            None,
            "several keys for ES256",
        ),
    ],
)
def test_why_there_is_no_key(known: dict[str, Any], alg: str, kid: str | None, words: str) -> None:
    """In words for the client's developer."""
    held = jwk_set.read(known) if known else ()
    with pytest.raises(NoKey, match=words):
        ClientKeys(lambda: pytest.fail("called"), Clock()).find(client(jwks=held), alg, kid)


def test_keys_are_kept_for_five_minutes(keys: Keys) -> None:
    """And then asked for again, whether they have changed or not."""
    keys.serve("client")
    for _ in range(FRESH):
        assert keys.finds()
        keys.clock.forward(1)
    assert keys.host.asked == [URI]
    assert keys.finds()
    assert keys.host.asked == [URI] * 2


def test_what_is_gone_is_not_used_after_that(keys: Keys) -> None:
    """Nor while the host is down: no keys, no success."""
    keys.serve("client")
    assert keys.finds()
    keys.host.texts.clear()
    keys.clock.forward(FRESH - 1)
    assert keys.finds()
    keys.clock.forward(1)
    assert not keys.finds()


def test_an_unknown_kid_asks_again_once_a_minute(keys: Keys) -> None:
    """Neither the first time, which is that of the fetch, nor sooner."""
    keys.serve("client")
    assert not keys.finds("next-EC")
    assert keys.host.asked == [URI]
    keys.clock.forward(AGAIN - 1)
    assert not keys.finds("next-EC")
    assert keys.host.asked == [URI]
    keys.clock.forward(1)
    keys.serve("client", "next")
    assert keys.finds("next-EC")
    assert keys.host.asked == [URI] * 2


def test_a_look_in_vain_takes_nothing_away(keys: Keys) -> None:
    """A stranger asks for an unknown key while the host is down: the known ones stay."""
    keys.serve("client")
    assert keys.finds()
    keys.host.texts.clear()
    keys.clock.forward(AGAIN)
    assert not keys.finds("unknown")
    assert keys.finds()
    keys.clock.forward(FRESH - AGAIN)
    assert not keys.finds()


def test_a_failure_is_remembered_for_a_minute(keys: Keys) -> None:
    """Then the host is given another chance."""
    assert not keys.finds()
    keys.serve("client")
    keys.clock.forward(AGAIN - 1)
    assert not keys.finds()
    assert keys.host.asked == [URI]
    keys.clock.forward(1)
    assert keys.finds()


def test_the_reason_is_for_the_log_only(keys: Keys) -> None:
    """What the network says is not for strangers."""
    with pytest.raises(NoKey) as problem:
        keys.keys.find(client(jwks_uri=URI), "ES256", None)
    assert "does not answer" not in str(problem.value)
    assert "does not answer" in problem.value.detail


def test_each_place_is_remembered_by_itself(keys: Keys) -> None:
    """One host that is down is no other's trouble."""
    keys.serve("client", uri="https://a.example/keys")
    assert not keys.finds()
    assert keys.finds(uri="https://a.example/keys")


def test_no_more_than_so_many_are_kept(keys: Keys) -> None:
    """The oldest one makes room; memory does not grow with the number of clients."""
    for number in range(MOST_KEPT + 1):
        keys.serve("client", uri=f"{URI}/{number}")
        assert keys.finds(uri=f"{URI}/{number}")
    assert keys.finds(uri=f"{URI}/{MOST_KEPT}")
    assert len(keys.host.asked) == MOST_KEPT + 1
    assert keys.finds(uri=f"{URI}/0")
    assert len(keys.host.asked) == MOST_KEPT + 2


@given(
    st.lists(
        st.tuples(
            st.integers(0, 90), st.sampled_from(["client-EC", "next-EC", "x", None]), st.booleans()
        ),
        max_size=40,
    )
)
def test_whatever_strangers_send_the_host_has_its_peace(
    visits: list[tuple[int, str | None, bool]],
) -> None:
    """Two calls are never closer together than a minute, and no key is found while none is there
    for longer than it was fresh."""
    keys = Keys()
    calls: list[int] = []
    last_good: int | None = None
    for seconds, kid, up in visits:
        keys.clock.forward(seconds)
        keys.host.texts.clear()
        if up:
            keys.serve("client")
        before = len(keys.host.asked)
        found = keys.finds(kid)
        if len(keys.host.asked) > before:
            assert len(keys.host.asked) == before + 1
            calls.append(keys.clock())
            last_good = keys.clock() if up else last_good
        if found and kid is not None:
            assert kid == "client-EC"
            assert last_good is not None
            assert keys.clock() - last_good < FRESH
    assert all(later - earlier >= AGAIN for earlier, later in pairwise(calls))
