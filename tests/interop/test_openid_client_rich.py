"""openid-client, unmodified, with authorization details: pushed, bound, narrowed. RFC 9396."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chromium import Person
from tests.flows.rich import ACCOUNT, PAYMENT, RENT, TYPES
from tests.interop import scripts
from tests.interop.scripts import Node
from tests.receiver import Receiver
from tests.reply import claims
from tests.running import Running, started

pytestmark = [pytest.mark.browser, pytest.mark.node]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that lists its types."""
    folder = tmp_path_factory.mktemp("server")
    with started(folder, AUTHORIZATION_DETAILS_TYPES=" ".join(TYPES)) as server:
        yield server


def test_pushed_agreed_narrowed_and_introspected(
    node: Node, running: Running, person: Person, receiver: Receiver
) -> None:
    """The person unticks one of three; the client then takes one of the two that are left."""
    uri = running.resource(authorization_details_types=TYPES)
    client = running.client(
        redirect_uris=[receiver.redirect_uri],
        allowed_resources=[uri],
        authorization_details_types=[*TYPES],
        dpop_bound_access_tokens=True,
        require_pushed_authorization_requests=True,
    )
    given = {
        "issuer": running.url,
        "client_id": client,
        "client_secret": f"{client}secret",
        "redirect_uri": receiver.redirect_uri,
        "types": [*TYPES],
        "details": [PAYMENT, RENT, ACCOUNT],
    }

    def agree() -> None:
        person.sign_in(running.user())
        assert "Pay 900.00 EUR to Landlord" in (person.page.text_content("form") or "")
        person.page.uncheck("input[name=authorization_detail][value='1']")
        person.allow()

    result = scripts.walk(node, "rich_flow.mjs", given, person, receiver, agree)
    assert result["supported"] == [*TYPES]
    assert result["unknown"] == result["more"] == "invalid_authorization_details"
    tokens, less = result["tokens"], result["less"]
    assert tokens["authorization_details"] == [PAYMENT, ACCOUNT]
    assert "scope" not in tokens
    assert less["authorization_details"] == [PAYMENT]
    held = claims(less["access_token"])
    assert (held["aud"], held["authorization_details"]) == (uri, [PAYMENT])
    assert held["cnf"].keys() == {"jkt"}
    assert result["introspected"]["authorization_details"] == [PAYMENT]
