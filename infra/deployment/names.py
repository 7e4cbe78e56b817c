"""What things of one stage are called, and the words that stay the same in every stage."""

from __future__ import annotations

import re
import sys
from pathlib import Path

# The tag `app`, the first part of every name, and Chalice's app_name: one word, so that the
# signing policy, which asks for the tag, and the names cannot drift apart.
PREFIX = "postern"

# Chalice's names of the functions. Each but the first needs a policy that is named for it.
API_HANDLER = "api_handler"
ROTATE_KEYS = "rotate_keys"
DELIVER_LOGOUTS = "deliver_logouts"
BESIDE = (ROTATE_KEYS, DELIVER_LOGOUTS)

PROJECT = Path(__file__).resolve().parents[2]
CLOUDFORMATION = PROJECT / "infra" / "cloudformation"

# Function and log group names, stage names of API Gateway and CloudFormation's stack names: what
# all of them allow.
_STAGE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,29}", re.ASCII)


class DeploymentError(Exception):
    """The deployment cannot go on; the message says why and what to do."""


def check_stage(stage: str) -> str:
    """`stage`, when it can name things on AWS; DeploymentError otherwise."""
    if stage == "local":
        raise DeploymentError("stage local runs on this machine: `make run`")
    if not _STAGE.fullmatch(stage):
        raise DeploymentError("a stage is named by a letter, then letters, digits and hyphens")
    return stage


def resource_name(stage: str) -> str:
    """The table, the API's function and its log group's last part."""
    return f"{PREFIX}-{stage}"


def rotation_name(stage: str) -> str:
    """The function that a schedule calls, and its log group's last part."""
    return f"{PREFIX}-{stage}-{ROTATE_KEYS}"


def delivery_name(stage: str) -> str:
    """The function that the queue of logouts calls, and its log group's last part."""
    return f"{PREFIX}-{stage}-{DELIVER_LOGOUTS}"


def function_names(stage: str) -> tuple[str, ...]:
    """Every function of a stage, the API's first."""
    return resource_name(stage), rotation_name(stage), delivery_name(stage)


def stack_name(stage: str) -> str:
    """The stack of table, keys and queue that `deploy` brings up."""
    return f"{PREFIX}-{stage}-resources"


def say(message: str) -> None:
    """Progress, for a person: standard output belongs to the result."""
    print(message, file=sys.stderr, flush=True)
