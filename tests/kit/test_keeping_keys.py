"""The kit: how long the issuer's keys are kept, and when they are fetched again. RFC 9111."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from postern_verifier import Caching, errors
from postern_verifier.fetching import Answer, Call
from tests import client_signatures as signatures
from tests.kit.issuer import (
    ISSUER,
    JWKS_URI,
    NOW,
    OWNER,
    URL,
    FakeIssuer,
    answer,
    bearer,
    claims,
    refusal,
    token,
)

METADATA = f"{ISSUER}/.well-known/oauth-authorization-server"
OPENID = f"{ISSUER}/.well-known/openid-configuration"
NEW_KEY = {"keys": signatures.jwks("new")["keys"]}


def lasting(**changes: Any) -> str:
    """A token that lives for days."""
    return token(exp=NOW + 10**6, **changes)


def test_keys_are_fetched_once() -> None:
    """And serve for as long as they are fresh."""
    issuer = FakeIssuer()
    verifier = issuer.verifier()
    for _ in range(3):
        verifier.check(bearer(token()), "GET", URL)
    assert len(issuer.calls) == 2


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("", 300),
        ("max-age=120", 120),
        ("public, MAX-AGE=120, must-revalidate", 120),
        ('max-age="120"', 120),
        ("max-age=0", 60),
        ("max-age=5", 60),
        ("no-store", 300),
        ("max-age=999999", 3600),
        ("max-age=-1", 300),
        ("s-maxage=120", 300),
        ("max-age=1" + "0" * 50, 3600),
    ],
)
def test_keys_are_fresh_as_the_issuer_says_within_bounds(said: str, seconds: int) -> None:
    """RFC 9111 section 5.2.2.1, never below a minute and never above an hour."""
    issuer = FakeIssuer()
    issuer.documents[JWKS_URI] = answer(signatures.jwks(OWNER), cache_control=said)
    verifier = issuer.verifier(jwks_uri=JWKS_URI)
    for after, fetched in ((0, 1), (seconds - 1, 1), (seconds, 2)):
        issuer.clock.time = NOW + after
        verifier.check(bearer(lasting()), "GET", URL)
        assert len(issuer.calls) == fetched


def test_a_new_key_is_found_without_waiting() -> None:
    """An unknown kid has the keys fetched again, once they are older than the pause."""
    issuer = FakeIssuer()
    verifier = issuer.verifier()
    verifier.check(bearer(token()), "GET", URL)
    issuer.documents[JWKS_URI] = NEW_KEY
    text = signatures.jwt(claims(), "ES256", "new", typ="at+jwt")
    assert type(refusal(verifier, bearer(text))) is errors.UnknownKey
    issuer.clock.time += 30
    assert verifier.check(bearer(text), "GET", URL)
    assert issuer.called(JWKS_URI) == 2


def test_unknown_keys_cannot_make_the_kit_call_often() -> None:
    """Whatever names are tried: one fetch in each pause."""
    issuer = FakeIssuer()
    verifier = issuer.verifier()
    for second in range(100):
        issuer.clock.time = NOW + second
        refusal(verifier, bearer(token(header={"kid": f"k{second}"})))
    assert issuer.called(JWKS_URI) == 1 + 3


def test_a_revoked_key_dies_with_the_fresh_time() -> None:
    """It was taken out of the set: its tokens are refused after the set is fetched again."""
    issuer = FakeIssuer()
    verifier = issuer.verifier()
    verifier.check(bearer(token()), "GET", URL)
    issuer.documents[JWKS_URI] = NEW_KEY
    issuer.clock.time += 300
    assert type(refusal(verifier, bearer(token()))) is errors.UnknownKey


def test_keys_outlive_an_issuer_that_is_down_for_a_while() -> None:
    """For a day after they were fresh, and no longer; then it is back, and so is service."""
    issuer = FakeIssuer()
    verifier = issuer.verifier()
    verifier.check(bearer(lasting()), "GET", URL)
    issuer.down = True
    issuer.clock.time = NOW + 300 + 24 * 3600 - 1
    assert verifier.check(bearer(lasting()), "GET", URL)
    issuer.clock.time += 5
    assert type(refusal(verifier, bearer(lasting()))) is errors.IssuerUnavailable
    issuer.down = False
    issuer.clock.time += 5
    assert verifier.check(bearer(lasting()), "GET", URL)


def test_an_issuer_that_is_down_is_left_in_peace() -> None:
    """However many requests come, it is tried once in the pause after a failure."""
    issuer = FakeIssuer()
    issuer.down = True
    verifier = issuer.verifier()
    for second in (0, 1, 4, 5):
        issuer.clock.time = NOW + second
        assert refusal(verifier, bearer(token())).status == 503
    assert len(issuer.calls) == 2


def test_a_clock_that_is_set_back_makes_nothing_fresh() -> None:
    """Keys from the future are fetched again."""
    issuer = FakeIssuer()
    verifier = issuer.verifier(jwks_uri=JWKS_URI)
    verifier.check(bearer(token()), "GET", URL)
    issuer.clock.time = NOW - 8
    verifier.check(bearer(token()), "GET", URL)
    assert len(issuer.calls) == 2


def test_caching_is_a_setting() -> None:
    """An issuer that revokes by its keys may want them fetched every minute."""
    issuer = FakeIssuer()
    caching = Caching(at_least=1, at_most=60, otherwise=10, stale_for=0, pause=1)
    verifier = issuer.verifier(jwks_uri=JWKS_URI, caching=caching)
    verifier.check(bearer(token()), "GET", URL)
    issuer.down = True
    issuer.clock.time += 10
    assert refusal(verifier, bearer(token())).status == 503


# Threads


def test_threads_share_one_fetch() -> None:
    """Those that have no keys wait for the one that fetches them."""
    issuer = FakeIssuer()
    verifier = issuer.verifier()
    start = threading.Barrier(8)
    found = []

    def ask() -> None:
        start.wait(20)
        found.append(verifier.check(bearer(token()), "GET", URL))

    _together([ask] * 8)
    assert len(found) == 8
    assert issuer.called(JWKS_URI) == 1


def test_nobody_waits_for_keys_that_are_only_stale() -> None:
    """While one thread fetches, the others go on with what there is."""
    issuer = FakeIssuer()
    fetching, served = threading.Event(), threading.Event()

    def slow(call: Call) -> Answer:
        if issuer.clock.time > NOW:
            fetching.set()
            assert served.wait(20)
        return issuer.fetch(call)

    verifier = type(issuer.verifier())(
        ISSUER, "https://api.example.com", jwks_uri=JWKS_URI, fetch=slow, now=issuer.clock
    )
    verifier.check(bearer(lasting()), "GET", URL)
    issuer.clock.time += 300

    def meanwhile() -> None:
        assert fetching.wait(20)
        verifier.check(bearer(lasting()), "GET", URL)
        served.set()

    _together([lambda: verifier.check(bearer(lasting()), "GET", URL), meanwhile])
    assert served.is_set()
    assert len(issuer.calls) == 2


def _together(jobs: list[Any]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
