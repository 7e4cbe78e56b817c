"""The stack of table, keys and queue: brought up, changed and taken down, each to its end."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from .names import DeploymentError

Say = Callable[[str], None]

# Seconds between questions and how many: twenty minutes in all, where a stack takes one or two.
_PATIENCE = {"Delay": 2, "MaxAttempts": 600}
_NOTHING_TO_DO = ("didn't contain changes", "No updates are to be performed", "no changes")


def up(
    cloudformation: Any,
    name: str,
    source: Mapping[str, str],
    *,
    tags: Mapping[str, str],
    say: Say,
    parameters: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Create the stack or bring it up to date, wait for it, and return its outputs.

    `source` is `body(template)`, or {"TemplateURL": ...} for one above 51,200 bytes. A change set,
    because that alone adopts a table that an earlier `destroy` left behind.
    """
    status = _status(cloudformation, name)
    if status == "ROLLBACK_COMPLETE":  # its creation failed: such a stack can only be deleted
        say(f"stack {name}: removing what a failed creation left")
        down(cloudformation, name)
        status = None
    kind = "CREATE" if status in (None, "REVIEW_IN_PROGRESS") else "UPDATE"
    say(f"stack {name}: {kind.lower()}")
    change_set = cloudformation.create_change_set(
        StackName=name,
        ChangeSetName=f"postern-{token_hex(8)}",
        ChangeSetType=kind,
        **source,
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in (parameters or {}).items()
        ],
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        ImportExistingResources=True,
    )["Id"]
    if _has_changes(cloudformation, name, change_set):
        cloudformation.execute_change_set(ChangeSetName=change_set, StackName=name)
        _wait(cloudformation, f"stack_{kind.lower()}_complete", name)
    say(f"stack {name}: up to date")
    return outputs(cloudformation, name)


def body(template: Mapping[str, Any]) -> dict[str, str]:
    """A template sent with the call itself."""
    return {"TemplateBody": json.dumps(template, separators=(",", ":"))}


def outputs(cloudformation: Any, name: str) -> dict[str, str]:
    """The outputs of a stack, by name; DeploymentError when there is no such stack."""
    stack = _describe(cloudformation, name)
    if stack is None:
        raise DeploymentError(f"there is no stack {name}")
    return {member["OutputKey"]: member["OutputValue"] for member in stack.get("Outputs", ())}


def down(cloudformation: Any, name: str) -> None:
    """Delete the stack and wait; what it retains stays. A stack that is not there is no error."""
    if _describe(cloudformation, name) is not None:
        cloudformation.delete_stack(StackName=name)
        _wait(cloudformation, "stack_delete_complete", name)


def _has_changes(cloudformation: Any, name: str, change_set: str) -> bool:
    waiter = cloudformation.get_waiter("change_set_create_complete")
    try:
        waiter.wait(ChangeSetName=change_set, StackName=name, WaiterConfig=_PATIENCE)
    except WaiterError as problem:
        reason = str(problem.last_response.get("StatusReason", problem))
        cloudformation.delete_change_set(ChangeSetName=change_set, StackName=name)
        if any(words in reason for words in _NOTHING_TO_DO):
            return False
        raise DeploymentError(f"stack {name}: {reason}") from problem
    return True


def _wait(cloudformation: Any, waiter: str, name: str) -> None:
    try:
        cloudformation.get_waiter(waiter).wait(StackName=name, WaiterConfig=_PATIENCE)
    except WaiterError as problem:
        raise DeploymentError(f"stack {name}: {_first_failure(cloudformation, name)}") from problem


def _first_failure(cloudformation: Any, name: str) -> str:
    """The oldest failed event of the last operation: the rest are cancelled on its account."""
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
    if not failed:
        return "did not come to its end"
    event = failed[-1]
    return f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'failed')}"


def _status(cloudformation: Any, name: str) -> str | None:
    stack = _describe(cloudformation, name)
    return None if stack is None else str(stack["StackStatus"])


def _describe(cloudformation: Any, name: str) -> dict[str, Any] | None:
    try:
        found = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as problem:
        # CloudFormation has no error code of its own for a stack that is not there.
        if "does not exist" in problem.response["Error"]["Message"]:
            return None
        raise
    return found[0] if found else None
