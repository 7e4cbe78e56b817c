"""Certificates: thumbprints, days, keys, and names under five members. RFC 8705 sections 2, 3."""

from __future__ import annotations

import pytest

from chalicelib.protocol import certificate, certificate_names
from chalicelib.protocol.certificate import BadCertificate
from tests.client_certificates import (
    DAY,
    SUBJECT,
    issued,
    multi_valued,
    on_another_curve,
    self_signed,
    thumbprint,
)
from tests.client_signatures import private_key, public_jwk
from tests.stage import START
from tests.vectors import load

RFC = load("rfc8705")
DN = "tls_client_auth_subject_dn"
DNS = "tls_client_auth_san_dns"
URI = "tls_client_auth_san_uri"
IP = "tls_client_auth_san_ip"
EMAIL = "tls_client_auth_san_email"
NAMED = issued(
    names=(
        *("DNS:a.example", "DNS:*.wild.example", "URI:https://a.example/x", "IP:192.0.2.1"),
        *("IP:2001:db8::1", "email:Box@A.example"),
    )
)


def test_the_thumbprint_of_the_specification() -> None:
    """RFC 8705 appendix A."""
    found = certificate.read(RFC["pem"])
    assert certificate.thumbprint(found) == RFC["cnf"]["x5t#S256"] == thumbprint(RFC["pem"])
    assert certificate.public_jwk(found) == RFC["jwk"]


@pytest.mark.parametrize("kind", ["EC", "RSA", "OKP"])
def test_its_key_is_told_as_clients_register_keys(kind: str) -> None:
    """Member by member."""
    found = certificate.public_jwk(certificate.read(self_signed(kind)))
    assert found == public_jwk(private_key(kind, "certified"))


def test_a_key_that_nobody_registers_is_none() -> None:
    """P-384."""
    with pytest.raises(BadCertificate, match="P-256"):
        certificate.public_jwk(certificate.read(on_another_curve()))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "certificate",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        self_signed().replace("CERTIFICATE", "PUBLIC KEY"),
        self_signed().replace("M", "N", 1),
        self_signed()[:-40],
        "é",
        "\ud800",
        "A" * 20_000,
        self_signed().replace("\n", "%0A"),
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_certificate_is_refused(text: str) -> None:
    """In our own words."""
    with pytest.raises(BadCertificate):
        certificate.read(text)


@pytest.mark.parametrize(
    ("now", "good"),
    [
        (START - DAY - 1, False),
        (START - DAY, True),
        (START, True),
        (START + DAY, True),
        (START + DAY + 1, False),
    ],
)
def test_a_certificate_has_its_days(now: int, good: bool) -> None:
    """To the second."""
    found = certificate.read(issued(ends=START + DAY))
    if good:
        certificate.must_be_current(found, now)
        return
    with pytest.raises(BadCertificate, match="not valid yet, or not any more"):
        certificate.must_be_current(found, now)


@pytest.mark.parametrize(
    ("member", "registered", "found"),
    [
        (DN, SUBJECT, True),
        (DN, "cn=client,o=Shop,c=DE", True),
        (DN, "2.5.4.3=client,2.5.4.10=Shop,2.5.4.6=DE", True),
        (DN, "CN=\\63lient,O=Shop,C=DE", True),
        (DN, "C=DE,O=Shop,CN=client", False),
        (DN, "CN=client,O=Shop", False),
        (DN, "CN=client", False),
        (DN, "CN=client,O=Shop,C=DE,DC=x", False),
        (DN, "CN=Client,O=Shop,C=DE", False),
        (DN, "CN=client\\ ,O=Shop,C=DE", False),
        (DN, "CN=client\\,O=Shop,C=DE", False),
        (DN, "CN=client+O=Shop,C=DE", False),
        (DN, "O=client,CN=Shop,C=DE", False),
        (DN, "CN=clien*,O=Shop,C=DE", False),
        (DNS, "a.example", True),
        (DNS, "A.Example", True),
        (DNS, "b.example", False),
        (DNS, "example", False),
        (DNS, "x.a.example", False),
        (DNS, "x.wild.example", False),
        (DNS, "client", False),
        (URI, "https://a.example/x", True),
        (URI, "https://a.example/X", False),
        (URI, "https://a.example/", False),
        (URI, "https://A.example/x", False),
        (IP, "192.0.2.1", True),
        (IP, "2001:db8::1", True),
        (IP, "2001:0db8:0:0::1", True),
        (IP, "192.0.2.2", False),
        (IP, "::ffff:192.0.2.1", False),
        (EMAIL, "Box@A.example", True),
        (EMAIL, "Box@a.EXAMPLE", True),
        (EMAIL, "box@a.example", False),
        (EMAIL, "a.example@Box", False),
    ],
)
def test_a_name_is_found_as_a_value(member: str, registered: str, found: bool) -> None:
    """RFC 4514, RFC 5280: letters count where they do, and nothing is a pattern."""
    certificate_names.check(member, registered)
    assert certificate_names.is_in(certificate.read(NAMED), member, registered) is found


@pytest.mark.parametrize("member", [DNS, URI, IP, EMAIL])
def test_without_alternative_names_there_are_none(member: str) -> None:
    """Above all, the common name is no host."""
    bare = certificate.read(issued("CN=a.example"))
    values = {DNS: "a.example", URI: "https://a.example/", IP: "192.0.2.1", EMAIL: "a@a.example"}
    assert certificate_names.is_in(bare, member, values[member]) is False


def test_several_attributes_in_one_part_are_a_set() -> None:
    """RFC 4514 section 2.2."""
    found = certificate.read(multi_valued())
    for text in ("CN=client+UID=7,O=Shop", "UID=7+CN=client,O=Shop"):
        assert certificate_names.is_in(found, DN, text)
    for text in ("CN=client,UID=7,O=Shop", "UID=7,CN=client,O=Shop", "CN=client,O=Shop"):
        assert not certificate_names.is_in(found, DN, text)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("CN=a\\, b,O=c", "a, b"),
        ("CN=a\\2c b,O=c", "a, b"),
        ("CN=\\22a\\22,O=c", '"a"'),
        ("CN=M\\C3\\BCller,O=c", "Müller"),
        ("CN=Müller,O=c", "Müller"),
        ("CN=\\#a,O=c", "#a"),
    ],
)
def test_escapes_stand_for_what_they_say(written: str, plain: str) -> None:
    """RFC 4514 section 2.4."""
    *_, name = certificate_names.distinguished_name(written)
    assert name.value == plain


@pytest.mark.parametrize(
    ("member", "value"),
    [
        *((DN, text) for text in ("", "client", "CN", "CN=a, O=b", "CN = a", "/CN=a/O=b")),
        *((DN, text) for text in ("CN=a;O=b", "CN=a,", ",CN=a", "XX=a", "C=Germany")),
        *((DN, text) for text in ('CN="a"', "CN=a" * 400, "CN=a\\zz")),
        *((DNS, text) for text in ("", "a..example", "*.example", "a b", "https://a", "é.example")),
        *((DNS, text) for text in ("a.example.", "a" * 64, "a,b")),
        *((URI, text) for text in ("", "a", "https://a b", "//a", "https://é", ":a")),
        *((IP, text) for text in ("", "192.0.2", "192.0.2.1/32", "a.example", "[::1]", "1")),
        *((EMAIL, text) for text in ("", "a", "a@", "@a", "a@b@c", "a b@c", "<a@b>")),
    ],
)
def test_what_no_certificate_has_cannot_be_registered(member: str, value: str) -> None:
    """In words."""
    with pytest.raises(ValueError, match=r"^must "):
        certificate_names.check(member, value)
