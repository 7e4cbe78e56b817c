"""Events as API Gateway makes them, of a REST API and of an HTTP API."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod"

Headers = list[tuple[str, str]]


def rest(
    headers: Headers, method: str = "GET", path: str = "/files", query: str = "", pem: str = ""
) -> dict[str, Any]:
    """What a Lambda function behind a REST API gets."""
    several: dict[str, list[str]] = {}
    for name, value in headers:
        several.setdefault(name, []).append(value)
    parameters = dict(parse_qsl(query, keep_blank_values=True))
    identity = {"sourceIp": "127.0.0.1", **({"clientCert": {"clientCertPem": pem}} if pem else {})}
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in several.items()} or None,
        "multiValueHeaders": several or None,
        "queryStringParameters": parameters or None,
        "multiValueQueryStringParameters": {k: [v] for k, v in parameters.items()} or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": path,
            "httpMethod": method,
            "path": path,
            "identity": identity,
        },
        "body": None,
        "isBase64Encoded": False,
    }


def rest_authorizer(
    headers: Headers, method: str = "GET", path: str = "/files", **more: str
) -> Any:
    """What a REQUEST authorizer of a REST API gets."""
    arn = f"{ARN}/{method}{path}"
    return {"type": "REQUEST", "methodArn": arn, **rest(headers, method, path, **more)}


def token_authorizer(headers: Headers, method: str = "GET", path: str = "/files") -> Any:
    """What a TOKEN authorizer gets: one header."""
    value = dict(headers).get("Authorization", "")
    return {"type": "TOKEN", "authorizationToken": value, "methodArn": f"{ARN}/{method}{path}"}


def http_authorizer(
    headers: Headers, method: str = "GET", path: str = "/files", query: str = "", pem: str = ""
) -> Any:
    """What an authorizer of an HTTP API gets, format 2.0: repeated headers are joined."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        joined[key] = f"{joined[key]},{value}" if key in joined else value
    authentication = {"clientCert": {"clientCertPem": pem}} if pem else None
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": f"{ARN}/{method}{path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": joined,
        "requestContext": {
            "http": {"method": method, "path": path},
            "authentication": authentication,
        },
    }
