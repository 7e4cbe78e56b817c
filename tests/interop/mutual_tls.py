"""A host that takes client certificates, as API Gateway's domain with mutual TLS. RFC 8705.

TLS ends here, and the function learns of the certificate by its event alone, as on AWS. The
function is another process of the stage that `make run` serves: its own services, the same table.
"""

from __future__ import annotations

import io
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chalicelib.aws.log import Log
from chalicelib.function import handler
from infra.local.gateway import API, Gateway
from infra.local.server import Server
from infra.local.wire import Answer, Application, Call
from infra.stage import environment, open_services
from tests.client_certificates import AUTHORITY, DAY, SUBJECT, issued
from tests.client_signatures import Private, private_key
from tests.running import Running, started

NOW = int(time.time())
DAYS = {"begins": NOW - DAY, "ends": NOW + DAY}
# The certificate of each way to be known, and the kind of its key.
KINDS = {"tls_client_auth": "EC", "self_signed_tls_client_auth": "RSA"}


def authority() -> str:
    """The certificate of those who issue, whom both ends trust."""
    key = private_key("EC", "authority")
    name = x509.Name.from_rfc4514_string(AUTHORITY)
    leaf = x509.load_pem_x509_certificate(issued(**DAYS).encode())
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(leaf.not_valid_before_utc)
        .not_valid_after(leaf.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
        .public_bytes(Encoding.PEM)
        .decode()
    )


def certificate(method: str) -> str:
    """What a client of a method shows; one of no such method has a certificate all the same."""
    if method == "self_signed_tls_client_auth":
        return issued(issuer=SUBJECT, kind="RSA", **DAYS)
    return issued(**DAYS)


def key_of(method: str) -> Private:
    """The key of that certificate."""
    return private_key(KINDS.get(method, "EC"), "certified")


def pem(key: Private) -> str:
    """A private key, for a program that reads PEM."""
    made = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.decode()


class CertifyingServer(Server):
    """Asks each connection for a certificate, and hands over what was proved: never a header."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.url = f"https://127.0.0.1:{self.port}"
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        own = folder / "mutual-tls.pem"
        owner = "mutual-tls"
        shown = issued("CN=127.0.0.1", owner=owner, names=("IP:127.0.0.1",), **DAYS)
        own.write_text(shown + pem(private_key("EC", owner)))
        self._tls.load_cert_chain(own)
        self._tls.verify_mode = ssl.CERT_OPTIONAL
        # The domain's trust store: who issues, and the certificates that nobody else has signed.
        trusted = authority() + certificate("self_signed_tls_client_auth")
        self._tls.load_verify_locations(cadata=trusted)
        self._here = threading.local()

    def get_request(self) -> tuple[socket.socket, Any]:
        """The handshake waits for the connection's own thread."""
        connection, address = super().get_request()
        wrapped = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return wrapped, address

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """The thread of a connection answers its calls, so it may ask whose connection it is."""
        self._here.connection = request
        super().process_request_thread(request, client_address)

    def certified(self, application: Application) -> Application:
        """The application, told of the certificate of each call."""

        def answer(call: Call) -> Answer:
            shown = self._here.connection.getpeercert(binary_form=True)
            known = None if shown is None else ssl.DER_cert_to_PEM_cert(shown)
            return application(replace(call, client_certificate=known))

        return answer


@contextmanager
def with_certificates(folder: Path) -> Iterator[Running]:
    """`make run` with MTLS_URL, and the host at that address."""
    with CertifyingServer(folder) as host, started(folder, MTLS_URL=host.url) as running:
        environ = environment("local", {}, folder)
        with closing(open_services(environ, Log(io.StringIO()))) as services:
            gateway = Gateway(handler(lambda: services), API, running.url)
            host.start(host.certified(gateway))
            yield running
