"""An API of two Lambda functions, authorizer and handler, behind a stand-in for API Gateway.

.venv/bin/python -m examples.api.lambda_api
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from examples.api.cross_origin import ANSWER, PREFLIGHT
from examples.api.settings import PORT, policy, verifier
from postern_verifier.adapters.aws_lambda import Authorizer, Unauthorized

ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod"
# What API Gateway answers to those that are refused is a setting of its "gateway responses".
CHALLENGE = f'Bearer resource_metadata="{verifier.resource}{verifier.metadata_path}"'


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The API: whose files these are, of the authorizer's context."""
    subject = event["requestContext"]["authorizer"].get("sub")
    return {"statusCode": 200, "body": json.dumps({"files_of": subject})}


class Gateway(BaseHTTPRequestHandler):
    """Asks the authorizer, then the handler, with the events of a REST API."""

    authorizer: Authorizer

    def handle_request(self) -> None:
        """As API Gateway does it, without keeping any answer."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        event = self._event()
        try:
            answer = self.authorizer(event)
        except Unauthorized:
            self._answer(401, '{"message":"Unauthorized"}', CHALLENGE)
            return
        if answer["policyDocument"]["Statement"][0]["Effect"] == "Deny":
            self._answer(403, '{"message":"Forbidden"}', answer["context"]["challenge"])
            return
        event["requestContext"]["authorizer"] = answer["context"]
        self._answer(200, handler(event, None)["body"])

    do_GET = do_POST = handle_request

    def do_OPTIONS(self) -> None:
        """API Gateway's own answer, where CORS is enabled for a resource."""
        self.send_response(204)
        for name, value in PREFLIGHT:
            self.send_header(name, value)
        self.end_headers()

    def _event(self) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        return {
            "type": "REQUEST",
            "methodArn": f"{ARN}/{self.command}{path}",
            "httpMethod": self.command,
            "multiValueHeaders": {name: self.headers.get_all(name) for name in self.headers},
            "queryStringParameters": dict.fromkeys(filter(None, query.split("&"))) or None,
            "requestContext": {"path": path},
        }

    def _answer(self, status: int, body: str, challenge: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in ANSWER:
            self.send_header(name, value)
        if challenge is not None:
            self.send_header("WWW-Authenticate", challenge)
        self.end_headers()
        self.wfile.write(body.encode())


def main() -> None:
    """Serve until Ctrl-C."""
    with ThreadingHTTPServer(("127.0.0.1", PORT), Gateway) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        # On a machine of one's own clients do not call the resource by its public name.
        Gateway.authorizer = Authorizer(verifier, policy=policy, origin=url)
        print(f"ready {url}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
