"""Signatures by a key that KMS decrypts once, at a stand-in for KMS that may lie."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from chalicelib.aws import data_keys
from chalicelib.aws.signer import Signer
from chalicelib.errors import TemporarilyUnavailable
from chalicelib.protocol import jwk, signature
from chalicelib.protocol.signing_keys import ACTIVE, DATA_KEY, MODES, RETIRED, SigningKey
from chalicelib.values import replace
from tests.chalicelib.aws.stand_in import Reply, StandIn, drops, fails, says

ARN = "arn:aws:kms:eu-west-1:123456789012:key/wrapping"
DATA = b"header.claims"
MAKERS: Mapping[str, Callable[[], Any]] = {
    "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "PS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}
PRIVATE = {alg: make() for alg, make in MAKERS.items()}


def pkcs8(private: Any) -> bytes:
    """The private half, as KMS gives it."""
    made: bytes = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return made


def key(alg: str, kid: str = "", private: Any = None, **changes: Any) -> SigningKey:
    """The keyring's entry of a data key; its ciphertext is nothing but a word."""
    public = (private or PRIVATE[alg]).public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    made = jwk.from_der(spki, alg)
    one = SigningKey(
        kid or made["kid"], ARN, alg, made, ACTIVE, 0, 0, DATA_KEY, b"ciphertext of " + alg.encode()
    )
    return replace(one, **changes)


def decrypts(plaintext: bytes, **changes: Any) -> Reply:
    """KMS's answer to Decrypt."""
    return says(200, {"KeyId": ARN, "Plaintext": base64.b64encode(plaintext).decode()} | changes)


class Kms:
    """A stand-in for KMS and a signer at it; `known` is what the keyring holds."""

    def __init__(self, server: StandIn, signer: Signer) -> None:
        self.server = server
        self.signer = signer
        self.known: tuple[SigningKey, ...] = ()

    def sign(self, key: SigningKey, data: bytes = DATA) -> bytes:
        """Sign as a process does whose keyring holds the key."""
        if key not in self.known:
            self.known = (*self.known, key)
        return self.signer.sign(key, data)


Start = Callable[..., Kms]


@pytest.fixture
def kms() -> Iterator[Start]:
    """Starts a stand-in that gives these answers."""
    with ExitStack() as stack:

        def start(*replies: Reply) -> Kms:
            server = stack.enter_context(StandIn(replies))
            client = stack.enter_context(closing(server.client()))
            made = Kms(server, Signer(client, "prod", lambda: made.known))
            return made

        yield start


@pytest.mark.parametrize("alg", MODES[DATA_KEY])
def test_what_a_data_key_signs_verifies(kms: Start, alg: str) -> None:
    """Each algorithm of the mode, in JOSE's form, also above what KMS would take."""
    aws = kms(decrypts(pkcs8(PRIVATE[alg])))
    for data in (DATA, b"x" * 5000):
        made = aws.sign(key(alg), data)
        assert signature.verify(alg, key(alg).jwk, data, made)
        assert not signature.verify(alg, key(alg).jwk, data + b"x", made)


def test_what_kms_is_asked(kms: Start) -> None:
    """The wrapping key by its ARN, and what the private half was encrypted for."""
    aws = kms(decrypts(pkcs8(PRIVATE["ES256"])))
    aws.sign(key("ES256"))
    assert aws.server.payloads == [
        {
            "KeyId": ARN,
            "CiphertextBlob": base64.b64encode(b"ciphertext of ES256").decode(),
            "EncryptionContext": {"purpose": "jwt-signing", "stage": "prod", "alg": "ES256"},
        }
    ]


def test_kms_is_asked_once(kms: Start) -> None:
    """However many tokens are signed, and although the keyring was read again."""
    aws = kms(decrypts(pkcs8(PRIVATE["ES256"])))
    for _ in range(50):
        aws.sign(key("ES256"))
        aws.known = (*aws.known,)
    assert len(aws.server.calls) == 1


def test_each_key_is_asked_for(kms: Start) -> None:
    """Two algorithms are two private halves."""
    aws = kms(decrypts(pkcs8(PRIVATE["ES256"])), decrypts(pkcs8(PRIVATE["Ed25519"])))
    for alg in ("ES256", "Ed25519", "ES256", "Ed25519"):
        assert signature.verify(alg, key(alg).jwk, DATA, aws.sign(key(alg)))
    assert len(aws.server.calls) == 2


@pytest.mark.parametrize("after", ["retired", "gone"])
def test_a_key_that_signs_no_more_is_forgotten(kms: Start, after: str) -> None:
    """Its private half leaves the memory with the first signature after the change."""
    aws = kms(decrypts(pkcs8(PRIVATE["ES256"])), decrypts(pkcs8(PRIVATE["Ed25519"])))
    old, new = key("ES256"), key("Ed25519")
    aws.sign(old)
    aws.known = (replace(old, state=RETIRED), new) if after == "retired" else (new,)
    aws.sign(new)
    # Only with another Decrypt could it sign again.
    calls = len(aws.server.calls)
    aws.server.replies[:] = [fails("DisabledException")]
    with pytest.raises(TemporarilyUnavailable, match="DisabledException"):
        aws.signer.sign(old, DATA)
    assert len(aws.server.calls) == calls + 1
    assert signature.verify("Ed25519", new.jwk, DATA, aws.signer.sign(new, DATA))


