"""Clients whose keys are at a URL: read when they are needed, kept for a while, read again.

RFC 7591 section 2, OpenID Connect Core section 10.1. The host is a real one, on a loopback port.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.client_signatures import jwks, private_key, public_jwk
from tests.flows.objects import Host, arrived, ask, host, is_told, register, signed, url
from tests.reply import claims
from tests.world import World


@pytest.fixture(scope="module")
def _served() -> Iterator[Host]:
    with host() as served:
        yield served


@pytest.fixture
def served(_served: Host, signed_in: World) -> Host:
    """The client's host: `/keys` has its keys."""
    _served.answers.clear()
    _served.asked.clear()
    register(signed_in, "hosted", jwks_uri=f"{_served.url}/keys")
    return _served


def keys(served: Host, *owners: str, **more: Any) -> None:
    """Serve the keys of some owners."""
    every = [key for owner in owners for key in jwks(owner)["keys"]]
    document = {"keys": every, **more}
    served.serve("/keys", json.dumps(document), "application/jwk-set+json")


def test_keys_at_a_url(signed_in: World, served: Host) -> None:
    """Read once for many requests; the tokens are those of any client."""
    keys(served, "client")
    told = arrived(signed_in, url(signed_in, "hosted", request=signed(signed_in, "hosted")))
    assert "code" in told
    for _ in range(3):
        ask(signed_in, client_id="hosted", request=signed(signed_in, "hosted", alg="RS256"))
    assert served.asked == ["/keys"]
    tokens = signed_in.redeem(told["code"], auth=("hosted", "signer-secret")).json
    assert claims(tokens["id_token"])["nonce"] == "n-inside"


def test_a_new_key_is_found_at_once_and_an_old_one_ends(signed_in: World, served: Host) -> None:
    """A kid that is not known is looked for; what is gone is gone after five minutes."""
    keys(served, "client")
    assert ask(signed_in, client_id="hosted", request=signed(signed_in, "hosted")).status != 400
    keys(served, "next")
    signed_in.clock.forward(60)
    new = signed(signed_in, "hosted", owner="next")
    assert ask(signed_in, client_id="hosted", request=new).status != 400
    old = signed(signed_in, "hosted")
    is_told(ask(signed_in, client_id="hosted", request=old), "invalid_request_object")


def test_strangers_cannot_have_the_keys_fetched_at_will(signed_in: World, served: Host) -> None:
    """An unknown kid, twenty times: the host is asked once more a minute."""
    keys(served, "client")
    ask(signed_in, client_id="hosted", request=signed(signed_in, "hosted"))
    for number in range(20):
        token = signed(signed_in, "hosted", header={"kid": f"k{number}"})
        is_told(ask(signed_in, client_id="hosted", request=token), "invalid_request_object")
        signed_in.clock.forward(3)
    assert served.asked == ["/keys"]
    signed_in.clock.forward(1)
    token = signed(signed_in, "hosted", header={"kid": "unknown"})
    is_told(ask(signed_in, client_id="hosted", request=token), "invalid_request_object")
    assert served.asked == ["/keys"] * 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("", "text/html"),
        ("[]", "application/json"),
        ('{"keys":[]}', "application/json"),
        ('{"keys":{}}', "application/json"),
        ('{"keys":[],"keys":[]}', "application/json"),
        ("[" * 5000, "application/json"),
        ('{"keys":[' + "{}," * 20 + "{}]}", "application/json"),
        ('{"keys":[{"kty":"oct","k":"AQ"}]}', "application/json"),
        ("<!doctype html>", "application/json"),
    ],
    ids=lambda text: text[:24],
)
def test_keys_that_cannot_be_read_prove_nothing(
    signed_in: World, served: Host, answer: str, kind: str
) -> None:
    """In words, and not asked for again for a minute."""
    served.serve("/keys", answer, kind)
    for _ in range(2):
        token = signed(signed_in, "hosted")
        reply = ask(signed_in, client_id="hosted", request=token)
        is_told(reply, "invalid_request_object")
        assert "jwks_uri cannot be read" in reply.page.text.replace("&#39;", "'")
    assert served.asked == ["/keys"]
    keys(served, "client")
    signed_in.clock.forward(60)
    assert ask(signed_in, client_id="hosted", request=signed(signed_in, "hosted")).status != 400


def test_a_private_key_in_the_set_ends_all_trust_in_it(signed_in: World, served: Host) -> None:
    """Though the key that signed is another one."""
    leaked = {**public_jwk(private_key("RSA", "leaked"), kid="leaked"), "d": "AQ"}
    keys(served, "client", keys=[*jwks()["keys"], leaked])
    reply = ask(signed_in, client_id="hosted", request=signed(signed_in, "hosted"))
    is_told(reply, "invalid_request_object")


def test_a_bad_object_has_no_keys_fetched(signed_in: World, served: Host) -> None:
    """The cheap rules come first."""
    keys(served, "client")
    for changes in ({"aud": "https://other.example"}, {"exp": 1}, {"client_id": "signer"}):
        token = signed(signed_in, "hosted", **changes)
        is_told(ask(signed_in, client_id="hosted", request=token), "invalid_request_object")
    unsigned = signed(signed_in, "hosted", alg="none")
    is_told(ask(signed_in, client_id="hosted", request=unsigned), "request_not_supported")
    assert served.asked == []
