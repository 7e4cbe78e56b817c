"""`issuer`: what the operator gives, gets, and is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.commands.invocation import Surroundings
from tests.client_signatures import jwks
from tests.infra.commands.conftest import CommandLine, Operator, write_config

API = "https://api.example.com"
IDP = "https://idp.example.com"
FILE: dict[str, Any] = {
    "issuer": IDP,
    "jwks_uri": f"{IDP}/jwks",
    "purposes": ["id_jag"],
    "resources": {API: ["read"]},
}


def test_create_prints_what_was_registered(operator: Operator) -> None:
    """With the defaults, and it is found again."""
    made = operator.get("issuer", "create", "--file", "-", document=FILE)
    assert made == FILE | {"public_clients": False, "users": "linked"}
    assert operator.get("issuer", "get", IDP) == made
    assert operator.get("issuer", "list") == [made]


def test_keys_by_value_come_back_as_they_were(operator: Operator) -> None:
    """The same set, as a client's is."""
    document = {"issuer": IDP, "jwks": jwks("idp"), "purposes": ["software_statement"]}
    made = operator.get("issuer", "create", "--file", "-", document=document)
    assert made["jwks"] == jwks("idp")


def test_update_takes_only_what_changes(operator: Operator) -> None:
    """A member is set, and then removed by null."""
    before = operator.get("issuer", "create", "--file", "-", document=FILE)
    changed = [
        operator.get("issuer", "update", IDP, "--file", "-", document={"clients": clients})
        for clients in (["demoweb"], [], None)
    ]
    assert changed == [before | {"clients": ["demoweb"]}, before | {"clients": []}, before]


def test_delete_removes_it(operator: Operator) -> None:
    """And it may be made again."""
    operator.get("issuer", "create", "--file", "-", document=FILE)
    assert operator.get("issuer", "delete", IDP) == {"issuer": IDP, "deleted": True}
    assert operator.get("issuer", "list") == []
    assert operator.get("issuer", "create", "--file", "-", document=FILE)


def test_the_trail_names_each_change(operator: Operator) -> None:
    """Created, updated, deleted."""
    verbose = ["--verbose", "issuer"]
    said = [
        operator.run(*verbose, "create", "--file", "-", document=FILE),
        operator.run(*verbose, "update", IDP, "--file", "-", document={"name": "IdP"}),
        operator.run(*verbose, "delete", IDP),
    ]
    for result, verb in zip(said, ("created", "updated", "deleted"), strict=True):
        assert f'"event":"issuer.{verb}"' in result.stderr.replace(" ", "")


@pytest.mark.parametrize(
    ("verb", "rest"), [("get", ()), ("delete", ()), ("update", ("--file", "-"))]
)
def test_unknown_issuer(operator: Operator, verb: str, rest: tuple[str, ...]) -> None:
    """Every verb says so."""
    assert operator.refused("issuer", verb, IDP, *rest, document={}) == f"there is no issuer {IDP}"


def test_an_issuer_stands_once(operator: Operator) -> None:
    """To change it is another verb."""
    operator.get("issuer", "create", "--file", "-", document=FILE)
    said = operator.refused("issuer", "create", "--file", "-", document=FILE | {"name": "IdP"})
    assert said == f"issuer {IDP} exists already"
    said = operator.refused(
        "issuer", "update", IDP, "--file", "-", document={"issuer": f"{IDP}/other"}
    )
    assert said == "the name of an issuer cannot be changed; create another one"


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ({"issuer": "https://id.example.com"}, "issuer: is this server itself"),
        ({"resources": {"urn:x": ["read"]}}, "resources: there is no resource urn:x"),
        ({"resources": {API: ["read", "fly"]}}, f"resources: {API} has no scope fly"),
        ({"purposes": None}, "purposes: is missing"),
        ({"color": "red"}, "color: is not a member of an issuer"),
    ],
    ids=str,
)
def test_bad_member_is_refused(operator: Operator, member: dict[str, Any], reason: str) -> None:
    """With one sentence that names it."""
    said = operator.refused("issuer", "create", "--file", "-", document=FILE | member)
    assert said == reason


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ({"issuer": "http://127.0.0.1:9000"}, "issuer: must be an https URL"),
        ({"jwks_uri": "http://127.0.0.1:9000/jwks"}, "jwks_uri: must be an https URL"),
        ({"jwks_uri": "https://localhost/jwks"}, "jwks_uri: must be an https URL"),
    ],
    ids=str,
)
def test_a_loopback_is_for_stage_local(
    operator: Operator, tmp_path: Path, member: dict[str, Any], reason: str
) -> None:
    """Where the whole world is one machine; on other stages nobody calls there."""
    assert operator.get("issuer", "create", "--file", "-", document=FILE | member)
    operator.get("issuer", "delete", member.get("issuer", IDP))
    environ = {**operator.world.environ, "STAGE": "dev"}
    write_config(tmp_path, "dev", environ)
    deployed = CommandLine(Surroundings(environ, (tmp_path,)), "dev")
    said = deployed.refused("issuer", "create", "--file", "-", document=FILE | member)
    assert said.startswith(reason)
