"""The operator's own access to AWS, from wherever boto3 finds it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

import boto3

from .names import DeploymentError

# `infra.bootstrap.register_keys`: the environment of a stage, and the ARNs of its keys.
RegisterKeys = Callable[[Mapping[str, str], Sequence[str]], object]


def open_session() -> boto3.Session:
    """A session with a Region; DeploymentError when none is configured."""
    session = boto3.Session()
    if not session.region_name:
        raise DeploymentError("no region: set AWS_REGION or choose a profile that has one")
    return session


def stage_environ(session: boto3.Session, variables: Mapping[str, str]) -> dict[str, str]:
    """The environment as a stage's own code reads it: its variables, a Region, credentials."""
    found = session.get_credentials()
    if found is None:
        raise DeploymentError("no AWS credentials: configure a profile or sign in")
    frozen = found.get_frozen_credentials()
    token = {"AWS_SESSION_TOKEN": frozen.token} if frozen.token else {}
    return {
        **os.environ,
        **variables,
        "AWS_REGION": session.region_name,
        "AWS_ACCESS_KEY_ID": frozen.access_key,
        "AWS_SECRET_ACCESS_KEY": frozen.secret_key,
        **token,
    }


def key_arns(outputs: Mapping[str, str]) -> tuple[str, ...]:
    """The signing keys among a stack's outputs."""
    return tuple(outputs[name] for name in ("Rs256KeyArn", "Es256KeyArn") if name in outputs)
