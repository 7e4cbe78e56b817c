"""Signed requests: FAPI 2.0 Message Signing. What must be refused, and what must not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.plans.fapi2 import Plan
from tests.plans.fapi2_client import Party, Variant

SIGNED = Variant(signed=True, jarm=True)
MINUTE = 60
Make = Callable[[Party], str]


def made(**changes: Any) -> Make:
    """A good request in an object with other claims, or signed otherwise."""
    return lambda party: party.object(party.request(), **changes)


def at(**offsets: int) -> Make:
    """One with times that lie so many seconds from now."""
    return lambda party: party.object(
        party.request(), **{name: party.world.clock() + after for name, after in offsets.items()}
    )


def broken(party: Party) -> str:
    """One whose signature is another's: a bit of its first character was turned."""
    head, body, signature = party.object(party.request()).split(".")
    return f"{head}.{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


REFUSED: dict[str, Make] = {
    "without-exp": made(exp=None),
    "without-nbf": made(nbf=None),
    "expired": at(nbf=-5 * MINUTE, exp=-5),
    "bad-aud": made(aud="https://www.other1.example.com/"),
    "exp-over-60": at(exp=70 * MINUTE),
    "nbf-over-60": at(nbf=-70 * MINUTE),
    "signed-with-RS256": made(alg="RS256"),
    "signature-algorithm-is-none": made(alg="none"),
    "invalid-signature": broken,
    "another-clients-key": made(alg="PS256", owner="suite-2"),
    "request_uri-inside": made(request_uri="urn:ietf:params:oauth:request_uri:x7Kq"),
    "another-clients-name": made(client_id="demoweb", iss="demoweb"),
    "an-access-token's-typ": made(typ="at+jwt"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_object_is_refused(plan: Plan, name: str) -> None:
    """At /par, by the error that the suite wants of it."""
    party, _ = plan.pair(SIGNED)
    form = {"request": REFUSED[name](party)}
    refused = party.call("/par", party.known(form), proof=False)
    assert (refused.status, refused.json["error"]) == (400, "invalid_request_object"), refused.text


TAKEN: dict[str, Make] = {
    "as it is": made(),
    "multiple-aud": lambda party: party.object(
        party.request(), aud=[party.world.issuer, "https://www.other1.example.com/"]
    ),
    "nbf-8-seconds-in-the-future": at(nbf=8, exp=5 * MINUTE),
    "iat-8-seconds-in-the-future": at(iat=8, nbf=0, exp=5 * MINUTE),
    "almost-an-hour": at(nbf=0, exp=60 * MINUTE),
    "almost-an-hour-old": at(nbf=-59 * MINUTE, exp=MINUTE),
    "ES256": made(alg="ES256"),
    "its media type": made(typ="oauth-authz-req+jwt"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_a_good_object_leads_to_a_code(plan: Plan, name: str) -> None:
    """In a signed answer to the client."""
    party, _ = plan.pair(SIGNED)
    pushed = party.call("/par", party.known({"request": TAKEN[name](party)}), proof=False)
    assert pushed.status == 201, pushed.text
    assert "code" in party.answer(party.go(party.url({}, pushed.json["request_uri"])))


@pytest.mark.parametrize("which", [0, 1], ids=["first", "second"])
def test_an_answer_is_for_its_client_and_for_minutes(plan: Plan, which: int) -> None:
    """JARM sections 2.1 and 2.4: iss, aud and exp beside code and state; ten minutes at most."""
    party = plan.pair(SIGNED)[which]
    request = party.request()
    arrived = party.go(party.url(request, party.push(request).json["request_uri"]))
    assert arrived is not None
    told = party.verified(arrived["response"], party.name)
    assert told.keys() == {"iss", "aud", "exp", "code", "state"}
    assert 0 < told["exp"] - plan.world.clock() <= 10 * MINUTE


@pytest.mark.parametrize("mode", ["fragment", "query.jwt2"])
def test_an_unknown_response_mode_is_refused(plan: Plan, mode: str) -> None:
    """Nothing goes out by a way that was not agreed on."""
    party, _ = plan.pair(SIGNED)
    refused = party.push(party.request(response_mode=mode))
    assert (refused.status, refused.json["error"]) == (400, "invalid_request")
