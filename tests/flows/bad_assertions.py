"""A table of assertions that are not good, each made from a good one of client `asserter`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.encoding import base64url
from tests.client_signatures import encoded, jwt, number, private_key, public_jwk, sign, signed
from tests.flows import assertions
from tests.flows.assertions import claims
from tests.world import World

RSA, EC, OKP = (private_key(kind) for kind in ("RSA", "EC", "OKP"))
PEM = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
DER = RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
OTHER_JWK = public_jwk(private_key("EC", "stranger"), kid="client-EC")

Make = Callable[[World], str]


def changed(alg: str = "ES256", **changes: Any) -> Make:
    """A good assertion with other claims, signed as it should be."""
    return lambda world: assertions.signed(world, alg=alg, **changes)


def at(**offsets: float) -> Make:
    """A good assertion with times that lie so many seconds from now."""
    return lambda world: assertions.signed(
        world, **{name: world.clock() + seconds for name, seconds in offsets.items()}
    )


def headed(alg: str = "ES256", **header: Any) -> Make:
    """A good assertion with more in its header, signed as it should be."""
    return lambda world: jwt(claims(world), alg, **header)


def by(key: Any, **header: Any) -> Make:
    """A good assertion signed with a key, under a header."""
    return lambda world: signed(header, claims(world), key)


def mutated(change: Callable[[str, str, str], str]) -> Make:
    """A good assertion, changed after it was signed."""
    return lambda world: change(*assertions.signed(world).split("."))


def audience(make: Callable[[str], Any]) -> Make:
    """A good assertion for another audience, made from the issuer."""
    return lambda world: assertions.signed(world, aud=make(world.issuer))


def raw(text: str) -> Make:
    """Claims as they are written, with the good ones after them, signed as they should be."""

    def make(world: World) -> str:
        good = json.dumps(claims(world))[1:]
        return signed({"alg": "ES256", "kid": "client-EC"}, f"{{{text},{good}", EC)

    return make


def our_tokens(kind: str) -> Make:
    """A token that this server gave to this very client."""

    def make(world: World) -> str:
        browser = world.member
        assert browser is not None
        code = world.code(browser, client_id="asserter", scope="openid read")
        form = assertions.proof(assertions.signed(world))
        return str(world.redeem(code, auth=None, **form).json[kind])

    return make


def confused(named: str, used: str) -> Make:
    """An RSA signature of the one scheme under the name of the other."""

    def make(world: World) -> str:
        data = f"{encoded({'alg': named, 'kid': 'client-RSA'})}.{encoded(claims(world))}"
        return f"{data}.{base64url(sign(used, data.encode(), RSA))}"

    return make


def der(world: World) -> str:
    """The client's own signature, in the form that JOSE does not take."""
    assert isinstance(EC, ec.EllipticCurvePrivateKey)
    data = f"{encoded({'alg': 'ES256', 'kid': 'client-EC'})}.{encoded(claims(world))}"
    return f"{data}.{base64url(EC.sign(data.encode(), ec.ECDSA(SHA256())))}"


def zeros(world: World) -> str:
    """r = s = 0, which some libraries once took."""
    data = f"{encoded({'alg': 'ES256', 'kid': 'client-EC'})}.{encoded(claims(world))}"
    return f"{data}.{number(0, 64)}"


def mixed(world: World) -> str:
    """The claims of one good assertion under the signature of another."""
    head, _, made = assertions.signed(world).split(".")
    return f"{head}.{encoded(claims(world))}.{made}"


def nested(world: World) -> str:
    """A good assertion, as the payload of another one (RFC 7519 section 5.2)."""
    header = {"alg": "ES256", "kid": "client-EC", "cty": "JWT"}
    return signed(header, assertions.signed(world), EC)


