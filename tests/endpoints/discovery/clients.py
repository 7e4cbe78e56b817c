"""How clients prove themselves, and the grants they bring."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.administration import clients
from tests.client_signatures import jwks, private_key, signed
from tests.endpoints.discovery.asking import WEB, document, not_registered, others, register
from tests.endpoints.discovery.claims import ALGORITHMS
from tests.flows import assertions, described
from tests.reply import Reply
from tests.world import World

# IANA's OAuth Token Endpoint Authentication Methods, and those of drafts.
METHODS = (
    *("none", "client_secret_basic", "client_secret_post", "client_secret_jwt"),
    *("private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"),
    *("attest_jwt_client_auth", "spiffe_jwt"),
)
# RFC 7591 section 2 and the specifications after it.
GRANT_TYPES = (
    *("authorization_code", "implicit", "password", "client_credentials", "refresh_token"),
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:saml2-bearer",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:pre-authorized_code",
    "urn:ietf:params:oauth:grant-type:uma-ticket",
    "urn:openid:params:grant-type:ciba",
)

Credentials = tuple[dict[str, str], tuple[str, str] | None]


def grant_types(world: World, value: list[str]) -> None:
    """RFC 6749 section 5.2: each listed one gives a token; another is refused everywhere."""
    machine = ("demomachine", "demomachinesecret")
    first = world.tokens()
    done: dict[str, Callable[[], Reply]] = {
        "authorization_code": lambda: world.redeem(world.code()),
        "refresh_token": lambda: world.refresh(first["refresh_token"]),
        "client_credentials": lambda: world.post(
            "/token", {"grant_type": "client_credentials", "scope": "read"}, auth=machine
        ),
    }
    for name in value:
        assert "access_token" in done[name]().json
    register(world, "all-of-them", grant_types=value, scope="openid read")
    for name in others(GRANT_TYPES, value):
        refused = world.post("/token", {"grant_type": name}, auth=WEB)
        assert (refused.status, refused.json["error"]) == (400, "unsupported_grant_type")
        with not_registered("grant_types"):
            clients.update("all-of-them", {"grant_types": [*value, name]}, world.services)


def at_token(world: World, value: list[str]) -> None:
    """Those that are listed can be registered and prove the client; others do neither."""
    known = _credentials(world)
    assert set(value) <= set(known)
    for method, (form, auth) in known.items():
        sent = {"grant_type": "authorization_code", "code": "x", **form}
        reply = world.post("/token", sent, auth=auth)
        assert (reply.json["error"] == "invalid_grant") == (method in value)
    for method in others(METHODS, value):
        with not_registered("token_endpoint_auth_method"):
            register(world, "other", token_endpoint_auth_method=method)
    _nonsense_proves_nothing(world, "/token", grant_type="authorization_code", code="x")


def at_revocation(world: World, value: list[str]) -> None:
    """RFC 8414 section 2; public clients revoke their tokens as well (RFC 7009 section 2.1)."""
    known = _credentials(world)
    assert set(value) <= set(known)
    for method, (form, auth) in known.items():
        reply = world.post("/revoke", {"token": "x", **form}, auth=auth)
        assert (reply.status == 200) == (method in value)
    assert world.post("/revoke", {"token": "x"}).status == 401
    _nonsense_proves_nothing(world, "/revoke", token="x")


def at_introspection(world: World, value: list[str]) -> None:
    """RFC 7662 section 2.1: only for a client with a credential, so `none` is not listed."""
    assert "none" not in value
    known = _credentials(world)
    assert set(value) <= set(known)
    for method, (form, auth) in known.items():
        reply = world.post("/introspect", {"token": "x", **form}, auth=auth)
        assert (reply.status == 200) == (method in value)
    public = world.post("/introspect", {"token": "x", "client_id": "demospa"})
    assert (public.status, public.json["error"]) == (400, "unauthorized_client")
    _nonsense_proves_nothing(world, "/introspect", token="x")


def algs_at_token(world: World, value: list[str]) -> None:
    """OpenID Registration section 2: each can be registered and proves; another does neither."""
    _algs(world, "/token", value)
    for alg in others(ALGORITHMS, value):
        with not_registered("token_endpoint_auth_signing_alg"):
            clients.update("asserter", {"token_endpoint_auth_signing_alg": alg}, world.services)


def algs_at_revocation(world: World, value: list[str]) -> None:
    """RFC 8414 section 2."""
    _algs(world, "/revoke", value)


def algs_at_introspection(world: World, value: list[str]) -> None:
    """RFC 8414 section 2."""
    _algs(world, "/introspect", value)


def _algs(world: World, path: str, listed: list[str]) -> None:
    assertions.register(world)
    for alg in listed:
        name = f"proves-{alg}"
        register_as = {"jwks": jwks(name), "token_endpoint_auth_signing_alg": alg}
        assertions.register(world, name, **register_as)
        token = assertions.signed(world, name, alg=alg, owner=name)
        assert assertions.ask(world, token, path).status == 200
    for alg in others(ALGORITHMS, listed):
        # Whatever it is called, the client's own key has made it.
        header = {"alg": alg, "kid": "client-RSA"}
        token = signed(header, assertions.claims(world), private_key("RSA"))
        assertions.is_refused(assertions.ask(world, token, path))


def _credentials(world: World) -> dict[str, Credentials]:
    """How a client of each method presents itself: a listed method that is not here fails.

    Once each: an assertion counts once.
    """
    assertions.register(world)
    name, secret = register(world, "poster", token_endpoint_auth_method="client_secret_post")
    return {
        "none": ({"client_id": "demospa"}, None),
        "client_secret_basic": ({}, WEB),
        "client_secret_post": ({"client_id": name, "client_secret": secret}, None),
        "private_key_jwt": (assertions.proof(assertions.signed(world)), None),
    }


def _nonsense_proves_nothing(world: World, path: str, **form: str) -> None:
    """RFC 7521 section 4.2.1."""
    sent = {**assertions.proof("e30.e30.x"), **form}
    for named in ({}, {"client_id": "demoweb"}, {"client_id": "asserter"}):
        reply = world.post(path, {**sent, **named})
        assert (reply.status, reply.json["error"]) == (401, "invalid_client")


def documents(world: World, value: bool) -> None:
    """An https URL names a client exactly where the stage takes documents, and is read there."""
    assert value is False
    web = described.open_to_documents(world, client_documents=False)
    web.publish()
    described.is_refused(described.ask(world), "not known")
    assert web.asked == []
    web = described.open_to_documents(world)
    web.publish()
    assert document(world)["client_id_metadata_document_supported"] is True
    assert described.tokens(world)["access_token"]
    assert web.asked == [described.URL]


PROVERS = {
    "client_id_metadata_document_supported": documents,
    "grant_types_supported": grant_types,
    "token_endpoint_auth_methods_supported": at_token,
    "token_endpoint_auth_signing_alg_values_supported": algs_at_token,
    "revocation_endpoint_auth_methods_supported": at_revocation,
    "revocation_endpoint_auth_signing_alg_values_supported": algs_at_revocation,
    "introspection_endpoint_auth_methods_supported": at_introspection,
    "introspection_endpoint_auth_signing_alg_values_supported": algs_at_introspection,
}
