"""Who is counted as one: addresses and the networks they stand for."""

from __future__ import annotations

from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.throttling import network


@pytest.mark.parametrize(
    ("address", "stands_for"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0DB8:0001:0002::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::1", "::/64"),
        ("", ""),
        ("test-invoke-source-ip", "test-invoke-source-ip"),
        ("203.0.113.07", "203.0.113.07"),
    ],
)
def test_an_address_stands_for_its_network(address: str, stands_for: str) -> None:
    """One person owns a /64; an IPv4 address has one spelling; what is none stands for itself."""
    assert network(address) == stands_for


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_moving_within_a_64_gives_no_more_attempts(address: IPv6Address, host: int) -> None:
    """Whatever the lower half is."""
    moved = IPv6Address(int(address) >> 64 << 64 | host)
    if not moved.ipv4_mapped and not address.ipv4_mapped:
        assert network(str(moved)) == network(str(address))


@given(st.text(max_size=40))
def test_any_text_may_be_an_address(text: str) -> None:
    """API Gateway gives the address; whatever it gives, nothing is raised."""
    assert isinstance(network(text), str)
