"""The kit: authorization details in tokens and in introspection answers. RFC 9396 section 9."""

from __future__ import annotations

from typing import Any

import pytest

from postern_verifier import Needs, errors
from tests.kit.issuer import URL, FakeIssuer, bearer, refusal, token

PAYMENT: dict[str, Any] = {"type": "payment_initiation", "creditorName": "Merchant A"}
ACCOUNT: dict[str, Any] = {"type": "account_information", "actions": ["list"]}


def test_the_token_shows_them() -> None:
    """In their order, and by their type."""
    held = token(authorization_details=[PAYMENT, ACCOUNT, PAYMENT])
    found = FakeIssuer().verifier().check(bearer(held), "GET", URL)
    assert found.authorization_details == (PAYMENT, ACCOUNT, PAYMENT)
    assert found.details("payment_initiation") == (PAYMENT, PAYMENT)
    assert found.details("order") == ()


def test_a_token_without_has_none() -> None:
    """As most have."""
    found = FakeIssuer().verifier().check(bearer(token()), "GET", URL)
    assert found.authorization_details == ()


@pytest.mark.parametrize(
    "value",
    [1, "x", {}, PAYMENT, [1], ["x"], [None], [[PAYMENT]], [{}], [{"type": 1}]],
    ids=repr,
)
def test_what_is_none_of_them_is_refused(value: object) -> None:
    """Whoever reads such a token could take it for one that allows something."""
    verifier = FakeIssuer().verifier()
    refused = refusal(verifier, bearer(token(authorization_details=value)))
    assert isinstance(refused, errors.MalformedToken)


@pytest.mark.parametrize("wanted", [("payment_initiation",), ("payment_initiation", "order")])
def test_an_operation_can_need_a_type(wanted: tuple[str, ...]) -> None:
    """Each of those that it names: 403 where one is missing."""
    verifier = FakeIssuer().verifier()
    held = token(authorization_details=[PAYMENT])
    found = verifier.check(bearer(held), "GET", URL)
    needs = Needs(details=wanted)
    if len(wanted) == 1:
        verifier.require(found, needs)
        return
    with pytest.raises(errors.InsufficientScope, match="order") as caught:
        verifier.require(found, needs)
    assert caught.value.status == 403
