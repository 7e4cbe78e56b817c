"""Making a stage ready: table, queues and keys where no stack makes them, and the keyring.

`prepare` is for emulated clouds; on AWS these and the first keys come from the CloudFormation
stack, and `register_keys` makes them known to the server.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any

from chalicelib import rotation
from chalicelib.aws import keyring
from chalicelib.aws.data_keys import SPECS
from chalicelib.aws.log import Log
from chalicelib.aws.table import AlreadyExists
from chalicelib.protocol import jwk, signing_keys
from chalicelib.protocol.signing_keys import DATA_KEY, KMS, SigningKey
from chalicelib.records.keyring import KEYRING_KEY, KeyringRecord
from chalicelib.services import Services
from chalicelib.settings import Settings
from infra import queues
from infra.stage import NoSuchStage, aws_client, open_services

# What the kind of a KMS key says where nobody names its algorithm: those of the stack.
_BY_KIND = {"RSASSA": "RS256", "ECDSA": "ES256", "ED25519": "Ed25519"}


def prepare(
    environ: Mapping[str, str],
    algorithms: Iterable[str] | None = None,
    data_keys: Iterable[str] = (),
) -> None:
    """Make the table, one key an algorithm with its alias, and the keyring; again is fine.

    algorithms: those of the stack and those that the stage offers for ID tokens, unless given.
    data_keys: the algorithms that get a data key as well. The queues where the environment names
    one.
    """
    create_table(environ)
    with closing(open_services(environ, Log())) as services:
        if services.settings.logout_queue_url is not None:
            queues.create(services.client, services.settings.logout_queue_url)
        _create_keyring(services)
        keys = services.keyring.keys
        if algorithms is None:
            algorithms = dict.fromkeys(("RS256", "ES256", *services.settings.id_token_algs))
        missing = [alg for alg in algorithms if signing_keys.signer(keys, KMS, alg) is None]
        register(services, environ, {create_key(environ, alg): alg for alg in missing})
        _create_data_keys(services, environ, data_keys)


def _create_data_keys(
    services: Services, environ: Mapping[str, str], algorithms: Iterable[str]
) -> None:
    record = read_keyring(services)
    keys = known = keyring.read_keys(record)
    missing = [alg for alg in algorithms if signing_keys.signer(keys, DATA_KEY, alg) is None]
    if not missing:
        return
    with closing(aws_client("kms", environ)) as kms:
        arn = wrapping_key(kms, environ["STAGE"])
    for alg in missing:
        keys = rotation.announce(keys, arn, alg, services)
    keyring.save(services.table, record, keys)
    rotation.report(known, keys, services)


def create_table(environ: Mapping[str, str]) -> None:
    """Make the table of an emulated stage, with its TTL; nothing when it is there."""
    with closing(aws_client("dynamodb", environ)) as dynamodb:
        _create_table(dynamodb, environ["TABLE_NAME"])


def _create_table(dynamodb: Any, name: str) -> None:
    if name in dynamodb.list_tables()["TableNames"]:
        return
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    dynamodb.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
    )


def create_key(environ: Mapping[str, str], alg: str) -> str:
    """Make a KMS key for an algorithm, and point the algorithm's alias at it; returns its ARN."""
    stage = environ["STAGE"]
    with closing(aws_client("kms", environ)) as kms:
        arn = make_key(kms, stage, alg)
        name_key(kms, key_alias(stage, alg), arn)
    return arn


def make_key(kms: Any, stage: str, alg: str) -> str:
    """Make a KMS key for an algorithm, tagged as the policies want it; returns its ARN."""
    made = kms.create_key(
        KeySpec=SPECS[alg],
        KeyUsage="SIGN_VERIFY",
        Description=f"Postern {stage}: signs tokens with {alg}",
        Tags=_tags(stage),
    )
    arn: str = made["KeyMetadata"]["Arn"]
    return arn


