"""A table of assertions about users that are not good, each made from a good one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.encoding import base64url
from tests.client_signatures import encoded, jwt, private_key, public_jwk, signed
from tests.flows import id_jags
from tests.flows.id_jags import API, claims
from tests.world import World

Make = Callable[[World], str]

RSA, EC = private_key("RSA", "idp"), private_key("EC", "idp")
HEADER = {"typ": "oauth-id-jag+jwt", "alg": "ES256", "kid": "idp-EC"}
PEM = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
OTHER_JWK = public_jwk(private_key("EC", "stranger"))


def changed(**changes: Any) -> Make:
    """With other claims."""
    return lambda world: id_jags.signed(world, **changes)


def headed(**header: Any) -> Make:
    """With another header."""
    return lambda world: id_jags.signed(world, header=header)


def by(key: Any, **header: Any) -> Make:
    """Signed by a key, under a header."""
    return lambda world: signed({**HEADER, **header}, claims(world), key)


def at(**times: float) -> Make:
    """At other times, in seconds from now."""
    return lambda world: id_jags.signed(
        world, **{name: world.clock() + seconds for name, seconds in times.items()}
    )


def audience(make: Callable[[str], Any]) -> Make:
    """For another audience, made of ours."""
    return lambda world: id_jags.signed(world, aud=make(world.issuer))


def raw(members: str) -> Make:
    """With members that are written by hand before the others."""
    return lambda world: signed(HEADER, "{" + members + "," + json.dumps(claims(world))[1:], EC)


def mutated(change: Callable[[str, str, str], str]) -> Make:
    """A good one, changed afterwards."""

    def make(world: World) -> str:
        head, body, made = id_jags.signed(world).split(".")
        return change(head, body, made)

    return make


def untyped(world: World) -> str:
    """Without a typ: what older libraries make, and an ID token of the issuer might be."""
    return jwt(claims(world), "ES256", "idp")


def ours(kind: str) -> Make:
    """A token of our own: it names no client's word."""
    return lambda world: str(world.tokens(scope="openid read")[kind])


