"""The name of a client in its certificate, under five members of metadata. RFC 8705 section 2.1.2.

Names are compared as the values that they are, and never as texts that somebody has written:
RFC 4514 for the subject, RFC 5280 sections 4.2.1.6, 7.2 and 7.5 for the alternative names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, Name, SubjectAlternativeName

MOST = 1000  # characters

_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+", re.ASCII)
_EMAIL = re.compile(r"[\x21-\x3f\x41-\x7e]{1,64}@[A-Za-z0-9.-]{1,253}", re.ASCII)

# RFC 4514 section 3, and what it does not name but OpenSSL and eIDAS certificates have. All others
# can be written by their numbers (section 2.5).
_TYPES = {
    "CN": "2.5.4.3",
    "L": "2.5.4.7",
    "ST": "2.5.4.8",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "C": "2.5.4.6",
    "STREET": "2.5.4.9",
    "DC": "0.9.2342.19200300.100.1.25",
    "UID": "0.9.2342.19200300.100.1.1",
    "emailAddress": "1.2.840.113549.1.9.1",
    "serialNumber": "2.5.4.5",
    "organizationIdentifier": "2.5.4.97",
    "businessCategory": "2.5.4.15",
}


class _Kind(NamedTuple):
    """check: ValueError for a value that cannot be one. is_in: whether a certificate has it."""

    check: Callable[[str], object]
    is_in: Callable[[Certificate, str], bool]


def check(member: str, value: str) -> None:
    """ValueError, in words for a developer, for a value that no certificate could have."""
    if not 1 <= len(value) <= MOST:
        raise ValueError(f"must have 1 to {MOST} characters")
    KINDS[member].check(value)


def is_in(certificate: Certificate, member: str, registered: str) -> bool:
    """Whether a certificate has the name that a client has registered under a member."""
    try:
        return KINDS[member].is_in(certificate, registered)
    except ValueError:  # what cannot be read names nobody
        return False


def distinguished_name(text: str) -> Name:
    """The name that RFC 4514 writes so: `CN=a,O=b`, the last of its parts first; ValueError."""
    from cryptography.x509 import Name, ObjectIdentifier

    # Section 2.3 leaves capitals to the writer.
    known = {
        spelled: ObjectIdentifier(number)
        for name, number in _TYPES.items()
        for spelled in (name, name.lower(), name.upper())
    }
    try:
        return Name.from_rfc4514_string(text, known)
    except ValueError:
        raise ValueError("must be a name as RFC 4514 writes it, like CN=a,O=b,C=DE") from None


def _alternative(certificate: Certificate) -> SubjectAlternativeName:
    from cryptography.x509 import ExtensionNotFound, SubjectAlternativeName

    try:
        return certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    except ExtensionNotFound:
        return SubjectAlternativeName([])


def _has_subject(certificate: Certificate, registered: str) -> bool:
    return certificate.subject == distinguished_name(registered)


def _has_host(certificate: Certificate, registered: str) -> bool:
    """As it is: a wildcard of the certificate's stands for nobody."""
    from cryptography.x509 import DNSName

    names = _alternative(certificate).get_values_for_type(DNSName)
    return registered.lower() in {name.lower() for name in names}


def _has_uri(certificate: Certificate, registered: str) -> bool:
    from cryptography.x509 import UniformResourceIdentifier

    return registered in _alternative(certificate).get_values_for_type(UniformResourceIdentifier)


def _has_address(certificate: Certificate, registered: str) -> bool:
    from cryptography.x509 import IPAddress

    return _address(registered) in _alternative(certificate).get_values_for_type(IPAddress)


def _has_email(certificate: Certificate, registered: str) -> bool:
    """RFC 5280 section 7.5: the host in any letters, the part before it as it is."""
    from cryptography.x509 import RFC822Name

    names = _alternative(certificate).get_values_for_type(RFC822Name)
    return _email(registered) in {_email(name) for name in names}


def _email(text: str) -> tuple[str, str]:
    local, _, host = text.rpartition("@")
    return local, host.lower()


def _address(text: str) -> object:
    from ipaddress import ip_address

    try:
        return ip_address(text)
    except ValueError:
        raise ValueError("must be an IP address") from None


def _like(pattern: re.Pattern[str], what: str) -> Callable[[str], None]:
    def check(value: str) -> None:
        if not pattern.fullmatch(value):
            raise ValueError(f"must be {what}")

    return check


KINDS = {
    "tls_client_auth_subject_dn": _Kind(distinguished_name, _has_subject),
    "tls_client_auth_san_dns": _Kind(_like(_HOST, "a host name"), _has_host),
    "tls_client_auth_san_uri": _Kind(_like(_URI, "a URI"), _has_uri),
    "tls_client_auth_san_ip": _Kind(_address, _has_address),
    "tls_client_auth_san_email": _Kind(_like(_EMAIL, "an email address"), _has_email),
}
