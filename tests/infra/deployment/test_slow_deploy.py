"""`deploy` and `destroy` to completion against emulators: Chalice itself runs. Slow."""

import io
import json
import shutil
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import boto3
import pytest

from chalicelib.routes import ROUTES
from chalicelib.settings import Settings
from infra import bootstrap
from infra.deployment import policy
from infra.deployment.deploy import Deployment, deploy
from infra.deployment.destroy import destroy
from infra.deployment.gateway_responses import RESPONSES
from infra.deployment.names import (
    API_HANDLER,
    DELIVER_LOGOUTS,
    PROJECT,
    ROTATE_KEYS,
    DeploymentError,
)

from .emulators import emulators

pytestmark = [
    pytest.mark.emulator,
    # Registration and seeding are one-shot commands: their connections end with the process.
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

ROTATION = "postern-dev-rotate_keys"
DELIVERY = "postern-dev-deliver_logouts"
ALL = pytest.mark.parametrize("function", ["postern-dev", ROTATION, DELIVERY])


@dataclass(frozen=True)
class Deployed:
    """A checkout, what its deployment reported, and what was registered."""

    project: Path
    result: Deployment
    registered: list[str]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of one's own: a deployment writes into it."""
    tree = tmp_path_factory.mktemp("checkout")
    for name in ("app.py", "requirements.txt"):
        shutil.copy(PROJECT / name, tree)
    shutil.copytree(
        PROJECT / "chalicelib", tree / "chalicelib", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tree / ".chalice").mkdir()
    shutil.copy(PROJECT / ".chalice" / "config.json", tree / ".chalice")
    return tree


@pytest.fixture(scope="module")
def deployed(project: Path) -> Iterator[Deployed]:
    """Stage dev, deployed."""
    registered: list[str] = []

    def register_keys(environ: Mapping[str, str], arns: Sequence[str]) -> None:
        registered.extend(key.alg for key in bootstrap.register_keys(environ, arns))

    with emulators() as variables, pytest.MonkeyPatch.context() as environ:
        for name, value in variables.items():
            environ.setenv(name, value)
        result = deploy("dev", register_keys=register_keys, project=project)
        yield Deployed(project, result, registered)


def test_the_function_is_the_configured_one(deployed: Deployed) -> None:
    """Memory, timeout and architecture came through; Chalice's defaults are far too small."""
    function = boto3.client("lambda").get_function(FunctionName="postern-dev")["Configuration"]
    assert function["Handler"] == "app.app"
    assert (function["MemorySize"], function["Timeout"]) == (1769, 25)
    assert function["Architectures"] == ["arm64"]


@pytest.mark.parametrize(
    ("function", "handler", "expected"),
    [(ROTATION, "app.rotate_keys", (256, 60)), (DELIVERY, "app.deliver_logouts", (256, 30))],
)
def test_the_other_functions_are_the_configured_ones(
    deployed: Deployed, function: str, handler: str, expected: tuple[int, int]
) -> None:
    """Functions of their own, small, of the same zip."""
    functions = boto3.client("lambda")
    found = functions.get_function(FunctionName=function)["Configuration"]
    api = functions.get_function(FunctionName="postern-dev")["Configuration"]
    assert found["Handler"] == handler
    assert (found["MemorySize"], found["Timeout"]) == expected
    assert found["CodeSha256"] == api["CodeSha256"]


def test_the_queue_calls_the_consumer(deployed: Deployed) -> None:
    """One mapping, though Chalice ran twice: one message a call, five calls at once."""
    (mapping,) = boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert mapping["EventSourceArn"] == _queue()["QueueArn"]
    assert mapping["FunctionArn"].endswith(f":function:{DELIVERY}")
    assert mapping["BatchSize"] == 1
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 5}
    assert mapping["State"] == "Enabled"


def _queue() -> dict[str, str]:
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="postern-dev-logout")["QueueUrl"]
    found: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])[
        "Attributes"
    ]
    return found


def test_the_rotation_is_called_every_day(deployed: Deployed) -> None:
    """One rule, which may call it and calls nothing else."""
    events = boto3.client("events")
    (rule,) = events.list_rules(NamePrefix="postern")["Rules"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 day)", "ENABLED")
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert target["Arn"].endswith(f":function:{ROTATION}")
    held = json.loads(boto3.client("lambda").get_policy(FunctionName=ROTATION)["Policy"])
    (statement,) = held["Statement"]
    assert rule["Arn"] in json.dumps(statement["Condition"])


@ALL
def test_each_function_has_a_log_with_an_end(deployed: Deployed, function: str) -> None:
    """The stack made the group, by the name that Lambda writes to."""
    name = f"/aws/lambda/{function}"
    groups = boto3.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    (group,) = (group for group in groups if group["logGroupName"] == name)
    assert group["retentionInDays"] == 7


@ALL
def test_each_function_knows_its_issuer_table_and_queue(deployed: Deployed, function: str) -> None:
    """The issuer is API Gateway's URL with the API's id, known after the first of two runs."""
    found = boto3.client("lambda").get_function(FunctionName=function)["Configuration"]
    variables = found["Environment"]["Variables"]
    assert variables.pop("LOGOUT_QUEUE_URL").endswith("/000000000000/postern-dev-logout")
    assert variables == {
        "ISSUER": f"https://{deployed.result.api}.execute-api.eu-west-1.amazonaws.com/dev",
        "STAGE": "dev",
        "TABLE_NAME": "postern-dev",
    }


