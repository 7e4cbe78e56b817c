"""The whole stage as one CloudFormation stack: `chalice package` with table, keys and queue merged.

One pass, also without a custom domain: the function is named in the template and the API calls it
by that name, so that ISSUER may hold the API's id without the two waiting for each other.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from . import (
    archive,
    chalice_command,
    checkout,
    configuration,
    gateway_responses,
    mutual_tls,
    policy,
    sam,
    template,
)
from .names import BESIDE, PROJECT, check_stage, say


def package(
    stage: str,
    out: Path,
    *,
    issuer: str = "",
    architecture: str | None = None,
    snapstart: bool = False,
    project: Path = PROJECT,
) -> Path:
    """Write `out`/sam.json and `out`/deployment.zip; return the template's path.

    `issuer` becomes the default of the stack's parameter Issuer; left empty it is the custom
    domain's or API Gateway's own URL. `architecture` overrides the configured one. `snapstart`
    lets the function start from a snapshot, which Python 3.12 is the first to do. The checkout's
    own `.chalice` is left alone. DeploymentError when it cannot be done.
    """
    check_stage(stage)
    if snapstart:
        sam.check_snapstart(archive.this_runtime())
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
        {
            "ISSUER": configuration.UNKNOWN_ISSUER,
            "LOGOUT_QUEUE_URL": "-",
            "MTLS_URL": "-",
            "STAGE": stage,
            "TABLE_NAME": "-",
        },
    )
    configured = configuration.with_own_policies(configured, stage)
    default_issuer = issuer or configuration.custom_domain_issuer(configured, stage) or ""
    to_merge = merged(template.for_stage(template.load(), stage), gateway, default_issuer)

    with checkout.copied(project) as tree:
        configuration.write(tree, configured)
        for name, document in policy.files(stage, policy.in_cloudformation).items():
            _write(tree / ".chalice" / name, document)
        _write(tree / "merge.json", to_merge)
        say("chalice package")
        arguments = ("--stage", stage, "--merge-template", "merge.json", str(out.resolve()))
        chalice_command.run(tree, "package", *arguments)

    path = out / "sam.json"
    written = json.loads(path.read_text(encoding="utf-8"))
    finished = sam.share_environment(sam.call_function_by_name(sam.read_own_queue(written)))
    if snapstart:
        finished = sam.with_snapstart(finished)
    _write(path, finished)
    archive.check_runtimes(sam.runtimes(finished))
    archive.precompile(out / "deployment.zip")
    return path


def merged(base: template.Template, gateway: str, issuer: str) -> dict[str, Any]:
    """What is merged over Chalice's template: resources, environment, gateway responses."""
    own_url = "https://${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}/" + gateway
    at_issuer = {"Fn::If": ["HasIssuer", {"Ref": "Issuer"}, {"Fn::Sub": own_url}]}
    # The API's document cannot name its own id, but API Gateway can say where it was called.
    as_called = f"https://$context.domainName/{gateway}"
    errors_at = {"Fn::If": ["HasIssuer", {"Ref": "Issuer"}, as_called]}
    function = {
        "FunctionName": {"Fn::Sub": sam.FUNCTION_NAME},
        "Environment": {
            "Variables": {
                "ISSUER": at_issuer,
                "LOGOUT_QUEUE_URL": {"Ref": "LogoutQueue"},
                "MTLS_URL": mutual_tls.URL,
                "STAGE": {"Ref": "Stage"},
                "TABLE_NAME": {"Ref": "Table"},
            }
        },
    }
    # Their environment is the API handler's: sam.share_environment.
    rotation, delivery = (
        {"FunctionName": {"Fn::Sub": f"{sam.FUNCTION_NAME}-{name}"}} for name in BESIDE
    )
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
        "DisableExecuteApiEndpoint": mutual_tls.EXECUTE_API,
    }
    parameter = {
        "Type": "String",
        "Default": issuer,
        "Description": "https URL that tokens name; empty: API Gateway's own URL with its stage",
    }
    return {
        "Description": "Postern: one stage, whole",
        "Parameters": {**base["Parameters"], "Issuer": parameter, **mutual_tls.PARAMETERS},
        "Rules": mutual_tls.RULES,
        "Conditions": {
            **base["Conditions"],
            **mutual_tls.CONDITIONS,
            "HasIssuer": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Issuer"}, ""]}]},
        },
        "Resources": {
            **base["Resources"],
            "APIHandler": {"DependsOn": "LogGroup", "Properties": function},
            "RotateKeys": {"DependsOn": "RotationLogGroup", "Properties": rotation},
            "DeliverLogouts": {"DependsOn": "DeliveryLogGroup", "Properties": delivery},
            "RestAPI": {"Properties": api},
            **mutual_tls.resources(),
        },
        "Outputs": {**base["Outputs"], "Issuer": {"Value": at_issuer}, **mutual_tls.OUTPUTS},
    }


def _write(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
