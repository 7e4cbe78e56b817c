"""What an operator says of an API beyond its name: its family, its types of details. RFC 9396."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.administration import resources
from chalicelib.console.resources import MOST_INDENTED
from chalicelib.records.resource import Resource
from chalicelib.registration import details_metadata, resource_metadata
from tests.browser import Browser
from tests.console.conftest import person
from tests.world import World

PAYMENT = {
    "description": "Überweise {amount}",
    "schema": {
        "type": "object",
        "required": ["amount"],
        "properties": {"amount": {"type": "string", "maxLength": 18}},
    },
}
NEW = {"name": "New", "scopes": "read: Read"}


@pytest.fixture(scope="module")
def operator(office: World) -> Browser:
    """An operator in front of the console."""
    return person(office, "olga", "operator")


def registered(world: World, uri: str, **members: object) -> dict[str, object]:
    """A resource as the command line registers it, and shows it."""
    made = resources.create(
        {"resource": uri, "scopes": {"read": "Read"}, **members}, world.services
    )
    return resource_metadata.write(made)


def shown(world: World, uri: str) -> dict[str, object]:
    """A resource as the command line shows it."""
    return resource_metadata.write(resources.get(uri, world.services))


def open_form(operator: Browser, uri: str) -> dict[str, str]:
    """The form of a resource, by the list; its fields."""
    operator.open(f"{operator.world.issuer}/console/resources")
    rows = operator.reply.text.split("<tr>") if operator.reply else []
    (row,) = [row for row in rows if f"<bdi>{uri}</bdi>" in row]
    operator.open(row.partition('href="')[2].partition('"')[0])
    return dict(operator.page.forms["resource-form"].fields)


def test_a_family_is_opt_in(office: World, operator: Browser) -> None:
    """The box is empty on a new form, and without it nothing below the address is served."""
    operator.open(f"{office.issuer}/console/resources/new")
    assert "covers_subpaths" not in dict(operator.page.forms["resource-form"].fields)
    operator.submit("resource-form", resource="https://one.example.com", **NEW)
    assert not resources.is_served("https://one.example.com/mcp", office.services)


def test_a_family_is_switched_on_and_off(desk: World) -> None:
    """What lies below the address is served as long as the box is ticked, by every process."""
    uri, operator = "https://tools.example.com", person(desk, "olga", "operator")
    registered(desk, uri)
    open_form(operator, uri)
    operator.submit("resource-form", covers_subpaths="on")
    assert shown(desk, uri)["covers_subpaths"] is True
    found = desk.twin().services.registry.resource(f"{uri}/mcp")
    assert isinstance(found, Resource)
    assert found.family == uri
    assert open_form(operator, uri)["covers_subpaths"] == "on"
    operator.submit("resource-form", covers_subpaths=[])
    assert "covers_subpaths" not in shown(desk, uri)
    assert desk.twin().services.registry.resource(f"{uri}/mcp") is None


def test_a_resource_is_opened_to_clients_that_register_themselves(
    office: World, operator: Browser
) -> None:
    """And closed again."""
    uri = "https://open.example.com"
    registered(office, uri)
    open_form(operator, uri)
    operator.submit("resource-form", self_registered_clients="on")
    assert shown(office, uri)["self_registered_clients"] is True
    assert open_form(operator, uri)["self_registered_clients"] == "on"
    operator.submit("resource-form", self_registered_clients=[])
    assert "self_registered_clients" not in shown(office, uri)


def test_the_words_say_what_a_family_is(office: World, operator: Browser) -> None:
    """They describe the box, for who cannot see the page as well."""
    operator.open(f"{office.issuer}/console/resources/new")
    assert operator.reply is not None
    assert 'aria-describedby="covers_subpaths-hint"' in operator.reply.text
    assert "whoever may name this one may name them all" in operator.page.text


def test_types_are_registered_changed_and_removed(office: World, operator: Browser) -> None:
    """As JSON that is shown as it was written; an empty field removes them all."""
    uri = "https://bank.example.com"
    operator.open(f"{office.issuer}/console/resources/new")
    given = {**NEW, details_metadata.NAME: json.dumps({"payment": PAYMENT})}
    operator.submit("resource-form", resource=uri, **given)
    assert shown(office, uri)[details_metadata.NAME] == {"payment": PAYMENT}
    text = open_form(operator, uri)[details_metadata.NAME]
    assert json.loads(text) == {"payment": PAYMENT}
    assert "Überweise" in text
    two = {"payment": PAYMENT, "look": {"description": "Look", "schema": {"type": "object"}}}
    operator.submit("resource-form", **{details_metadata.NAME: json.dumps(two)})
    assert shown(office, uri)[details_metadata.NAME] == two
    open_form(operator, uri)
    operator.submit("resource-form", **{details_metadata.NAME: " "})
    assert details_metadata.NAME not in shown(office, uri)


@pytest.mark.parametrize("number", [1, details_metadata.MOST_TYPES])
def test_a_form_that_is_sent_as_it_is_changes_nothing(
    office: World, operator: Browser, number: int
) -> None:
    """Whatever the command line has registered, be it larger than most."""
    members = {f"a{n}": {"type": "string", "enum": ["x", "ü" * 8]} for n in range(7 * number)}
    schema = {"type": "object", "properties": dict(list(members.items())[:14])}
    described: dict[str, Any] = {"description": "Do <b>it</b>", "schema": schema}
    uri = f"https://types-{number}.example.com"
    types = {f"t{n}": described for n in range(number)}
    before = registered(office, uri, authorization_details_types=types, covers_subpaths=True)
    text = open_form(operator, uri)[details_metadata.NAME]
    assert ("\n" in text) == (len(json.dumps(types, indent=1, ensure_ascii=False)) <= MOST_INDENTED)
    operator.submit("resource-form")
    assert operator.reply is not None
    assert operator.reply.status == 200, operator.page.text
    assert shown(office, uri) == before


REFUSED = {
    "{": "must be a JSON object: Expecting property name enclosed in double quotes: line 1",
    "[]": "must be a JSON object: not a JSON object",
    '{"a": NaN}': "must be a JSON object: NaN is not JSON",
    '{"a": 1, "a": 1}': "must be a JSON object: a member stands twice",
    '{"a":' + "[" * 5000 + "]" * 5000 + "}": "Types of authorization details",
    '{"a b": {}}': "'a b' cannot be a type",
    '{"pay": {}}': "pay needs a description",
    '{"pay": {"description": "Pay {x}"}}': "pay: ",
    '{"pay": {"description": "Pay", "schema": {"type": "null"}}}': "pay: schema: its type must be",
}


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_types_are_refused_beside_their_field(office: World, operator: Browser, text: str) -> None:
    """In the words of the command line; all that was typed stands there still, nothing is saved."""
    operator.open(f"{office.issuer}/console/resources/new")
    given = {**NEW, "resource": "https://never.example.com", "covers_subpaths": "on"}
    operator.submit("resource-form", **given, **{details_metadata.NAME: text})
    assert operator.reply is not None
    assert operator.reply.status == 400
    assert REFUSED[text] in operator.page.text
    assert f'id="{details_metadata.NAME}-error"' in operator.reply.text
    kept = dict(operator.page.forms["resource-form"].fields)
    assert {**given, details_metadata.NAME: text}.items() <= kept.items()
    assert not resources.is_served("https://never.example.com", office.services)


def test_what_has_nothing_below_is_no_family(office: World, operator: Browser) -> None:
    """The reason stands at the box, and the box stays ticked."""
    operator.open(f"{office.issuer}/console/resources/new")
    uri = "https://never.example.com/?a=b"
    operator.submit("resource-form", **NEW, resource=uri, covers_subpaths="on")
    assert operator.reply is not None
    assert 'id="covers_subpaths-error"' in operator.reply.text
    assert "needs a URL of one host and a plain path" in operator.page.text
    assert dict(operator.page.forms["resource-form"].fields)["covers_subpaths"] == "on"