def wrapping_key(kms: Any, stage: str) -> str:
    """The ARN of the KMS key that wraps the stage's data keys; made where none is enabled.

    One that was disabled is left alone: that is how an operator locks up what it wraps.
    """
    alias = f"alias/postern-{stage}-data-keys"
    try:
        found = kms.describe_key(KeyId=alias)["KeyMetadata"]
    except kms.exceptions.NotFoundException:
        found = {}
    if found.get("KeyState") == "Enabled":
        return str(found["Arn"])
    made = kms.create_key(
        Description=f"Postern {stage}: wraps the private halves of data keys",
        Tags=_tags(stage),
    )
    arn: str = made["KeyMetadata"]["Arn"]
    # KMS's own yearly rotation: what was wrapped before stays readable.
    kms.enable_key_rotation(KeyId=made["KeyMetadata"]["KeyId"])
    name_key(kms, alias, arn)
    return arn


def _tags(stage: str) -> list[dict[str, str]]:
    return [{"TagKey": "app", "TagValue": "postern"}, {"TagKey": "stage", "TagValue": stage}]


def name_key(kms: Any, alias: str, arn: str) -> None:
    """Point an alias at a key. Aliases are for people only: signing goes by ARN."""
    try:
        kms.update_alias(AliasName=alias, TargetKeyId=arn)
    except kms.exceptions.NotFoundException:
        kms.create_alias(AliasName=alias, TargetKeyId=arn)


def key_alias(stage: str, alg: str) -> str:
    """The alias of a stage's key for an algorithm."""
    return f"alias/postern-{stage}-{alg.lower()}"


def register_keys(environ: Mapping[str, str], key_arns: Iterable[str]) -> tuple[SigningKey, ...]:
    """Bring KMS keys into the keyring, each once; returns every key of it."""
    with closing(open_services(environ, Log())) as services:
        return register(services, environ, dict.fromkeys(key_arns))


def register(
    services: Services, environ: Mapping[str, str], keys_to_add: Mapping[str, str | None]
) -> tuple[SigningKey, ...]:
    """The same, with services that are there. A stage without a keyring gets one.

    keys_to_add: each ARN with its algorithm; None where the kind of key says it (see public_jwk).

    The public half of each key is read here, once, so that no request ever waits for it.
    """
    _create_keyring(services)
    record = read_keyring(services)
    keys = known = keyring.read_keys(record)
    with closing(aws_client("kms", environ)) as kms:
        for arn, alg in keys_to_add.items():
            if any(key.arn == arn for key in keys):
                continue
            keys = signing_keys.announce(keys, arn, public_jwk(kms, arn, alg), services.now())
    if keys != known:
        keyring.save(services.table, record, keys)
    for name in unsigned(keys, services.settings):
        sys.stderr.write(f"Warning: ID_TOKEN_ALGS offers {name}, for which no key is active\n")
    return keys


def unsigned(keys: Iterable[SigningKey], settings: Settings) -> tuple[str, ...]:
    """What the stage offers for ID tokens, and has no key to sign with: names of keys."""
    mode = settings.id_token_signing_mode or settings.signing_mode
    kept = tuple(keys)
    missing = (alg for alg in settings.id_token_algs if not signing_keys.signer(kept, mode, alg))
    return tuple(signing_keys.name(mode, alg) for alg in missing)


def public_jwk(kms: Any, arn: str, alg: str | None = None) -> dict[str, str]:
    """The public JWK of a KMS key, its kid the RFC 7638 thumbprint.

    Without `alg` it is RS256, ES256 or Ed25519: an RSA key is for PS256 only where that is said.
    """
    answer = kms.get_public_key(KeyId=arn)
    kind = str(answer["SigningAlgorithms"][0]).partition("_")[0]
    return jwk.from_der(answer["PublicKey"], alg or _BY_KIND[kind])


def read_keyring(services: Services) -> KeyringRecord:
    """The keyring item as it is now; NoSuchStage when the stage has none."""
    record = services.table.get(KeyringRecord, KEYRING_KEY)
    if record is None:
        raise NoSuchStage("the stage has no keyring: its deployment did not come to its end")
    return record


def _create_keyring(services: Services) -> None:
    try:
        keyring.create(services.table, secrets.token_bytes(32))
    except AlreadyExists:
        return
