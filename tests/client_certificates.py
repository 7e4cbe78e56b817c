"""Certificates of clients and of those who issue them, made by the library that checks them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from chalicelib.encoding import base64url, sha256
from tests.client_signatures import Private, private_key
from tests.stage import START

DAY = 86_400
SUBJECT = "CN=client,O=Shop,C=DE"
AUTHORITY = "CN=Root,O=Trust,C=DE"


@cache
def issued(
    subject: str = SUBJECT,
    *,
    issuer: str = AUTHORITY,
    kind: str = "EC",
    owner: str = "certified",
    names: tuple[str, ...] = (),
    begins: int = START - DAY,
    ends: int = START + 30 * DAY,
    number: int = 7,
) -> str:
    """A certificate in PEM, valid for so many epoch seconds.

    names: alternative names, as `DNS:a.example`, `URI:...`, `IP:...` or `email:...`.
    """
    return signed(
        x509.Name.from_rfc4514_string(subject),
        x509.Name.from_rfc4514_string(issuer),
        private_key(kind, owner),
        tuple(_alternative(name) for name in names),
        (begins, ends),
        number,
    )


def self_signed(
    kind: str = "EC",
    owner: str = "certified",
    subject: str = SUBJECT,
    ends: int = START + 30 * DAY,
    number: int = 7,
) -> str:
    """A certificate that its owner has signed."""
    return issued(subject, issuer=subject, kind=kind, owner=owner, ends=ends, number=number)


def signed(
    subject: x509.Name,
    issuer: x509.Name,
    key: Private | ec.EllipticCurvePrivateKey,
    names: tuple[x509.GeneralName, ...],
    times: tuple[int, int],
    number: int,
) -> str:
    """A certificate, signed by the authority, or by its owner where both have one name."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(number)
        .not_valid_before(datetime.fromtimestamp(times[0], UTC))
        .not_valid_after(datetime.fromtimestamp(times[1], UTC))
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    signer = key if issuer == subject else private_key("EC", "authority")
    digest = None if isinstance(signer, ed25519.Ed25519PrivateKey) else SHA256()
    return builder.sign(signer, digest).public_bytes(Encoding.PEM).decode()


def multi_valued() -> str:
    """One whose subject has two attributes in one part: `CN=client+UID=7,O=Shop`."""
    parts = [
        x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Shop")]),
        x509.RelativeDistinguishedName(
            [
                x509.NameAttribute(NameOID.USER_ID, "7"),
                x509.NameAttribute(NameOID.COMMON_NAME, "client"),
            ]
        ),
    ]
    authority = x509.Name.from_rfc4514_string(AUTHORITY)
    times = (START - DAY, START + DAY)
    return signed(x509.Name(parts), authority, private_key("EC", "certified"), (), times, 7)


def on_another_curve() -> str:
    """One with a key that no client registers."""
    name = x509.Name.from_rfc4514_string(SUBJECT)
    return signed(name, name, _p384(), (), (START - DAY, START + DAY), 7)


@cache
def _p384() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP384R1())


def thumbprint(pem: str) -> str:
    """RFC 8705 section 3.1."""
    der = x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)
    return base64url(sha256(der))


def _alternative(text: str) -> x509.GeneralName:
    kind, _, value = text.partition(":")
    if kind == "IP":
        return x509.IPAddress(ip_address(value))
    kinds = {"DNS": x509.DNSName, "URI": x509.UniformResourceIdentifier, "email": x509.RFC822Name}
    return kinds[kind](value)
