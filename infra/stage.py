"""Which stage the operator means, and how it is reached.

Stage `local` is the running `make run`, as `.local/env` describes it; any other stage is what its
deployment wrote into `.chalice/config.json`, reached with the caller's own AWS credentials.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalicelib.aws.client import AWSClient
from chalicelib.aws.credentials import Credentials
from chalicelib.aws.log import Log
from chalicelib.services import Services
from chalicelib.settings import Settings

LOCAL_ENV = Path(".local/env")
CONFIG = Path(".chalice/config.json")


class NoSuchStage(Exception):
    """The stage cannot be reached; the message says what to do."""


def environment(stage: str, environ: Mapping[str, str], root: Path) -> dict[str, str]:
    """The variables of a stage. NoSuchStage when it does not run, or was never deployed."""
    if stage == "local":
        return {**environ, **_read_env(root / LOCAL_ENV)}
    try:
        config = json.loads((root / CONFIG).read_text())
        variables = config["stages"][stage]["environment_variables"]
    except (OSError, ValueError, KeyError):
        raise NoSuchStage(f"stage {stage} is not deployed: run make deploy STAGE={stage}") from None
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    return {**environ, **({"AWS_REGION": region} if region else {}), **variables}


def open_services(environ: Mapping[str, str], log: Log) -> Services:
    """The stage's services, signing its calls with the operator's credentials."""
    settings = Settings.read(environ)
    client = AWSClient(
        settings.region, lambda: _credentials(environ), endpoint=environ.get("AWS_ENDPOINT_URL")
    )
    return Services(settings, client, log=log)


def aws_client(service: str, environ: Mapping[str, str]) -> Any:
    """A boto3 client for a stage: at the emulator where there is one, else on AWS."""
    return _session(environ).client(service, endpoint_url=environ.get("AWS_ENDPOINT_URL"))


def _session(environ: Mapping[str, str]) -> Any:
    # boto3 takes most of a second to import, and --help needs none of it.
    import boto3

    if "AWS_ENDPOINT_URL" in environ:
        return boto3.Session(
            environ["AWS_ACCESS_KEY_ID"],
            environ["AWS_SECRET_ACCESS_KEY"],
            region_name=environ["AWS_REGION"],
        )
    return boto3.Session(region_name=environ.get("AWS_REGION"))


def _credentials(environ: Mapping[str, str]) -> Credentials:
    found = _session(environ).get_credentials()
    if found is None:
        raise NoSuchStage("there are no AWS credentials: configure a profile or sign in")
    frozen = found.get_frozen_credentials()
    return Credentials(frozen.access_key, frozen.secret_key, frozen.token or "")


def _read_env(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        raise NoSuchStage("the local server does not run: start it with make run") from None
    return dict(line.split("=", 1) for line in lines if "=" in line)
