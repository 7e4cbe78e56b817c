"""`make deploy STAGE=...`: the stack, the stage's configuration, the keys' registration, Chalice.

    stack up ─► configuration, policies ─► keys registered ─► zip
                      ▲                                         │
          ISSUER, once, without a domain ◄───── chalice deploy ◄┘ ─► gateway responses

An API without a custom domain learns its id, and with it the issuer, from its first deployment:
that one alone runs Chalice twice. Until then ISSUER names a place that cannot exist.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from botocore.config import Config

from . import (
    archive,
    chalice_command,
    checkout,
    configuration,
    gateway_responses,
    policy,
    sam,
    stack,
    template,
)
from .access import RegisterKeys, key_arns, open_session, stage_environ
from .names import (
    PREFIX,
    PROJECT,
    DeploymentError,
    check_stage,
    resource_name,
    say,
    stack_name,
)

# API Gateway's control plane allows a few calls a second, and a redeployment every five seconds.
_PATIENT = Config(retries={"mode": "standard", "max_attempts": 10})


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a deployment made. `api` is the REST API's id, `gateway` the name of its stage."""

    stage: str
    issuer: str
    region: str
    function: str
    api: str
    gateway: str
    table_name: str
    table_arn: str
    key_arns: tuple[str, ...]

    def as_json(self) -> str:
        """What goes to standard output."""
        return json.dumps(asdict(self), indent=2)


def deploy(
    stage: str,
    *,
    register_keys: RegisterKeys,
    issuer: str | None = None,
    project: Path = PROJECT,
) -> Deployment:
    """Deploy `stage`, or bring it up to date; may be run again at any time, also after a failure.

    `issuer` is for a name this deployment does not set up itself (a proxy in front); it is kept for
    later runs. Raises DeploymentError with what to do about it.
    """
    check_stage(stage)
    session = open_session()
    region: str = session.region_name
    configured = configuration.read(project)
    configuration.check_app_name(configured)
    api = configuration.deployed_api(project, stage)
    known = (
        issuer
        or configuration.custom_domain_issuer(configured, stage)
        or configuration.configured_issuer(configured, stage, api)
    )
    if api is None:
        _refuse_second_api(session.client("lambda"), stage)

    outputs = stack.up(
        session.client("cloudformation"),
        stack_name(stage),
        stack.body(template.for_stage(template.load(), stage)),
        parameters=template.parameters(stage),
        tags={"app": PREFIX, "stage": stage},
        say=say,
    )
    keys = key_arns(outputs)
    variables = _configure(project, stage, known or configuration.UNKNOWN_ISSUER, outputs)
    say("keys: registering")
    register_keys(stage_environ(session, variables), keys)

    gateway = configuration.gateway_stage(configured, stage)
    environ = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}
    with checkout.linked(project) as tree:
        _precompile(tree, stage, environ)
        _run_chalice(tree, stage, environ)
        api = configuration.deployed_api(project, stage)
        if api is None:
            raise DeploymentError("chalice deploy ended without a REST API")
        if known is None:
            known = configuration.execute_api_issuer(api, region, gateway)
            say(f"issuer: {known}")
            _configure(project, stage, known, outputs)
            _run_chalice(tree, stage, environ)

    say("gateway responses: putting")
    apigateway = session.client("apigateway", config=_PATIENT)
    gateway_responses.put(apigateway, api, gateway, known)
    return Deployment(
        stage=stage,
        issuer=known,
        region=region,
        function=resource_name(stage),
        api=api,
        gateway=gateway,
        table_name=outputs["TableName"],
        table_arn=outputs["TableArn"],
        key_arns=keys,
    )


def _configure(
    project: Path, stage: str, issuer: str, outputs: Mapping[str, str]
) -> dict[str, str]:
    """Write the stack's outputs into the stage's configuration and its policies.

    Returns all variables of the stage, those that its operator has set as well.
    """
    variables = {
        "ISSUER": issuer,
        "LOGOUT_QUEUE_URL": outputs["LogoutQueueUrl"],
        "STAGE": stage,
        "TABLE_NAME": outputs["TableName"],
    }
    changed = configuration.with_environment(configuration.read(project), stage, variables)
    configuration.write(project, configuration.with_own_policies(changed, stage))
    places = policy.values(stage, outputs["TableArn"])
    for name, filled in policy.files(stage, partial(policy.filled, places=places)).items():
        path = project / ".chalice" / name
        path.write_text(json.dumps(filled, indent=2) + "\n", encoding="utf-8")
    return dict(changed["stages"][stage]["environment_variables"])


def _precompile(tree: Path, stage: str, environ: Mapping[str, str]) -> None:
    """Let Chalice pack its zip, and put ours in its place.

    `chalice deploy` has no step between packing and uploading, but takes a zip that it finds: named
    by what went in, in .chalice/deployments.
    """
    say("chalice package")
    arguments = ("--stage", stage, str(tree / "build"))
    chalice_command.run(tree, "package", *arguments, environ=environ)
    written = json.loads((tree / "build" / "sam.json").read_text(encoding="utf-8"))
    archive.check_runtimes(sam.runtimes(written))
    for path in _packed(tree):
        archive.precompile(path)


def _run_chalice(tree: Path, stage: str, environ: Mapping[str, str]) -> None:
    before = _packed(tree)
    say("chalice deploy")
    chalice_command.run(tree, "deploy", "--stage", stage, environ=environ)
    if _packed(tree) != before:
        say("chalice packed anew: what is deployed has no byte code and starts more slowly")


def _packed(tree: Path) -> list[Path]:
    return sorted((tree / ".chalice" / "deployments").glob("*.zip"))


def _refuse_second_api(functions: Any, stage: str) -> None:
    """Chalice finds a function by its name but an API only by its own record.

    Deploying a stage from a second checkout would make a second API, with another issuer.
    """
    try:
        functions.get_function(FunctionName=resource_name(stage))
    except functions.exceptions.ResourceNotFoundException:
        return
    raise DeploymentError(
        f"stage {stage} was deployed from another checkout, or as one stack: "
        f"bring the checkout's .chalice/deployed/{stage}.json here, or update the stack"
    )
