"""Proofs that no endpoint may take: what is wrong, how one is made, and the words it is refused in.

Each differs from a good proof of ALICE in one thing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from chalicelib.encoding import base64url, sha256
from tests.client_signatures import encoded, number, private_key, public_jwk, sign, signed
from tests.dpop import ALICE, LEFT_OUT, MALLORY

URL = "https://id.example.com/token"
NOW = 1_800_000_000
TOKEN = "an.access.token"

Made = str | tuple[str, ...]


def good(**changes: Any) -> str:
    """The proof that each of the bad ones differs from."""
    return ALICE.proof("POST", URL, NOW, **{"token": TOKEN, **changes})


def claim(**changes: Any) -> Callable[[], Made]:
    return lambda: good(**changes)


def head(**changes: Any) -> Callable[[], Made]:
    return lambda: good(header=changes)


def parts() -> list[str]:
    return good().split(".")


def of_claims(text: str) -> Callable[[], Made]:
    """Signed, with claims as they are written."""
    return lambda: signed(ALICE.header(), text, ALICE.private)


def relabelled(alg: Any) -> Callable[[], Made]:
    """With a header that names another alg than the one that signed."""
    return lambda: ".".join([encoded(ALICE.header(alg=alg)), *parts()[1:]])


def with_private_part() -> str:
    assert not isinstance(ALICE.private, rsa.RSAPrivateKey)
    numbers = ALICE.private.private_numbers()  # type: ignore[union-attr]  # it is of an EC key
    return good(header={"jwk": {**ALICE.jwk, "d": number(numbers.private_value, 32)}})


def by_secret() -> str:
    """The public key as the secret of an HMAC."""
    header = ALICE.header(alg="HS256")
    claims = ALICE.claims("POST", URL, NOW, token=TOKEN)
    return signed(header, claims, json.dumps(ALICE.jwk).encode())


def by_symmetric_key() -> str:
    header = ALICE.header(alg="HS256", jwk={"kty": "oct", "k": base64url(b"k" * 32)})
    return signed(header, ALICE.claims("POST", URL, NOW, token=TOKEN), b"k" * 32)


def unsigned() -> str:
    return signed(ALICE.header(alg="none"), ALICE.claims("POST", URL, NOW, token=TOKEN), None)


def by_another() -> str:
    """Mallory signs, and names Alice's key."""
    claims = ALICE.claims("POST", URL, NOW, token=TOKEN)
    return signed(ALICE.header(), claims, MALLORY.private)


