"""Tokens signed by data keys: the same keyring, the same JWKS, no KMS call for a token."""

from __future__ import annotations

import jwt
import pytest

from chalicelib.protocol.signing_keys import DATA_KEY, KMS
from tests.data_keys.conftest import ALGORITHMS, MACHINE, NewStage, ask, keys, resource, token
from tests.data_keys.verifier import accepts, header, key_set

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_token_verifies_with_the_jwks(new_stage: NewStage, alg: str) -> None:
    """Another library says so, and so does introspection."""
    stage = new_stage(alg)
    uri = resource(stage, alg)
    made = token(stage, uri)
    assert header(made)["alg"] == alg
    published = key_set(stage)
    assert header(made)["kid"] == keys(stage)[DATA_KEY, alg, "active"].kid
    assert accepts(made, published)
    assert not accepts(f"{made[:-8]}AAAAAAAA", published)
    assert stage.introspect(made, MACHINE)["active"] is True


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_revoked_token_is_known(new_stage: NewStage, alg: str) -> None:
    """Revocation reads tokens of every algorithm."""
    stage = new_stage(alg)
    made = token(stage, resource(stage, alg))
    assert stage.revoke(made, MACHINE).status == 200
    assert stage.introspect(made, MACHINE) == {"active": False}


def test_the_older_name_is_pyjwts(new_stage: NewStage) -> None:
    """A verifier that does not know Ed25519 takes EdDSA, and passes over the other key."""
    stage = new_stage("EdDSA", "Ed25519")
    uri = resource(stage, "EdDSA")
    published = jwt.PyJWKSet.from_dict(stage.get("/.well-known/jwks.json").json)
    made = token(stage, uri)
    off = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    key = published[header(made)["kid"]]
    said = jwt.decode(made, key, algorithms=["EdDSA"], audience=uri, options=off)
    assert said["client_id"] == "demomachine"


def test_kms_is_asked_once_a_process(new_stage: NewStage) -> None:
    """The first token of a key costs one Decrypt, the others nothing at all."""
    stage = new_stage("ES256")
    uri = resource(stage, "ES256")
    stage.aws.reset()
    token(stage, uri)
    assert {"Decrypt": 1}.items() <= stage.aws.count().items()
    assert "Sign" not in stage.aws.count()
    stage.aws.reset()
    for _ in range(20):
        token(stage, uri)
    assert stage.aws.calls == []
    stage.clock.forward(61)  # clients and keyring are read again, the key is not
    token(stage, uri)
    assert [call for call in stage.aws.calls if call.service == "kms"] == []


def test_both_modes_stand_side_by_side(new_stage: NewStage) -> None:
    """Each resource has its own, under the same algorithm, in one JWKS."""
    stage = new_stage("ES256")
    inside, here = resource(stage, "ES256", KMS), resource(stage, "ES256", DATA_KEY)
    made = {uri: token(stage, uri) for uri in (inside, here, inside, here)}
    found = keys(stage)
    assert header(made[inside])["kid"] == found[KMS, "ES256", "active"].kid
    assert header(made[here])["kid"] == found[DATA_KEY, "ES256", "active"].kid
    assert all(accepts(each, key_set(stage)) for each in made.values())
    assert (stage.aws.count()["Sign"], stage.aws.count()["Decrypt"]) == (2, 1)


def test_a_resource_may_differ_from_its_stage(new_stage: NewStage) -> None:
    """On a stage of data keys one resource stays with KMS; one that says nothing follows."""
    stage = new_stage("ES256", "RS256", mode=DATA_KEY)
    inside, other = resource(stage, "ES256", KMS), resource(stage, "ES256", None)
    found = keys(stage)
    assert header(token(stage, inside))["kid"] == found[KMS, "ES256", "active"].kid
    assert header(token(stage, other))["kid"] == found[DATA_KEY, "ES256", "active"].kid


def test_a_user_signs_in_without_kms_sign(new_stage: NewStage) -> None:
    """Access token and ID token of a stage in this mode: one Decrypt for both."""
    stage = new_stage("RS256", mode=DATA_KEY)
    answer = stage.tokens(scope="openid read", nonce="n")
    published = key_set(stage)
    for name in ("access_token", "id_token"):
        assert header(answer[name])["alg"] == "RS256"
        assert header(answer[name])["kid"] == keys(stage)[DATA_KEY, "RS256", "active"].kid
        assert accepts(answer[name], published)
    assert stage.introspect(answer["access_token"])["active"] is True
    count = stage.aws.count()
    assert (count["Decrypt"], count.get("Sign")) == (1, None)


def test_the_jwks_holds_public_halves_only(new_stage: NewStage) -> None:
    """And the table holds the private ones encrypted."""
    stage = new_stage(*ALGORITHMS)
    for key in key_set(stage).values():
        members = {"RSA": {"n", "e"}, "EC": {"crv", "x", "y"}, "OKP": {"crv", "x"}}[key["kty"]]
        assert set(key) == {"kty", "kid", "alg", "use"} | members
    (item,) = (item for item in stage.items() if item["pk"]["S"] == "K#sig")
    stored = [key["M"] for key in item["ks"]["M"].values() if "encrypted" in key["M"]]
    assert sorted(key["alg"]["S"] for key in stored) == sorted(ALGORITHMS)
    assert all(key["mode"] == {"S": "kms-data-key"} for key in stored)


def test_a_key_inside_kms_is_stored_as_ever(new_stage: NewStage) -> None:
    """A process of the version before reads the keyring while the new one is deployed."""
    stage = new_stage()
    (item,) = (item for item in stage.items() if item["pk"]["S"] == "K#sig")
    for key in item["ks"]["M"].values():
        assert set(key["M"]) == {"arn", "alg", "jwk", "state", "created_at", "changed_at"}


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_without_a_key_of_the_mode_there_is_no_token(new_stage: NewStage, alg: str) -> None:
    """Another mode's key of the same algorithm does not sign in its place."""
    stage = new_stage()
    reply = ask(stage, resource(stage, alg))
    assert (reply.status, reply.json["error"]) == (503, "temporarily_unavailable")
    assert f"no active key for {alg} in mode kms-data-key" in stage.log.getvalue()
    assert stage.aws.count().get("Sign") is None
    assert stage.events("token.issued") == []
