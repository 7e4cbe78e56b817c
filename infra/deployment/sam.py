"""What is changed in the template that `chalice package` writes. Pure functions on dicts.

The API calls its function by name. With SnapStart it calls an alias of a published version:

    RestAPI ── function:postern-prod:live ─► APIHandlerAliaslive ─► version ─► APIHandler
    stage ─────── waits for the alias ───────────────┘
"""

from __future__ import annotations

import json
import re
from typing import Any

from .names import DeploymentError

Sam = dict[str, Any]

FUNCTION_NAME = "${Prefix}-${Stage}"
FUNCTION_ARN = (
    "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:" + FUNCTION_NAME
)
ALIAS = "live"

# Python 3.12 is the first with SnapStart.
_FIRST_WITH_SNAPSTART = (3, 12)
# What only the stack knows: texts stand in for it while Chalice writes the template.
_OF_THE_STACK = ("ISSUER", "LOGOUT_QUEUE_URL", "MTLS_URL", "STAGE", "TABLE_NAME")


def runtimes(sam: Sam) -> set[str]:
    """The runtimes of all functions."""
    return {function["Properties"]["Runtime"] for function in _functions(sam).values()}


def call_function_by_name(sam: Sam) -> Sam:
    """Let the API's document call the function by its name.

    By `${APIHandler.Arn}`, as Chalice writes it, the API would wait for the function, whose
    environment waits for the API.
    """
    return _with_calls(sam, "${APIHandler.Arn}", FUNCTION_ARN)


def share_environment(sam: Sam) -> Sam:
    """Let every function know the stack's table, queue and issuer, not the API handler alone."""
    functions = _functions(sam)
    known = functions["APIHandler"]["Properties"]["Environment"]["Variables"]
    of_the_stack = {name: known[name] for name in _OF_THE_STACK}
    changed = {}
    for name, function in functions.items():
        own = function["Properties"].get("Environment", {}).get("Variables", {})
        environment = {"Environment": {"Variables": {**own, **of_the_stack}}}
        changed[name] = _with_properties(function, environment)
    return {**sam, "Resources": {**sam["Resources"], **changed}}


def read_own_queue(sam: Sam) -> Sam:
    """Let the consumer of logouts read the stack's own queue.

    By its name, as Chalice writes it, the two would not be made one after the other.
    """
    consumer = sam["Resources"]["DeliverLogouts"]
    events = {
        name: _with_properties(event, {"Queue": {"Fn::GetAtt": ["LogoutQueue", "Arn"]}})
        for name, event in consumer["Properties"]["Events"].items()
    }
    changed = _with_properties(consumer, {"Events": events})
    return {**sam, "Resources": {**sam["Resources"], "DeliverLogouts": changed}}


def check_snapstart(runtime: str) -> None:
    """DeploymentError when `runtime` has no SnapStart."""
    version = tuple(int(part) for part in re.findall(r"\d+", runtime))
    if version < _FIRST_WITH_SNAPSTART:
        raise DeploymentError(
            f"{runtime} has no SnapStart: package with Python 3.12 or newer, which the function's "
            "runtime follows, or without --snapstart"
        )


def with_snapstart(sam: Sam) -> Sam:
    """Let the API handler start from a snapshot; `sam` calls it by name already.

    SnapStart serves published versions only, so API and permission go to an alias of the newest.
    Other functions stay as they are. DeploymentError when the runtime has no SnapStart.
    """
    resources = sam["Resources"]
    check_snapstart(resources["APIHandler"]["Properties"]["Runtime"])
    published = {
        "SnapStart": {"ApplyOn": "PublishedVersions"},
        "AutoPublishAlias": ALIAS,
        # A version keeps its settings: without these two a new timeout would not be served, nor a
        # new issuer, whose parameter SAM does not look into. Another description, another version.
        "AutoPublishAliasAllProperties": True,
        "VersionDescription": {"Fn::Sub": "issuer ${Issuer}"},
        # The snapshot of a version is paid for as long as the version is there.
        "VersionDeletionPolicy": "Delete",
    }
    alias = {"Ref": "APIHandler.Alias"}
    changed = {
        name: _with_properties(resource, {"FunctionName": alias})
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Lambda::Permission"
        and resource["Properties"]["FunctionName"] == {"Ref": "APIHandler"}
    }
    changed["APIHandler"] = _with_properties(resources["APIHandler"], published)
    # The document only names the alias. A stage variable that refers to it keeps the stage from
    # calling it before it is there, which takes minutes when SnapStart is switched on.
    changed["RestAPI"] = _with_properties(resources["RestAPI"], {"Variables": {"function": alias}})
    by_alias = {**sam, "Resources": {**resources, **changed}}
    return _with_calls(by_alias, f"{FUNCTION_ARN}/", f"{FUNCTION_ARN}:{ALIAS}/")


def _functions(sam: Sam) -> dict[str, Any]:
    return {
        name: resource
        for name, resource in sam["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def _with_properties(resource: Sam, added: dict[str, Any]) -> Sam:
    return {**resource, "Properties": {**resource["Properties"], **added}}


def _with_calls(sam: Sam, old: str, new: str) -> Sam:
    """The template with `old` replaced by `new` in the API's document."""
    api = sam["Resources"]["RestAPI"]
    text = json.dumps(api["Properties"]["DefinitionBody"])
    body = {"DefinitionBody": json.loads(text.replace(old, new))}
    return {**sam, "Resources": {**sam["Resources"], "RestAPI": _with_properties(api, body)}}
