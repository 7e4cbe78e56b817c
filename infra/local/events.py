"""API Gateway's REST proxy events (payload version 1), made from a plain HTTP request.

Pure functions: what a request becomes, or which answer API Gateway gives without asking the
Lambda function. Paths and path parameters stay as the client encoded them; query keys and
values are decoded once, a plus sign is a space, and a semicolon separates like an ampersand.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from infra.local.wire import BODY_LIMIT, MALFORMED, NOWHERE, TOO_LARGE, Answer, Headers, refusal

Event = dict[str, Any]
Routes = Mapping[str, Mapping[str, Any]]

HEADERS_LIMIT = 10_240

# Between client and gateway only; they never reach the function.
HOP_BY_HOP = {"connection", "expect", "keep-alive", "proxy-connection", "te", "trailer"}
HOP_BY_HOP |= {"transfer-encoding", "upgrade"}


def event_from(
    method: str,
    target: str,
    headers: Headers,
    body: bytes,
    *,
    routes: Routes,
    stage: str,
    source_address: str,
    request_id: str,
    domain_name: str,
    stage_in_path: bool = False,
    issuer: str | None = None,
    client_certificate: str | None = None,
    now: float | None = None,
) -> Event | Answer:
    """The event for the function, or the answer that API Gateway gives by itself.

    With `stage_in_path` the URL starts with `/<stage>`, as on execute-api; without, it is a
    custom domain's. `issuer` is only used for the `error_uri` of a refusal. `client_certificate`, a
    PEM, is what mutual TLS at a custom domain has proved.
    """
    if issuer is None:
        issuer = f"https://{domain_name}" + (f"/{stage}" if stage_in_path else "")
    if not target.startswith("/") or re.search(r"[^!-~]|#", target):
        return refusal(400, MALFORMED, issuer, request_id)
    if sum(len(name) + len(value) for name, value in headers) > HEADERS_LIMIT:
        return refusal(431, MALFORMED, issuer, request_id)
    if len(body) > BODY_LIMIT:
        return refusal(413, TOO_LARGE, issuer, request_id)
    path, _, query = target.partition("?")
    inner = _without_stage(path, stage) if stage_in_path else path
    found = match(inner, routes) if inner is not None else None
    if inner is None or found is None or method not in routes[found[0]]:
        return refusal(404, NOWHERE, issuer, request_id)
    resource, parameters = found
    kept = _forwarded(headers, source_address, issuer)
    values = collect(kept, fold=True)
    text, encoded = _body(body)
    asked = collect(_pairs(query))
    return {
        "resource": resource,
        "path": inner,
        "httpMethod": method,
        "headers": _last(values),
        "multiValueHeaders": values,
        "queryStringParameters": _last(asked) or None,
        "multiValueQueryStringParameters": asked or None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": domain_name,
            "domainPrefix": domain_name.partition(".")[0],
            "extendedRequestId": request_id,
            "httpMethod": method,
            "identity": _identity(source_address, values) | _certificate(client_certificate),
            "path": path,
            "protocol": "HTTP/1.1",
            "requestId": request_id,
            **_times(time.time() if now is None else now),
            "resourceId": "local",
            "resourcePath": resource,
            "stage": stage,
        },
        "body": text,
        "isBase64Encoded": encoded,
    }


def match(path: str, routes: Routes) -> tuple[str, dict[str, str]] | None:
    """The route table's path for a request path, and what its `{name}` segments hold."""
    wanted = path[:-1] if len(path) > 1 and path.endswith("/") else path
    if wanted in routes and "{" not in wanted:
        return wanted, {}
    asked = wanted.split("/")
    for route in routes:
        segments = route.split("/")
        if len(segments) == len(asked) and "{" in route:
            pairs = list(zip(segments, asked, strict=True))
            named = {one[1:-1]: value for one, value in pairs if one.startswith("{")}
            fixed = all(one == value for one, value in pairs if not one.startswith("{"))
            if fixed and all(named.values()):
                return route, named
    return None


def collect(pairs: Headers, *, fold: bool = False) -> dict[str, list[str]]:
    """Every value under its key, in order; with `fold`, keys that differ in case are one."""
    spelled: dict[str, str] = {}
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        key = spelled.setdefault(name.lower() if fold else name, name)
        values.setdefault(key, []).append(value)
    return values


def _last(values: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: found[-1] for name, found in values.items()}


def _without_stage(path: str, stage: str) -> str | None:
    first, _, rest = path[1:].partition("/")
    return f"/{rest}" if first == stage else None


def _pairs(query: str) -> Headers:
    pieces = [piece.partition("=") for piece in re.split("[&;]", query) if piece]
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pieces]


def _forwarded(headers: Headers, source_address: str, issuer: str) -> Headers:
    """The headers as the function sees them: the left part of X-Forwarded-For is the caller's."""
    kept = [(n, v) for n, v in headers if n.lower() not in HOP_BY_HOP]
    own = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-port")
    before = [v for n, v in kept if n.lower() == "x-forwarded-for"]
    site = urlsplit(issuer)
    port = site.port or (443 if site.scheme == "https" else 80)
    return [
        *((n, v) for n, v in kept if n.lower() not in own),
        ("X-Forwarded-For", ", ".join([*before, source_address])),
        ("X-Forwarded-Port", str(port)),
        ("X-Forwarded-Proto", site.scheme),
    ]


def _identity(source_address: str, values: Mapping[str, list[str]]) -> dict[str, str | None]:
    agents = [found[-1] for name, found in values.items() if name.lower() == "user-agent"]
    nobody = dict.fromkeys(("accessKey", "accountId", "caller", "principalOrgId", "user"))
    return {**nobody, "sourceIp": source_address, "userAgent": agents[0] if agents else None}


def _certificate(pem: str | None) -> dict[str, Any]:
    """A REST API with mutual TLS tells more of it (subjectDN, ...): nothing else is asked for."""
    return {} if pem is None else {"clientCert": {"clientCertPem": pem}}


def _times(now: float) -> dict[str, Any]:
    day, month_year_time = formatdate(now, usegmt=True)[5:-4].split(" ", 1)
    month, year, clock = month_year_time.split(" ")
    return {
        "requestTime": f"{day}/{month}/{year}:{clock} +0000",
        "requestTimeEpoch": int(now * 1000),
    }


def _body(body: bytes) -> tuple[str | None, bool]:
    if not body:
        return None, False
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), True
