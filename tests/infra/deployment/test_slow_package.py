"""The real package, merged and put through the SAM transform. Slow: Chalice fetches wheels."""

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint_file

from infra.deployment import policy
from infra.deployment.names import API_HANDLER, DELIVER_LOGOUTS, ROTATE_KEYS
from infra.deployment.template import load

from .packaged import named

pytestmark = pytest.mark.emulator

# With room to spare below Lambda's 50 MB and 250 MB: both are read at every cold start.
_MOST_BYTES = 8_000_000
_MOST_BYTES_UNZIPPED = 25_000_000


def test_cfn_lint_finds_nothing(out: Path) -> None:
    """One well-formed template for the whole stage."""
    found = lint_file(out / "sam.json", ManualArgs(regions=["eu-west-1"]))
    assert [str(match) for match in found] == []


def test_table_keys_and_queue_are_in_the_one_stack(resources: dict[str, Any]) -> None:
    """Nothing of resources.yaml is lost in the merge."""
    assert set(load()["Resources"]) <= set(resources)


@pytest.mark.parametrize("kind", ["resources", "published"])
def test_no_resource_waits_for_itself(kind: str, request: pytest.FixtureRequest) -> None:
    """References and DependsOn have no circle: the issuer's was the one to avoid."""
    resources = request.getfixturevalue(kind)
    waits_for = {name: named(resource, resources) for name, resource in resources.items()}
    while leaves := [name for name, others in waits_for.items() if not others]:
        for leaf in leaves:
            del waits_for[leaf]
        for others in waits_for.values():
            others.difference_update(leaves)
    assert waits_for == {}


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (API_HANDLER, "ApiHandlerRole"),
        (ROTATE_KEYS, "RotateKeysRole"),
        (DELIVER_LOGOUTS, "DeliverLogoutsRole"),
    ],
)
def test_a_role_has_the_policy_written_by_hand(
    resources: dict[str, Any], function: str, name: str
) -> None:
    """The same document that `deploy` fills in, and no other."""
    role = resources[name]["Properties"]
    (held,) = role["Policies"]
    assert held["PolicyDocument"] == policy.in_cloudformation(policy.load(function))
    assert "ManagedPolicyArns" not in role


def test_the_rotation_is_called_every_day(resources: dict[str, Any]) -> None:
    """One rule, with this function for its only target, and no other rule."""
    (rule,) = (r["Properties"] for r in resources.values() if r["Type"] == "AWS::Events::Rule")
    assert rule["ScheduleExpression"] == "rate(1 day)"
    (target,) = rule["Targets"]
    assert target["Arn"] == {"Fn::GetAtt": ["RotateKeys", "Arn"]}


def test_the_rule_alone_may_call_the_rotation(resources: dict[str, Any]) -> None:
    """EventBridge, on behalf of this rule; nobody's account or service besides."""
    (rule,) = (name for name, r in resources.items() if r["Type"] == "AWS::Events::Rule")
    (permission,) = (
        r["Properties"]
        for r in resources.values()
        if r["Type"] == "AWS::Lambda::Permission"
        and r["Properties"]["FunctionName"] == {"Ref": "RotateKeys"}
    )
    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::GetAtt": [rule, "Arn"]}


@pytest.mark.parametrize(
    ("name", "handler", "expected"),
    [
        ("RotateKeys", "app.rotate_keys", (256, 60)),
        ("DeliverLogouts", "app.deliver_logouts", (256, 30)),
    ],
)
def test_the_other_functions_are_small_and_know_their_stage(
    resources: dict[str, Any], name: str, handler: str, expected: tuple[int, int]
) -> None:
    """Their own memory and timeout; the API handler's variables, runtime and processor."""
    function = resources[name]["Properties"]
    api = resources["APIHandler"]["Properties"]
    assert function["Handler"] == handler
    assert (function["MemorySize"], function["Timeout"]) == expected
    assert (api["MemorySize"], api["Timeout"]) == (1769, 25)
    for shared in ("Architectures", "Environment", "Runtime"):
        assert function[shared] == api[shared]
    assert api["Environment"]["Variables"]["LOGOUT_QUEUE_URL"] == {"Ref": "LogoutQueue"}


