"""A table on the emulator, empty, with a clock of its own; a certificate for a TLS server."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.aws.client import AWSClient
from chalicelib.aws.credentials import Credentials
from chalicelib.aws.table import Table
from tests.emulated_aws import Recorder
from tests.stage import Clock

Emulated = tuple[str, Recorder, dict[str, dict[str, str]]]


@pytest.fixture
def clock() -> Clock:
    """A clock that moves when it is told to."""
    return Clock()


@pytest.fixture
def aws(emulated: Emulated) -> Recorder:
    """What the emulator is asked, and how it fails."""
    emulated[1].reset()
    return emulated[1]


@pytest.fixture
def client(emulated: Emulated) -> Iterator[AWSClient]:
    """A client at the emulator."""
    client = AWSClient("eu-west-1", lambda: Credentials("local", "local"), endpoint=emulated[0])
    yield client
    client.close()


@pytest.fixture
def table_name(client: AWSClient, aws: Recorder) -> str:
    """The name of a table that was just made."""
    name = f"table-{secrets.token_hex(8)}"
    keys = (("pk", "HASH"), ("sk", "RANGE"))
    client.call(
        "dynamodb",
        "CreateTable",
        {
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": key, "AttributeType": "S"} for key, _ in keys
            ],
            "KeySchema": [{"AttributeName": key, "KeyType": kind} for key, kind in keys],
        },
    )
    aws.reset()
    return name


@pytest.fixture
def table(client: AWSClient, table_name: str, clock: Clock) -> Table:
    """An empty table."""
    return Table(client, table_name, clock)


@pytest.fixture
def tables(emulated: Emulated, table_name: str, clock: Clock) -> Iterator[list[Table]]:
    """The same table eight times, each over a connection of its own: one for each thread."""
    clients = [
        AWSClient("eu-west-1", lambda: Credentials("local", "local"), endpoint=emulated[0])
        for _ in range(8)
    ]
    yield [Table(client, table_name, clock) for client in clients]
    for client in clients:
        client.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    pem = serialization.Encoding.PEM
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, pkcs8, plain))
    return path
