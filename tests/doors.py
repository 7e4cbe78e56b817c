"""Every way through an endpoint, and what a process may import that is sent it first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.dpop import ALICE
from tests.first_requests import (
    Request,
    as_client,
    authorize,
    brought,
    by_document,
    by_reference,
    certified_machine,
    choose_account,
    console,
    exchanged,
    get,
    listed_code,
    listed_machine,
    listed_revocation,
    logout,
    of_token,
    push,
    push_signed,
    pushed,
    redeem,
    refresh,
    register,
    registration,
    signed_answer,
    signed_in,
    signing_machine,
    silent_renewal,
    status_list,
    step,
    unsigned_object,
    userinfo,
    userinfo_with_proof,
    with_object,
)
from tests.world import World

# What the doors below may import: libraries, costly modules, and the parts of the server's `aws`.
LOG = {"aws.log"}
CALL = LOG | {"aws.client", "aws.connection", "aws.credential_source", "aws.credentials"}
CALL |= {"aws.failures", "aws.signature_v4", "aws.trust", "aws.wire", "socket"}
TABLE = CALL | {"aws.attribute_values", "aws.table"}
KEYS = TABLE | {"aws.keyring"}
FORM = {"urllib"}
THROTTLE = {"aws.counters"}
CLIENT = FORM | TABLE | THROTTLE | {"aws.registry"}
GRANT = {"aws.grants"}
REQUEST = FORM | TABLE | {"aws.authorization_requests", "aws.registry"}
SIGNED = KEYS | CLIENT | {"aws.signer"}
PAGE = FORM | {"inspect", "jinja2", "markupsafe", "pathlib", "random"}
CRYPTOGRAPHY = {"cryptography", "random"}
CERTIFICATE = CRYPTOGRAPHY | {"datetime", "email"}
HASH = {"cryptography"}
REGISTRY = {"aws.registry"}
LOGOUT = KEYS | FORM | REGISTRY
LISTS = {"aws.status_lists"}
CONSOLE = KEYS | FORM | PAGE | REGISTRY
REGISTRATION = FORM | TABLE | THROTTLE | REGISTRY
DATA_KEY = {"aws.data_keys"}


@dataclass(frozen=True)
class Door:
    """A way through an endpoint: the request, the status it is answered, what it may import."""

    endpoint: str
    request: Callable[[World], Request]
    status: int
    imports: set[str]


MACHINE = {"grant_type": "client_credentials", "scope": "read"}
RIGHT = {"username": "demo@example.com", "password": "demo-password"}
DOORS = {
    "liveness": Door("healthz", get("/healthz"), 200, LOG),
    "OAuth metadata": Door("metadata", get("/.well-known/oauth-authorization-server"), 200, LOG),
    "OpenID metadata": Door("metadata", get("/.well-known/openid-configuration"), 200, LOG),
    "public keys": Door("jwks", get("/.well-known/jwks.json"), 200, KEYS),
    "client credentials": Door(
        "token", lambda _: as_client("/token", "demomachine", **MACHINE), 200, SIGNED
    ),
    "code": Door("token", redeem, 200, SIGNED | GRANT),
    "refresh": Door("token", refresh, 200, SIGNED | GRANT),
    "assertion about a user": Door("token", brought, 200, SIGNED | CRYPTOGRAPHY),
    "token exchange": Door("token", exchanged, 200, SIGNED | CRYPTOGRAPHY),
    "wrong grant type": Door(
        "token", lambda _: as_client("/token", "demoweb", grant_type="password"), 400, LOG | FORM
    ),
    "wrong method": Door("token", get("/token"), 405, LOG),
    "revoke a refresh token": Door(
        "revoke", of_token("/revoke", "refresh_token"), 200, KEYS | CLIENT | GRANT
    ),
    "revoke an access token": Door(
        "revoke", of_token("/revoke", "access_token"), 200, KEYS | CLIENT | GRANT | CRYPTOGRAPHY
    ),
    "introspect a refresh token": Door(
        "introspect", of_token("/introspect", "refresh_token"), 200, KEYS | CLIENT
    ),
    "introspect an access token": Door(
        "introspect", of_token("/introspect", "access_token"), 200, KEYS | CLIENT | CRYPTOGRAPHY
    ),
    "introspect, signed": Door(
        "introspect",
        of_token("/introspect", "access_token", ("Accept", "application/token-introspection+jwt")),
        200,
        SIGNED | CRYPTOGRAPHY,
    ),
    "userinfo": Door("userinfo", userinfo, 200, KEYS | {"aws.registry"} | CRYPTOGRAPHY),
    "client credentials with a proof": Door(
        "token",
        lambda world: as_client("/token", "demomachine", ("DPoP", ALICE.at(world)), **MACHINE),
        200,
        SIGNED | CRYPTOGRAPHY,
    ),
    "client credentials with an assertion": Door(
        "token", signing_machine, 200, SIGNED | CRYPTOGRAPHY
    ),
    "client credentials with a certificate": Door(
        "token",
        lambda world: certified_machine(world, keyed=False),
        200,
        SIGNED | CERTIFICATE,
    ),
    "client credentials with a registered key": Door(
        "token", lambda world: certified_machine(world, keyed=True), 200, SIGNED | CERTIFICATE
    ),
    "userinfo with a proof": Door(
        "userinfo", userinfo_with_proof, 200, KEYS | {"aws.registry"} | CRYPTOGRAPHY
    ),
    "userinfo without a token": Door("userinfo", get("/userinfo"), 401, LOG),
    "sign-in page": Door("authorize", authorize, 200, REQUEST | THROTTLE | PAGE),
    "nothing to ask": Door("authorize", signed_in, 303, REQUEST | THROTTLE | KEYS),
    "prompt=none": Door(
        "authorize", lambda world: authorize(world, prompt="none"), 303, REQUEST | THROTTLE
    ),
    "unknown client": Door(
        "authorize", lambda world: authorize(world, client_id="nobody"), 400, REQUEST | PAGE
    ),
    "right password": Door(
        "authorize_step", step("sign-in", **RIGHT), 303, REQUEST | THROTTLE | KEYS | HASH
    ),
    "wrong password": Door(
        "authorize_step",
        step("sign-in", username="a", password="b"),
        400,
        REQUEST | THROTTLE | KEYS | HASH | PAGE,
    ),
    "consent": Door(
        "authorize_step",
        step("consent", decision="allow", scope="read"),
        303,
        REQUEST | THROTTLE | KEYS,
    ),
    "account": Door("authorize_step", choose_account, 303, REQUEST | KEYS),
    "id_token_hint": Door(
        "authorize", silent_renewal, 303, REQUEST | THROTTLE | KEYS | CRYPTOGRAPHY
    ),
    "signed request": Door("authorize", with_object, 303, REQUEST | THROTTLE | KEYS | CRYPTOGRAPHY),
    "unsigned request": Door("authorize", unsigned_object, 303, REQUEST | THROTTLE),
    "request by reference": Door("authorize", by_reference, 303, REQUEST | THROTTLE | KEYS),
    "push": Door("par", push, 201, CLIENT),
    "push a signed request": Door("par", push_signed, 201, CLIENT | CRYPTOGRAPHY),
    "pushed request": Door("authorize", pushed, 303, REQUEST | THROTTLE | KEYS),
    "signed answer": Door("authorize", signed_answer, 303, REQUEST | THROTTLE | SIGNED),
    "sign out at once": Door(
        "logout", lambda world: logout(world, hinted=True), 303, LOGOUT | CRYPTOGRAPHY
    ),
    "the question before": Door(
        "logout", lambda world: logout(world, hinted=False), 200, (LOGOUT | PAGE) - REGISTRY
    ),
    "client by document": Door("authorize", by_document, 303, REQUEST | THROTTLE | KEYS),
    "console, which is off": Door("console", get("/console"), 404, LOG | PAGE),
    "console, nobody signed in": Door(
        "console", console(known=False), 303, FORM | CALL - {"aws.credential_source"}
    ),
    "console": Door("console", console(), 200, CONSOLE),
    "console, an application to make": Door("console", console("/new/web"), 200, CONSOLE),
    "console, events": Door(
        "console", console("/events"), 200, KEYS | FORM | PAGE | {"aws.log_reader"}
    ),
    "status list": Door("status_list", status_list, 200, SIGNED - FORM - THROTTLE | LISTS),
    "no status list": Door("status_list", get("/status-lists/x"), 404, LOG),
    "listed machine": Door("token", listed_machine, 200, SIGNED | LISTS),
    "listed code": Door("token", listed_code, 200, SIGNED | GRANT | LISTS),
    "revoke a listed token": Door(
        "revoke", listed_revocation, 200, KEYS | CLIENT | GRANT | CRYPTOGRAPHY | LISTS
    ),
    "about this server": Door(
        "about", get("/about"), 200, (CLIENT | PAGE) - {"aws.credential_source"}
    ),
    "register": Door("register", register, 201, REGISTRATION | KEYS),
    "registration": Door("registration", registration("GET"), 200, REGISTRATION),
    "change a registration": Door("registration", registration("PUT"), 200, REGISTRATION | KEYS),
    "end a registration": Door("registration", registration("DELETE"), 204, REGISTRATION | LISTS),
    "error page": Door("error_page", get("/errors/invalid_grant"), 200, LOG | PAGE),
}
