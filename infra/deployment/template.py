"""The CloudFormation template of table, keys and queue: loaded, and what one stage makes of it."""

from __future__ import annotations

from typing import Any

import yaml

from .names import CLOUDFORMATION, resource_name

Template = dict[str, Any]

# What a stage that is not listed gets is what prod gets.
_OF_DEV = {"DeletionProtection": "false", "LogRetentionInDays": "7"}
_OF_OTHERS = {"DeletionProtection": "true", "LogRetentionInDays": "90"}


def load() -> Template:
    """The template as it is written."""
    text = (CLOUDFORMATION / "resources.yaml").read_text(encoding="utf-8")
    template: Template = yaml.safe_load(text)
    return template


def parameters(stage: str) -> dict[str, str]:
    """The stage's parameters; dev alone lets its table be deleted."""
    return {"Stage": stage, **(_OF_DEV if stage == "dev" else _OF_OTHERS)}


def for_stage(template: Template, stage: str) -> Template:
    """The template with the stage's parameters as defaults and the table's name written out.

    A literal name is what lets CloudFormation adopt the table that an earlier `destroy` left.
    """
    given = parameters(stage)
    declared = {
        name: {**member, "Default": _typed(member, given[name])} if name in given else member
        for name, member in template["Parameters"].items()
    }
    table = template["Resources"]["Table"]
    named = {**table, "Properties": {**table["Properties"], "TableName": resource_name(stage)}}
    resources = {**template["Resources"], "Table": named}
    return {**template, "Parameters": declared, "Resources": resources}


def _typed(parameter: Template, value: str) -> str | int:
    return int(value) if parameter["Type"] == "Number" else value
