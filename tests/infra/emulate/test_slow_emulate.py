"""The whole way: package, CloudFormation, API Gateway, Lambda processes, the stories. Slow."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.aws import data_keys
from chalicelib.protocol.signing_keys import SigningKey
from infra import bootstrap, seeds
from infra.deployment import configuration
from infra.deployment.adopt import adopt
from infra.deployment.names import PROJECT
from infra.emulate import cloud, logouts, rotation, smoke
from infra.emulate.ministack import Ministack

from . import calls

pytestmark = [
    pytest.mark.emulator,
    # Registration and seeding are one-shot commands: their connections end with the process.
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

# Imports every module of the server out of an unpacked zip, and uses the compiled libraries.
_WHOLE_SERVER = """
import json, sys
sys.path.insert(0, ".")
import app
from chalicelib.warm_up import warm_up
from chalicelib.authentication.password import Cost, hash_password
warm_up()
hash_password("password", Cost(memory=8, iterations=1, lanes=1))
files = {name: getattr(module, "__cached__", None) for name, module in sys.modules.items()}
print(json.dumps({"app": type(app.app).__name__, "files": files}))
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where template and zip are written."""
    return tmp_path_factory.mktemp("package")


@pytest.fixture(scope="module")
def deployed(out: Path) -> Iterator[cloud.Deployed]:
    """The checkout's dev stage on an emulator that enforces IAM policies, with the demo seeds."""
    with Ministack() as aws, pytest.MonkeyPatch.context() as environ:
        for name, value in aws.environ.items():
            environ.setenv(name, value)
        stage = cloud.deploy(aws.url, out, print)
        variables = {**os.environ, **stage.environ}
        bootstrap.register_keys(variables, stage.key_arns)
        seeds.plant(variables)
        logouts.plant(variables)
        logouts.run(variables, print)
        yield stage


@pytest.fixture(scope="module")
def data_key(deployed: cloud.Deployed) -> SigningKey:
    """A data key that is due for rotation; before the first request, which keeps what it reads."""
    return rotation.plant({**os.environ, **deployed.environ})


def test_the_smoke_story_goes_well(deployed: cloud.Deployed, data_key: SigningKey) -> None:
    """Every step over HTTP, the function held to its role's policy."""
    told: list[str] = []
    smoke.run(deployed.url, say=told.append)
    assert len(told) == 8


def test_a_data_key_signs_and_is_rotated(deployed: cloud.Deployed, data_key: SigningKey) -> None:
    """Each by the function whose role may: the API's decrypts it, the other makes the next."""
    told: list[str] = []
    environ = {**os.environ, **deployed.environ}
    rotation.run(deployed.url, deployed.rotation, environ, data_key, told.append)
    assert len(told) == 2


def test_a_rotation_with_nothing_to_do_is_no_error(
    deployed: cloud.Deployed, data_key: SigningKey
) -> None:
    """Called again, as every day, it leaves the keyring as it is."""
    rotation.invoke(deployed.rotation)
    before = calls.keyring(deployed)
    rotation.invoke(deployed.rotation)
    assert calls.keyring(deployed) == before


def test_a_failed_rotation_is_told(deployed: cloud.Deployed) -> None:
    """What Lambda answers of an exception ends the story, with its words."""
    functions = boto3.client("lambda")
    functions.create_function(
        FunctionName="fails",
        Runtime=functions.get_function_configuration(FunctionName=deployed.rotation)["Runtime"],
        Role=functions.get_function_configuration(FunctionName=deployed.rotation)["Role"],
        Handler="fails.handler",
        Code={
            "ZipFile": calls.zipped(
                "def handler(event, context):\n    raise KeyError('no such key')"
            )
        },
    )
    with pytest.raises(smoke.SmokeFailure, match="no such key"):
        rotation.invoke("fails")


def test_the_rotation_is_called_every_day(deployed: cloud.Deployed) -> None:
    """By the rule of the stack."""
    events = boto3.client("events")
    (rule,) = events.list_rules()["Rules"]
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert rule["ScheduleExpression"] == "rate(1 day)"
    assert target["Arn"].endswith(f":function:{deployed.rotation}")


