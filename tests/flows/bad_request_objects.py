"""A table of request objects that are not good, each made from a good one of client `signer`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.encoding import base64url
from tests.client_signatures import encoded, jwt, number, private_key, public_jwk, sign, signed
from tests.flows import objects
from tests.flows.objects import claims
from tests.world import REDIRECT, World

RSA, EC, OKP = (private_key(kind) for kind in ("RSA", "EC", "OKP"))
PEM = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
DER = RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
OTHER_JWK = public_jwk(private_key("EC", "stranger"), kid="client-EC")

Make = Callable[[World], str]


def changed(alg: str = "ES256", **changes: Any) -> Make:
    """A good object with other claims, signed as it should be."""
    return lambda world: objects.signed(world, alg=alg, **changes)


def headed(alg: str = "ES256", **header: Any) -> Make:
    """A good object with more in its header, signed as it should be."""
    return lambda world: jwt(claims(world), alg, **header)


def by(key: Any, **header: Any) -> Make:
    """A good object signed with a key, under a header."""
    return lambda world: signed(header, claims(world), key)


def mutated(change: Callable[[str, str, str], str]) -> Make:
    """A good object, changed after it was signed."""
    return lambda world: change(*objects.signed(world).split("."))


def raw(text: str) -> Make:
    """Claims as they are written, signed as they should be."""
    return lambda world: signed({"alg": "ES256", "kid": "client-EC"}, text, EC)


def our_id_token(world: World) -> str:
    """An ID token of this server, for this very client."""
    browser = world.member
    assert browser is not None
    browser.open(world.authorize_url(client_id="signer", scope="openid read"))
    if browser.arrived is None:
        browser.allow()
    assert browser.arrived is not None
    return str(
        world.redeem(browser.arrived["code"], auth=("signer", objects.SECRET)).json["id_token"]
    )


def not_canonical(world: World) -> str:
    """The signature with a stray bit in its last letter, which sloppy decoders drop."""
    head, body, made = jwt(claims(world), "RS256").split(".")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return f"{head}.{body}.{made[:-1]}{last[last.index(made[-1]) ^ 1]}"


HS = {"alg": "HS256", "kid": "client-RSA"}
BAD: dict[str, Make] = {
    # keys and algorithms
    "a stranger's key": lambda world: jwt(claims(world), "ES256", "stranger", kid="client-EC"),
    "a stranger's RSA key": lambda world: jwt(claims(world), "RS256", "stranger", kid="client-RSA"),
    "another client's key": lambda world: jwt(claims(world), "ES256", "sister"),
    "an unknown kid": headed(kid="unknown"),
    "an empty kid": headed(kid=""),
    "a kid of another kind": headed(kid="client-RSA"),
    "a kid that is a path": headed(kid="../../client-EC"),
    "a kid that is a list": headed(kid=["client-EC"]),
    "an unsigned one": lambda world: jwt(claims(world), "none"),
    "an unsigned one in other letters": by(None, alg="NonE"),
    "an unsigned one with a kid": lambda world: jwt(claims(world), "none", kid="client-EC"),
    "no signature": mutated(lambda head, body, _: f"{head}.{body}."),
    "HS256 with the public key as PEM": by(PEM, **HS),
    "HS256 with the public key as DER": by(DER, **HS),
    "HS256 with the public key as JWK": by(json.dumps(public_jwk(RSA)).encode(), **HS),
    "HS256 with the modulus": by(public_jwk(RSA)["n"].encode(), **HS),
    "HS256 with an empty key": by(b"", **HS),
    "HS256 with the client's secret": by(objects.SECRET.encode(), **HS),
    "RS256 signed as PS256": lambda world: confused(world, "RS256", "PS256"),
    "PS256 signed as RS256": lambda world: confused(world, "PS256", "RS256"),
    "ES256 signed as DER": lambda world: der(world),
    "ES256 of the other half": lambda world: zeros(world),
    "Ed25519 by the EC key": by(EC, alg="Ed25519", kid="client-EC"),
    "RS512": by(RSA, alg="RS512", kid="client-RSA"),
    "ES384": by(EC, alg="ES384", kid="client-EC"),
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
    "a changed claim": mutated(
        lambda head, body, made: f"{head}.{encoded({'client_id': 'signer'})}.{made}"
    ),
    "a changed header": mutated(
        lambda head, body, made: (
            f"{encoded({'alg': 'ES256', 'kid': 'client-EC', 'x': 1})}.{body}.{made}"
        )
    ),
    "a stray bit": not_canonical,
    # types
    **{
        f"typ {typ}": headed(typ=typ)
        for typ in ("at+jwt", "logout+jwt", "dpop+jwt", "client-authentication+jwt", "secevent+jwt")
    },
    "our own ID token": our_id_token,
    "our own access token": lambda world: world.tokens()["access_token"],
    "a client assertion": lambda world: jwt(
        {
            "iss": "signer",
            "sub": "signer",
            "aud": world.issuer,
            "exp": world.clock() + 60,
            "jti": "j",
        }
    ),
    "crit": headed(crit=["exp"]),
    "b64": headed(crit=["b64"], b64=False),
    # claims
    "another client_id": changed(client_id="sister"),
    "another iss": changed(iss="sister"),
    "no client": changed(iss=None, client_id=None),
    "our issuer as iss": lambda world: objects.signed(world, iss=world.issuer),
    "another aud": changed(aud="https://other.example"),
    "several other aud": changed(aud=["https://other.example", "https://more.example"]),
    "aud is the endpoint": lambda world: objects.signed(world, aud=f"{world.issuer}/authorize"),
    "sub is the client": changed(sub="signer"),
    "expired": lambda world: objects.signed(world, exp=world.clock()),
    "exp is a text": changed(exp="9999999999"),
    "exp is true": changed(exp=True),
    "from the future": lambda world: objects.signed(world, iat=world.clock() + 11),
    "not before": lambda world: objects.signed(world, nbf=world.clock() + 11),
    "an object within": lambda world: objects.signed(world, request=objects.signed(world)),
    "a reference within": changed(request_uri="https://client.example/r"),
    "a number as state": changed(state=7),
    "a list of scopes": changed(scope=["openid", "read"]),
    "max_age is 1.5": changed(max_age=1.5),
    "claims is a list": changed(claims=[]),
    "a list of redirect URIs": changed(redirect_uri=[REDIRECT]),
    "a list of resources with a number": changed(resource=["https://api.example.com", 1]),
    "half a character": changed(state="\ud800"),
    # form
    "five parts": mutated(lambda head, body, made: f"{head}.{body}.{made}.AA.AA"),
    "two parts": mutated(lambda head, body, made: f"{head}.{body}"),
    "four parts": mutated(lambda head, body, made: f"{head}.{body}.{made}.AA"),
    "nothing but dots": lambda world: "..",
    "padding": mutated(lambda head, body, made: f"{head}.{body}.{made}=="),
    "a line break": mutated(lambda head, body, made: f"{head}.{body}.{made}\n"),
    "a member twice": raw('{"iss":"signer","client_id":"signer","client_id":"sister"}'),
    "NaN": raw('{"iss":"signer","exp":NaN}'),
    "an endless number": raw('{"iss":"signer","exp":1e999}'),
    "a very long number": raw('{"iss":"signer","exp":' + "9" * 5000 + "}"),
    "deep": raw('{"iss":"signer","a":' + "[" * 400 + "]" * 400 + "}"),
    "a list as claims": raw('["iss"]'),
    "too long": changed(state="s" * 16_500),
    "JSON serialization": lambda world: json.dumps(
        {"payload": encoded(claims(world)), "protected": encoded(HS), "signature": "AA"}
    ),
}


def confused(world: World, named: str, used: str) -> str:
    """An RSA signature of the one scheme under the name of the other."""
    data = f"{encoded({'alg': named, 'kid': 'client-RSA'})}.{encoded(claims(world))}"
    return f"{data}.{base64url(sign(used, data.encode(), RSA))}"


def der(world: World) -> str:
    """The client's own signature, in the form that JOSE does not take."""
    assert isinstance(EC, ec.EllipticCurvePrivateKey)
    data = f"{encoded({'alg': 'ES256', 'kid': 'client-EC'})}.{encoded(claims(world))}"
    return f"{data}.{base64url(EC.sign(data.encode(), ec.ECDSA(SHA256())))}"


def zeros(world: World) -> str:
    """r = s = 0, which some libraries once took."""
    data = f"{encoded({'alg': 'ES256', 'kid': 'client-EC'})}.{encoded(claims(world))}"
    return f"{data}.{number(0, 64)}"


# Of a client that has registered nothing about them.
NOT_SUPPORTED = {"an unsigned one", "an unsigned one with a kid"}


def error_of(name: str) -> str:
    """The code of one of BAD."""
    return "request_not_supported" if name in NOT_SUPPORTED else "invalid_request_object"
