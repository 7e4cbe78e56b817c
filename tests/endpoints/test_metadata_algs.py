"""The algorithms of the metadata are those of the stage's setting: listed ones work, others do not.

OpenID Connect Discovery section 3, Core section 15.1.
"""

from __future__ import annotations

import pytest

from chalicelib.administration import Refused, clients
from chalicelib.protocol import jwt, signature
from chalicelib.protocol.signing_keys import ALGORITHMS
from chalicelib.values import replace
from tests.world import World

MEMBERS = (
    *("id_token_signed_response_alg", "userinfo_signed_response_alg"),
    *("introspection_signed_response_alg", "authorization_signed_response_alg"),
)


def listed(world: World) -> list[str]:
    """What the document says; for ID tokens, UserInfo, introspection and answers alike."""
    document = world.get("/.well-known/openid-configuration").json
    algs = document["id_token_signing_alg_values_supported"]
    assert document["userinfo_signing_alg_values_supported"] == algs
    assert document["introspection_signing_alg_values_supported"] == algs
    assert document["authorization_signing_alg_values_supported"] == algs
    assert isinstance(algs, list)
    return algs


def offering(world: World, *algs: str) -> World:
    """The stage with another setting."""
    world.settings = replace(world.settings, id_token_algs=algs)
    world.restart()
    return world


def test_rs256_alone_unless_more_is_offered(world: World) -> None:
    """Though there is a key for ES256 that signs access tokens."""
    assert listed(world) == ["RS256"]


def test_the_document_needs_no_call(world: World) -> None:
    """What it lists is a setting, for that reason."""
    world.aws.reset()
    listed(offering(world, "RS256", "ES256"))
    assert world.aws.calls == []


@pytest.mark.parametrize("member", MEMBERS)
@pytest.mark.parametrize("alg", ALGORITHMS)
def test_what_is_listed_can_be_registered(world: World, alg: str, member: str) -> None:
    """And nothing else."""
    offering(world, "RS256", "ES256")
    if alg in listed(world):
        clients.update("demoweb", {member: alg}, world.services)
    else:
        with pytest.raises(Refused, match=f"^{member}: this stage offers RS256, ES256 "):
            clients.update("demoweb", {member: alg}, world.services)


def test_what_is_listed_signs(world: World) -> None:
    """Each ID token by the key that the JWKS has for it."""
    offering(world, "RS256", "ES256")
    keys = {key["kid"]: key for key in world.get("/.well-known/jwks.json").json["keys"]}
    for alg in listed(world):
        clients.update("demoweb", {MEMBERS[0]: alg}, world.services)
        world.restart()
        token = jwt.parse(world.tokens(scope="openid")["id_token"])
        assert token.header["alg"] == alg
        assert signature.verify(
            alg, keys[token.header["kid"]], token.signing_input, token.signature
        )


def test_an_offer_without_a_key_is_refused_at_registration(world: World) -> None:
    """Rather than at the user's sign-in."""
    offering(world, "RS256", "PS256")
    with pytest.raises(Refused, match="there is no active key for PS256"):
        clients.update("demoweb", {MEMBERS[0]: "PS256"}, world.services)
