"""What clients are told of users: claims, where they stand, and who signs them."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.administration import clients, users
from chalicelib.protocol import jwt, signature
from tests.chalicelib.protocol.test_claims import VALUES
from tests.endpoints.discovery.asking import WEB, not_registered, others, register, tokens
from tests.reply import claims
from tests.world import World

# OpenID Connect Core sections 2, 5.1 and 5.6.2, RFC 9068 section 2.2.3, and one of a user's own.
CLAIMS = (
    *VALUES,
    *("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid"),
    *("azp", "c_hash", "s_hash", "groups", "roles", "entitlements", "https://a.example/rank"),
    *("_claim_names", "_claim_sources", "verified_claims", "cnf", "jti", "client_id", "scope"),
)
INTROSPECTION = "application/token-introspection+jwt"
MORE: dict[str, Any] = {"groups": ["g"], "roles": ["r"], "https://a.example/rank": 1}
# RFC 7518 section 3.1, RFC 8037, RFC 8812, RFC 9864.
ALGORITHMS = (
    *("none", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "Ed448", "rs256"),
)


def _know_everything(world: World) -> None:
    user = users.find("demo@example.com", world.services)
    users.update(user, world.services, claims={**VALUES, **MORE})


def supported(world: World, value: list[str]) -> None:
    """A user of whom all is known, and a client that asks for all by name, in both places."""
    _know_everything(world)
    assert len(set(value)) == len(value)
    wishes = dict.fromkeys((*CLAIMS, *value))
    asked = json.dumps({"id_token": wishes, "userinfo": wishes})
    given = world.tokens(scope="openid", nonce="n-0S6_WzA2Mj", claims=asked)
    told = claims(given["id_token"])
    assert set(told) == set(value)
    assert not set(others(CLAIMS, value)) & set(told)
    of_user = world.userinfo(given["access_token"]).json
    assert set(of_user) == {*VALUES, "sub"} <= set(value)
    assert {name: of_user[name] for name in VALUES} == {name: told[name] for name in VALUES}


def by_parameter(world: World, value: bool) -> None:
    """OpenID Connect Core section 5.5."""
    assert value is True
    plain = world.tokens(scope="openid")
    assert "email" not in world.userinfo(plain["access_token"]).json
    asked = world.tokens(scope="openid", claims='{"userinfo":{"email":null}}')
    assert world.userinfo(asked["access_token"]).json["email"] == "demo@example.com"


def types(world: World, value: list[str]) -> None:
    """OpenID Connect Core section 5.6: never aggregated or distributed, whoever asks."""
    assert value == ["normal"]
    _know_everything(world)
    wishes = dict.fromkeys(("_claim_names", "_claim_sources", "email"))
    asked = json.dumps({"id_token": wishes, "userinfo": wishes})
    given = world.tokens(scope="openid", claims=asked)
    for told in (claims(given["id_token"]), world.userinfo(given["access_token"]).json):
        assert told["email"] == VALUES["email"]
        assert not {"_claim_names", "_claim_sources"} & set(told)


def subject_types(world: World, value: list[str]) -> None:
    """OpenID Connect Core section 8: each can be registered, and does what it says."""
    hosts = {"https://one.example/cb": "one", "https://two.example/cb": "two"}
    for kind in value:
        subjects = set()
        for uri, name in hosts.items():
            client = register(world, f"{kind}-{name}", redirect_uris=[uri], subject_type=kind)
            code = world.code(client_id=client[0], redirect_uri=uri, scope="openid")
            given = world.redeem(code, auth=client, redirect_uri=uri).json
            subjects.add(claims(given["id_token"])["sub"])
        assert len(subjects) == {"public": 1, "pairwise": 2}[kind]
    for kind in others(("public", "pairwise", "ephemeral", "transient", "PUBLIC"), value):
        with not_registered("subject_type"):
            register(world, "other", subject_type=kind)


def id_token_algs(world: World, value: list[str]) -> None:
    """OpenID Connect Core section 15.1."""
    assert "RS256" in value
    for alg in value:
        client = register(world, f"signed-{alg}", id_token_signed_response_alg=alg)
        _is_signed(world, tokens(world, client)["id_token"], alg)
    _cannot_be_registered(world, "id_token_signed_response_alg", value)


def userinfo_algs(world: World, value: list[str]) -> None:
    """OpenID Connect Core section 5.3.2."""
    for alg in value:
        client = register(world, f"told-{alg}", userinfo_signed_response_alg=alg)
        reply = world.userinfo(tokens(world, client)["access_token"])
        assert reply.header("Content-Type") == "application/jwt"
        _is_signed(world, reply.text, alg)
    _cannot_be_registered(world, "userinfo_signed_response_alg", value)


def introspection_algs(world: World, value: list[str]) -> None:
    """RFC 9701 sections 6 and 7: as registered; by Accept, RS256."""
    assert "RS256" in value
    for alg in value:
        client = register(world, f"looks-{alg}", introspection_signed_response_alg=alg)
        reply = world.post("/introspect", {"token": "x"}, auth=client)
        assert reply.header("Content-Type") == INTROSPECTION
        _is_signed(world, reply.text, alg)
    accept = [("Accept", INTROSPECTION)]
    reply = world.post("/introspect", {"token": "x"}, auth=WEB, headers=accept)
    _is_signed(world, reply.text, "RS256")
    _cannot_be_registered(world, "introspection_signed_response_alg", value)


def _is_signed(world: World, text: str, alg: str) -> None:
    keys = {key["kid"]: key for key in world.get("/.well-known/jwks.json").json["keys"]}
    token = jwt.parse(text)
    assert token.header["alg"] == alg
    key = keys[token.header["kid"]]
    assert signature.verify(alg, key, token.signing_input, token.signature)


def _cannot_be_registered(world: World, member: str, listed: list[str]) -> None:
    for alg in others(ALGORITHMS, listed):
        with not_registered(member):
            clients.update("demoweb", {member: alg}, world.services)


PROVERS = {
    "claims_supported": supported,
    "claims_parameter_supported": by_parameter,
    "claim_types_supported": types,
    "subject_types_supported": subject_types,
    "id_token_signing_alg_values_supported": id_token_algs,
    "userinfo_signing_alg_values_supported": userinfo_algs,
    "introspection_signing_alg_values_supported": introspection_algs,
}
