"""Software statements of issuers that the operator trusts. RFC 7591 sections 2.3 and 3.1.1."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.administration import Refused, trusted_issuers
from tests.client_signatures import jwks, jwt
from tests.flows import registrations as tell
from tests.flows.registrations import CONFIDENTIAL, WEB, is_refused, manage, post
from tests.world import World

ISSUER = "https://software.example"
OTHER = "https://users.example"
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "software_id": "4NRB1-0XZABZI9E6-5SM3R",
    "client_name": "As the publisher says",
}


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server, which trusts one issuer for software and another for users."""
    for issuer, more in (
        (ISSUER, {"purposes": ["software_statement"], "algs": ["ES256", "RS256"]}),
        (OTHER, {"purposes": ["id_jag"], "resources": {"https://api.example.com": ["read"]}}),
    ):
        document = {"issuer": issuer, "jwks": jwks("publisher"), **more}
        try:
            trusted_issuers.create(document, signed_in.services)
        except Refused:
            break
    signed_in.aws.reset()
    return signed_in


def statement(world: World, *, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A good statement, changed; None leaves a claim out."""
    claims = {**CLAIMS, "iat": world.clock(), **changes}
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt(kept, **{"owner": "publisher", **(header or {})})


def test_what_it_says_goes_before_what_the_client_says(world: World) -> None:
    """Section 2.3; and the answer has the statement as it was sent (section 3.2.1)."""
    text = statement(world, exp=world.clock() + 60, aud=world.issuer)
    told = tell.registered(world, CONFIDENTIAL, client_name="Mine", software_statement=text)
    assert told["client_name"] == CLAIMS["client_name"]
    assert told["software_id"] == CLAIMS["software_id"]
    assert told["redirect_uris"] == [WEB]
    assert told["software_statement"] == text
    for name in ("iss", "iat", "exp", "aud"):
        assert name not in told


def test_its_claims_keep_the_rules_of_registration(world: World) -> None:
    """A publisher cannot make a client trusted, nor have it answered anywhere."""
    text = statement(world, verified=True, first_party=True, require_pkce=False)
    told = tell.registered(world, CONFIDENTIAL, software_statement=text)
    assert not {"verified", "first_party", "require_pkce"} & set(told)
    bad = statement(world, redirect_uris=["javascript:alert(1)"])
    reply = post(world, {**CONFIDENTIAL, "software_statement": bad})
    is_refused(reply, "invalid_redirect_uri")


def test_an_update_may_bring_one(world: World) -> None:
    """RFC 7592 section 2.2."""
    client = tell.registered(world, CONFIDENTIAL)
    sent = tell.as_sent(client, software_statement=statement(world))
    told = manage(world, "PUT", client, sent).json
    assert told["client_name"] == CLAIMS["client_name"]
    assert told["software_statement"] == sent["software_statement"]


@pytest.mark.parametrize("iss", ["https://nobody.example", OTHER, f"{ISSUER}/"])
def test_one_of_an_issuer_that_is_not_trusted_for_it_is_unapproved(world: World, iss: str) -> None:
    """Section 3.2.2: genuine perhaps, and of no account here."""
    reply = post(world, {**CONFIDENTIAL, "software_statement": statement(world, iss=iss)})
    is_refused(reply, "unapproved_software_statement")
    assert world.writes() == []


@pytest.mark.parametrize(
    ("header", "changes"),
    [
        ({"owner": "mallory", "kid": "publisher-EC"}, {}),
        ({"alg": "PS256"}, {}),
        ({"alg": "none"}, {}),
        ({"typ": "at+jwt"}, {}),
        ({"typ": "oauth-id-jag+jwt"}, {}),
        ({"typ": 7}, {}),
        ({"crit": ["exp"]}, {}),
        ({"kid": 7}, {}),
        ({"kid": "unknown"}, {}),
        ({}, {"iss": None}),
        ({}, {"iss": 7}),
        ({}, {"software_id": None}),
        ({}, {"exp": 1}),
        ({}, {"exp": "2100"}),
        ({}, {"exp": True}),
        ({}, {"nbf": 2_000_000_000}),
        ({}, {"iat": 2_000_000_000}),
        ({}, {"aud": "https://other.example"}),
        ({}, {"aud": ["https://other.example"]}),
        ({}, {"aud": []}),
    ],
)
def test_one_that_is_not_good_is_invalid(
    world: World, header: dict[str, Any], changes: dict[str, Any]
) -> None:
    """Section 3.2.2; nothing of it counts, and nothing is stored."""
    text = statement(world, header=header, **changes)
    reply = post(world, {**CONFIDENTIAL, "software_statement": text})
    is_refused(reply, "invalid_software_statement")
    assert world.writes() == []


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "e30.e30.", 7, {}, [], True, "x" * 20_000])
def test_what_is_no_jwt_is_invalid(world: World, text: object) -> None:
    """Also an empty one: whoever sends the member means something by it."""
    reply = post(world, {**CONFIDENTIAL, "software_statement": text})
    is_refused(reply, "invalid_software_statement")


def test_one_with_a_changed_claim_is_invalid(world: World) -> None:
    """The signature is over all of it."""
    head, _, signature = statement(world).split(".")
    _, other, _ = statement(world, client_name="Changed").split(".")
    text = f"{head}.{other}.{signature}"
    reply = post(world, {**CONFIDENTIAL, "software_statement": text})
    is_refused(reply, "invalid_software_statement")
