"""The package with `--snapstart`, put through the SAM transform. Slow: Chalice fetches wheels."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint_file

from .packaged import named, transformed

pytestmark = pytest.mark.emulator


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
    assert "APIHandlerAliaslive" in named(published["RestAPIdevStage"], published)
    assert "APIHandlerAliaslive" not in named(published["RestAPI"], published)


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
    assert _version(transformed(changed))[0] != _version(transformed(with_snapshots))[0]


def test_an_old_version_goes_with_its_snapshot(published: dict[str, Any]) -> None:
    """It would be paid for until somebody found it."""
    assert _version(published)[1]["DeletionPolicy"] == "Delete"


def _version(published: dict[str, Any]) -> tuple[str, Any]:
    """The one published version: its name in the template, and itself."""
    (found,) = [(n, r) for n, r in published.items() if r["Type"] == "AWS::Lambda::Version"]
    return found