def test_the_function_has_byte_code(deployed: Deployed) -> None:
    """Chalice took the finished zip, also when it ran again; libraries and our code are in it."""
    code = boto3.client("lambda").get_function(FunctionName="postern-dev")["Code"]["Location"]
    with urlopen(code) as answer, zipfile.ZipFile(io.BytesIO(answer.read())) as held:
        names = set(held.namelist())
    tag = sys.implementation.cache_tag
    assert f"chalicelib/__pycache__/routes.{tag}.pyc" in names
    assert f"jinja2/__pycache__/environment.{tag}.pyc" in names
    assert "pycparser/__init__.py" not in names


def test_nothing_is_left_in_the_checkout_but_the_record(deployed: Deployed) -> None:
    """Chalice worked in a copy of it."""
    written = {path.name for path in (deployed.project / ".chalice").iterdir()}
    names = ("", "-rotate_keys", "-deliver_logouts")
    policies = {f"policy-dev{name}.json" for name in names}
    assert written == {"config.json", "deployed"} | policies
    assert not (deployed.project / "chalicelib" / "__pycache__").exists()


@pytest.mark.parametrize("function", [API_HANDLER, ROTATE_KEYS, DELIVER_LOGOUTS])
def test_a_role_holds_its_policy_and_nothing_else(deployed: Deployed, function: str) -> None:
    """One inline policy, filled in from the stack's outputs."""
    iam = boto3.client("iam")
    role = f"postern-dev-{function}"
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    held = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    table_arn = deployed.result.table_arn
    assert held == policy.filled(policy.load(function), policy.values("dev", table_arn))
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []


def test_every_route_is_on_the_api(deployed: Deployed) -> None:
    """Each path of the table, with the methods that its endpoint takes."""
    apigateway = boto3.client("apigateway")
    found = apigateway.get_resources(restApiId=deployed.result.api, limit=500)["items"]
    methods = {resource["path"]: set(resource.get("resourceMethods", ())) for resource in found}
    for route in ROUTES:
        assert set(route.methods) <= methods[route.path], route.path


def test_the_stage_is_deployed_and_throttled(deployed: Deployed) -> None:
    """One stage of the configured name."""
    apigateway = boto3.client("apigateway")
    (stage,) = apigateway.get_stages(restApiId=deployed.result.api)["item"]
    assert stage["stageName"] == "dev"
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] > 0


def test_the_gateway_responses_are_on_the_api(deployed: Deployed) -> None:
    """Put again after the last run of Chalice, which overwrites them."""
    apigateway = boto3.client("apigateway")
    found = apigateway.get_gateway_responses(restApiId=deployed.result.api)["items"]
    bodies = {response["responseType"]: response["responseTemplates"] for response in found}
    for response in RESPONSES:
        body = bodies[response.kind]["application/json"]
        assert json.loads(body)["error"] == response.error
        assert deployed.result.issuer in body


def test_both_keys_are_registered(deployed: Deployed) -> None:
    """The key set has what the stack made."""
    assert sorted(deployed.registered) == ["ES256", "RS256"]


def test_the_outputs_are_in_the_stages_configuration(deployed: Deployed) -> None:
    """The operator's command line reads them there."""
    configured = json.loads((deployed.project / ".chalice" / "config.json").read_text())
    variables = configured["stages"]["dev"]["environment_variables"]
    assert variables["TABLE_NAME"] == "postern-dev"
    assert Settings.read({**variables, "AWS_REGION": "eu-west-1"}).logout_queue_url is not None
    assert "ISSUER" not in configured["stages"]["prod"]["environment_variables"]


def test_the_result_is_json_without_secrets(deployed: Deployed) -> None:
    """What was created and the issuer, for a script to read."""
    printed = json.loads(deployed.result.as_json())
    assert printed["issuer"] == deployed.result.issuer
    assert len(printed["key_arns"]) == 2


def test_a_second_checkout_is_refused(deployed: Deployed, tmp_path: Path) -> None:
    """It would make a second API with another issuer beside the first."""
    (tmp_path / ".chalice").mkdir()
    shutil.copy(PROJECT / ".chalice" / "config.json", tmp_path / ".chalice")
    with pytest.raises(DeploymentError, match="another checkout"):
        deploy("dev", register_keys=_nothing, project=tmp_path)


def test_destroying_takes_down_what_was_deployed(deployed: Deployed) -> None:
    """Last in this module: API, functions and stack go; table and keys only because asked."""
    wrapping = bootstrap.wrapping_key(boto3.client("kms"), "dev")
    done = destroy("dev", yes=True, delete_table=True, delete_keys=True, project=deployed.project)
    assert (done.api_deleted, done.table_deleted) == (True, True)
    assert sorted(done.keys_scheduled) == sorted([*deployed.result.key_arns, wrapping])
    functions: Any = boto3.client("lambda")
    assert functions.list_functions()["Functions"] == []
    assert functions.list_event_source_mappings()["EventSourceMappings"] == []
    assert not boto3.client("sqs").list_queues().get("QueueUrls")
    assert boto3.client("events").list_rules(NamePrefix="postern")["Rules"] == []
    assert boto3.client("logs").describe_log_groups(logGroupNamePrefix="/aws/")["logGroups"] == []
    roles = [role["RoleName"] for role in boto3.client("iam").list_roles()["Roles"]]
    assert [name for name in roles if name.startswith("postern")] == []


def _nothing(environ: Mapping[str, str], arns: Sequence[str]) -> None:
    """No registration."""
