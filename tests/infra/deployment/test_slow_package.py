"""The real package, merged and put through the SAM transform. Slow: Chalice fetches wheels."""

import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint_file
from samtranslator.translator.transform import transform

from infra.deployment import policy
from infra.deployment import sam as sam_template
from infra.deployment.names import API_HANDLER, ROTATE_KEYS
from infra.deployment.package import package
from infra.deployment.template import load

pytestmark = pytest.mark.emulator

# With room to spare below Lambda's 50 MB and 250 MB: both are read at every cold start.
_MOST_BYTES = 8_000_000
_MOST_BYTES_UNZIPPED = 25_000_000


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """sam.json and deployment.zip of the checkout's dev stage."""
    directory = tmp_path_factory.mktemp("package")
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        environ.setenv("AWS_ACCESS_KEY_ID", "test")
        environ.setenv("AWS_SECRET_ACCESS_KEY", "test")
        package("dev", directory)
        yield directory


@pytest.fixture(scope="module")
def sam(out: Path) -> dict[str, Any]:
    """The template as it is written."""
    document: dict[str, Any] = json.loads((out / "sam.json").read_text())
    return document


@pytest.fixture(scope="module")
def resources(sam: dict[str, Any]) -> dict[str, Any]:
    """What CloudFormation makes of it: the resources after the SAM transform."""
    return _transformed(sam)


@pytest.fixture(scope="module")
def with_snapshots(sam: dict[str, Any]) -> dict[str, Any]:
    """The template of `--snapstart`, as a newer Python than this may be writes it."""
    newer = json.loads(json.dumps(sam))
    newer["Resources"]["APIHandler"]["Properties"]["Runtime"] = "python3.13"
    return sam_template.with_snapstart(newer)


@pytest.fixture(scope="module")
def published(with_snapshots: dict[str, Any]) -> dict[str, Any]:
    """What CloudFormation makes of that."""
    return _transformed(with_snapshots)


def _transformed(sam: dict[str, Any]) -> dict[str, Any]:
    uploaded = json.loads(json.dumps(sam))
    for name in ("APIHandler", "RotateKeys"):
        uploaded["Resources"][name]["Properties"]["CodeUri"] = "s3://bucket/deployment.zip"
    transformed = transform(uploaded, {}, _NoManagedPolicies())
    found: dict[str, Any] = transformed["Resources"]
    return found


class _NoManagedPolicies:
    """The transform asks AWS for the names of managed policies; there is none here."""

    def load(self) -> dict[str, str]:
        return {}


def test_cfn_lint_finds_nothing(out: Path) -> None:
    """One well-formed template for the whole stage."""
    found = lint_file(out / "sam.json", ManualArgs(regions=["eu-west-1"]))
    assert [str(match) for match in found] == []


def test_table_and_keys_are_in_the_one_stack(resources: dict[str, Any]) -> None:
    """Nothing of table_and_keys.yaml is lost in the merge."""
    assert set(load()["Resources"]) <= set(resources)


@pytest.mark.parametrize("kind", ["resources", "published"])
def test_no_resource_waits_for_itself(kind: str, request: pytest.FixtureRequest) -> None:
    """References and DependsOn have no circle: the issuer's was the one to avoid."""
    resources = request.getfixturevalue(kind)
    waits_for = {name: _named(resource, resources) for name, resource in resources.items()}
    while leaves := [name for name, others in waits_for.items() if not others]:
        for leaf in leaves:
            del waits_for[leaf]
        for others in waits_for.values():
            others.difference_update(leaves)
    assert waits_for == {}


