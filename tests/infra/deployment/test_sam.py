"""What is changed in Chalice's template, without Chalice: pure functions on dicts."""

from typing import Any

import pytest

from infra.deployment import sam
from infra.deployment.names import DeploymentError

URI = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{}/invocations"
LAMBDA = "AWS::Serverless::Function"
OF_THE_STACK = {
    "ISSUER": {"Ref": "Issuer"},
    "LOGOUT_QUEUE_URL": {"Ref": "LogoutQueue"},
    "MTLS_URL": "",
    "STAGE": {"Ref": "Stage"},
    "TABLE_NAME": "t",
}


def _function(runtime: str, **variables: Any) -> dict[str, Any]:
    return {
        "Type": LAMBDA,
        "Properties": {"Runtime": runtime, "Environment": {"Variables": variables}},
    }


def _permission(function: str) -> dict[str, Any]:
    return {"Type": "AWS::Lambda::Permission", "Properties": {"FunctionName": {"Ref": function}}}


def _template(runtime: str = "python3.13") -> dict[str, Any]:
    """A template with a second function, as Chalice writes it after the merge."""
    uri = {"uri": {"Fn::Sub": URI.format("${APIHandler.Arn}")}}
    document = {"paths": {"/token": {"post": {"x-amazon-apigateway-integration": uri}}}}
    return {
        "Resources": {
            "APIHandler": _function(runtime, **OF_THE_STACK),
            "RotateKeys": _function(runtime, ISSUER="-", OWN="own"),
            "RestAPI": {
                "Type": "AWS::Serverless::Api",
                "Properties": {"DefinitionBody": document},
            },
            "APIHandlerInvokePermission": _permission("APIHandler"),
            "RotateKeysPermission": _permission("RotateKeys"),
        }
    }


def _called(template: dict[str, Any]) -> str:
    body = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    uri: str = body["paths"]["/token"]["post"]["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    return uri


def _snapstart() -> dict[str, Any]:
    changed = sam.with_snapstart(sam.call_function_by_name(_template()))
    resources: dict[str, Any] = changed["Resources"]
    return {**resources, "called": _called(changed)}


def test_the_api_calls_the_function_by_its_name() -> None:
    """So that the function's environment may name the API: neither waits for the other."""
    called = _called(sam.call_function_by_name(_template()))
    assert called == URI.format(sam.FUNCTION_ARN)


def test_with_snapstart_it_calls_the_alias() -> None:
    """The unpublished version, which the plain name stands for, never starts from a snapshot."""
    assert _snapstart()["called"] == URI.format(f"{sam.FUNCTION_ARN}:live")


def test_api_gateway_may_call_the_alias() -> None:
    """A permission on the function does not hold for its alias; other functions keep theirs."""
    resources = _snapstart()
    permission = resources["APIHandlerInvokePermission"]["Properties"]
    assert permission["FunctionName"] == {"Ref": "APIHandler.Alias"}
    assert resources["RotateKeysPermission"] == _permission("RotateKeys")


def test_only_the_api_handler_starts_from_a_snapshot() -> None:
    """Nobody waits for a schedule, and each snapshot has its price."""
    resources = _snapstart()
    assert resources["APIHandler"]["Properties"]["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert resources["RotateKeys"] == _template()["Resources"]["RotateKeys"]


@pytest.mark.parametrize("runtime", ["python3.10", "python3.11"])
def test_an_older_python_is_refused(runtime: str) -> None:
    """CloudFormation would fail after minutes, and roll back."""
    with pytest.raises(DeploymentError, match=r"3\.12 or newer"):
        sam.with_snapstart(_template(runtime))


@pytest.mark.parametrize("runtime", ["python3.12", "python3.13", "python3.14"])
def test_a_newer_python_has_it(runtime: str) -> None:
    """All that Chalice knows from 3.12 on."""
    assert sam.with_snapstart(_template(runtime))


def test_every_function_learns_what_only_the_stack_knows() -> None:
    """And keeps variables of its own."""
    shared = sam.share_environment(_template())["Resources"]
    variables = shared["RotateKeys"]["Properties"]["Environment"]["Variables"]
    assert variables == {**OF_THE_STACK, "OWN": "own"}
    assert shared["APIHandler"] == _template()["Resources"]["APIHandler"]


def test_the_consumer_waits_for_the_stacks_own_queue() -> None:
    """And its source keeps what else Chalice says of it."""
    template = _template()
    by_name = {"Fn::Sub": "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:a"}
    source = {"Type": "SQS", "Properties": {"Queue": by_name, "BatchSize": 1}}
    template["Resources"]["DeliverLogouts"] = _function("python3.13")
    template["Resources"]["DeliverLogouts"]["Properties"]["Events"] = {"Source": source}
    consumer = sam.read_own_queue(template)["Resources"]["DeliverLogouts"]["Properties"]
    (read,) = consumer["Events"].values()
    own = {"Fn::GetAtt": ["LogoutQueue", "Arn"]}
    assert read == {"Type": "SQS", "Properties": {"Queue": own, "BatchSize": 1}}
    assert consumer["Runtime"] == "python3.13"


def test_the_runtimes_of_all_functions_are_asked() -> None:
    """Byte code must fit each of them."""
    template = _template()
    template["Resources"]["RotateKeys"]["Properties"]["Runtime"] = "python3.14"
    assert sam.runtimes(template) == {"python3.13", "python3.14"}
