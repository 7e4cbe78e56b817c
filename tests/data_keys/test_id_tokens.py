"""ID tokens and signed UserInfo, in each client's algorithm and each mode. Core 2, 5.3.2, 15.1."""

from __future__ import annotations

import hashlib
from typing import Any

import jwt
import pytest

from chalicelib import verification
from chalicelib.administration import Refused, clients
from chalicelib.aws import keyring
from chalicelib.protocol import signing_keys
from chalicelib.protocol.signing_keys import ALGORITHMS, DATA_KEY, KMS
from chalicelib.values import replace
from infra import bootstrap
from tests.data_keys.conftest import NewStage, keys
from tests.data_keys.verifier import accepts, claims, header, key_set
from tests.world import World

pytestmark = pytest.mark.emulator


@pytest.fixture
def stage(new_stage: NewStage) -> World:
    """A stage that offers every algorithm, and has a key for each, in both modes."""
    stage = new_stage("RS256", "PS256", "Ed25519", "EdDSA")
    record = bootstrap.read_keyring(stage.services)
    found = keyring.read_keys(record)
    kms = bootstrap.aws_client("kms", stage.environ)
    for alg in ("PS256", "Ed25519", "EdDSA"):
        arn = bootstrap.create_key(stage.environ, alg)
        found = signing_keys.announce(
            found, arn, bootstrap.public_jwk(kms, arn, alg), stage.services.now()
        )
    kms.close()
    keyring.save(stage.services.table, record, found)
    stage.settings = replace(stage.settings, id_token_algs=ALGORITHMS)
    stage.restart()
    return stage


def signed_by(stage: World, mode: str, **members: str) -> dict[str, Any]:
    """The tokens of demoweb once it is registered so, and ID tokens are signed in this mode."""
    stage.settings = replace(stage.settings, id_token_signing_mode=mode)
    stage.restart()
    clients.update("demoweb", members, stage.services)
    stage.restart()
    return stage.tokens(scope="openid email", nonce="n")


WAYS = [(KMS, alg) for alg in ALGORITHMS] + [(DATA_KEY, a) for a in ALGORITHMS if a != "ES256"]


@pytest.mark.parametrize(("mode", "alg"), WAYS)
def test_an_id_token_has_the_clients_algorithm(stage: World, mode: str, alg: str) -> None:
    """Another library checks it with the JWKS; the access token keeps the algorithm it had."""
    answer = signed_by(stage, mode, id_token_signed_response_alg=alg)
    made = answer["id_token"]
    assert header(made) == {"typ": "JWT", "alg": alg, "kid": keys(stage)[mode, alg, "active"].kid}
    assert accepts(made, key_set(stage))
    assert not accepts(f"{made[:-8]}AAAAAAAA", key_set(stage))
    assert header(answer["access_token"])["alg"] == "RS256"


@pytest.mark.parametrize(("mode", "alg"), WAYS)
def test_at_hash_is_the_algorithms(stage: World, mode: str, alg: str) -> None:
    """Core section 3.1.3.6: Ed25519's hash is SHA-512, the others' SHA-256."""
    answer = signed_by(stage, mode, id_token_signed_response_alg=alg)
    name = "sha512" if alg.startswith("Ed") else "sha256"
    digest = hashlib.new(name, answer["access_token"].encode()).digest()
    half = jwt.utils.base64url_encode(digest[: len(digest) // 2]).decode()
    assert claims(answer["id_token"])["at_hash"] == half


@pytest.mark.parametrize(("mode", "alg"), WAYS)
def test_userinfo_is_signed_as_registered(stage: World, mode: str, alg: str) -> None:
    """Core section 5.3.2: application/jwt, with issuer and audience; not an ID token."""
    answer = signed_by(stage, mode, userinfo_signed_response_alg=alg)
    reply = stage.userinfo(answer["access_token"])
    assert (reply.status, reply.header("Content-Type")) == (200, "application/jwt")
    assert accepts(reply.text, key_set(stage))
    assert header(reply.text)["alg"] == alg
    told = claims(reply.text)
    assert (told["iss"], told["aud"]) == (stage.issuer, "demoweb")
    assert told["sub"] == claims(answer["id_token"])["sub"]
    assert verification.id_token(reply.text, stage.services) is None
    assert verification.access_token(reply.text, stage.services) is None
    assert header(answer["id_token"])["alg"] == "RS256"


@pytest.mark.parametrize(("mode", "alg"), WAYS)
def test_introspection_is_signed_as_registered(stage: World, mode: str, alg: str) -> None:
    """RFC 9701 section 5: another library checks it with the JWKS; it is neither token."""
    answer = signed_by(stage, mode, introspection_signed_response_alg=alg)
    form = {"token": answer["access_token"]}
    reply = stage.post("/introspect", form, auth=("demoweb", "demowebsecret"))
    assert reply.header("Content-Type") == "application/token-introspection+jwt"
    assert accepts(reply.text, key_set(stage))
    assert not accepts(f"{reply.text[:-8]}AAAAAAAA", key_set(stage))
    assert header(reply.text)["typ"] == "token-introspection+jwt"
    assert header(reply.text)["alg"] == alg
    assert claims(reply.text)["token_introspection"]["active"] is True
    assert verification.id_token(reply.text, stage.services) is None
    assert verification.access_token(reply.text, stage.services) is None


def test_id_tokens_can_be_signed_here_and_access_tokens_in_kms(stage: World) -> None:
    """One Sign for both, and none more than without an ID token."""
    signed_by(stage, DATA_KEY)
    stage.aws.reset()
    answer = stage.tokens(scope="openid", nonce="n")
    found = keys(stage)
    assert header(answer["access_token"])["kid"] == found[KMS, "RS256", "active"].kid
    assert header(answer["id_token"])["kid"] == found[DATA_KEY, "RS256", "active"].kid
    count = stage.aws.count()
    assert (count["Sign"], count.get("Decrypt", 0)) == (1, 0)


def test_nothing_else_signs_where_the_key_has_gone(stage: World) -> None:
    """503, with the reason in the log, and no token of another key."""
    signed_by(stage, KMS, id_token_signed_response_alg="ES256")
    stage.settings = replace(stage.settings, id_token_signing_mode=DATA_KEY)
    stage.restart()
    reply = stage.redeem(stage.code(scope="openid"))
    assert (reply.status, reply.json["error"]) == (503, "temporarily_unavailable")
    assert "no active key for ES256 in mode kms-data-key" in stage.log.getvalue()


def test_an_algorithm_without_a_key_cannot_be_registered(stage: World) -> None:
    """Whatever it would sign, though the stage says that it offers it."""
    stage.settings = replace(stage.settings, id_token_signing_mode=DATA_KEY)
    stage.restart()
    members = ("id_token", "userinfo", "authorization")
    for member in (f"{name}_signed_response_alg" for name in members):
        with pytest.raises(Refused, match=f"{member}: there is no active key for ES256 in mode"):
            clients.update("demoweb", {member: "ES256"}, stage.services)
