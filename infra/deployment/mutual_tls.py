"""The second custom domain of a stage, where clients show certificates. RFC 8705.

    https://id.example.com       ─► mapping ─┐
                                             ├─► the same API and stage
    https://mtls.id.example.com  ─► mapping ─┘
       trust store in S3

API Gateway asks for a certificate at the whole of a domain or not at all: browsers would be asked
as well, so that programs get a domain of their own. The API's own execute-api URL is closed: it
would be a third way in. Pure: what package.py merges over Chalice's template.
"""

from __future__ import annotations

from typing import Any

Part = dict[str, Any]

_HAS = "HasMutualTls"
PARAMETERS: Part = {
    "MutualTlsDomain": {
        "Type": "String",
        "Default": "",
        "AllowedPattern": "([A-Za-z0-9-]+([.][A-Za-z0-9-]+)+)?",
        "Description": "Host that asks for client certificates, without https://; empty: none",
    },
    "MutualTlsCertificateArn": {
        "Type": "String",
        "Default": "",
        "Description": "ACM certificate of that host, in this Region",
    },
    "MutualTlsTruststore": {
        "Type": "String",
        "Default": "",
        "AllowedPattern": "(s3://[a-z0-9.-]{3,63}/.+)?",
        "Description": "s3://bucket/truststore.pem: the authorities whose certificates are let in",
    },
    "MutualTlsTruststoreVersion": {
        "Type": "String",
        "Default": "",
        "Description": "Version of that object; a new one takes effect by an update of the stack",
    },
}
CONDITIONS: Part = {
    _HAS: {"Fn::Not": [{"Fn::Equals": [{"Ref": "MutualTlsDomain"}, ""]}]},
    "HasTruststoreVersion": {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "MutualTlsTruststoreVersion"}, ""]}]
    },
}
# Without its own domain for browsers a stage would be shut by this: the rule says so beforehand.
RULES: Part = {
    "MutualTlsIsWhole": {
        "RuleCondition": {"Fn::Not": [{"Fn::Equals": [{"Ref": "MutualTlsDomain"}, ""]}]},
        "Assertions": [
            {
                "Assert": {"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]},
                "AssertDescription": f"MutualTlsDomain needs {name}",
            }
            for name in ("MutualTlsCertificateArn", "MutualTlsTruststore", "Issuer")
        ],
    }
}
# Of the function: MTLS_URL, empty where there is none, as settings.py reads it.
URL: Part = {"Fn::If": [_HAS, {"Fn::Sub": "https://${MutualTlsDomain}"}, ""]}
EXECUTE_API: Part = {"Fn::If": [_HAS, True, False]}


def resources() -> Part:
    """The domain, and its mapping to the API's stage."""
    version = {"Ref": "MutualTlsTruststoreVersion"}
    return {
        "MutualTlsDomainName": {
            "Type": "AWS::ApiGateway::DomainName",
            "Condition": _HAS,
            "Properties": {
                "DomainName": {"Ref": "MutualTlsDomain"},
                "RegionalCertificateArn": {"Ref": "MutualTlsCertificateArn"},
                "EndpointConfiguration": {"Types": ["REGIONAL"]},
                "SecurityPolicy": "TLS_1_2",
                "MutualTlsAuthentication": {
                    "TruststoreUri": {"Ref": "MutualTlsTruststore"},
                    "TruststoreVersion": {
                        "Fn::If": ["HasTruststoreVersion", version, {"Ref": "AWS::NoValue"}]
                    },
                },
            },
        },
        "MutualTlsMapping": {
            "Type": "AWS::ApiGateway::BasePathMapping",
            "Condition": _HAS,
            "Properties": {
                "DomainName": {"Ref": "MutualTlsDomainName"},
                "RestApiId": {"Ref": "RestAPI"},
                # As SAM calls the stage that it makes: it is waited for.
                "Stage": {"Ref": "RestAPI.Stage"},
            },
        },
    }


OUTPUTS: Part = {
    "MtlsUrl": {"Condition": _HAS, "Value": {"Fn::Sub": "https://${MutualTlsDomain}"}},
    "MutualTlsTarget": {
        "Condition": _HAS,
        "Description": "What the DNS record of the host is an alias to",
        "Value": {"Fn::GetAtt": ["MutualTlsDomainName", "RegionalDomainName"]},
    },
}
