"""The thumbprint of a client certificate. RFC 8705 sections 3 and 3.1."""

from __future__ import annotations

import base64
import re

from .encoding import digest

_PEM = re.compile(
    r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----", re.ASCII
)


def thumbprint(certificate: str | bytes) -> str:
    """The `x5t#S256` of a certificate in DER (bytes) or PEM (text, or bytes); ValueError.

    Of a chain it is the first: the client's own. Whether it is still valid and who issued it was
    for the TLS layer to check, or for nobody: the token names this very certificate.
    """
    if isinstance(certificate, bytes) and not certificate.lstrip().startswith(b"-----BEGIN"):
        if certificate[:1] != b"\x30":
            raise ValueError("not a certificate")
        return digest(certificate)
    text = certificate.decode("ascii") if isinstance(certificate, bytes) else certificate
    found = _PEM.search(text)
    if not found:
        raise ValueError("not a certificate")
    return digest(base64.b64decode("".join(found[1].split()), validate=True))