@pytest.mark.parametrize(
    ("function", "name"), [(API_HANDLER, "ApiHandlerRole"), (ROTATE_KEYS, "RotateKeysRole")]
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


def test_the_rotation_is_small_and_knows_its_stage(resources: dict[str, Any]) -> None:
    """Its own memory and timeout; the API handler's variables, runtime and processor."""
    rotation = resources["RotateKeys"]["Properties"]
    handler = resources["APIHandler"]["Properties"]
    assert rotation["Handler"] == "app.rotate_keys"
    assert (rotation["MemorySize"], rotation["Timeout"]) == (256, 60)
    assert (handler["MemorySize"], handler["Timeout"]) == (1769, 25)
    for name in ("Architectures", "Environment", "Runtime"):
        assert rotation[name] == handler[name]


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
    ("function", "group"), [("APIHandler", "LogGroup"), ("RotateKeys", "RotationLogGroup")]
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


def test_cfn_lint_finds_nothing_with_snapstart(
    with_snapshots: dict[str, Any], tmp_path: Path, out: Path
) -> None:
    """Two known properties, one alias, one stage variable."""
    (tmp_path / "sam.json").write_text(json.dumps(with_snapshots))
    (tmp_path / "deployment.zip").symlink_to(out / "deployment.zip")
    found = lint_file(tmp_path / "sam.json", ManualArgs(regions=["eu-west-1"]))
    assert [str(match) for match in found] == []


def test_the_function_starts_from_a_snapshot_on_arm(published: dict[str, Any]) -> None:
    """Both are the function's own properties after the transform."""
    function = published["APIHandler"]["Properties"]
    assert function["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert function["Architectures"] == ["arm64"]


def test_every_method_calls_the_alias(published: dict[str, Any]) -> None:
    """One that did not would start cold, each time."""
    uris = re.findall(r'"uri": \{"Fn::Sub": "([^"]*)"', json.dumps(published["RestAPI"]))
    assert len(uris) > 50
    assert {uri.rpartition("function:")[2] for uri in uris} == {
        "${Prefix}-${Stage}:live/invocations"
    }


def test_the_alias_is_of_the_published_version(published: dict[str, Any]) -> None:
    """By the name that the API's document has for it; API Gateway may call it."""
    version, _ = _version(published)
    alias = published["APIHandlerAliaslive"]["Properties"]
    assert alias["Name"] == "live"
    assert alias["FunctionVersion"] == {"Fn::GetAtt": [version, "Version"]}
    permission = published["APIHandlerInvokePermission"]["Properties"]
    assert permission["FunctionName"] == {"Ref": "APIHandlerAliaslive"}


def test_the_stage_waits_for_the_alias(published: dict[str, Any]) -> None:
    """Switched on, a snapshot takes minutes; until then the stage goes on as before."""
    assert "APIHandlerAliaslive" in _named(published["RestAPIdevStage"], published)
    assert "APIHandlerAliaslive" not in _named(published["RestAPI"], published)


def test_another_issuer_is_another_version(published: dict[str, Any]) -> None:
    """A version keeps its environment. SAM's own hash does not look into parameters."""
    names = set(re.findall(r'"Ref": "(\w+)"', json.dumps(published["APIHandler"]["Properties"])))
    parameters = names - set(published) - {"Prefix", "Stage"}  # these two name the function
    _, version = _version(published)
    assert parameters == {"Issuer"}
    assert version["Properties"]["Description"] == {"Fn::Sub": "issuer ${Issuer}"}


def test_another_timeout_is_another_version(with_snapshots: dict[str, Any]) -> None:
    """Any property is; by default SAM looks at the code, the environment and the memory."""
    changed = json.loads(json.dumps(with_snapshots))
    changed["Resources"]["APIHandler"]["Properties"]["Timeout"] = 20
    assert _version(_transformed(changed))[0] != _version(_transformed(with_snapshots))[0]


def test_an_old_version_goes_with_its_snapshot(published: dict[str, Any]) -> None:
    """It would be paid for until somebody found it."""
    assert _version(published)[1]["DeletionPolicy"] == "Delete"


def _version(published: dict[str, Any]) -> tuple[str, Any]:
    """The one published version: its name in the template, and itself."""
    (found,) = [(n, r) for n, r in published.items() if r["Type"] == "AWS::Lambda::Version"]
    return found


def _named(resource: Any, resources: dict[str, Any]) -> set[str]:
    """The resources that one refers to, by Ref, Fn::GetAtt, Fn::Sub or DependsOn."""
    text = json.dumps(resource)
    found = set(re.findall(r'"Ref": "(\w+)"', text))
    found |= set(re.findall(r'"Fn::GetAtt": \["(\w+)"', text))
    found |= set(re.findall(r"\$\{(\w+)", text))
    depends = resource.get("DependsOn", [])
    found |= {depends} if isinstance(depends, str) else set(depends)
    return found & set(resources)
