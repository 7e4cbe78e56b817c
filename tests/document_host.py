"""A host of somebody else's documents, on the loopback address, with a certificate of its own."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.fetching import Address, Fetcher, NotFetched

HOST = "client.example"
URL = f"https://{HOST}/sector.json"


def certificate(folder: Path, host: str = HOST) -> Path:
    """A certificate for a host, signed by itself, with its key; the path of its file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def fetcher(
    trusted: Path, ports: Iterable[int], *, seconds: float = 20, address: str = "127.0.0.1"
) -> Fetcher:
    """One for which every name is this machine, and this certificate is good."""
    addresses: list[Address] = [(address, port) for port in ports]
    context = ssl.create_default_context(cafile=str(trusted))
    return Fetcher(lambda *_: addresses, context, is_allowed=lambda _: True, seconds=seconds)


class Documents(Fetcher):
    """Documents by URL, without a network."""

    def __init__(self, documents: dict[str, Any]) -> None:
        super().__init__()
        self.documents = documents

    def json(self, url: str) -> Any:
        """The document; NotFetched where there is none."""
        if url not in self.documents:
            raise NotFetched("the answer is 404 text/html, not 200 and JSON")
        return self.documents[url]
