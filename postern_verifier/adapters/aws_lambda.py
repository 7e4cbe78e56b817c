"""Lambda authorizers of API Gateway: REST APIs (TOKEN and REQUEST), and HTTP APIs (simple, 2.0).

    authorize = Authorizer(Verifier(ISSUER, "https://api.example.com"))

is the function to deploy. The integration finds `sub`, `client_id`, `scope` and, as JSON, `claims`
in the authorizer's context. Let API Gateway keep no answers (a time to live of 0): an answer that
is kept lets a used DPoP proof, and a revoked token, pass again.
"""

from __future__ import annotations

from typing import Any

from ..errors import Refused
from ..verifier import Verifier
from .events import Event, certificate_in, context_of, method_and_url, pairs
from .serving import Policy, needs_a_token, own_origin


class Unauthorized(Exception):
    """Its text is how API Gateway knows that the answer is 401; the refusal is the cause."""


class NotChecked(Exception):
    """Nobody can say whether the token is good: API Gateway answers 500."""


class Authorizer:
    """A Lambda function that allows or refuses.

    policy: what each operation needs, by method and path (with the stage, if clients see it);
    None lets everyone pass. origin: scheme and host that clients know, the resource's unless given.
    """

    def __init__(
        self,
        verifier: Verifier,
        *,
        policy: Policy = needs_a_token,
        origin: str | None = None,
    ) -> None:
        self._verifier = verifier
        self._policy = policy
        self._origin = own_origin(verifier, origin)

    def __call__(self, event: Event, context: object = None) -> dict[str, Any]:
        """Answer an event; Unauthorized when the client should come back with another token."""
        answer = _simple if event.get("version") == "2.0" else _policy_for(event)
        method, url, query = self._called(event)
        needs = self._policy(method, url.removeprefix(self._origin))
        if needs is None:
            return answer(True, "everyone", {})
        try:
            token = self._verifier.check(
                _headers(event), method, url + query, needs, certificate=certificate_in(event)
            )
        except Refused as refused:
            if refused.status in (400, 401):
                raise Unauthorized("Unauthorized") from refused
            if refused.status == 403:
                said = {"error": str(refused.error), "challenge": _challenge(refused)}
                return answer(False, "refused", said)
            raise NotChecked(refused.reason) from refused
        return answer(True, token.subject or "", context_of(token))

    def _called(self, event: Event) -> tuple[str, str, str]:
        """The method, the URL, and the query of a request."""
        if event.get("type") == "TOKEN":
            return (*method_and_url(event["methodArn"], self._origin), "")
        context = event["requestContext"]
        if event.get("version") == "2.0":
            query = event.get("rawQueryString") or ""
            path = context["http"]["path"]
            return context["http"]["method"], self._origin + path, f"?{query}"
        # Only the names matter here: a token in the query is refused by its name.
        names = event.get("queryStringParameters") or {}
        return event["httpMethod"], self._origin + context["path"], "?" + "&".join(names)


def _headers(event: Event) -> list[tuple[str, str]]:
    if event.get("type") == "TOKEN":
        return [("Authorization", event.get("authorizationToken") or "")]
    return pairs(event)


def _challenge(refused: Refused) -> str:
    return ", ".join(value for name, value in refused.headers if name == "WWW-Authenticate")


def _simple(allowed: bool, principal: str, context: dict[str, str]) -> dict[str, Any]:
    return {"isAuthorized": allowed, "context": context}


def _policy_for(event: Event) -> Any:
    """An answer about this very method and path: another may need more of the token."""

    def answer(allowed: bool, principal: str, context: dict[str, str]) -> dict[str, Any]:
        statement = {
            "Action": "execute-api:Invoke",
            "Effect": "Allow" if allowed else "Deny",
            "Resource": event["methodArn"],
        }
        return {
            "principalId": principal or "client",
            "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
            "context": context,
        }

    return answer
