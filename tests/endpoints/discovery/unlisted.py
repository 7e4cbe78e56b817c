"""Well-known members that the document does not have, and what shows that they would be untrue.

IANA's OAuth Authorization Server Metadata. Who offers one of these lists it, and moves its name
from here to a prover of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from chalicelib.administration import clients
from chalicelib.registration import client_metadata
from tests.endpoints.discovery.asking import answer, refusal, register, signed_in, tokens
from tests.reply import claims
from tests.world import World


def _nowhere(path: str, world: World) -> None:
    """No such path, whatever is sent there."""
    for method in ("GET", "POST"):
        reply = world.request(method, path)
        assert (reply.status, reply.json["error"]) == (404, "invalid_request")


def _ignored(changes: Mapping[str, str], world: World) -> None:
    """As any parameter that is not known: the answer is the same, with and without."""
    browser = signed_in(world)
    assert set(answer(world, browser, **changes)) == {"code", "state", "iss"}


def _member_without_effect(member: str, value: Any, world: World) -> None:
    """RFC 7591 section 2: unknown metadata are left out, and the developer sees that."""
    client = register(world, member[:32], **{member: value})
    stored = clients.get(client[0], world.services)
    assert member not in client_metadata.write(stored)
    given = tokens(world, client)
    assert given["id_token"].count(".") == 2
    assert world.userinfo(given["access_token"]).header("Content-Type") == "application/json"


def _no_session_state(world: World) -> None:
    """Session Management section 3: nothing to poll for, in no answer."""
    _nowhere("/check_session", world)
    _ignored({"scope": "openid read"}, world)


def _no_certificate(world: World) -> None:
    """RFC 8705 section 3."""
    certificate = ("X-Amzn-Mtls-Clientcert", "x")
    form = {"grant_type": "client_credentials", "scope": "read"}
    machine = ("demomachine", "demomachinesecret")
    reply = world.post("/token", form, auth=machine, headers=[certificate])
    assert "cnf" not in claims(reply.json["access_token"])


def _no_encrypted_introspection(world: World) -> None:
    """RFC 9701 section 6: signed at the most, whatever was registered."""
    wishes = {"introspection_encrypted_response_alg": RSA_OAEP}
    client = register(world, "in-secret", introspection_signed_response_alg="RS256", **wishes)
    assert not set(wishes) & set(client_metadata.write(clients.get(client[0], world.services)))
    assert world.post("/introspect", {"token": "x"}, auth=client).text.count(".") == 2


def _no_rich_requests(world: World) -> None:
    """RFC 9396 section 5: a stage lists what its resources define, and here none defines a type."""
    details = '[{"type":"payment"}]'
    assert refusal(world, authorization_details=details) == "invalid_authorization_details"


def _no_encrypted_requests(world: World) -> None:
    """RFC 9101 section 4: an object of five parts."""
    assert refusal(world, request="e30.e30.e30.e30.e30") == "invalid_request_object"


def _no_device_secret(world: World) -> None:
    """Native SSO for Mobile Apps section 3."""
    assert "device_secret" not in world.tokens(scope="openid offline_access")


def _no_grant(name: str, world: World) -> None:
    """RFC 6749 section 5.2: whatever comes with it."""
    form = {"grant_type": f"urn:ietf:params:oauth:grant-type:{name}", "assertion": "x.y.z"}
    reply = world.post("/token", form, auth=("demoweb", "demowebsecret"))
    assert (reply.status, reply.json["error"]) == (400, "unsupported_grant_type")


RSA_OAEP = "RSA-OAEP-256"
PROVERS: Mapping[str, Callable[[World], None]] = {
    "device_authorization_endpoint": partial(_nowhere, "/device_authorization"),
    "backchannel_authentication_endpoint": partial(_nowhere, "/bc-authorize"),
    "authorization_challenge_endpoint": partial(_nowhere, "/authorize-challenge"),
    "protected_resources": partial(_nowhere, "/.well-known/oauth-protected-resource"),
    "check_session_iframe": _no_session_state,
    "tls_client_certificate_bound_access_tokens": _no_certificate,
    "mtls_endpoint_aliases": _no_certificate,
    "authorization_grant_profiles_supported": partial(_no_grant, "jwt-bearer"),
    "identity_chaining_requested_token_types_supported": partial(_no_grant, "token-exchange"),
    "introspection_encryption_alg_values_supported": _no_encrypted_introspection,
    "authorization_details_types_supported": _no_rich_requests,
    "native_sso_supported": _no_device_secret,
    "display_values_supported": partial(_ignored, {"display": "popup"}),
    "ui_locales_supported": partial(_ignored, {"ui_locales": "fr-CA fr en"}),
    "claims_locales_supported": partial(_ignored, {"claims_locales": "fr-CA fr en"}),
    "id_token_encryption_alg_values_supported": partial(
        _member_without_effect, "id_token_encrypted_response_alg", RSA_OAEP
    ),
    "request_object_encryption_alg_values_supported": _no_encrypted_requests,
    "userinfo_encryption_alg_values_supported": partial(
        _member_without_effect, "userinfo_encrypted_response_alg", RSA_OAEP
    ),
    "authorization_encryption_alg_values_supported": partial(
        _member_without_effect, "authorization_encrypted_response_alg", RSA_OAEP
    ),
}