KEYS: dict[str, Make] = {
    "alg none": lambda world: jwt(claims(world), "none", typ="oauth-id-jag+jwt"),
    "alg none, in other letters": lambda world: signed(
        {**HEADER, "alg": "nOnE"}, claims(world), None
    ),
    "no signature": mutated(lambda head, body, made: f"{head}.{body}."),
    "HMAC with the public key": by(PEM, alg="HS256", kid="idp-RSA"),
    "HMAC with nothing": by(b"", alg="HS256"),
    "a stranger's key": lambda world: id_jags.signed(
        world, owner="stranger", header={"kid": "idp-EC"}
    ),
    "a stranger's key and kid": lambda world: id_jags.signed(world, owner="stranger"),
    "a key of another issuer": lambda world: id_jags.signed(
        world, owner="other", header={"kid": "other-EC"}
    ),
    "the client's own key": lambda world: id_jags.signed(world, owner="client"),
    "another kid": headed(kid="idp-RSA"),
    "an unknown kid": headed(kid="unknown"),
    "kid is a number": headed(kid=7),
    "kid is a list": headed(kid=["idp-EC"]),
    "RS256 by name, ES256 by key": by(EC, alg="RS256", kid="idp-EC"),
    "RS512": by(RSA, alg="RS512", kid="idp-RSA"),
    "ES384": by(EC, alg="ES384"),
    "alg is a list": by(EC, alg=["ES256"]),
    "no alg": lambda world: f"{encoded({'typ': HEADER['typ']})}.{encoded(claims(world))}.AA",
    "its own key in the header": lambda world: id_jags.signed(
        world, owner="stranger", header={"kid": "idp-EC", "jwk": OTHER_JWK}
    ),
    "a key set in the header": lambda world: id_jags.signed(
        world, owner="stranger", header={"kid": "idp-EC", "jku": "https://evil.example/jwks"}
    ),
    "a changed claim": mutated(
        lambda head, body, made: f"{head}.{encoded({'sub': 'root'})}.{made}"
    ),
    "a changed header": mutated(
        lambda head, body, made: f"{encoded({**HEADER, 'x': 1})}.{body}.{made}"
    ),
    "a longer signature": mutated(lambda head, body, made: f"{head}.{body}.{made}AAAA"),
}
KINDS: dict[str, Make] = {
    **{
        f"typ {typ}": headed(typ=typ)
        for typ in (
            *("JWT", "jwt", "at+jwt", "application/at+jwt", "logout+jwt", "dpop+jwt"),
            *("client-authentication+jwt", "oauth-authz-req+jwt", "token-introspection+jwt"),
            *("id-jag+jwt", "oauth-id-jag", "text/oauth-id-jag+jwt", ""),
        )
    },
    "no typ": untyped,
    "typ is a list": headed(typ=["oauth-id-jag+jwt"]),
    "typ is null": lambda world: signed({**HEADER, "typ": None}, claims(world), EC),
    "our own ID token": ours("id_token"),
    "our own access token": ours("access_token"),
    "a refresh token": ours("refresh_token"),
    "crit": headed(crit=["exp"]),
    "b64": headed(crit=["b64"], b64=False),
}
CLAIMS: dict[str, Make] = {
    "no iss": changed(iss=None),
    "iss is a list": changed(iss=[id_jags.IDP]),
    "an unknown iss": changed(iss="https://unknown.example"),
    "iss with a slash": changed(iss=f"{id_jags.IDP}/"),
    "iss in capitals": changed(iss=id_jags.IDP.upper()),
    "an endless iss": changed(iss="https://" + "i" * 2000),
    "our issuer as iss": lambda world: id_jags.signed(world, iss=world.issuer),
    "the other issuer as iss": changed(iss="https://other-idp.example"),
    "one that speaks for software": changed(iss="https://software.example"),
    "no sub": changed(sub=None),
    "an empty sub": changed(sub=""),
    "a number as sub": changed(sub=7),
    "a list as sub": changed(sub=[id_jags.SUBJECT]),
    "a long sub": changed(sub="s" * 256),
    "sub is not ASCII": changed(sub="U019488227\u00e9"),
    "sub is half a character": changed(sub="\ud800"),
    "sub with a blank": changed(sub=f"{id_jags.SUBJECT} "),
    "sub in other letters": changed(sub=id_jags.SUBJECT.lower()),
    "the local sub": lambda world: id_jags.signed(world, sub="demo@example.com"),
    "an unknown sub": changed(sub="nobody"),
    "no aud": changed(aud=None),
    "another aud": changed(aud="https://other.example"),
    "an empty aud": changed(aud=""),
    "aud is our issuer in a list": audience(lambda issuer: [issuer]),
    "aud is us and another": audience(lambda issuer: [issuer, "https://other.example"]),
    "aud with a slash": audience(lambda issuer: f"{issuer}/"),
    "aud in capitals": audience(str.upper),
    "aud is the token endpoint": audience(lambda issuer: f"{issuer}/token"),
    "aud in an object": audience(lambda issuer: {"aud": issuer}),
    "aud is true": changed(aud=True),
    "no client_id": changed(client_id=None),
    "another client_id": changed(client_id="demoweb"),
    "client_id in capitals": changed(client_id="Bringer"),
    "client_id in a list": changed(client_id=["bringer"]),
    "no exp": changed(exp=None),
    "no iat": changed(iat=None),
    "expired": at(exp=0),
    "expired long ago": at(iat=-7200, exp=-7000),
    "from the future": at(iat=11, exp=100),
    "not before": at(nbf=11),
    "good for too long": at(iat=0, exp=1801),
    "good for a day": at(exp=86_400),
    "begun too long ago": at(iat=-1600, exp=201),
    "exp is a text": changed(exp="9999999999"),
    "exp is true": changed(exp=True),
    "exp is a list": changed(exp=[9_999_999_999]),
    "good for ever": changed(exp=10**30),
    "iat is a text": changed(iat="1"),
    "iat is false": changed(iat=False),
    "nbf is an object": changed(nbf={}),
    "nbf is null": raw('"nbf":null'),
    "no jti": changed(jti=None),
    "an empty jti": changed(jti=""),
    "a number as jti": changed(jti=7),
    "a list as jti": changed(jti=["a"]),
    "a long jti": changed(jti="j" * 256),
    "no resource": changed(resource=None),
    "an empty resource": changed(resource=""),
    "resource is no URI": changed(resource="api"),
    "resource with a fragment": changed(resource=f"{API}#x"),
    "resource is a number": changed(resource=7),
    "resource is an object": changed(resource={"uri": API}),
    "no resources": changed(resource=[]),
    "a number among resources": changed(resource=[API, 7]),
    "too many resources": changed(resource=[f"{API}/{n}" for n in range(11)]),
    "scope is a list": changed(scope=["read"]),
    "an empty scope": changed(scope=""),
    "scope with two blanks": changed(scope="read  write"),
    "scope with a quote": changed(scope='read "write"'),
    "scope is null": raw('"scope":null'),
    "cnf is a text": changed(cnf="jkt"),
    "cnf is empty": changed(cnf={}),
    "cnf is a key": changed(cnf={"jwk": OTHER_JWK}),
    "cnf with more than is known": changed(cnf={"jkt": base64url(b"j" * 32), "kid": "x"}),
    "cnf is a number": changed(cnf={"jkt": 7}),
    "bound to a key that is not shown": changed(cnf={"jkt": base64url(b"j" * 32)}),
    "bound to a certificate": changed(cnf={"x5t#S256": base64url(b"c" * 32)}),
}
FORMS: dict[str, Make] = {
    "nothing": lambda world: "",
    "no JWT": lambda world: "assertion",
    "nothing but dots": lambda world: "..",
    "two parts": mutated(lambda head, body, made: f"{head}.{body}"),
    "five parts": mutated(lambda head, body, made: f"{head}.{body}.{made}.AA.AA"),
    "padding": mutated(lambda head, body, made: f"{head}.{body}.{made}=="),
    "a blank before": mutated(lambda head, body, made: f" {head}.{body}.{made}"),
    "a member twice": raw('"client_id":"sister"'),
    "NaN": raw('"a":NaN'),
    "an endless number": raw('"a":1e999'),
    "deep": raw('"a":' + "[" * 400 + "]" * 400),
    "a list as claims": lambda world: signed(HEADER, '["iss"]', EC),
    "no UTF-8": lambda world: signed(HEADER, b'{"sub":"\xff"}', EC),
    "too long": changed(more="s" * 16_500),
    "SAML": lambda world: "PHNhbWxwOl",
}
BAD: dict[str, Make] = {**KEYS, **KINDS, **CLAIMS, **FORMS}
