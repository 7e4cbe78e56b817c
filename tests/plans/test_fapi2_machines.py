"""The plan of the client credentials grant, and the algorithms of every JWT that is given out."""

from __future__ import annotations

import pytest

from chalicelib.administration import clients
from tests.client_signatures import jwks
from tests.flows.assertions import MACHINE
from tests.plans.fapi2 import VARIANTS, Plan
from tests.plans.fapi2_client import API, Party, Variant
from tests.reply import header

TLS = "mtls"
MACHINES = [
    Variant(openid=False),
    Variant(TLS, openid=False),
    Variant(sender=TLS, openid=False),
    Variant(TLS, TLS, openid=False),
    Variant(openid=False, nonces=True),
]
every_machine = pytest.mark.parametrize("variant", MACHINES, ids=str)


@every_machine
@pytest.mark.parametrize("which", [0, 1], ids=["first", "second"])
def test_a_machine_gets_a_bound_token(plan: Plan, variant: Variant, which: int) -> None:
    """For the API alone; no refresh token (RFC 6749 section 4.4.3) and no ID token."""
    party = plan.pair(variant)[which]
    told = party.ask(MACHINE).json
    assert told.keys() == {"access_token", "token_type", "expires_in", "scope"}
    token = party.verified(told["access_token"], API)
    assert token["cnf"].keys() == ({"jkt"} if variant.sender == "dpop" else {"x5t#S256"})
    assert told["token_type"] == ("DPoP" if variant.sender == "dpop" else "Bearer")


@every_machine
def test_a_machine_must_show_what_it_holds(plan: Plan, variant: Variant) -> None:
    """ensure-holder-of-key-required."""
    party, _ = plan.pair(variant)
    certificate = party.certificate if variant.sender == "dpop" else None
    refused = plan.world.post("/token", party.known(MACHINE), certificate=certificate)
    by_connection = variant.auth == TLS and variant.sender == TLS
    expected = (401, "invalid_client") if by_connection else (400, "invalid_request")
    assert (refused.status, refused.json["error"]) == expected


def test_a_machine_needs_no_redirect_uri(plan: Plan) -> None:
    """The profile asks of it for nothing that only users' flows have."""
    world, party = plan.world, Robot(plan.world, MACHINES[0])
    metadata = {
        "client_id": party.name,
        "profile": "fapi2",
        "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["client_credentials"],
        "id_token_signed_response_alg": "ES256",
        "authorization_signed_response_alg": "ES256",
        "dpop_bound_access_tokens": True,
        "allowed_resources": [API],
        "jwks": jwks(party.owner, "RSA"),
    }
    clients.create(metadata, world.services)
    assert party.ask(MACHINE).status == 200


class Robot(Party):
    """A client with one grant."""

    @property
    def name(self) -> str:
        """The client_id."""
        return "robot"


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_no_token_is_signed_as_the_profile_forbids(plan: Plan, variant: Variant) -> None:
    """Section 5.4.1: nor the access token for /userinfo, which no resource has a word in."""
    party, _ = plan.pair(variant)
    told = party.tokens()
    tokens = [told[name] for name in ("access_token", "id_token") if name in told]
    assert {header(token)["alg"] for token in tokens} == {"ES256"}


def test_others_have_their_tokens_for_this_server_as_ever(plan: Plan) -> None:
    """RS256, which every server can check."""
    told = plan.world.tokens(scope="openid")
    assert header(told["access_token"])["alg"] == "RS256"
    assert plan.world.userinfo(told["access_token"]).status == 200


def test_what_is_signed_so_can_be_taken_back(plan: Plan) -> None:
    """Introspection and revocation know it, as they know any."""
    party, _ = plan.pair()
    token = party.tokens()["access_token"]
    assert party.userinfo(token).status == 200
    asked = party.call("/introspect", party.known({"token": token}), proof=False)
    assert asked.json["active"] is True
    party.call("/revoke", party.known({"token": token}), proof=False)
    assert party.userinfo(token).status == 401


def test_the_stage_says_who_signs_it(plan: Plan) -> None:
    """By the key of the ID tokens: a stage has one for every algorithm that clients may choose."""
    party, _ = plan.pair()
    told = party.tokens()
    assert header(told["access_token"])["kid"] == header(told["id_token"])["kid"]
