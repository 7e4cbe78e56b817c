"""The stage's part of `.chalice/config.json`, read and rewritten. Pure functions on dicts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import policy
from .names import BESIDE, PREFIX, DeploymentError

Configuration = dict[str, Any]

# Stands for the issuer until API Gateway has given the API its id: RFC 2606 keeps it from
# resolving, and tokens that name it are good nowhere.
UNKNOWN_ISSUER = "https://issuer-not-known-yet.invalid"


def read(project: Path) -> Configuration:
    """The whole configuration; DeploymentError when it is not there."""
    path = project / ".chalice" / "config.json"
    if not path.exists():
        raise DeploymentError(f"{path} is missing")
    configuration: Configuration = json.loads(path.read_text(encoding="utf-8"))
    return configuration


def write(project: Path, configuration: Configuration) -> None:
    """Write the whole configuration, as it is kept under version control."""
    path = project / ".chalice" / "config.json"
    path.write_text(json.dumps(configuration, indent=2) + "\n", encoding="utf-8")


def with_environment(
    configuration: Configuration, stage: str, variables: Mapping[str, str]
) -> Configuration:
    """The configuration with `variables` set for `stage`; a stage not there yet is added."""
    stages = configuration.get("stages", {})
    of_stage = stages.get(stage) or {"api_gateway_stage": stage, "tags": {"stage": stage}}
    environment = {**of_stage.get("environment_variables", {}), **variables}
    changed = {**of_stage, "environment_variables": environment}
    return {**configuration, "stages": {**stages, stage: changed}}


def with_own_policies(configuration: Configuration, stage: str) -> Configuration:
    """The configuration with a policy of its own for each of the stage's other functions.

    Where none is named, Chalice gives a function the API handler's without a word.
    """
    stages = configuration["stages"]
    of_stage = stages[stage]
    functions = of_stage.get("lambda_functions", {})
    own = {
        name: {**functions.get(name, {}), "iam_policy_file": policy.file_name(stage, name)}
        for name in BESIDE
    }
    changed = {**of_stage, "lambda_functions": {**functions, **own}}
    return {**configuration, "stages": {**stages, stage: changed}}


def gateway_stage(configuration: Configuration, stage: str) -> str:
    """The name of the API Gateway stage: what stands in an execute-api URL."""
    of_stage = configuration.get("stages", {}).get(stage, {})
    name = of_stage.get("api_gateway_stage") or configuration.get("api_gateway_stage") or stage
    return str(name)


def custom_domain_issuer(configuration: Configuration, stage: str) -> str | None:
    """The issuer that a custom domain gives, known before anything is deployed; or None.

    DeploymentError for a `url_prefix`: RFC 8414 puts its well-known segment before an issuer's
    path, where a base path mapping does not reach.
    """
    domain = configuration.get("stages", {}).get(stage, {}).get("api_gateway_custom_domain")
    if not domain:
        return None
    if domain.get("url_prefix", "(none)") not in ("", "(none)"):
        raise DeploymentError("api_gateway_custom_domain: leave url_prefix out (see deployment.md)")
    return f"https://{domain['domain_name']}"


def configured_issuer(configuration: Configuration, stage: str, api: str | None) -> str | None:
    """The issuer an earlier deployment wrote, or an operator who has a proxy in front; or None.

    An execute-api URL counts only while its API, `api`, is the one deployed.
    """
    of_stage = configuration.get("stages", {}).get(stage, {})
    issuer = str(of_stage.get("environment_variables", {}).get("ISSUER") or UNKNOWN_ISSUER)
    of_other_api = ".execute-api." in issuer and not issuer.startswith(f"https://{api}.")
    return None if issuer == UNKNOWN_ISSUER or of_other_api else issuer


def deployed_api(project: Path, stage: str) -> str | None:
    """The id of the API that Chalice recorded for the stage, or None: never deployed from here."""
    path = project / ".chalice" / "deployed" / f"{stage}.json"
    if not path.exists():
        return None
    resources = json.loads(path.read_text(encoding="utf-8"))["resources"]
    found = (member["rest_api_id"] for member in resources if "rest_api_id" in member)
    return next(found, None)


def execute_api_issuer(api: str, region: str, gateway: str) -> str:
    """The issuer without a custom domain: API Gateway's own URL, which carries the stage."""
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://{api}.execute-api.{region}.{suffix}/{gateway}"


def check_app_name(configuration: Configuration) -> None:
    """DeploymentError unless Chalice's app_name is the prefix that names and tags begin with."""
    if configuration.get("app_name") != PREFIX:
        raise DeploymentError(f"app_name in .chalice/config.json must be {PREFIX}")
