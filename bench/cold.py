"""A cold start: import the application and answer the first request. Run in a fresh process.

`python -m bench.cold postern|naive|bare PATH`; prints nothing. The parent measures.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

from bench.naive import handler as naive_handler


def event(path: str) -> dict[str, Any]:
    """An API Gateway event: POST /token for client_credentials, GET for anything else."""
    method = "POST" if path == "/token" else "GET"
    basic = base64.b64encode(b"demomachine:demomachinesecret").decode()
    headers = {"Content-Type": ["application/x-www-form-urlencoded"]}
    headers |= {"Authorization": [f"Basic {basic}"]} if method == "POST" else {}
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": "grant_type=client_credentials&scope=read" if method == "POST" else None,
        "isBase64Encoded": False,
        "requestContext": {
            "resourcePath": path,
            "httpMethod": method,
            "requestId": "bench",
            "identity": {"sourceIp": "127.0.0.1"},
        },
    }


def answer(who: str, path: str) -> None:
    """One request, answered with 200 or the run is worth nothing."""
    if who == "bare":
        return
    if who == "naive":
        said = naive_handler()(event(path), None)
    else:
        from app import app

        said = app(event(path), None)
    body = json.loads(said["body"])
    if said["statusCode"] != 200:
        raise SystemExit(f"{who} {path}: {body}")


if __name__ == "__main__":
    answer(sys.argv[1], sys.argv[2])
