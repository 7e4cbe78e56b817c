"""What the mint makes has the shape that resource servers expect. RFC 9068, RFC 6750."""

from __future__ import annotations

import re
from typing import Any

from chalicelib.encoding import base64url, sha256
from chalicelib.protocol import jwt, signature
from tests import vectors
from tests.stage import START
from tests.world import World

SHAPE = vectors.load("rfc9068")
NONCE = "n-0S6_WzA2Mj"


def minted(world: World) -> dict[str, Any]:
    return world.tokens(scope="openid read", nonce=NONCE)


def test_the_answer_of_rfc6750(world: World) -> None:
    """Section 4; the token keeps to the characters of section 2.1 and to 4 KiB."""
    answer = minted(world)
    assert set(SHAPE["token_response"]) <= set(answer)
    assert answer["token_type"] == SHAPE["token_type"]
    assert re.fullmatch(SHAPE["bearer_token"], answer["access_token"])
    assert len(answer["access_token"]) <= 4096


def test_an_access_token_of_rfc9068(world: World) -> None:
    """Section 2: its type, its claims, one audience, and the scope that was granted."""
    token = jwt.parse(minted(world)["access_token"])
    assert (token.header["typ"], token.header["alg"]) == (SHAPE["typ"], "RS256")
    assert set(SHAPE["claims"]) <= set(token.claims)
    assert token.claims["aud"] == "https://api.example.com"
    assert (token.claims["client_id"], token.claims["scope"]) == ("demoweb", "openid read")
    assert token.claims["exp"] - token.claims["iat"] == 600
    assert token.claims["iat"] >= START


def test_an_access_token_tells_of_the_sign_in(world: World) -> None:
    """RFC 9068 section 2.2.1: as the ID token does, and the same after a refresh."""
    answer = world.tokens(scope="openid offline_access read", nonce=NONCE)
    world.clock.forward(100)
    refreshed = world.refresh(answer["refresh_token"]).json
    told = jwt.parse(answer["id_token"]).claims
    for text in (answer["access_token"], refreshed["access_token"]):
        found = jwt.parse(text).claims
        assert (found["auth_time"], found["acr"]) == (told["auth_time"], told["acr"])


def test_a_client_that_acts_for_itself_has_not_signed_in(world: World) -> None:
    """So its token says nothing of that."""
    form = {"grant_type": "client_credentials", "scope": "read"}
    text = world.post("/token", form, auth=("demomachine", "demomachinesecret")).json
    assert not {"auth_time", "acr"} & set(jwt.parse(text["access_token"]).claims)


def test_no_two_tokens_are_alike(world: World) -> None:
    """Each has an identifier of its own, of 128 bits."""
    first, second = (jwt.parse(minted(world)["access_token"]).claims["jti"] for _ in range(2))
    assert first != second
    assert len(first) >= 22


def test_an_id_token_belongs_to_its_access_token(world: World) -> None:
    """OpenID Connect Core sections 2 and 3.1.3.6."""
    answer = minted(world)
    token = jwt.parse(answer["id_token"])
    assert (token.header["typ"], token.header["alg"]) == ("JWT", "RS256")
    assert (token.claims["aud"], token.claims["nonce"]) == ("demoweb", NONCE)
    assert token.claims["at_hash"] == base64url(sha256(answer["access_token"])[:16])
    assert token.claims["sub"] == jwt.parse(answer["access_token"]).claims["sub"]


def test_both_are_signed_by_a_published_key(world: World) -> None:
    """The one that the header names."""
    answer = minted(world)
    published = {key["kid"]: key for key in world.get("/.well-known/jwks.json").json["keys"]}
    for text in (answer["access_token"], answer["id_token"]):
        token = jwt.parse(text)
        key = published[token.header["kid"]]
        assert signature.verify("RS256", key, token.signing_input, token.signature)