def test_the_server_runs_from_byte_code_and_needs_nothing_else(
    deployed: cloud.Deployed, out: Path, tmp_path: Path
) -> None:
    """Every module of it is loaded, its sources made useless, without this environment's packages.

    What the package leaves out would be missing here.
    """
    with zipfile.ZipFile(out / "deployment.zip") as opened:
        opened.extractall(tmp_path)
    for source in tmp_path.rglob("*.py"):
        source.write_text("raise SystemExit('a source was compiled')")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _WHOLE_SERVER],
        cwd=tmp_path,
        env={
            **deployed.environ,
            "AWS_LAMBDA_FUNCTION_NAME": deployed.function,
            "AWS_REGION": "eu-west-1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout)
    assert loaded["app"] == "function"
    for name in ("app", "chalicelib.endpoints.token", "jinja2.environment", "cryptography.utils"):
        assert "__pycache__" in loaded["files"][name]


def test_a_stage_of_one_stack_is_adopted(deployed: cloud.Deployed, tmp_path: Path) -> None:
    """Its outputs become the configuration that the operator's command line reads."""
    (tmp_path / ".chalice").mkdir()
    shutil.copy(PROJECT / ".chalice" / "config.json", tmp_path / ".chalice")
    registered: list[str] = []
    variables = adopt(
        cloud.STAGE,
        "postern-dev",
        register_keys=lambda _, arns: registered.extend(arns),
        project=tmp_path,
    )
    written = configuration.read(tmp_path)["stages"]["dev"]["environment_variables"]
    # The function itself has an empty MTLS_URL: nobody is reached with certificates there.
    assert variables == written
    assert {**variables, "MTLS_URL": ""} == deployed.environ
    assert tuple(registered) == deployed.key_arns


def test_the_role_cannot_scan(deployed: cloud.Deployed) -> None:
    """The policy that let the story through refuses what the story does not need."""
    with pytest.raises(ClientError, match="AccessDenied"):
        calls.as_the_function().client("dynamodb").scan(TableName=deployed.table_name)


def test_the_role_cannot_make_keys(deployed: cloud.Deployed) -> None:
    """Signing keys come from the stack and from an operator."""
    with pytest.raises(ClientError, match="AccessDenied"):
        calls.as_the_function().client("kms").create_key()


def test_the_role_cannot_sign_with_a_key_of_another_stage(deployed: cloud.Deployed) -> None:
    """Same account, same tag `app`, another tag `stage`."""
    kms = boto3.client("kms")
    made = kms.create_key(
        KeySpec="RSA_2048",
        KeyUsage="SIGN_VERIFY",
        Tags=[
            {"TagKey": "app", "TagValue": "postern"},
            {"TagKey": "stage", "TagValue": "prod"},
        ],
    )
    with pytest.raises(ClientError, match="AccessDenied"):
        calls.sign(made["KeyMetadata"]["Arn"])


def test_the_role_signs_with_a_key_made_later(deployed: cloud.Deployed) -> None:
    """`key rotate` needs no new deployment: the tags are what the policy asks for."""
    assert calls.sign(bootstrap.create_key({**os.environ, **deployed.environ}, "RS256"))


@pytest.mark.parametrize(("stage", "allowed"), [("dev", True), ("prod", False)])
def test_the_role_decrypts_data_keys_of_its_stage(
    deployed: cloud.Deployed, stage: str, allowed: bool
) -> None:
    """By the wrapping key's tags; the emulator knows no encryption context in policies."""
    arn, pair = calls.data_key(stage)
    context = data_keys.context(stage, "ES256")
    kms = calls.as_the_function().client("kms")
    asked = {"KeyId": arn, "CiphertextBlob": pair, "EncryptionContext": context}
    if allowed:
        assert kms.decrypt(**asked)["KeyId"] == arn
        return
    with pytest.raises(ClientError, match="AccessDenied"):
        kms.decrypt(**asked)


def test_the_role_cannot_make_data_keys(deployed: cloud.Deployed) -> None:
    """Those come from an operator, and from a scheduled rotation with a role of its own."""
    arn, _ = calls.data_key("dev")
    with pytest.raises(ClientError, match="AccessDenied"):
        calls.as_the_function().client("kms").generate_data_key_pair_without_plaintext(
            KeyId=arn, KeyPairSpec="ECC_NIST_P256"
        )


def test_the_rotations_role_may_do_nothing_else(deployed: cloud.Deployed) -> None:
    """Each of these is a call that this cloud answers to its owner, or to the other role."""
    answers = calls.answers(deployed.rotation, calls.refused(deployed))
    assert set(answers.values()) <= calls.DENIED, answers


def test_the_deliveries_role_may_do_nothing_else(deployed: cloud.Deployed) -> None:
    """But for signing; and for what it puts: the emulator cannot tell which items a call names."""
    asked = calls.refused(deployed)
    for its_own in ("a signature", "a data key decrypted", "an item put"):
        del asked[its_own]
    answers = calls.answers(deployed.delivery, asked)
    assert set(answers.values()) <= calls.DENIED, answers


@pytest.mark.parametrize(
    ("function", "allowed"),
    [
        ("postern-dev", {"a message sent"}),
        ("postern-dev-rotate_keys", set()),
        ("postern-dev-deliver_logouts", {"messages received", "the queue looked at"}),
    ],
)
def test_who_sends_and_who_takes(
    deployed: cloud.Deployed, function: str, allowed: set[str]
) -> None:
    """The API puts messages into the queue, the consumer takes them; nobody those set aside."""
    answers = calls.answers(function, calls.of_the_queue(deployed))
    assert {name for name, answer in answers.items() if answer == "done"} == allowed
    assert {answer for answer in answers.values() if answer != "done"} <= calls.DENIED


def test_the_rotations_role_makes_data_keys(deployed: cloud.Deployed) -> None:
    """By the wrapping key of its stage: the refusals above are not of everything."""
    arn, _ = calls.data_key("dev")
    made = (
        calls.as_the_function(deployed.rotation)
        .client("kms")
        .generate_data_key_pair_without_plaintext(
            KeyId=arn,
            KeyPairSpec="ECC_NIST_P256",
            EncryptionContext=data_keys.context("dev", "ES256"),
        )
    )
    assert made["KeyId"] == arn


def test_a_delivery_that_failed_comes_again_when_it_was_told_to(deployed: cloud.Deployed) -> None:
    """Last in this module: half a minute after the first try, which was before all the others."""
    told: list[str] = []
    logouts.run_on({**os.environ, **deployed.environ}, told.append)
    assert len(told) == 1