def test_the_queue_calls_the_consumer(resources: dict[str, Any]) -> None:
    """One message a call, five calls at once; the mapping is made after the queue it names."""
    (mapping,) = (
        r["Properties"]
        for r in resources.values()
        if r["Type"] == "AWS::Lambda::EventSourceMapping"
    )
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": ["LogoutQueue", "Arn"]}
    assert mapping["FunctionName"] == {"Ref": "DeliverLogouts"}
    assert mapping["BatchSize"] == 1
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 5}


def test_a_failed_run_is_tried_again_by_lambda(resources: dict[str, Any]) -> None:
    """Lambda's default for asynchronous calls, two more tries, is nowhere changed."""
    kinds = {resource["Type"] for resource in resources.values()}
    assert "AWS::Lambda::EventInvokeConfig" not in kinds


def test_each_function_has_a_role_of_its_own(resources: dict[str, Any]) -> None:
    """A function added later must bring its own policy, not share the API's."""
    functions = [r for r in resources.values() if r["Type"] == "AWS::Lambda::Function"]
    roles = [json.dumps(function["Properties"]["Role"]) for function in functions]
    assert len(set(roles)) == len(roles)


def test_the_stage_is_throttled(resources: dict[str, Any]) -> None:
    """A flood leaves KMS and the account's other APIs their share."""
    (settings,) = resources["RestAPIdevStage"]["Properties"]["MethodSettings"]
    assert settings["ThrottlingRateLimit"] > 0


def test_gateway_responses_survive_the_transform(resources: dict[str, Any]) -> None:
    """They are in the document that CloudFormation imports."""
    body = resources["RestAPI"]["Properties"]["Body"]
    response = body["x-amazon-apigateway-gateway-responses"]["MISSING_AUTHENTICATION_TOKEN"]
    assert response["statusCode"] == "404"


def test_the_api_is_not_compressed(resources: dict[str, Any]) -> None:
    """No MinimumCompressionSize came in by a default."""
    assert "MinimumCompressionSize" not in resources["RestAPI"]["Properties"]


@pytest.mark.parametrize(
    ("function", "group"),
    [
        ("APIHandler", "LogGroup"),
        ("RotateKeys", "RotationLogGroup"),
        ("DeliverLogouts", "DeliveryLogGroup"),
    ],
)
def test_the_log_group_is_there_before_the_function(
    resources: dict[str, Any], function: str, group: str
) -> None:
    """Lambda may not make it: the first call would otherwise lose its log."""
    assert resources[function]["DependsOn"] == group
    name = resources[function]["Properties"]["FunctionName"]["Fn::Sub"]
    assert resources[group]["Properties"]["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/{name}"}


def test_the_zip_holds_the_application_and_no_tools(out: Path) -> None:
    """app.py, chalicelib with its templates, the pinned libraries; no boto3, no infra, no tests."""
    names = zipfile.ZipFile(out / "deployment.zip").namelist()
    tops = {name.split("/")[0] for name in names}
    assert {"app.py", "chalice", "chalicelib", "cryptography", "jinja2"} <= tops
    assert "chalicelib/templates/layout.html" in names
    assert tops.isdisjoint({"boto3", "botocore", "click", "infra", "tests", ".chalice"})


def test_the_zip_is_small(out: Path) -> None:
    """It is read at every cold start."""
    entries = zipfile.ZipFile(out / "deployment.zip").infolist()
    assert (out / "deployment.zip").stat().st_size < _MOST_BYTES
    assert sum(entry.file_size for entry in entries) < _MOST_BYTES_UNZIPPED


def test_every_module_has_byte_code(out: Path) -> None:
    """Chalice's part, ours and the libraries'."""
    names = set(zipfile.ZipFile(out / "deployment.zip").namelist())
    modules = [Path(name) for name in names if name.endswith(".py")]
    tag = sys.implementation.cache_tag
    missing = [m for m in modules if str(m.parent / f"__pycache__/{m.stem}.{tag}.pyc") not in names]
    assert len(modules) > 100
    assert missing == []
