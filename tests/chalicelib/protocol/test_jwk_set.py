"""Key sets of strangers: what is read, what is left alone, what is refused. RFC 7517, RFC 7518."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.encoding import from_base64url
from chalicelib.protocol import jwk_set
from tests import vectors
from tests.client_signatures import ALGORITHMS, KINDS, number, private_key, public_jwk

RSA, EC, OKP = (public_jwk(private_key(kind)) for kind in ("RSA", "EC", "OKP"))
OTHER = public_jwk(private_key("EC", "other"))
MODULUS = int.from_bytes(from_base64url(RSA["n"]), "big")


def weak(bits: int) -> dict[str, str]:
    """An RSA key of a size that this library still makes."""
    return public_jwk(rsa.generate_private_key(65537, bits))


def p384() -> dict[str, str]:
    """A point of another curve."""
    point = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
    return {"kty": "EC", "crv": "P-384", "x": number(point.x, 48), "y": number(point.y, 48)}


def ed448_key() -> dict[str, str]:
    raw = ed448.Ed448PrivateKey.generate().public_key().public_bytes_raw()
    return {"kty": "OKP", "crv": "Ed448", "x": number(int.from_bytes(raw, "big"), 57)}


def read(*keys: Any) -> jwk_set.Keys:
    return jwk_set.read({"keys": [*keys]})


@pytest.mark.parametrize("key", [RSA, EC, OKP], ids=["RSA", "EC", "OKP"])
@pytest.mark.parametrize(
    "members",
    [
        {},
        {"kid": "k"},
        {"kid": "é".encode().hex()},
        {"use": "sig"},
        {"key_ops": ["verify"]},
        {"key_ops": ["sign", "verify"]},
        {"x5c": ["AA"], "x5t": "AA", "x5u": "https://a.example", "unknown": {"deep": [1]}},
    ],
    ids=str,
)
def test_a_key_is_kept_with_what_is_needed_of_it(
    key: dict[str, str], members: dict[str, Any]
) -> None:
    """Its kind, its numbers, its name; not what it says of certificates and uses."""
    (kept,) = read({**key, **members})
    assert kept == {**key, **({"kid": members["kid"]} if "kid" in members else {})}


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_key_may_name_its_algorithm(alg: str) -> None:
    """And is then for that one alone."""
    (kept,) = read(public_jwk(private_key(KINDS[alg]), alg=alg))
    assert jwk_set.algorithms(kept) == (alg,)
    for other in ALGORITHMS:
        assert jwk_set.choose([kept], other, None) == ((kept,) if other == alg else ())


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_key_without_alg_is_for_all_of_its_kind(alg: str) -> None:
    """RSA with PKCS 1 and PSS, Ed25519 under both of its names."""
    kept = read(RSA, EC, OKP)
    (chosen,) = jwk_set.choose(kept, alg, None)
    assert chosen["kty"] == KINDS[alg]


@pytest.mark.parametrize(
    "other",
    [
        {"kty": "oct"},
        {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"},
        {"kty": "OKP", "crv": "X25519", "x": OKP["x"]},
        {"kty": ["EC"]},
        {},
        {**RSA, "use": "enc"},
        {**RSA, "alg": "RSA-OAEP"},
        {**RSA, "alg": "RS512"},
        {**RSA, "alg": "ES256"},
        {**RSA, "alg": ["RS256"]},
        {**EC, "alg": "RS256"},
        {**EC, "alg": "ECDH-ES"},
        {**EC, "alg": "none"},
        {**EC, "key_ops": ["encrypt"]},
        {**EC, "key_ops": []},
        {**EC, "key_ops": "verify"},
        {**EC, "use": "signature"},
        {**EC, "crv": "secp256k1"},
        p384(),
        ed448_key(),
        {**weak(1024), "use": "enc"},
    ],
    ids=lambda key: " ".join(f"{name}={key[name]}" for name in key if name not in "nexy"),
)
def test_a_key_for_others_is_left_alone(other: dict[str, Any]) -> None:
    """Beside a good one it does no harm; alone it is none."""
    assert read(other, EC) == (EC,)
    with pytest.raises(ValueError, match="must hold a key of"):
        read(other)


REFUSED = {
    "no object": ([EC], "an object"),
    "no keys": ({}, "an object"),
    "keys no list": ({"keys": {"a": EC}}, "an object"),
    "null": (None, "an object"),
    "a text": ("{}", "an object"),
    "empty": ({"keys": []}, "must hold a key of"),
    "too many": ({"keys": [{}] * 21}, "at most 20"),
    "a key that is a text": ({"keys": [EC, "key"]}, "objects"),
    **{
        f"a private {name}": ({"keys": [RSA, {**EC, name: "AQ"}]}, "private or symmetric")
        for name in ("d", "p", "q", "dp", "dq", "qi", "oth")
    },
    "a secret": ({"keys": [EC, {"kty": "oct", "k": "AQ"}]}, "private or symmetric"),
    "a private key for encryption": (
        {"keys": [EC, {**RSA, "use": "enc", "d": "AQ"}]},
        "private or symmetric",
    ),
    "a private null": ({"keys": [{**EC, "d": None}]}, "private or symmetric"),
    "RSA of 1024 bits": ({"keys": [weak(1024)]}, "2048 to 8192"),
    "RSA of 2047 bits": ({"keys": [{**RSA, "n": number(MODULUS >> 1 | 1)}]}, "2048 to 8192"),
    "RSA of 8200 bits": ({"keys": [{**RSA, "n": number((1 << 8200) + 1)}]}, "2048 to 8192"),
    "RSA of any length": ({"keys": [{**RSA, "n": "_" * 9000}]}, "usual size"),
    "RSA, even": ({"keys": [{**RSA, "n": number(MODULUS - 1)}]}, "2048 to 8192"),
    "e is 1": ({"keys": [{**RSA, "e": number(1)}]}, "exponent"),
    "e is even": ({"keys": [{**RSA, "e": number(65536)}]}, "exponent"),
    "e is long": ({"keys": [{**RSA, "e": number((1 << 32) + 1)}]}, "exponent"),
    "e is zero": ({"keys": [{**RSA, "e": "AA"}]}, "zeros in front"),
    "e is empty": ({"keys": [{**RSA, "e": ""}]}, "zeros in front"),
    "a zero in front of n": (
        {"keys": [{**RSA, "n": number(MODULUS, 257)}]},
        "zeros in front",
    ),
    "n is a number": ({"keys": [{**RSA, "n": MODULUS}]}, "the members n, e"),
    "no n": ({"keys": [{"kty": "RSA", "e": "AQAB"}]}, "the members n, e"),
    "padding": ({"keys": [{**RSA, "e": "AQAB=="}]}, "base64url"),
    "stray bits": ({"keys": [{**OKP, "x": OKP["x"][:-1] + "_"}]}, "base64url"),
    "base64": ({"keys": [{**OKP, "x": "+" + OKP["x"][1:]}]}, "base64url"),
    "a line break": ({"keys": [{**OKP, "x": OKP["x"] + "\n"}]}, "base64url"),
    "off the curve": ({"keys": [{**EC, "y": OTHER["y"]}]}, "points of P-256"),
    "infinity": ({"keys": [{**EC, "x": number(0, 32), "y": number(0, 32)}]}, "points of P-256"),
    "a short x": ({"keys": [{**EC, "x": number(7, 31)}]}, "points of P-256"),
    "a long x": (
        {"keys": [{**EC, "x": number(int.from_bytes(from_base64url(EC["x"]), "big"), 33)}]},
        "points of P-256",
    ),
    "no y": ({"keys": [{"kty": "EC", "crv": "P-256", "x": EC["x"]}]}, "the members crv, x, y"),
    "Ed25519 of 31 bytes": ({"keys": [{**OKP, "x": number(7, 31)}]}, "32 bytes"),
    "kid is a number": ({"keys": [{**EC, "kid": 1}]}, "the members"),
    "kid is empty": ({"keys": [{**EC, "kid": ""}]}, "kids of"),
    "kid is long": ({"keys": [{**EC, "kid": "k" * 256}]}, "kids of"),
    "kid with a control": ({"keys": [{**EC, "kid": "k\n"}]}, "kids of"),
    "one kid twice": (
        {"keys": [{**EC, "kid": "k"}, {**OTHER, "kid": "k"}]},
        "the same kid",
    ),
    "one kid twice, for one alg": (
        {"keys": [{**RSA, "kid": "k", "alg": "PS256"}, {**RSA, "kid": "k"}]},
        "the same kid",
    ),
}


@pytest.mark.parametrize(("document", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_refused_whole(document: Any, words: str) -> None:
    """In words for the client's developer, that begin as the member's do."""
    with pytest.raises(ValueError, match=words) as refused:
        jwk_set.read(document)
    assert str(refused.value).startswith("must ")


def test_one_kid_may_be_shared_by_two_algorithms() -> None:
    """RFC 7517 section 4.5: where the algorithm tells which is meant."""
    pair = ({**RSA, "kid": "k", "alg": "RS256"}, {**RSA, "kid": "k", "alg": "PS256"})
    assert read(*pair, {**EC, "kid": "k"}, OKP) == (*pair, {**EC, "kid": "k"}, OKP)
    assert jwk_set.choose(pair, "PS256", "k") == pair[1:]


def test_twenty_keys_are_taken() -> None:
    """The bound itself is within."""
    assert len(jwk_set.read({"keys": [{}] * 18 + [EC, OKP]})) == 2


@pytest.mark.parametrize("kid", ["client-EC", "client-ec", "", "other"])
def test_a_kid_means_the_key_of_that_name(kid: str) -> None:
    """Letter by letter; a key without a name is not meant by one."""
    keys = read({**EC, "kid": "client-EC"}, OTHER)
    assert jwk_set.choose(keys, "ES256", kid) == (keys[:1] if kid == "client-EC" else ())
    assert jwk_set.choose(keys, "ES256", None) == keys


@pytest.mark.parametrize("source", ["rfc7515", "rfc9101", "openid_core_6", "rfc7520"])
def test_the_keys_of_the_specifications_are_read(source: str) -> None:
    """As they are printed there."""
    document = vectors.load(source)
    for key in [token["jwk"] for token in document.get("tokens", [document])]:
        public = {name: value for name, value in key.items() if name not in ("d", "use", "alg")}
        assert read(public) == (public,)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(
    st.sampled_from([RSA, EC, OKP]),
    st.sampled_from(["kty", "n", "e", "crv", "x", "y", "kid", "alg", "use", "key_ops", "k"]),
    json_values,
)
def test_any_member_may_be_anything(key: dict[str, str], name: str, value: Any) -> None:
    """It is read, left alone or refused; nothing else is raised, and what is kept is text."""
    try:
        kept = read({**key, name: value})
    except ValueError:
        return
    assert all(isinstance(text, str) for made in kept for text in made.values())
    assert read(*kept) == kept


@given(json_values)
def test_any_document_is_read_or_refused(document: Any) -> None:
    """ValueError, and nothing else."""
    try:
        kept = jwk_set.read(document)
    except ValueError:
        return
    assert kept
