"""Clients that prove themselves by certificates. RFC 8705 section 2."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.administration import Refused, clients
from chalicelib.registration import InvalidMetadata
from tests.client_certificates import DAY, issued, on_another_curve, self_signed
from tests.client_signatures import private_key, public_jwk
from tests.flows import assertions
from tests.flows.certified import (
    BOUND,
    GOOD,
    MACHINE,
    MTLS,
    OTHER,
    PATHS,
    ask,
    is_refused,
    register,
    register_keyed,
    take_certificates,
)
from tests.flows.objects import host
from tests.stage import START
from tests.world import REDIRECT, World

# What proxies call the certificate that they pass on.
HEADERS = (
    *(
        "X-Client-Cert",
        "X-Client-Certificate",
        "Client-Cert",
        "Client-Cert-Chain",
        "ssl-client-cert",
    ),
    *("X-SSL-Client-Cert", "X-SSL-CERT", "SSL_CLIENT_CERT", "X-Forwarded-Client-Cert"),
    *("X-Forwarded-Tls-Client-Cert", "X-Amzn-Mtls-Clientcert", "X-Amzn-Mtls-Clientcert-Leaf"),
    *("X-ARR-ClientCert", "X-ClientCert", "cf-client-cert", "X-TLS-Client-Cert", "X-Tls-Cert"),
    *("requestContext", "clientCertPem", "clientCert", "client_certificate", "X-Client-Verify"),
)


@pytest.fixture(scope="module")
def _registered(settled: World) -> None:
    take_certificates(settled)
    register(settled)
    register_keyed(settled)
    assertions.register(settled)


@pytest.fixture
def world(_registered: None, signed_in: World) -> World:
    """The module's server, which takes certificates."""
    return signed_in


@pytest.mark.parametrize("path", PATHS)
def test_a_named_certificate_at_every_endpoint(world: World, path: str) -> None:
    """Whatever key it has: the name is what counts."""
    for certificate in (GOOD, issued(kind="RSA"), issued(owner="renewed", number=9)):
        assert ask(world, certificate, path=path).status == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", ["EC", "RSA", "OKP"])
def test_a_registered_key_at_every_endpoint(world: World, kind: str, path: str) -> None:
    """Whatever the certificate says, and whoever has issued it."""
    for certificate in (self_signed(kind), self_signed(kind, subject="CN=x"), issued(kind=kind)):
        assert ask(world, certificate, "keyed", path).status == 200


@pytest.mark.parametrize(
    ("member", "value", "name"),
    [
        ("tls_client_auth_san_dns", "a.example", "DNS:A.example"),
        ("tls_client_auth_san_uri", "urn:x:1", "URI:urn:x:1"),
        ("tls_client_auth_san_ip", "192.0.2.1", "IP:192.0.2.1"),
        ("tls_client_auth_san_email", "a@a.example", "email:a@a.example"),
    ],
)
def test_each_alternative_name(world: World, member: str, value: str, name: str) -> None:
    """RFC 8705 section 2.1.2; a certificate without it, or with another, is nobody's."""
    register(world, "alternative", **{member: value})
    assert ask(world, issued(names=("DNS:b.example", name)), "alternative").status == 200
    is_refused(ask(world, issued(names=("DNS:b.example",)), "alternative"))
    is_refused(ask(world, issued(f"CN={value}"), "alternative"))


