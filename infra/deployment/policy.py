"""The policies of the roles: one document each, written by hand, filled in two ways.

`infra/cloudformation/policy*.json` are the sources. For `chalice deploy` the stack's outputs are
put in and the result is `.chalice/policy-<stage>*.json`; for one CloudFormation stack the same
places become Fn::Sub. A filled file carries an account id: it is not kept under version control.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from string import Template
from typing import Any

from .names import API_HANDLER, BESIDE, CLOUDFORMATION, PREFIX, resource_name

Document = dict[str, Any]

_SOURCES = {API_HANDLER: "policy.json", **{name: f"policy_{name}.json" for name in BESIDE}}
_IN_CLOUDFORMATION = {
    "TableArn": "${Table.Arn}",
    "Partition": "${AWS::Partition}",
    "Region": "${AWS::Region}",
    "Account": "${AWS::AccountId}",
    "Prefix": "${Prefix}",
    "Stage": "${Stage}",
    "FunctionName": "${Prefix}-${Stage}",
}


def load(function: str = API_HANDLER) -> Document:
    """The policy of a function, by Chalice's name for it, with its places still open."""
    text = (CLOUDFORMATION / _SOURCES[function]).read_text(encoding="utf-8")
    document: Document = json.loads(text)
    return document


def file_name(stage: str, function: str = API_HANDLER) -> str:
    """The file in `.chalice` that Chalice reads a function's policy from."""
    ending = "" if function == API_HANDLER else f"-{function}"
    return f"policy-{stage}{ending}.json"


def files(stage: str, fill: Callable[[Document], Document]) -> dict[str, Document]:
    """Every policy of a stage, filled by `fill`, by the name of its file."""
    return {file_name(stage, function): fill(load(function)) for function in _SOURCES}


def values(stage: str, table_arn: str) -> dict[str, str]:
    """What goes into the places; partition, region and account are read off the table's ARN."""
    _, partition, _, region, account, _ = table_arn.split(":", 5)
    return {
        "TableArn": table_arn,
        "Partition": partition,
        "Region": region,
        "Account": account,
        "Prefix": PREFIX,
        "Stage": stage,
        "FunctionName": resource_name(stage),
    }


def filled(document: Document, places: Mapping[str, str]) -> Document:
    """The policy with every place filled; KeyError names one that has no value."""
    result: Document = _walk(document, lambda text: Template(text).substitute(places))
    return result


def in_cloudformation(document: Document) -> Document:
    """The policy for a template: an open place becomes Fn::Sub of what the stack knows."""

    def substitute(text: str) -> Any:
        filled_in = Template(text).substitute(_IN_CLOUDFORMATION)
        return {"Fn::Sub": filled_in} if filled_in != text or "${" in text else text

    result: Document = _walk(document, substitute)
    return result


def _walk(node: Any, change: Callable[[str], Any]) -> Any:
    if isinstance(node, str):
        return change(node)
    if isinstance(node, list):
        return [_walk(member, change) for member in node]
    if isinstance(node, dict):
        return {name: _walk(member, change) for name, member in node.items()}
    return node
