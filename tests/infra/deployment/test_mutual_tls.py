"""The domain where clients show certificates: what one stack makes of it. RFC 8705."""

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint_file

from chalicelib.settings import Settings
from infra.deployment import mutual_tls, template
from infra.deployment.package import merged

from .packaged import ENVIRON, named

MERGED = merged(template.for_stage(template.load(), "dev"), "dev", "")
DOMAIN = MERGED["Resources"]["MutualTlsDomainName"]
MAPPING = MERGED["Resources"]["MutualTlsMapping"]
NEEDED = ("MutualTlsCertificateArn", "MutualTlsTruststore", "Issuer")


def _template() -> dict[str, Any]:
    """An API as Chalice writes it, and what is merged over it for certificates alone."""
    api = {
        "Type": "AWS::Serverless::Api",
        "Properties": {
            "StageName": "dev",
            "EndpointConfiguration": "REGIONAL",
            "DisableExecuteApiEndpoint": mutual_tls.EXECUTE_API,
            "DefinitionBody": {
                "swagger": "2.0",
                "info": {"version": "1.0", "title": "postern"},
                "paths": {},
            },
        },
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"Issuer": {"Type": "String"}, **mutual_tls.PARAMETERS},
        "Rules": mutual_tls.RULES,
        "Conditions": mutual_tls.CONDITIONS,
        "Resources": {"RestAPI": api, **mutual_tls.resources()},
        "Outputs": {**mutual_tls.OUTPUTS, "Url": {"Value": mutual_tls.URL}},
    }


@pytest.fixture(scope="module")
def transformed() -> dict[str, Any]:
    """The same after the SAM transform."""
    from samtranslator.translator.transform import transform

    with pytest.MonkeyPatch.context() as environ:
        for name, value in ENVIRON.items():
            environ.setenv(name, value)
        found: dict[str, Any] = transform(_template(), {}, _NoManagedPolicies())["Resources"]
    return found


class _NoManagedPolicies:
    """The transform asks AWS for the names of managed policies; there is none here."""

    def load(self) -> dict[str, str]:
        return {}


def test_without_a_domain_nothing_of_it_is_made() -> None:
    """The parameter is empty unless somebody fills it."""
    assert MERGED["Parameters"]["MutualTlsDomain"]["Default"] == ""
    for part in (DOMAIN, MAPPING, *mutual_tls.OUTPUTS.values()):
        assert part["Condition"] == "HasMutualTls"


def test_the_domain_asks_for_certificates_of_the_trust_store() -> None:
    """A Regional one, as mutual TLS wants it; a version of the store where one is named."""
    properties = DOMAIN["Properties"]
    assert properties["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert properties["SecurityPolicy"] == "TLS_1_2"
    store = properties["MutualTlsAuthentication"]
    assert store["TruststoreUri"] == {"Ref": "MutualTlsTruststore"}
    assert store["TruststoreVersion"]["Fn::If"][2] == {"Ref": "AWS::NoValue"}


def test_the_domain_leads_to_the_same_stage(transformed: dict[str, Any]) -> None:
    """With no path before: the endpoints are at the same paths of both hosts."""
    properties = transformed["MutualTlsMapping"]["Properties"]
    assert "BasePath" not in properties
    assert properties["RestApiId"] == {"Ref": "RestAPI"}
    stage = transformed[properties["Stage"]["Ref"]]
    assert stage["Type"] == "AWS::ApiGateway::Stage"
    assert {"MutualTlsDomainName", "RestAPI"} <= named(transformed["MutualTlsMapping"], transformed)


def test_the_third_way_in_is_closed(transformed: dict[str, Any]) -> None:
    """With a domain for certificates, and only then, the execute-api URL answers no more."""
    closed = {"Fn::If": ["HasMutualTls", True, False]}
    assert MERGED["Resources"]["RestAPI"]["Properties"]["DisableExecuteApiEndpoint"] == closed
    body = json.dumps(transformed["RestAPI"]["Properties"]["Body"])
    assert json.dumps(closed) in body


def test_the_functions_learn_the_url() -> None:
    """Empty is none, as settings.py reads it."""
    variables = MERGED["Resources"]["APIHandler"]["Properties"]["Environment"]["Variables"]
    there, url, none = variables["MTLS_URL"]["Fn::If"]
    assert (there, none) == ("HasMutualTls", "")
    assert url == {"Fn::Sub": "https://${MutualTlsDomain}"}
    environ = {"ISSUER": "https://id.example.com", "STAGE": "prod", "TABLE_NAME": "t"}
    settings = Settings.read({**environ, "AWS_REGION": "eu-west-1", "MTLS_URL": none})
    assert settings.mtls_url is None


def test_half_a_domain_is_refused_before_anything_is_made() -> None:
    """A rule of the template: certificate, trust store, and an issuer that stays open."""
    rule = MERGED["Rules"]["MutualTlsIsWhole"]
    assert [assertion["AssertDescription"] for assertion in rule["Assertions"]] == [
        f"MutualTlsDomain needs {name}" for name in NEEDED
    ]


def test_cfn_lint_finds_nothing(tmp_path: Path) -> None:
    """Well-formed CloudFormation by the resource specifications."""
    path = tmp_path / "template.json"
    path.write_text(json.dumps(_template()), encoding="utf-8")
    found = lint_file(path, ManualArgs(regions=["eu-west-1"]))
    assert [str(match) for match in found] == []
