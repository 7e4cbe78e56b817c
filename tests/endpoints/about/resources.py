"""What resource servers and users can rely on, seen."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from chalicelib.administration import grants, users
from infra.stage import aws_client
from tests.endpoints.discovery.asking import document
from tests.reply import claims, header
from tests.world import World

MACHINE = ("demomachine", "demomachinesecret")


def verification(world: World, value: dict[str, Any]) -> None:
    """The key of the token is in the JWKS, its typ is as it says, and introspection knows it."""
    token = world.tokens()["access_token"]
    assert header(token)["typ"] == value["typ"]
    keys = world.get(value["jwks_uri"].removeprefix(world.issuer)).json["keys"]
    assert header(token)["kid"] in {key["kid"] for key in keys}
    assert {"iss", "aud", "exp", "scope"} <= set(claims(token))
    assert value["introspection_endpoint"] == document(world)["introspection_endpoint"]
    assert world.introspect(token)["active"] is True
    assert value["status_list_ttl_seconds"] == world.settings.status_list_ttl


def token_sent(world: World, value: dict[str, bool]) -> None:
    """At our own resource: /userinfo."""
    token = world.tokens(scope="openid")["access_token"]
    assert (world.userinfo(token).status == 200) is value["header"]
    query = world.get(f"/userinfo?{urlencode({'access_token': token})}")
    assert (query.status == 200) is value["query"]


def token_types(world: World, value: dict[str, Any]) -> None:
    """A refusal names both; the algorithms are those of the metadata."""
    listed = document(world)
    assert value["dpop_algorithms"] == listed["dpop_signing_alg_values_supported"]
    bound = listed.get("tls_client_certificate_bound_access_tokens", False)
    assert value["certificate_bound"] is bound
    refused = world.get("/userinfo").headers_of("WWW-Authenticate")
    assert [challenge.partition(" ")[0] for challenge in refused] == value["types"]


def resource_errors(world: World, value: dict[str, Any]) -> None:
    """A bad token is told so."""
    told = world.userinfo("no-token").headers_of(value["header"])
    assert any('error="invalid_token"' in challenge for challenge in told)
    schemes = [
        one.partition(" ")[0].lower() for one in world.get("/userinfo").headers_of(value["header"])
    ]
    assert schemes == value["schemes"]


def storage(world: World, value: dict[str, str]) -> None:
    """Nothing that was handed out stands in the table, in any item."""
    assert value == {"secrets": "SHA-256", "passwords": "Argon2id"}
    given = world.tokens(scope="openid read")
    secrets = [given["refresh_token"], given["access_token"], "demo-password", "demowebsecret"]
    dynamodb = aws_client("dynamodb", world.environ)
    items = json.dumps(dynamodb.scan(TableName=world.table_name)["Items"], default=repr)
    dynamodb.close()
    assert not any(secret in items for secret in secrets)
    assert "argon2id" in items


def throttling(world: World, value: dict[str, Any]) -> None:
    """The smallest of the limits, to the last guess; the others are counted by the same code."""
    limit = value["limits"]["client-caller"]
    form = {"grant_type": "client_credentials", "scope": "read"}
    for _ in range(limit["most"]):
        assert world.post("/token", form, auth=("demomachine", "wrong")).status == 401
    refused = world.post("/token", form, auth=MACHINE)
    assert refused.status == value["status"]
    assert 0 < int(refused.header("Retry-After") or "") <= limit["seconds"]
    limit = value["limits"]["sign-in-account"]
    browser = world.browser().open(world.authorize_url())
    for _ in range(limit["most"]):
        browser.sign_in(password="wrong")
    browser.sign_in()
    assert browser.reply is not None
    assert browser.reply.status == value["status"]


def disconnecting(world: World, value: dict[str, str]) -> None:
    """After the grant has been revoked by an operator."""
    assert value == {"refresh_ends": "at once", "introspection": "at once"}
    given = world.tokens()
    user = users.find("demo@example.com", world.services)
    assert grants.disconnect(user, "demoweb", world.services)
    assert world.refresh(given["refresh_token"]).status == 400
    assert world.introspect(given["access_token"])["active"] is False


PROVERS = {
    "verification": verification,
    "token_sent": token_sent,
    "token_types": token_types,
    "resource_errors": resource_errors,
    "storage": storage,
    "throttling": throttling,
    "disconnecting": disconnecting,
}