HS = {"alg": "HS256", "kid": "client-RSA"}
KEYS: dict[str, Make] = {
    "a stranger's key": lambda world: jwt(claims(world), "ES256", "stranger", kid="client-EC"),
    "a stranger's RSA key": lambda world: jwt(claims(world), "RS256", "stranger", kid="client-RSA"),
    "a stranger's key without a kid": lambda world: jwt(
        claims(world), "ES256", "stranger", kid=None
    ),
    "another client's key": lambda world: jwt(claims(world), "ES256", "sister"),
    "an unknown kid": headed(kid="unknown"),
    "an empty kid": headed(kid=""),
    "a kid of another kind": headed(kid="client-RSA"),
    "a kid that is a path": headed(kid="../../client-EC"),
    "a kid that is a list": headed(kid=["client-EC"]),
    "a kid that is null": lambda world: signed({"alg": "ES256", "kid": None}, claims(world), EC),
    "an unsigned one": lambda world: jwt(claims(world), "none"),
    "an unsigned one in other letters": by(None, alg="NonE"),
    "an unsigned one with a kid": lambda world: jwt(claims(world), "none", kid="client-EC"),
    "no signature": mutated(lambda head, body, _: f"{head}.{body}."),
    "HS256 with the public key as PEM": by(PEM, **HS),
    "HS256 with the public key as DER": by(DER, **HS),
    "HS256 with the public key as JWK": by(json.dumps(public_jwk(RSA)).encode(), **HS),
    "HS256 with the modulus": by(public_jwk(RSA)["n"].encode(), **HS),
    "HS256 with an empty key": by(b"", **HS),
    "HS256 with the client's name": by(b"asserter", **HS),
    "RS256 signed as PS256": confused("RS256", "PS256"),
    "PS256 signed as RS256": confused("PS256", "RS256"),
    "ES256 signed as DER": der,
    "ES256 of zeros": zeros,
    "Ed25519 by the EC key": by(EC, alg="Ed25519", kid="client-EC"),
    "RS512": by(RSA, alg="RS512", kid="client-RSA"),
    "ES384": by(EC, alg="ES384", kid="client-EC"),
    "alg in other letters": by(EC, alg="es256", kid="client-EC"),
    "alg is a list": by(EC, alg=["ES256"], kid="client-EC"),
    "no alg": lambda world: f"{encoded({})}.{encoded(claims(world))}.AA",
    "its own key in the header": lambda world: jwt(
        claims(world), "ES256", "stranger", kid="client-EC", jwk=OTHER_JWK
    ),
    "a key set in the header": lambda world: jwt(
        claims(world), "ES256", "stranger", kid="client-EC", jku="https://evil.example/jwks"
    ),
    "a certificate in the header": lambda world: jwt(
        claims(world), "ES256", "stranger", kid=None, x5c=["AA"], x5u="https://evil.example/x"
    ),
    "the claims of another one": mixed,
    "a changed header": mutated(
        lambda head, body, made: (
            f"{encoded({'alg': 'ES256', 'kid': 'client-EC', 'x': 1})}.{body}.{made}"
        )
    ),
}
KINDS: dict[str, Make] = {
    **{
        f"typ {typ}": headed(typ=typ)
        for typ in (
            *("at+jwt", "application/at+jwt", "AT+JWT", "oauth-authz-req+jwt", "dpop+jwt"),
            *("logout+jwt", "secevent+jwt", "token-introspection+jwt", "oauth-id-jag+jwt", "JOSE"),
        )
    },
    "an empty typ": headed(typ=""),
    "typ is a list": headed(typ=["JWT"]),
    "typ is null": lambda world: signed(
        {"alg": "ES256", "kid": "client-EC", "typ": None}, claims(world), EC
    ),
    "our own ID token": our_tokens("id_token"),
    "our own access token": our_tokens("access_token"),
    "crit": headed(crit=["exp"]),
    "b64": headed(crit=["b64"], b64=False),
    "one within another": nested,
}
CLAIMS: dict[str, Make] = {
    "another iss": changed(iss="sister"),
    "our issuer as iss": lambda world: assertions.signed(world, iss=world.issuer),
    "no iss": changed(iss=None),
    "iss is a list": changed(iss=["asserter"]),
    "another sub": changed(sub="sister"),
    "no sub": changed(sub=None),
    "sub is a list": changed(sub=["asserter"]),
    "sub is a number": changed(sub=7),
    "an empty sub": changed(sub=""),
    "a long sub": changed(sub="s" * 300),
    "sub with a blank": changed(sub="asserter "),
    "no aud": changed(aud=None),
    "another aud": changed(aud="https://other.example"),
    "the issuer with a slash": audience(lambda issuer: f"{issuer}/"),
    "the issuer in capitals": audience(str.upper),
    "the issuer's host": audience(lambda issuer: issuer.removeprefix("https://")),
    "the authorization endpoint": audience(lambda issuer: f"{issuer}/authorize"),
    "the token endpoint with a slash": audience(lambda issuer: f"{issuer}/token/"),
    "another endpoint than the one that is called": audience(lambda issuer: f"{issuer}/userinfo"),
    "an empty aud": changed(aud=""),
    "aud of nobody": changed(aud=[]),
    "aud of us and another": audience(lambda issuer: [issuer, "https://other.example"]),
    "aud of another and us": audience(lambda issuer: ["https://other.example", issuer]),
    "several other aud": changed(aud=["https://other.example", "https://more.example"]),
    "aud within a list": audience(lambda issuer: [[issuer]]),
    "aud in an object": audience(lambda issuer: {"aud": issuer}),
    "aud is true": changed(aud=True),
    "the client itself": changed(aud="asserter"),
    "no exp": changed(exp=None),
    "expired": at(exp=0),
    "expired long ago": at(exp=-3600, iat=-3660),
    "good for a day": at(exp=86_400),
    "good for too long": at(exp=3611),
    "good for ever": changed(exp=10**30),
    "exp is a text": changed(exp="9999999999"),
    "exp is true": changed(exp=True),
    "exp is a list": changed(exp=[9_999_999_999]),
    "exp is null": lambda world: jwt({**claims(world), "exp": None}),
    "from the future": at(iat=60, exp=120),
    "from a little later": at(iat=11, exp=70),
    "not before": at(nbf=60),
    "not before a little later": at(nbf=11),
    "iat is a text": changed(iat="1"),
    "iat is true": changed(iat=True),
    "nbf is an object": changed(nbf={}),
    "no jti": changed(jti=None),
    "an empty jti": changed(jti=""),
    "a number as jti": changed(jti=7),
    "a list as jti": changed(jti=["a"]),
    "a long jti": changed(jti="j" * 256),
}
FORMS: dict[str, Make] = {
    "five parts": mutated(lambda head, body, made: f"{head}.{body}.{made}.AA.AA"),
    "two parts": mutated(lambda head, body, made: f"{head}.{body}"),
    "four parts": mutated(lambda head, body, made: f"{head}.{body}.{made}.AA"),
    "nothing but dots": lambda world: "..",
    "no JWT": lambda world: "assertion",
    "padding": mutated(lambda head, body, made: f"{head}.{body}.{made}=="),
    "a line break": mutated(lambda head, body, made: f"{head}.{body}.{made}\n"),
    "a blank before": mutated(lambda head, body, made: f" {head}.{body}.{made}"),
    "a member twice": raw('"iss":"sister"'),
    "NaN": raw('"a":NaN'),
    "an endless number": raw('"a":1e999'),
    "a very long number": raw('"a":' + "9" * 5000),
    "deep": raw('"a":' + "[" * 400 + "]" * 400),
    "a list as claims": lambda world: signed({"alg": "ES256", "kid": "client-EC"}, '["iss"]', EC),
    "no UTF-8": lambda world: signed({"alg": "ES256", "kid": "client-EC"}, b'{"sub":"\xff"}', EC),
    "too long": changed(more="s" * 16_500),
    "JSON serialization": lambda world: json.dumps(
        {"payload": encoded(claims(world)), "protected": encoded(HS), "signature": "AA"}
    ),
}
BAD: dict[str, Make] = {**KEYS, **KINDS, **CLAIMS, **FORMS}
