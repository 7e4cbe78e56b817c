"""The metadata of a stage that takes assertions about users, or makes them.

draft-ietf-oauth-identity-assertion-authz-grant section 7. Without either nothing of it is there:
tests/endpoints/discovery proves that.
"""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.administration import Refused, clients
from chalicelib.protocol.grant_types import ID_JAG, ID_JAG_PROFILE, JWT_BEARER, TOKEN_EXCHANGE
from tests.endpoints.discovery.asking import document
from tests.flows import exchanges, id_jags
from tests.world import World

PROFILES = "authorization_grant_profiles_supported"
REQUESTED = "identity_chaining_requested_token_types_supported"


@pytest.mark.parametrize(
    ("mode", "told", "grants"),
    [
        ("off", {}, set()),
        ("accept", {PROFILES: [ID_JAG_PROFILE]}, {JWT_BEARER}),
        ("issue", {REQUESTED: [ID_JAG]}, {TOKEN_EXCHANGE}),
        (
            "both",
            {PROFILES: [ID_JAG_PROFILE], REQUESTED: [ID_JAG]},
            {JWT_BEARER, TOKEN_EXCHANGE},
        ),
    ],
)
def test_what_is_listed_is_what_the_stage_does(
    shared: World, mode: str, told: dict[str, Any], grants: set[str]
) -> None:
    """The profile and the grant types, and nothing else changes."""
    before = document(id_jags.offer(shared, "off"))
    try:
        after = document(id_jags.offer(shared, mode))
    finally:
        id_jags.offer(shared, "off")
    assert {name: after[name] for name in after if name not in before} == told
    assert set(after["grant_types_supported"]) - set(before["grant_types_supported"]) == grants
    changed = {name for name in before if after[name] != before[name]}
    assert changed <= {"grant_types_supported"}


def test_what_is_listed_works(world: World) -> None:
    """Each profile is taken, each type is made."""
    id_jags.ready(world)
    exchanges.register(world)
    listed = document(world)
    assert listed[PROFILES] == [ID_JAG_PROFILE]
    assert id_jags.brought(world)["access_token"]
    world.clock.forward(1)
    for requested in listed[REQUESTED]:
        reply = exchanges.exchange(world, exchanges.id_token(world), requested_token_type=requested)
        assert reply.json["issued_token_type"] == requested


@pytest.mark.parametrize(
    ("mode", "grant"),
    [
        ("off", JWT_BEARER),
        ("issue", JWT_BEARER),
        ("off", TOKEN_EXCHANGE),
        ("accept", TOKEN_EXCHANGE),
    ],
)
def test_what_is_not_listed_cannot_be_registered(shared: World, mode: str, grant: str) -> None:
    """The operator is told which setting it hangs on."""
    metadata = {"grant_types": [grant]}
    if grant == TOKEN_EXCHANGE:
        metadata |= {"id_jag_audiences": exchanges.AUDIENCES}
    try:
        id_jags.offer(shared, mode)
        with pytest.raises(Refused, match=r"^grant_types: this stage does not offer .* ID_JAG"):
            clients.create(metadata, shared.services)
    finally:
        id_jags.offer(shared, "off")
