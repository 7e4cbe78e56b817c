"""Which stage the operator means, and how it is reached.

Stage `local` is the running `make run`, as `.local/env` describes it; any other stage is what its
deployment wrote into `.chalice/config.json`, reached with the caller's own AWS credentials.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from chalicelib.aws.client import TIMEOUT, AWSClient
from chalicelib.aws.credentials import Credentials
from chalicelib.aws.log import Log
from chalicelib.services import Services, system_clock
from chalicelib.settings import Settings

LOCAL_ENV = Path(".local/env")
CONFIG = Path(".chalice/config.json")


class NoSuchStage(Exception):
    """The stage cannot be reached; the message says what to do."""


def environment(stage: str, environ: Mapping[str, str], *folders: Path) -> dict[str, str]:
    """The variables of a stage, from the first folder that knows it.

    NoSuchStage when it does not run, was never deployed, or has no Region.
    """
    if stage == "local":
        return {**environ, **_local(folders)}
    variables = _deployed(stage, folders)
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or _own_region()
    if not region:
        raise NoSuchStage("there is no AWS Region: set AWS_REGION or choose a profile that has one")
    return {**environ, "AWS_REGION": region, **variables}


def open_services(
    environ: Mapping[str, str],
    log: Log,
    now: Callable[[], int] = system_clock,
    *,
    timeout: float = TIMEOUT,
) -> Services:
    """The stage's services, signing its calls with the operator's credentials.

    timeout: seconds that each call may take.
    """
    settings = Settings.read(environ)
    endpoint = environ.get("AWS_ENDPOINT_URL")
    client = AWSClient(settings.region, _credentials(environ), endpoint=endpoint, timeout=timeout)
    return Services(settings, lambda: client, now=now, log=log)


def aws_client(service: str, environ: Mapping[str, str]) -> Any:
    """A boto3 client for a stage: at the emulator where there is one, else on AWS."""
    from botocore.config import Config

    endpoint = environ.get("AWS_ENDPOINT_URL")
    # An emulator on this machine is not behind the proxy that the rest of the world may be, and
    # does not get better by waiting.
    config = Config(proxies={}, retries={"total_max_attempts": 2}) if endpoint else None
    return _session(environ).client(service, endpoint_url=endpoint, config=config)


def _session(environ: Mapping[str, str]) -> Any:
    if _is_emulated(environ):
        return _emulated_session(
            environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"], environ["AWS_REGION"]
        )
    # boto3 takes most of a second to import, and --help needs none of it.
    import boto3

    return boto3.Session(region_name=environ.get("AWS_REGION"))


@functools.cache
def _emulated_session(key_id: str, secret: str, region: str) -> Any:
    # Kept: a session reads botocore's models anew, a third of a second for each client.
    import boto3

    return boto3.Session(key_id, secret, region_name=region)


def _is_emulated(environ: Mapping[str, str]) -> bool:
    return "AWS_ENDPOINT_URL" in environ and "AWS_SECRET_ACCESS_KEY" in environ


def _credentials(environ: Mapping[str, str]) -> Callable[[], Credentials]:
    """Gives the credentials of the next call. Found once; a role's are renewed by boto3."""
    if _is_emulated(environ):
        emulated = Credentials(environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"])
        return lambda: emulated
    found: list[Any] = []

    def current() -> Credentials:
        if not found:
            found.append(_session(environ).get_credentials())
        if found[0] is None:
            raise NoSuchStage("there are no AWS credentials: configure a profile or sign in")
        frozen = found[0].get_frozen_credentials()
        return Credentials(frozen.access_key, frozen.secret_key, frozen.token or "")

    return current


def _own_region() -> str | None:
    import boto3

    region: str | None = boto3.Session().region_name
    return region


def _local(folders: tuple[Path, ...]) -> dict[str, str]:
    for folder in folders:
        try:
            lines = (folder / LOCAL_ENV).read_text().splitlines()
        except OSError:
            continue
        return dict(line.split("=", 1) for line in lines if "=" in line)
    raise NoSuchStage("the local server does not run: start it with make run")


def _deployed(stage: str, folders: tuple[Path, ...]) -> dict[str, str]:
    for folder in folders:
        try:
            config = json.loads((folder / CONFIG).read_text())
            variables: dict[str, str] = config["stages"][stage]["environment_variables"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        # A stage that was only prepared has a name and no more.
        if "TABLE_NAME" in variables:
            return variables
    raise NoSuchStage(f"stage {stage} is not deployed: run make deploy STAGE={stage}")
