"""What is merged over Chalice's template, before Chalice is asked: pure functions on dicts."""

from typing import Any

import pytest

from infra.deployment import template
from infra.deployment.package import merged

MERGED = merged(template.for_stage(template.load(), "dev"), "dev", "")


def _variables() -> dict[str, Any]:
    found: dict[str, Any] = MERGED["Resources"]["APIHandler"]["Properties"]["Environment"]
    return dict(found["Variables"])


@pytest.mark.parametrize(
    ("variable", "resource"), [("TABLE_NAME", "Table"), ("LOGOUT_QUEUE_URL", "LogoutQueue")]
)
def test_the_function_learns_from_the_stack(variable: str, resource: str) -> None:
    """No output has to be copied by hand. Of a queue, Ref is the URL."""
    assert _variables()[variable] == {"Ref": resource}


@pytest.mark.parametrize(
    ("name", "function", "group"),
    [
        ("RotateKeys", "rotate_keys", "RotationLogGroup"),
        ("DeliverLogouts", "deliver_logouts", "DeliveryLogGroup"),
    ],
)
def test_a_function_has_the_name_that_its_log_group_and_policy_know(
    name: str, function: str, group: str
) -> None:
    """CloudFormation would make one up."""
    resource = MERGED["Resources"][name]
    assert resource["Properties"] == {
        "FunctionName": {"Fn::Sub": f"${{Prefix}}-${{Stage}}-{function}"}
    }
    assert resource["DependsOn"] == group
    assert group in MERGED["Resources"]


def test_the_issuer_is_a_parameter_or_api_gateways_own_url() -> None:
    """With a domain it is given; without, the stack itself knows the API's id."""
    _, given, own = _variables()["ISSUER"]["Fn::If"]
    assert given == {"Ref": "Issuer"}
    url = "https://${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}/dev"
    assert own == {"Fn::Sub": url}
    assert MERGED["Outputs"]["Issuer"]["Value"] == _variables()["ISSUER"]


def test_a_given_issuer_is_the_parameters_default() -> None:
    """`--issuer`, or the custom domain of the configuration."""
    with_domain = merged(template.load(), "dev", "https://id.example.com")
    assert with_domain["Parameters"]["Issuer"]["Default"] == "https://id.example.com"


def test_gateway_responses_are_part_of_the_apis_document() -> None:
    """As resources of their own they are not ordered before the deployment of the stage."""
    body = MERGED["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    assert "THROTTLED" in body["x-amazon-apigateway-gateway-responses"]