OTHER = {alg: MAKERS[alg]() for alg in ("RS256", "ES256", "Ed25519")}


@pytest.mark.parametrize("alg", OTHER)
def test_another_private_half_is_refused(kms: Start, alg: str) -> None:
    """Two ciphertexts have changed places: no verifier would know the signature."""
    aws = kms(decrypts(pkcs8(OTHER[alg])))
    with pytest.raises(TemporarilyUnavailable, match="is not the private half"):
        aws.sign(key(alg))


@pytest.mark.parametrize(
    "answer",
    [
        decrypts(b""),
        decrypts(b"not a key"),
        decrypts(pkcs8(PRIVATE["RS256"])),
        decrypts(pkcs8(PRIVATE["Ed25519"])),
        decrypts(pkcs8(ec.generate_private_key(ec.SECP384R1()))),
        decrypts(pkcs8(PRIVATE["ES256"])[:-1]),
        decrypts(b"", Plaintext="%"),
        says(200, {"KeyId": ARN}),
    ],
)
def test_what_is_no_key_of_the_algorithm_is_refused(kms: Start, answer: Reply) -> None:
    """Whatever KMS gives, nothing is signed; the reason tells nothing of it."""
    aws = kms(answer)
    with pytest.raises(TemporarilyUnavailable) as refused:
        aws.sign(key("ES256"))
    assert refused.value.detail == f"data key {key('ES256').kid} is not the private half"
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


@pytest.mark.parametrize("named", [ARN + "b", "alias/postern", None])
def test_an_answer_by_another_wrapping_key_is_refused(kms: Start, named: str | None) -> None:
    """A key that the keyring does not name may be anybody's."""
    aws = kms(decrypts(pkcs8(PRIVATE["ES256"]), KeyId=named))
    with pytest.raises(TemporarilyUnavailable, match="kms Decrypt used"):
        aws.sign(key("ES256"))


@pytest.mark.parametrize(
    "answer",
    [
        fails("InvalidCiphertextException"),
        fails("DisabledException"),
        fails("AccessDeniedException"),
        fails("IncorrectKeyException"),
        fails("ThrottlingException"),
        fails("KMSInternalException", 500),
        drops,
    ],
)
def test_without_kms_nothing_is_signed(kms: Start, answer: Reply) -> None:
    """And the next try asks again: a failure is not remembered."""
    aws = kms(answer)
    with pytest.raises(TemporarilyUnavailable, match="kms Decrypt"):
        aws.sign(key("ES256"))
    aws.server.replies[:] = [decrypts(pkcs8(PRIVATE["ES256"]))]
    assert signature.verify("ES256", key("ES256").jwk, DATA, aws.sign(key("ES256")))


def test_a_warm_process_needs_no_kms(kms: Start) -> None:
    """It goes on signing with what it has."""
    aws = kms(decrypts(pkcs8(PRIVATE["ES256"])), drops)
    aws.sign(key("ES256"))
    assert signature.verify("ES256", key("ES256").jwk, DATA, aws.sign(key("ES256")))


def test_a_retired_key_has_no_private_half(kms: Start) -> None:
    """KMS is not even asked."""
    aws = kms(drops)
    with pytest.raises(TemporarilyUnavailable, match="has no private half"):
        aws.sign(key("ES256", encrypted=None))
    assert aws.server.calls == []


def test_nothing_shows_a_private_half(kms: Start) -> None:
    """Neither the key nor who holds it, however it gets into a log."""
    aws = kms(decrypts(pkcs8(PRIVATE["ES256"])))
    aws.sign(key("ES256"))
    assert "ciphertext" not in repr(key("ES256"))
    assert isinstance(aws.signer, Signer)
    assert repr(aws.signer).startswith("<chalicelib.aws.signer.Signer object")


@pytest.mark.parametrize(("alg", "spec"), data_keys.SPECS.items())
def test_what_kms_is_asked_for_a_new_pair(kms: Start, alg: str, spec: str) -> None:
    """By the wrapping key, for this purpose, stage and algorithm; never with the plaintext."""
    public = PRIVATE[alg].public_key()
    answer = {
        "KeyId": ARN,
        "PublicKey": base64.b64encode(
            public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).decode(),
        "PrivateKeyCiphertextBlob": base64.b64encode(b"wrapped").decode(),
    }
    aws = kms(says(200, answer))
    with closing(aws.server.client()) as client:
        made = data_keys.generate(client, "alias/a", "prod", alg)
    assert made == (ARN, dict(key(alg).jwk), b"wrapped")
    (call,) = aws.server.calls
    assert ("x-amz-target", "TrentService.GenerateDataKeyPairWithoutPlaintext") in [
        (name.lower(), value) for name, value in call.headers
    ]
    assert aws.server.payloads == [
        {
            "KeyId": "alias/a",
            "KeyPairSpec": spec,
            "EncryptionContext": {"purpose": "jwt-signing", "stage": "prod", "alg": alg},
        }
    ]