def of_der() -> str:
    """The signature as OpenSSL writes it."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256

    start = ".".join(parts()[:2])
    assert isinstance(ALICE.private, ec.EllipticCurvePrivateKey)
    return f"{start}.{base64url(ALICE.private.sign(start.encode(), ec.ECDSA(SHA256())))}"


def with_other_payload() -> str:
    """A good signature under claims of another proof."""
    first, _, last = parts()
    return f"{first}.{good().split('.')[1]}.{last}"


def detached() -> str:
    """RFC 7797: the payload is not there."""
    first, middle, _ = parts()
    mark = sign("ES256", f"{first}.{middle}".encode(), ALICE.private)
    return f"{first}..{base64url(mark)}"


def unencoded() -> str:
    """RFC 7797: the payload as it is."""
    head_ = encoded(ALICE.header(b64=False, crit=["b64"]))
    claims = base64url(json.dumps(ALICE.claims("POST", URL, NOW, token=TOKEN)).encode())
    mark = sign("ES256", f"{head_}.{claims}".encode(), ALICE.private)
    return f"{head_}.{claims}.{base64url(mark)}"


def of_key(jwk: dict[str, Any], alg: str = "ES256") -> Callable[[], Made]:
    return head(jwk=jwk, alg=alg)


def of_small_key() -> str:
    small = rsa.generate_private_key(65537, 1024)
    header = {"typ": "dpop+jwt", "alg": "RS256", "jwk": public_jwk(small)}
    return signed(header, ALICE.claims("POST", URL, NOW, token=TOKEN), small)


def with_stray_bits() -> str:
    """The last letter of the signature decodes to the same bytes."""
    text = good()
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + letters[letters.index(text[-1]) ^ 1]


RSA_JWK = public_jwk(private_key("RSA", "prover"))
OKP_JWK = public_jwk(private_key("OKP", "prover"))
NO_JWT, KEY, ALG, SIGNATURE = (
    "is not a JWT",
    "jwk of the DPoP proof",
    "alg of the DPoP",
    "signature",
)

BAD: dict[str, tuple[Callable[[], Made], str]] = {
    # The header of the request.
    "no header": (lambda: (), "one DPoP header"),
    "two headers": (lambda: (good(), good()), "one DPoP header"),
    "the same header twice": (lambda: (good(),) * 2, "one DPoP header"),
    "two in one header": (lambda: f"{good()},{good()}", NO_JWT),
    "two in one header, with a blank": (lambda: f"{good()}, {good()}", NO_JWT),
    "empty": (lambda: "", NO_JWT),
    "a blank before": (lambda: f" {good()}", NO_JWT),
    "a scheme before": (lambda: f"DPoP {good()}", NO_JWT),
    "too long": (claim(fill="x" * 8000), NO_JWT),
    # The form of a compact JWT.
    "two parts": (lambda: ".".join(parts()[:2]), NO_JWT),
    "four parts": (lambda: f"{good()}.", NO_JWT),
    "five parts": (lambda: "e30.e30.e30.e30.e30", NO_JWT),
    "padding": (lambda: f"{good()}==", NO_JWT),
    "stray bits": (with_stray_bits, NO_JWT),
    "plain base64": (lambda: ".".join([*parts()[:2], "++//"]), NO_JWT),
    "claims that are a list": (of_claims("[]"), NO_JWT),
    "claims that are a text": (of_claims('"x"'), NO_JWT),
    "claims that are no JSON": (of_claims("{"), NO_JWT),
    "claims that are NaN": (of_claims('{"iat":NaN}'), NO_JWT),
    "claims that are endless": (of_claims('{"iat":1e999}'), NO_JWT),
    "claims that are deep": (of_claims('{"a":' + "[" * 400 + "]" * 400 + "}"), NO_JWT),
    "JSON serialization": (lambda: json.dumps({"payload": parts()[1]}), NO_JWT),
    # What the header of the proof says.
    "no typ": (head(typ=LEFT_OUT), "typ"),
    "typ of any JWT": (head(typ="JWT"), "typ"),
    "typ of an access token": (head(typ="at+jwt"), "typ"),
    "typ with its prefix": (head(typ="application/dpop+jwt"), "typ"),
    "typ in capitals": (head(typ="DPOP+JWT"), "typ"),
    "typ that is a list": (head(typ=["dpop+jwt"]), "typ"),
    "crit": (head(crit=["exp"]), "crit"),
    "crit that is empty": (head(crit=[]), "crit"),
    "payload not encoded": (unencoded, "crit"),
    "payload detached": (detached, NO_JWT),
    "no alg": (relabelled(LEFT_OUT), ALG),
    "alg none": (unsigned, ALG),
    "alg HS256 with the public key": (by_secret, ALG),
    "alg HS256 with a key of its own": (by_symmetric_key, ALG),
    "alg in lower case": (relabelled("es256"), ALG),
    "alg that is a list": (relabelled(["ES256"]), ALG),
    "alg that nobody has": (relabelled("ES512"), ALG),
    "alg of another kind of key": (relabelled("PS256"), KEY),
    "jku": (head(jku="https://id.example.com/.well-known/jwks.json"), "another way"),
    "x5u": (head(x5u="https://id.example.com/c"), "another way"),
    "x5c": (head(x5c=["MII"]), "another way"),
    "x5t": (head(x5t="x"), "another way"),
    # The key.
    "no jwk": (head(jwk=LEFT_OUT), KEY),
    "no jwk, but a kid": (head(jwk=LEFT_OUT, kid=ALICE.jkt), KEY),
    "jwk that is a text": (head(jwk=json.dumps(ALICE.jwk)), KEY),
    "jwk that is a list": (head(jwk=[ALICE.jwk]), KEY),
    "jwk that is a set": (head(jwk={"keys": [ALICE.jwk]}), KEY),
    "jwk with its private part": (with_private_part, KEY),
    "jwk that is symmetric": (of_key({"kty": "oct", "k": "AAAA"}), KEY),
    "jwk with a secret beside": (of_key({**ALICE.jwk, "k": "AAAA"}), KEY),
    "jwk off the curve": (of_key({**ALICE.jwk, "y": ALICE.jwk["x"]}), KEY),
    "jwk of another curve": (of_key({**ALICE.jwk, "crv": "P-384"}), KEY),
    "jwk without its point": (of_key({"kty": "EC", "crv": "P-256"}), KEY),
    "jwk with padding": (of_key({**ALICE.jwk, "x": ALICE.jwk["x"] + "="}), KEY),
    "jwk with numbers": (of_key({**ALICE.jwk, "x": 5}), KEY),
    "jwk for encryption": (of_key({**ALICE.jwk, "use": "enc"}), KEY),
    "jwk for other operations": (of_key({**ALICE.jwk, "key_ops": ["encrypt"]}), KEY),
    "jwk of another alg": (of_key({**ALICE.jwk, "alg": "ES384"}), KEY),
    "jwk of RSA, too small": (of_small_key, KEY),
    "jwk of RSA for an EC signature": (of_key(RSA_JWK), KEY),
    "jwk of Ed25519 for an EC signature": (of_key(OKP_JWK), KEY),
    # The signature.
    "signed by another": (by_another, SIGNATURE),
    "another's key named": (head(jwk=MALLORY.jwk), SIGNATURE),
    "claims of another proof": (with_other_payload, SIGNATURE),
    "no signature": (lambda: ".".join([*parts()[:2], ""]), SIGNATURE),
    "a signature of zeros": (lambda: ".".join([*parts()[:2], "A" * 86]), SIGNATURE),
    "a signature that is short": (lambda: ".".join([*parts()[:2], parts()[2][:80]]), SIGNATURE),
    "a signature in DER": (of_der, SIGNATURE),
    # The claims.
    "no jti": (claim(jti=LEFT_OUT), "jti"),
    "jti that is empty": (claim(jti=""), "jti"),
    "jti that is a number": (claim(jti=1), "jti"),
    "jti that is a list": (claim(jti=["x"]), "jti"),
    "jti that is too long": (claim(jti="j" * 257), "jti"),
    "no htm": (claim(htm=LEFT_OUT), "htm"),
    "htm of another method": (claim(htm="GET"), "htm"),
    "htm in lower case": (claim(htm="post"), "htm"),
    "htm with a blank": (claim(htm="POST "), "htm"),
    "htm that is a list": (claim(htm=["POST"]), "htm"),
    "no htu": (claim(htu=LEFT_OUT), "htu"),
    "htu of another endpoint": (claim(htu="https://id.example.com/userinfo"), "htu"),
    "htu of another server": (claim(htu="https://id.example.org/token"), "htu"),
    "htu of a part of the server": (claim(htu="https://other.id.example.com/token"), "htu"),
    "htu that goes on": (claim(htu="https://id.example.com/token/x"), "htu"),
    "htu with a slash more": (claim(htu="https://id.example.com/token/"), "htu"),
    "htu with two slashes": (claim(htu="https://id.example.com//token"), "htu"),
    "htu in other letters": (claim(htu="https://id.example.com/Token"), "htu"),
    "htu without TLS": (claim(htu="http://id.example.com/token"), "htu"),
    "htu at another port": (claim(htu="https://id.example.com:8443/token"), "htu"),
    "htu of a user": (claim(htu="https://id.example.com@evil.example/token"), "htu"),
    "htu with a user": (claim(htu="https://a@id.example.com/token"), "htu"),
    "htu with a backslash": (claim(htu="https://id.example.com\\token"), "htu"),
    "htu that is a path": (claim(htu="/token"), "htu"),
    "htu that is the issuer": (claim(htu="https://id.example.com"), "htu"),
    "htu that is a list": (claim(htu=[URL]), "htu"),
    "no iat": (claim(iat=LEFT_OUT), "iat"),
    "iat that is a text": (claim(iat=str(NOW)), "iat"),
    "iat that is true": (claim(iat=True), "iat"),
    "iat that is null": (claim(iat=None), "iat"),
    "iat a second too old": (claim(iat=NOW - 61), "too old"),
    "iat an hour old": (claim(iat=NOW - 3600), "too old"),
    "iat that is negative": (claim(iat=-1), "too old"),
    "iat a second too early": (claim(iat=NOW + 11), "future"),
    "iat an hour ahead": (claim(iat=NOW + 3600), "future"),
    "iat in milliseconds": (claim(iat=NOW * 1000), "future"),
    "exp that is over": (claim(exp=NOW), "too old"),
    "exp that is a text": (claim(exp="x"), "iat"),
    "nbf that is ahead": (claim(nbf=NOW + 60), "future"),
    # The access token.
    "no ath": (claim(token=None), "ath"),
    "ath of another token": (claim(token="another"), "ath"),
    "ath that is the token": (claim(ath=TOKEN), "ath"),
    "ath in hexadecimal": (claim(ath=sha256(TOKEN).hex()), "ath"),
    "ath with padding": (claim(ath=base64url(sha256(TOKEN)) + "="), "ath"),
    "ath of half a hash": (claim(ath=base64url(sha256(TOKEN)[:16])), "ath"),
    "ath that is a list": (claim(ath=[base64url(sha256(TOKEN))]), "ath"),
    "ath that is null": (claim(ath=None), "ath"),
}  # fmt: skip
