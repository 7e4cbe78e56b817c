"""A client pays for the proof that it gives, and for no other: modules of ours, door by door."""

from __future__ import annotations

import pytest

from tests.doors import DOORS
from tests.test_imports import KEY_SET, open_door
from tests.world import World

PROOF = {"possession.dpop", "protocol.dpop", "protocol.jwk_set"}
ASSERTION = {"protocol.client_assertion"}
CERTIFICATES = {"client_certificates", "protocol.certificate"}


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("client credentials", set()),
        ("code", set()),
        ("refresh", set()),
        ("userinfo", set()),
        ("userinfo without a token", set()),
        ("OpenID metadata", set()),
        ("push", set()),
        ("client credentials with a proof", PROOF),
        ("userinfo with a proof", PROOF),
    ],
)
def test_a_bearer_token_pays_nothing_for_proofs(world: World, name: str, needed: set[str]) -> None:
    """Not at the endpoint that gives it, and not where it is taken."""
    own = {module.removeprefix("chalicelib.") for module in open_door(world, DOORS[name])}
    assert own & PROOF == needed


@pytest.mark.parametrize("name", ["introspect a refresh token", "introspect, signed"])
def test_a_json_answer_pays_nothing_for_signed_ones(world: World, name: str) -> None:
    """What reads the Accept header is loaded where it says more than that JSON will do."""
    loaded = open_door(world, DOORS[name])
    signed = name == "introspect, signed"
    assert ("chalicelib.protocol.accept" in loaded) is signed
    assert ("chalicelib.aws.signer" in loaded) is signed


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("client credentials", set()),
        ("code", set()),
        ("introspect a refresh token", set()),
        ("revoke a refresh token", set()),
        ("push", set()),
        ("client credentials with an assertion", ASSERTION | KEY_SET),
        ("client credentials with a certificate", CERTIFICATES | {"protocol.certificate_names"}),
        ("client credentials with a registered key", CERTIFICATES | KEY_SET),
    ],
)
def test_a_client_with_a_secret_pays_nothing_for_other_proofs(
    world: World, name: str, needed: set[str]
) -> None:
    """Each proof for its own only; and none for fetching where the keys are at hand."""
    own = {module.removeprefix("chalicelib.") for module in open_door(world, DOORS[name])}
    names = {"protocol.certificate_names", "fetching", "protocol.fetchable"}
    assert own & (ASSERTION | CERTIFICATES | KEY_SET | names) == needed


ABOUT_USERS = {"grants.jwt_bearer", "protocol.id_jag", "subject_links", "client_keys"}
EXCHANGE = {"grants.token_exchange", "protocol.id_jag"}


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("client credentials", set()),
        ("code", set()),
        ("refresh", set()),
        ("introspect an access token", set()),
        ("OpenID metadata", set()),
        ("public keys", set()),
        ("assertion about a user", ABOUT_USERS),
        ("token exchange", EXCHANGE),
    ],
)
def test_nobody_else_pays_for_assertions_about_users(
    world: World, name: str, needed: set[str]
) -> None:
    """Nor who makes them for who takes them, and the reverse."""
    own = {module.removeprefix("chalicelib.") for module in open_door(world, DOORS[name])}
    watched = ABOUT_USERS | EXCHANGE | {"records.trusted_issuer", "records.subject_link"}
    assert own & watched - {"records.trusted_issuer", "records.subject_link"} == needed
    assert ("records.trusted_issuer" in own) is (name == "assertion about a user")
