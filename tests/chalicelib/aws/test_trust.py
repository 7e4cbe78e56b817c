"""Whom the client believes to be AWS: Amazon's roots, then the system's; nobody else."""

from __future__ import annotations

import re
import ssl
import subprocess
import sys
from base64 import b64decode
from contextlib import closing
from pathlib import Path

import botocore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.aws.client import AWSClient
from chalicelib.aws.credentials import Credentials
from chalicelib.aws.trust import AMAZON_ROOTS, Trust
from chalicelib.errors import TemporarilyUnavailable
from tests.chalicelib.aws.raw_server import RawServer, answer, answers, serving


def at(server: RawServer) -> closing[AWSClient]:
    """A client of an AWS that is this server."""
    endpoint = f"https://127.0.0.1:{server.port}"
    return closing(
        AWSClient("eu-west-1", lambda: Credentials("a", "b"), endpoint=endpoint, timeout=5)
    )


def blocks(path: Path) -> set[str]:
    """The certificates of a file as they are written, in one line each."""
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"(?<=-----BEGIN CERTIFICATE-----)[^-]+(?=-----END CERTIFICATE-----)", text)
    return {"".join(block.split()) for block in found}


# Starfield's root has the serial number 0, which today's rules forbid for new ones.
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_the_file_holds_amazons_five_roots() -> None:
    """All that amazontrust.com names, each as botocore has it, and good for ten years more."""
    written = blocks(Path(AMAZON_ROOTS))
    assert written <= blocks(Path(botocore.__file__).with_name("cacert.pem"))
    held = [x509.load_der_x509_certificate(b64decode(block)) for block in written]
    names = {root.subject.rfc4514_string().partition(",")[0] for root in held}
    starfield = "CN=Starfield Services Root Certificate Authority - G2"
    assert names == {starfield, *(f"CN=Amazon Root CA {number}" for number in (1, 2, 3, 4))}
    assert min(root.not_valid_after_utc.year for root in held) > 2036
    text = Path(AMAZON_ROOTS).read_text(encoding="utf-8")
    assert all(f"SHA-256 {root.fingerprint(SHA256()).hex()}" in text for root in held)


def test_certificates_and_names_are_checked() -> None:
    """By Amazon's roots only, at first."""
    context = Trust().context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert len(context.get_ca_certs()) == 5


def test_a_stranger_is_not_believed(certificate: Path) -> None:
    """Neither by Amazon's roots nor by the system's; no request reaches him."""
    with RawServer([answers(answer(b"{}"))] * 9, serving(certificate)) as server, at(server) as aws:
        with pytest.raises(TemporarilyUnavailable) as refused:
            aws.call("dynamodb", "GetItem", {})
        assert "SSLCertVerificationError" in str(refused.value.detail)


def test_who_the_system_trusts_is_believed(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy of one's own, or a root that Amazon has made since; within the same call."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # read by OpenSSL
    talks = [answers(), answers(answer(b'{"a":1}'), answer(b'{"a":2}'))]
    with RawServer(talks, serving(certificate)) as server, at(server) as aws:
        said = [aws.call("dynamodb", "GetItem", {})["a"] for _ in range(2)]
    assert said == [1, 2]
    assert server.connections == 2


def test_other_failures_widen_nothing() -> None:
    """A closed connection says nothing about a certificate."""
    trust = Trust()
    assert not trust.widen(ssl.SSLCertVerificationError("before any connection"))
    first = trust.context
    assert not trust.widen(ConnectionResetError())
    assert trust.context is first
    assert trust.widen(ssl.SSLCertVerificationError("unknown issuer"))
    assert trust.context is not first
    assert not trust.widen(ssl.SSLCertVerificationError("still unknown"))


def test_ssl_is_not_imported_before_it_is_used() -> None:
    """Nor the roots read: most doors of a cold start have no use for them."""
    code = "import sys; from chalicelib.aws.client import AWSClient; print('ssl' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