BAD: dict[str, tuple[str, str | None]] = {
    "no certificate": ("named", None),
    "an empty one": ("named", ""),
    "no certificate at all": ("named", "certificate"),
    "a cut one": ("named", GOOD[:200]),
    "another subject": ("named", issued("CN=client,O=Shop")),
    "another order": ("named", issued("C=DE,O=Shop,CN=client")),
    "more of a subject": ("named", issued("CN=client,O=Shop,C=DE,DC=x")),
    "the subject as a host": ("named", issued("CN=x", names=("DNS:client",))),
    "expired": ("named", issued(ends=START - 1)),
    "not yet": ("named", issued(begins=START + 29 * DAY)),
    "its own authority": ("named", self_signed()),
    "a stranger's own authority": ("named", self_signed(owner="stranger")),
    "keyed: no certificate": ("keyed", None),
    "keyed: a stranger's key": ("keyed", self_signed(owner="stranger")),
    "keyed: a stranger's key, issued": ("keyed", OTHER),
    "keyed: expired": ("keyed", self_signed(ends=START - 1)),
    "keyed: another curve": ("keyed", on_another_curve()),
    "keyed: no certificate at all": ("keyed", "-----BEGIN CERTIFICATE-----\nAA"),
    "a certificate of nobody's": ("nobody", GOOD),
    "a client with a secret": ("demomachine", GOOD),
    "a client with assertions": ("asserter", GOOD),
    "a client with assertions and its own key": ("asserter", self_signed(owner="client")),
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", BAD)
def test_a_bad_certificate_proves_nothing(world: World, name: str, path: str) -> None:
    """All alike, and nothing is written."""
    client_id, certificate = BAD[name]
    unknown = ask(world, None, "nobody", path)
    world.aws.reset()
    reply = ask(world, certificate, client_id, path)
    is_refused(reply)
    assert reply.text == unknown.text
    assert world.writes() == []


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("client_id", ["named", "keyed"])
def test_no_header_is_taken_for_a_certificate(world: World, client_id: str, name: str) -> None:
    """However it is called and encoded; nor beside one of the connection."""
    pem = GOOD if client_id == "named" else self_signed()
    flat = pem.replace("\n", "")
    beside = issued("CN=x", owner="stranger")
    values = (flat, flat.replace(" ", "%20"), f":{flat[27:-25]}:", f'Cert="{flat}"', "SUCCESS")
    for value in values:
        form = {**MACHINE, "client_id": client_id}
        is_refused(world.post("/token", form, headers=[(name, value)]))
        is_refused(world.post("/token", form, headers=[(name, value)], certificate=beside))
        world.clock.forward(15)


@pytest.mark.parametrize("where", ["form", "query"])
def test_no_parameter_is_taken_for_a_certificate(world: World, where: str) -> None:
    """Neither in the form nor in the query."""
    for name in ("client_certificate", "clientCertPem", "certificate", "x5c"):
        form = {**MACHINE, "client_id": "named"}
        if where == "form":
            is_refused(world.post("/token", {**form, name: GOOD}))
        else:
            is_refused(world.post(f"/token?{urlencode({name: GOOD})}", form))


def test_no_other_method_stands_in(world: World) -> None:
    """A secret beside the certificate, or an assertion: the registered method only."""
    for auth in (("named", "x" * 43), ("named", "")):
        is_refused(world.post("/token", MACHINE, auth=auth, certificate=GOOD))
    is_refused(ask(world, GOOD, client_secret="x" * 43))
    token = assertions.signed(world, "named")
    is_refused(ask(world, GOOD, **assertions.proof(token)))


def test_others_come_over_this_host_as_over_the_other(world: World) -> None:
    """Their certificate is not asked for, and proves nothing for them."""
    secret = ("demomachine", "demomachinesecret")
    assert world.post("/token", MACHINE, auth=secret, certificate=OTHER).status == 200
    token = assertions.signed(world, aud=f"{MTLS}/token")
    reply = world.post("/token", {**MACHINE, **assertions.proof(token)}, certificate=OTHER)
    assert reply.status == 200
    code = world.code(client_id="demospa", scope="read")
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    verified = {**form, "client_id": "demospa", "code_verifier": "x" * 43}
    refused = world.post("/token", verified, certificate=GOOD)
    assert refused.json["error"] == "invalid_grant"


def test_the_other_hosts_name_is_no_audience_elsewhere(world: World) -> None:
    """An assertion for the host with certificates, where there is none."""
    token = assertions.signed(world, aud=f"{MTLS}/token")
    is_refused(assertions.ask(world, token))


def test_keys_at_a_url_change(world: World) -> None:
    """A new certificate is looked for at once; one that is gone is gone."""

    def keys(owner: str) -> str:
        return json.dumps({"keys": [public_jwk(private_key("EC", owner), kid=owner)]})

    with host() as served:
        served.serve("/keys", keys("certified"), "application/jwk-set+json")
        register_keyed(world, "hosted", jwks_uri=f"{served.url}/keys")
        for _ in range(3):
            assert ask(world, self_signed(), "hosted").status == 200
        assert served.asked == ["/keys"]
        is_refused(ask(world, self_signed(owner="next"), "hosted"))
        assert served.asked == ["/keys"]
        served.serve("/keys", keys("next"), "application/jwk-set+json")
        world.clock.forward(60)
        assert ask(world, self_signed(owner="next"), "hosted").status == 200
        is_refused(ask(world, self_signed(), "hosted"))
        assert served.asked == ["/keys"] * 2


def test_failures_are_throttled(world: World) -> None:
    """As those of a secret; from elsewhere the client goes on."""
    world.clock.forward(600)
    is_refused(ask(world, OTHER, "keyed"))
    world.set_counters("client-caller", 29)
    is_refused(ask(world, OTHER, "keyed"))
    assert ask(world, self_signed(), "keyed").status == 429


def test_the_log_says_why(world: World) -> None:
    """And holds no certificate."""
    for name in ("no certificate", "another subject", "its own authority", "expired"):
        client_id, certificate = BAD[name]
        ask(world, certificate, client_id)
    reasons = [event["reason"] for event in world.events("client_authentication.failed")]
    assert reasons == [
        "no client certificate",
        "the certificate has not the client's name",
        "the certificate is its own authority's",
        "the certificate is not valid yet, or not any more",
    ]
    assert "BEGIN CERTIFICATE" not in world.log.getvalue()


SELF = {"token_endpoint_auth_method": "self_signed_tls_client_auth"}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"tls_client_auth_subject_dn": None}, "exactly one of"),
        ({"tls_client_auth_san_dns": "a.example"}, "exactly one of"),
        ({"tls_client_auth_subject_dn": "client"}, "^tls_client_auth_subject_dn: must be a name"),
        ({"tls_client_auth_subject_dn": 7}, "^tls_client_auth_subject_dn: must be a text"),
        (SELF, "^tls_client_auth_subject_dn: is for"),
        ({**SELF, "tls_client_auth_subject_dn": None}, "needs jwks or jwks_uri"),
        ({"token_endpoint_auth_method": "none"}, "^tls_client_auth_subject_dn: is for"),
        ({"client_secret": "x" * 12}, "^client_secret: a tls_client_auth client has none"),
        ({"token_endpoint_auth_signing_alg": "ES256"}, "is for private_key_jwt"),
        ({"tls_client_certificate_bound_access_tokens": "yes"}, "must be true or false"),
    ],
)
def test_what_contradicts_is_not_registered(
    world: World, members: dict[str, Any], words: str
) -> None:
    """RFC 8705 section 2.1.2: one name, and only where it counts."""
    metadata = {
        "token_endpoint_auth_method": "tls_client_auth",
        "tls_client_auth_subject_dn": "CN=a",
        "redirect_uris": [REDIRECT],
    }
    with pytest.raises((InvalidMetadata, Refused), match=words):
        clients.create({**metadata, **members}, world.services)


def test_no_secret_is_made(world: World) -> None:
    """Neither at registration nor later."""
    assert clients.get("named", world.services).secret_hash is None
    with pytest.raises(Refused, match="registered for tls_client_auth"):
        clients.rotate_secret("named", world.services)


def test_a_stage_without_such_a_host_takes_none(emulated: Any) -> None:
    """Nobody could ever reach it."""
    plain = World(*emulated)
    try:
        for members in (
            {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=a"},
            {**SELF, "jwks_uri": "http://127.0.0.1:1/keys"},
            BOUND,
        ):
            with pytest.raises(Refused, match=r"its setting MTLS_URL"):
                clients.create({"redirect_uris": [REDIRECT], **members}, plain.services)
    finally:
        plain.close()
