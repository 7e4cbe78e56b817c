"""One stage deployed on the emulator by CloudFormation, with the emulator's gaps filled.

The template and the zip are the product's. What ministack 1.5.33 lacks is done here, after them:
its CloudFormation ignores TimeToLiveSpecification, its import of an API the gateway responses, and
its policies the condition keys of KMS and the one that says which items a call is about.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from infra.deployment import gateway_responses, stack
from infra.deployment.access import key_arns
from infra.deployment.names import PREFIX, PROJECT, delivery_name, resource_name, rotation_name
from infra.deployment.package import package

STAGE = "dev"
_BUCKET = "postern-packages"


@dataclass(frozen=True, slots=True)
class Deployed:
    """A stage on the emulator. `url` takes the place of `issuer` in front of every path."""

    url: str
    issuer: str
    function: str
    table_name: str
    queue_url: str
    key_arns: tuple[str, ...]

    @property
    def delivery(self) -> str:
        """The function that the queue of logouts calls."""
        return delivery_name(STAGE)

    @property
    def rotation(self) -> str:
        """The function that the schedule calls."""
        return rotation_name(STAGE)

    @property
    def environ(self) -> dict[str, str]:
        """The functions' own variables."""
        return {
            "ISSUER": self.issuer,
            "LOGOUT_QUEUE_URL": self.queue_url,
            "MTLS_URL": "",
            "STAGE": STAGE,
            "TABLE_NAME": self.table_name,
        }


def deploy(
    url: str,
    out: Path,
    say: Callable[[str], None],
    *,
    change: Callable[[dict[str, Any]], Mapping[str, Any]] = dict,
    project: Path = PROJECT,
) -> Deployed:
    """Package the checkout for this machine's processor and deploy it on the emulator at `url`.

    `change` is done to the template first. boto3 is expected to find the emulator through the
    environment.
    """
    architecture = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
    template_path = package(STAGE, out, architecture=architecture, project=project)
    size = (out / "deployment.zip").stat().st_size
    say(f"package: {size / 1e6:.1f} MB zipped")

    written = json.loads(template_path.read_text(encoding="utf-8"))
    source = uploaded(change(written), out, url)
    outputs = stack.up(
        boto3.client("cloudformation"),
        resource_name(STAGE),
        source,
        tags={"app": PREFIX, "stage": STAGE},
        say=say,
    )
    boto3.client("dynamodb").update_time_to_live(
        TableName=outputs["TableName"],
        TimeToLiveSpecification={"AttributeName": "ttl", "Enabled": True},
    )
    api = outputs["RestAPIId"]
    gateway_responses.put(boto3.client("apigateway"), api, STAGE, outputs["Issuer"])
    return Deployed(
        url=f"{url}/restapis/{api}/{STAGE}/_user_request_",
        issuer=outputs["Issuer"],
        function=outputs["APIHandlerName"],
        table_name=outputs["TableName"],
        queue_url=outputs["LogoutQueueUrl"],
        key_arns=key_arns(outputs),
    )


def uploaded(template: Mapping[str, Any], out: Path, url: str) -> dict[str, str]:
    """Put zip and template into S3, as `aws cloudformation package` does; where the template is."""
    s3 = boto3.client("s3")
    s3.create_bucket(
        Bucket=_BUCKET,
        CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name},
    )
    s3.upload_file(str(out / "deployment.zip"), _BUCKET, "deployment.zip")
    body = json.dumps(adapted(template)).encode()
    s3.put_object(Bucket=_BUCKET, Key="template.json", Body=body)
    return {"TemplateURL": f"{url}/{_BUCKET}/template.json"}


def adapted(template: Mapping[str, Any]) -> dict[str, Any]:
    """The template with its code in S3 and without the condition keys the emulator cannot read."""
    changed: dict[str, Any] = json.loads(json.dumps(template))
    for resource in changed["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = f"s3://{_BUCKET}/deployment.zip"
        for held in properties.get("Policies", ()):
            for statement in held["PolicyDocument"]["Statement"]:
                condition = statement.get("Condition", {})
                equals = condition.get("StringEquals", {})
                for name in [name for name in equals if name.startswith("kms:")]:
                    del equals[name]
                condition.get("Null", {}).pop("dynamodb:LeadingKeys", None)
    return changed
