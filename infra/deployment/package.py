"""The whole stage as one CloudFormation stack: `chalice package` with table and keys merged.

One pass, also without a custom domain: the function is named in the template and the API calls it
by that name, so that ISSUER may hold the API's id without the two waiting for each other.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from . import chalice_command, configuration, gateway_responses, policy, template
from .names import PROJECT, check_stage, say

_TRAVELS = ("app.py", "chalicelib", "vendor", "requirements.txt")
_FUNCTION_NAME = "${Prefix}-${Stage}"
_FUNCTION_ARN = (
    "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:" + _FUNCTION_NAME
)


def package(
    stage: str,
    out: Path,
    *,
    issuer: str = "",
    architecture: str | None = None,
    project: Path = PROJECT,
) -> Path:
    """Write `out`/sam.json and `out`/deployment.zip; return the template's path.

    `issuer` becomes the default of the stack's parameter Issuer; left empty it is the custom
    domain's or API Gateway's own URL. `architecture` overrides the configured one. The checkout's
    own `.chalice` is left alone.
    """
    check_stage(stage)
    configured = configuration.read(project)
    configuration.check_app_name(configured)
    if architecture:
        configured = {**configured, "lambda_architecture": architecture}
    gateway = configuration.gateway_stage(configured, stage)
    # Chalice takes only texts here and the merge puts intrinsics over them; app.py may read them
    # while it is packaged.
    configured = configuration.with_environment(
        configured,
        stage,
        {"ISSUER": configuration.UNKNOWN_ISSUER, "STAGE": stage, "TABLE_NAME": "-"},
    )
    default_issuer = issuer or configuration.custom_domain_issuer(configured, stage) or ""
    to_merge = merged(template.for_stage(template.load(), stage), gateway, default_issuer)

    with tempfile.TemporaryDirectory(prefix="postern-package-") as scratch:
        tree = Path(scratch)
        for name in _TRAVELS:
            _copy(project / name, tree / name)
        (tree / ".chalice").mkdir()
        configuration.write(tree, configured)
        _write(tree / ".chalice" / f"policy-{stage}.json", policy.in_cloudformation(policy.load()))
        _write(tree / "merge.json", to_merge)
        say("chalice package")
        arguments = ("--stage", stage, "--merge-template", "merge.json", str(out.resolve()))
        chalice_command.run(tree, "package", *arguments)

    path = out / "sam.json"
    _write(path, call_function_by_name(json.loads(path.read_text(encoding="utf-8"))))
    return path


def merged(base: template.Template, gateway: str, issuer: str) -> dict[str, Any]:
    """What is merged over Chalice's template: table, keys, environment, gateway responses."""
    own_url = "https://${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}/" + gateway
    at_issuer = {"Fn::If": ["HasIssuer", {"Ref": "Issuer"}, {"Fn::Sub": own_url}]}
    # The API's document cannot name its own id, but API Gateway can say where it was called.
    as_called = f"https://$context.domainName/{gateway}"
    errors_at = {"Fn::If": ["HasIssuer", {"Ref": "Issuer"}, as_called]}
    function = {
        "FunctionName": {"Fn::Sub": _FUNCTION_NAME},
        "Environment": {
            "Variables": {
                "ISSUER": at_issuer,
                "STAGE": {"Ref": "Stage"},
                "TABLE_NAME": {"Ref": "Table"},
            }
        },
    }
    throttling = {
        "HttpMethod": "*",
        "ResourcePath": "/*",
        "ThrottlingBurstLimit": gateway_responses.BURST_LIMIT,
        "ThrottlingRateLimit": gateway_responses.RATE_LIMIT,
    }
    extension = gateway_responses.extension(errors_at)
    api = {
        "DefinitionBody": {"x-amazon-apigateway-gateway-responses": extension},
        "MethodSettings": [throttling],
    }
    parameter = {
        "Type": "String",
        "Default": issuer,
        "Description": "https URL that tokens name; empty: API Gateway's own URL with its stage",
    }
    return {
        "Description": "Postern: one stage, whole",
        "Parameters": {**base["Parameters"], "Issuer": parameter},
        "Conditions": {
            **base["Conditions"],
            "HasIssuer": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Issuer"}, ""]}]},
        },
        "Resources": {
            **base["Resources"],
            "APIHandler": {"DependsOn": "LogGroup", "Properties": function},
            "RestAPI": {"Properties": api},
        },
        "Outputs": {**base["Outputs"], "Issuer": {"Value": at_issuer}},
    }


def call_function_by_name(sam: dict[str, Any]) -> dict[str, Any]:
    """Let the API's document call the function by its name.

    By `${APIHandler.Arn}`, as Chalice writes it, the API would wait for the function, whose
    environment waits for the API.
    """
    properties = sam["Resources"]["RestAPI"]["Properties"]
    text = json.dumps(properties["DefinitionBody"])
    body = json.loads(text.replace("${APIHandler.Arn}", _FUNCTION_ARN))
    api = {**sam["Resources"]["RestAPI"], "Properties": {**properties, "DefinitionBody": body}}
    return {**sam, "Resources": {**sam["Resources"], "RestAPI": api}}


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    elif source.exists():
        shutil.copy2(source, target)


def _write(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
