"""`resource`: what the operator gives, gets, and is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra import seeds
from infra.commands.invocation import Surroundings
from tests.infra.commands.conftest import CommandLine, Operator, write_config

API = "https://api.example.com"
FILES = {"resource": "https://files.example.com", "scopes": {"browse": "Look at your files"}}


def test_create_prints_what_was_registered(operator: Operator) -> None:
    """With the defaults."""
    made = operator.get("resource", "create", "--file", "-", document=FILES)
    assert made == FILES | {"name": FILES["resource"], "signing_alg": "RS256"}
    assert made == operator.get("resource", "get", FILES["resource"])


def test_list_has_every_resource(operator: Operator) -> None:
    """The seed and the new one."""
    operator.get("resource", "create", "--file", "-", document=FILES)
    listed = [resource["resource"] for resource in operator.get("resource", "list")]
    assert listed == [API, FILES["resource"]]


def test_update_takes_only_what_changes(operator: Operator) -> None:
    """A lifetime is set, and then removed by null."""
    before = operator.get("resource", "get", API)
    changed = []
    for lifetime in (300, None):
        document = {"access_token_lifetime": lifetime}
        changed.append(operator.get("resource", "update", API, "--file", "-", document=document))
    assert changed == [before | {"access_token_lifetime": 300}, before]


def test_tokens_follow_the_resource(operator: Operator) -> None:
    """The lifetime that the operator sets is the one that clients are told."""
    document = {"access_token_lifetime": 42}
    operator.get("resource", "update", API, "--file", "-", document=document)
    operator.world.restart()
    assert operator.world.tokens()["expires_in"] == 42


def test_deleted_resource_is_gone(operator: Operator) -> None:
    """No token for it is issued any more."""
    assert operator.get("resource", "delete", API) == {"resource": API, "deleted": True}
    operator.world.restart()
    form = {"grant_type": "client_credentials", "scope": "read", "resource": API}
    reply = operator.world.post("/token", form, auth=("demomachine", "demomachinesecret"))
    assert reply.json["error"] == "invalid_target"
    assert operator.get("resource", "list") == []


@pytest.mark.parametrize(
    ("verb", "rest"), [("get", ()), ("delete", ()), ("update", ("--file", "-"))]
)
def test_unknown_resource(operator: Operator, verb: str, rest: tuple[str, ...]) -> None:
    """Every verb says so."""
    said = operator.refused("resource", verb, "urn:x", *rest, document={})
    assert said == "there is no resource urn:x"


@pytest.mark.parametrize("host", ["127.0.0.1:9000", "[::1]", "localhost:3000"])
def test_loopback_url_is_for_stage_local(operator: Operator, host: str) -> None:
    """Where the whole world is one machine, http hurts nobody."""
    document = FILES | {"resource": f"http://{host}/api"}
    assert operator.get("resource", "create", "--file", "-", document=document)


def test_loopback_url_is_refused_on_other_stages(operator: Operator, tmp_path: Path) -> None:
    """Tokens would cross a network in clear."""
    environ = {**operator.world.environ, "STAGE": "dev"}
    write_config(tmp_path, "dev", environ)
    deployed = CommandLine(Surroundings(environ, (tmp_path,)), "dev")
    document = FILES | {"resource": "http://127.0.0.1/api"}
    said = deployed.refused("resource", "create", "--file", "-", document=document)
    assert said == "resource: must not be an http URL"


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ({"resource": None}, "resource: must be a URI of at most 1000 characters"),
        ({"resource": 1}, "resource: must be a URI of at most 1000 characters"),
        ({"resource": "urn:" + "x" * 997}, "resource: must be a URI of at most 1000 characters"),
        ({"resource": API}, f"resource {API} exists already"),
        (
            {"resource": "https://a.example/#b"},
            "resource: A resource must be an absolute URI without a fragment.",
        ),
        ({"resource": "http://a.example"}, "resource: must not be an http URL"),
        ({"resource": "http://127.0.0.1.a.example"}, "resource: must not be an http URL"),
        ({"scopes": None}, "scopes: must name 1 to 100 scopes with their words"),
        ({"scopes": {}}, "scopes: must name 1 to 100 scopes with their words"),
        ({"scopes": ["read"]}, "scopes: must name 1 to 100 scopes with their words"),
        ({"scopes": {"a b": "x"}}, "scopes: 'a b' cannot be a resource's scope"),
        ({"scopes": {"openid": "x"}}, "scopes: 'openid' cannot be a resource's scope"),
        ({"scopes": {"read": ""}}, "scopes: 'read' needs words for the consent page"),
        ({"name": ""}, "name: must be a text of 1 to 200 printable characters"),
        (
            {"signing_alg": "none"},
            "signing_alg: must be one of RS256, ES256, PS256, Ed25519, EdDSA",
        ),
        ({"access_token_lifetime": 0}, "access_token_lifetime: must be 1 to 86400 seconds"),
        ({"access_token_lifetime": 1.5}, "access_token_lifetime: must be 1 to 86400 seconds"),
        ({"access_token_lifetime": True}, "access_token_lifetime: must be 1 to 86400 seconds"),
        ({"colour": "red"}, "colour: is not a member of a resource"),
    ],
)
def test_bad_member_is_refused(operator: Operator, member: dict[str, object], reason: str) -> None:
    """With one sentence that names it."""
    said = operator.refused("resource", "create", "--file", "-", document=FILES | member)
    assert said == reason


def test_uri_cannot_be_changed(operator: Operator) -> None:
    """It is what tokens carry."""
    document = {**seeds.RESOURCE, "resource": "https://other.example.com"}
    said = operator.refused("resource", "update", API, "--file", "-", document=document)
    assert said == "the URI of a resource cannot be changed; create another one"
