"""Taking a stage down: Chalice's part, then the stack. Table and keys stay unless asked for."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import chalice_command, configuration, stack
from .access import open_session
from .names import PREFIX, PROJECT, DeploymentError, check_stage, resource_name, say, stack_name

# KMS allows 7 to 30 days; a key gone too early makes every token still out there unverifiable.
PENDING_DAYS = 30


@dataclass(frozen=True, slots=True)
class Destruction:
    """What a destruction did. `keys_scheduled` are the ARNs whose end is now set."""

    stage: str
    api_deleted: bool
    table_name: str
    table_deleted: bool
    keys_scheduled: tuple[str, ...]

    def as_json(self) -> str:
        """What goes to standard output."""
        return json.dumps(asdict(self), indent=2)


def destroy(
    stage: str,
    *,
    yes: bool = False,
    delete_table: bool = False,
    delete_keys: bool = False,
    project: Path = PROJECT,
) -> Destruction:
    """Take `stage` down. Running it again after a failure goes on where it stopped.

    Asks only a terminal; never touches prod without `yes`. Raises DeploymentError.
    """
    check_stage(stage)
    if stage == "prod" and not yes:
        raise DeploymentError("stage prod is destroyed only with --yes")
    if not yes and sys.stdin.isatty():
        say(f"Type {stage} to take it down: ")
        if sys.stdin.readline().strip() != stage:
            raise DeploymentError("nothing was done")

    session = open_session()
    had_api = configuration.deployed_api(project, stage) is not None
    if had_api:
        say("chalice delete")
        region: str = session.region_name
        environ = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}
        chalice_command.run(project, "delete", "--stage", stage, environ=environ)

    say(f"stack {stack_name(stage)}: delete")
    stack.down(session.client("cloudformation"), stack_name(stage))

    table = resource_name(stage)
    deleted = delete_table and _delete_table(session.client("dynamodb"), table)
    keys: tuple[str, ...] = ()
    if delete_keys:
        keys = _schedule_keys(session, stage)
    return Destruction(stage, had_api, table, deleted, keys)


def _delete_table(dynamodb: Any, table: str) -> bool:
    try:
        dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
        dynamodb.get_waiter("table_exists").wait(TableName=table)
        dynamodb.delete_table(TableName=table)
    except dynamodb.exceptions.ResourceNotFoundException:
        return False
    say(f"table {table}: deleted")
    return True


def _schedule_keys(session: Any, stage: str) -> tuple[str, ...]:
    """Schedule every key of the stage, also those that `key rotate` made: found by their tags."""
    tagging, kms = session.client("resourcegroupstaggingapi"), session.client("kms")
    pages = tagging.get_paginator("get_resources").paginate(
        ResourceTypeFilters=["kms:key"],
        TagFilters=[{"Key": "app", "Values": [PREFIX]}, {"Key": "stage", "Values": [stage]}],
    )
    scheduled = []
    for arn in (
        member["ResourceARN"] for page in pages for member in page["ResourceTagMappingList"]
    ):
        metadata = kms.describe_key(KeyId=arn)["KeyMetadata"]
        if metadata["KeyState"] in ("Enabled", "Disabled"):
            kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=PENDING_DAYS)
            say(f"key {arn}: ends in {PENDING_DAYS} days")
            scheduled.append(arn)
    return tuple(scheduled)
