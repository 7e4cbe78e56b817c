"""Client assertions that must be refused, and two that must not: ensure-invalid-client-assertions-
fail, at /par, and at /token where the plan is that of the client credentials grant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.flows import assertions
from tests.plans.fapi2 import Plan
from tests.plans.fapi2_client import Party
from tests.reply import Reply

MINUTE = 60
Form = Mapping[str, str]
Make = Callable[[Party, Form], dict[str, str]]


def made(**changes: Any) -> Make:
    """An assertion with other claims, or signed otherwise; None leaves a claim out."""
    return lambda party, form: party.known(form, **changes)


def at(**offsets: int) -> Make:
    """One with times that lie so many seconds from now."""

    def make(party: Party, form: Form) -> dict[str, str]:
        now = party.world.clock()
        return party.known(form, **{name: now + after for name, after in offsets.items()})

    return make


def aud(make: Callable[[Party], Any]) -> Make:
    """One for somebody else."""
    return lambda party, form: party.known(form, aud=make(party))


def typed(kind: str | None) -> Make:
    """A good one under another client_assertion_type."""

    def make(party: Party, form: Form) -> dict[str, str]:
        whole = party.known(form)
        del whole["client_assertion_type"]
        return whole if kind is None else {**whole, "client_assertion_type": kind}

    return make


def broken(party: Party, form: Form) -> dict[str, str]:
    """A good one whose signature was changed."""
    whole = party.known(form)
    head, body, signature = whole["client_assertion"].split(".")
    other = f"{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    return {**whole, "client_assertion": f"{head}.{body}.{other}"}


REFUSED: dict[str, Make] = {
    "none": lambda party, form: {**form, "client_id": party.name},
    "client_assertion_type missing": typed(None),
    "client_assertion_type wrong": typed(
        "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"
    ),
    "no sub": made(sub=None),
    "wrong sub": made(sub="demoweb"),
    "no iss": made(iss=None),
    "wrong iss": made(iss="demoweb"),
    "no aud": made(aud=None),
    "unrelated aud": made(aud="https://www.other1.example.com/"),
    "the endpoint as aud": aud(lambda party: f"{party.world.issuer}/par"),
    "the token endpoint as aud": aud(lambda party: f"{party.world.issuer}/token"),
    "an array as aud": aud(lambda party: [party.world.issuer, "https://www.other1.example.com/"]),
    "an array of one as aud": aud(lambda party: [party.world.issuer]),
    "exp 5 minutes in the past": at(exp=-5 * MINUTE),
    "no exp": made(exp=None),
    "over 60 seconds in the future": at(iat=70, nbf=70, exp=130),
    "signed with RS256": made(alg="RS256"),
    "alg none": made(alg="none"),
    "signed by the other client": made(owner="suite-2"),
    "invalid signature": broken,
}
TAKEN: dict[str, Make] = {
    "8 seconds in the future": at(iat=8, nbf=8, exp=68),
    "signed with ES256": made(alg="ES256"),
    "as it is": made(),
}


def pushed(party: Party, make: Make) -> Reply:
    """At /par."""
    return party.call("/par", make(party, party.request()), proof=False)


def granted(party: Party, make: Make) -> Reply:
    """At /token, for itself."""
    return party.call("/token", make(party, assertions.MACHINE), proof=True)


ENDPOINTS = {"/par": (pushed, 201), "/token": (granted, 200)}


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_assertion_is_refused(plan: Plan, name: str, path: str) -> None:
    """By an error and a status that the suite takes; and then a good one counts."""
    party, _ = plan.pair()
    send, status = ENDPOINTS[path]
    refused = send(party, REFUSED[name])
    taken = [(401, "invalid_client"), (400, "invalid_request")]
    assert (refused.status, refused.json["error"]) in taken, refused.text
    assert send(party, made()).status == status


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("name", TAKEN)
def test_a_good_assertion_is_taken(plan: Plan, name: str, path: str) -> None:
    """Section 5.3.2.1: also of who is ten seconds ahead."""
    party, _ = plan.pair()
    send, status = ENDPOINTS[path]
    reply = send(party, TAKEN[name])
    assert reply.status == status, reply.text


@pytest.mark.parametrize("path", ENDPOINTS)
def test_all_of_them_at_once_lock_nobody_out(plan: Plan, path: str) -> None:
    """As the module sends them: one after the other, and at the end one that must be taken."""
    party, _ = plan.pair()
    send, status = ENDPOINTS[path]
    for make in REFUSED.values():
        assert send(party, make).status in (400, 401)
    assert send(party, made()).status == status
