"""Which URLs are called, and which addresses are connected to."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.fetching import Fetcher, NotFetched
from chalicelib.protocol import fetchable
from tests import vectors

KNOWN = vectors.load("fetching")
LONG = f"https://a.example/{'a' * 1000}"
NEAR = [
    *("http://127.0.0.1:8000/x", "http://localhost/", "http://[::1]:9000/", "https://127.0.0.1/x"),
    *("https://localhost:8443/", "https://suite.example:8443/test/a?b=c"),
]


@pytest.mark.parametrize("url", NEAR)
def test_a_developers_own_machine_may_be_called(url: str) -> None:
    """By stage local, and by no other."""
    assert Fetcher(reach=fetchable.THIS_MACHINE_TOO).check(url) == url
    with pytest.raises(ValueError, match="must be an https URL"):
        Fetcher().check(url)


@pytest.mark.parametrize(
    "url", ["http://suite.example/", "http://10.0.0.1/", "https://10.0.0.1/", "http://127.0.0.1:0/"]
)
def test_no_stage_calls_further_into_a_network(url: str) -> None:
    """Nor anyone else without TLS."""
    with pytest.raises(ValueError, match="must be an https URL"):
        Fetcher(reach=fetchable.THIS_MACHINE_TOO).check(url)


@pytest.mark.parametrize("address", KNOWN["addresses that are not public"])
def test_addresses_that_are_nearer_than_the_internet(address: str) -> None:
    """Ours, our neighbours', everybody's at once, and those that hide another one."""
    assert not fetchable.is_public(address)


@pytest.mark.parametrize("address", ["", "localhost", "127.1", "0x7f000001", "2130706433", "1"])
def test_other_texts_are_no_address(address: str) -> None:
    """However a resolver might read them."""
    assert not fetchable.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "2a00::1"])
def test_addresses_of_the_internet(address: str) -> None:
    """Everything else."""
    assert fetchable.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example",
        "https://a.example/",
        "https://a.example:443/x?y=z&w=%20",
        "https://xn--bcher-kva.example/a/b.json",
    ],
)
def test_urls_that_may_be_fetched(url: str) -> None:
    """Of a host with a public name."""
    assert Fetcher().check(url) == url


@pytest.mark.parametrize("url", [*KNOWN["URLs that are not fetched"], LONG, None, 1, [LONG]])
def test_urls_that_may_not(url: Any) -> None:
    """Another scheme, port or host, a user, a fragment, and what parsers read differently."""
    with pytest.raises(ValueError, match="must be an https URL"):
        fetchable.INTERNET.place(url)
    with pytest.raises(NotFetched, match="the URL must be an https URL"):
        Fetcher(lambda *_: []).json(str(url))
