"""What CloudFormation makes of the template of a package."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from infra.deployment.names import BESIDE

# The functions beside the API handler, by the names that Chalice gives them in a template.
OTHERS = tuple("".join(word.title() for word in name.split("_")) for name in BESIDE)
# Both Chalice and the transform want a Region, and touch nothing in it.
ENVIRON = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}


def transformed(sam: dict[str, Any]) -> dict[str, Any]:
    """The resources after the SAM transform."""
    # A second of imports, paid by who asks for it.
    from samtranslator.translator.transform import transform

    uploaded = json.loads(json.dumps(sam))
    for name in ("APIHandler", *OTHERS):
        uploaded["Resources"][name]["Properties"]["CodeUri"] = "s3://bucket/deployment.zip"
    with pytest.MonkeyPatch.context() as environ:
        for name, value in ENVIRON.items():
            environ.setenv(name, value)
        found: dict[str, Any] = transform(uploaded, {}, _NoManagedPolicies())["Resources"]
    return found


class _NoManagedPolicies:
    """The transform asks AWS for the names of managed policies; there is none here."""

    def load(self) -> dict[str, str]:
        return {}


def named(resource: Any, resources: dict[str, Any]) -> set[str]:
    """The resources that one refers to, by Ref, Fn::GetAtt, Fn::Sub or DependsOn."""
    text = json.dumps(resource)
    found = set(re.findall(r'"Ref": "(\w+)"', text))
    found |= set(re.findall(r'"Fn::GetAtt": \["(\w+)"', text))
    found |= set(re.findall(r"\$\{(\w+)", text))
    depends = resource.get("DependsOn", [])
    found |= {depends} if isinstance(depends, str) else set(depends)
    return found & set(resources)
