"""DynamoDB's item actions by moto's own handler, without the web application around it.

That application reads the request and writes the answer by botocore's model, attribute by
attribute, which costs more than all the rest of a call. The tables, the conditions and the
expressions stay moto's.
"""

from __future__ import annotations

import base64
import io
import json
import re
from binascii import crc32
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .dynamodb_updates import checked_by, told_plainly
from .kms_signing import ACCOUNT

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_PREFIX = "DynamoDB_20120810."
_METHODS = {
    "BatchGetItem": "batch_get_item",
    "BatchWriteItem": "batch_write_item",
    "DeleteItem": "delete_item",
    "GetItem": "get_item",
    "PutItem": "put_item",
    "Query": "query",
    "Scan": "scan",
    "UpdateItem": "update_item",
}
_REGION = re.compile(r"Credential=[^/]+/[^/]+/([a-z0-9-]+)/dynamodb/")


def with_dynamodb_items(app: WSGIApplication) -> WSGIApplication:
    """Answers the item actions; everything else, and what is no JSON object, goes to `app`."""
    # The updates that moto has once carried out as they are; see dynamodb_updates.py.
    checked: set[tuple[str, ...]] = set()

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        service, _, action = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")
        region = _REGION.search(environ.get("HTTP_AUTHORIZATION", ""))
        if f"{service}." != _PREFIX or action not in _METHODS or region is None:
            return app(environ, start_response)
        content = environ["wsgi.input"].read()
        asked = _read(content)
        if asked is None:
            return app({**environ, "wsgi.input": io.BytesIO(content)}, start_response)
        update = checked_by(asked) if action == "UpdateItem" else None
        if update in checked:
            asked = told_plainly(asked) or asked
        status, said = _carried_out(action, asked, region[1])
        if update is not None and status == "200 OK":
            checked.add(update)
        body = said.encode()
        headers = {"Content-Type": "application/x-amz-json-1.0", "x-amz-crc32": str(crc32(body))}
        start_response(status, list(headers.items()))
        return [body]

    return answer


def _carried_out(action: str, asked: dict[str, Any], region: str) -> tuple[str, str]:
    """The status and the body of an answer."""
    from moto.core.utils import get_service_model
    from moto.dynamodb.responses import DynamoHandler
    from werkzeug.exceptions import HTTPException

    handler = DynamoHandler()
    handler.current_account, handler.region = ACCOUNT, region
    handler.body = asked
    try:
        result = getattr(handler, _METHODS[action])().result
    except HTTPException as error:
        return f"{error.code} {error.name}", error.description or ""
    known = get_service_model("dynamodb").operation_model(action).output_shape.members
    kept = {name: value for name, value in result.items() if name in known and value is not None}
    return "200 OK", json.dumps(kept, default=_base64)


def _read(content: bytes) -> dict[str, Any] | None:
    try:
        asked = json.loads(content, object_hook=_with_bytes)
    except ValueError:
        return None
    return asked if isinstance(asked, dict) else None


def _with_bytes(found: dict[str, Any]) -> dict[str, Any]:
    """A binary attribute value as moto holds it; the rest as it is."""
    value = found.get("B")
    if isinstance(value, str) and len(found) == 1:
        return {"B": base64.b64decode(value)}
    return found


def _base64(value: object) -> str:
    if not isinstance(value, bytes):
        raise TypeError(f"{type(value).__name__} is no attribute value")
    return base64.b64encode(value).decode()
