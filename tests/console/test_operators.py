"""An operator's story: every client, the APIs, the keys, and what happened lately."""

from __future__ import annotations

import pytest

from chalicelib.administration import clients
from chalicelib.console.clients import ON_A_PAGE
from chalicelib.records.resource import Resource, resource_key
from tests.browser import Browser
from tests.console.conftest import client_of, person, register
from tests.world import REDIRECT, World


@pytest.fixture(scope="module")
def operator(office: World) -> Browser:
    """An operator in front of the console."""
    return person(office, "olga", "operator")


def test_every_client_is_on_some_page(desk: World) -> None:
    """A page at a time, in order, and none twice."""
    operator = person(desk, "olga", "operator")
    for number in range(2 * ON_A_PAGE):
        metadata = {"client_id": f"z{number:03}", "redirect_uris": [REDIRECT]}
        clients.create(metadata, desk.services)
    seen: list[str] = []
    operator.open(f"{desk.issuer}/console/clients")
    for _ in range(10):
        links = [link for link in operator.page.links if "/console/clients/" in link]
        seen += [link.rpartition("/")[2] for link in links]
        assert len(links) <= ON_A_PAGE
        if "more" not in operator.page.links:
            break
        operator.open(operator.page.links["more"])
    assert seen == sorted({"demoweb", "demospa", "demomachine", *(f"z{n:03}" for n in range(50))})


def test_a_client_is_verified_until_it_changes(desk: World) -> None:
    """What an operator vouches for is what they saw: a new name or address ends it."""
    operator, developer = person(desk, "olga", "operator"), person(desk, "dora", "developer")
    client_id = register(developer)
    verify = f"{desk.issuer}/console/clients/{client_id}"
    settings = f"{desk.issuer}/console/application/{client_id}"
    operator.open(verify).submit("verify", "verify-it")
    assert client_of(desk, client_id).verified
    developer.open(settings).submit("settings", scope="openid email")
    assert client_of(desk, client_id).verified
    developer.open(settings).submit("settings", client_name="Your Bank")
    assert not client_of(desk, client_id).verified
    operator.open(verify).submit("verify", "verify-it")
    uris = f"{desk.issuer}/console/redirect-uris/{client_id}"
    developer.open(uris).submit("redirect-uris", redirect_uri="https://elsewhere.example/")
    assert not client_of(desk, client_id).verified


def test_what_has_changed_since_it_was_looked_at_is_not_verified(desk: World) -> None:
    """Its developer may put a better name there between the look and the button."""
    operator, developer = person(desk, "olga", "operator"), person(desk, "dora", "developer")
    client_id = register(developer)
    operator.open(f"{desk.issuer}/console/clients/{client_id}")
    settings = f"{desk.issuer}/console/application/{client_id}"
    developer.open(settings).submit("settings", client_name="Your Bank")
    operator.submit("verify", "verify-it")
    assert operator.reply is not None
    assert operator.reply.status == 400
    assert "It has changed since you looked at it" in operator.page.text
    assert not client_of(desk, client_id).verified
    operator.submit("verify", "verify-it")
    assert client_of(desk, client_id).verified


@pytest.mark.parametrize("page", ["clients", "resources"])
def test_a_list_begins_behind_any_text(office: World, operator: Browser, page: str) -> None:
    """Also behind one that is longer than any key, of which DynamoDB would not hear."""
    office.aws.reset()
    operator.open(f"{office.issuer}/console/{page}?after={'%F0%9F%98%80' * 300}")
    assert operator.reply is not None
    assert operator.reply.status == 200
    (query,) = [call for call in office.aws.calls if call.action == "Query"]
    start = query.payload["ExpressionAttributeValues"][":sk"]["S"]
    assert len(start.encode()) == 1024


def test_what_an_operator_has_set_up_is_the_operators(desk: World) -> None:
    """A developer does not change where a client leads that is not asked for consent."""
    developer = person(desk, "dora", "developer")
    client_id = register(developer)
    clients.update(client_id, {"first_party": True}, desk.services)
    for page, form in (("application", "settings"), ("redirect-uris", "redirect-uris")):
        developer.open(f"{desk.issuer}/console/{page}/{client_id}").submit(form)
        assert developer.reply is not None
        assert developer.reply.status == 400
        assert "An operator has set this application up" in developer.page.text


def test_a_client_is_revoked(desk: World) -> None:
    """Its tokens are dead, and the log says who did it."""
    operator = person(desk, "olga", "operator")
    tokens = desk.tokens(desk.browser())
    operator.open(f"{desk.issuer}/console/clients/demoweb").submit("revoke", "revoke-it")
    assert "Every token it had is dead" in operator.page.text
    desk.restart()
    assert desk.refresh(tokens["refresh_token"]).status == 400
    (event,) = desk.events("client.revoked")
    assert len(event["actor"]) == 22


def test_a_client_is_deleted_by_its_name(desk: World) -> None:
    """Also one of a developer, whose list forgets it."""
    operator, developer = person(desk, "olga", "operator"), person(desk, "dora", "developer")
    client_id = register(developer, client_name="Unwanted")
    page = f"{desk.issuer}/console/clients/{client_id}"
    operator.open(page).submit("delete", "delete-it", typed="unwanted")
    assert client_of(desk, client_id).client_name == "Unwanted"
    operator.submit("delete", "delete-it", typed="Unwanted")
    assert "Deleted" in operator.page.text
    assert not [item for item in desk.items() if item["sk"]["S"] == client_id]
    developer.open(f"{desk.issuer}/console")
    assert "Unwanted" not in developer.page.text


def test_an_api_is_registered_changed_and_deleted(office: World, operator: Browser) -> None:
    """With its scopes and their words; the name has to be typed in the end."""
    uri = "https://files.example.com/v1"
    operator.open(f"{office.issuer}/console/resources/new").submit(
        "resource-form",
        resource=uri,
        name="Files",
        scopes="files: See: your files\r\nfiles.write: Change them",
        access_token_lifetime="120",
        developers="users",
    )
    found = office.services.table.get(Resource, resource_key(uri))
    assert found is not None
    assert dict(found.scopes) == {"files": "See: your files", "files.write": "Change them"}
    assert (found.access_token_lifetime, found.developers) == (120, "users")
    operator.submit("resource-form", name="My files", access_token_lifetime="")
    found = office.services.table.get(Resource, resource_key(uri))
    assert found is not None
    assert (found.name, found.access_token_lifetime) == ("My files", None)
    operator.submit("delete", "delete-it", typed="Files")
    assert "is not its name" in operator.page.text
    operator.submit("delete", "delete-it", typed="My files")
    assert office.services.table.get(Resource, resource_key(uri)) is None
    assert "My files" not in operator.page.text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("resource", "not a uri", "Address (resource URI) "),
        ("resource", "https://api.example.com", "exists already"),
        ("name", "", "Name must be filled in"),
        ("scopes", "read", "needs a colon"),
        ("scopes", "openid: x", "cannot be a resource"),
        ("access_token_lifetime", "1.5", "must be 1 to"),
        ("access_token_lifetime", "9999999", "must be 1 to"),
        ("signing_alg", "none", "must be one of"),
        ("developers", "all", "must be one of"),
    ],
)
def test_an_api_is_refused_with_a_reason(
    office: World, operator: Browser, field: str, value: str, words: str
) -> None:
    """The same rules as on the command line, in its words."""
    given = {"resource": "https://new.example.com", "name": "New", "scopes": "read: Read"}
    operator.open(f"{office.issuer}/console/resources/new")
    operator.submit("resource-form", **(given | {field: value}))
    assert operator.reply is not None
    assert operator.reply.status == 400
    assert words in operator.page.text


@pytest.mark.parametrize(("state", "kinds"), [("no", ()), ("users", ("web",))])
def test_an_api_is_offered_as_far_as_it_is_open(
    desk: World, state: str, kinds: tuple[str, ...]
) -> None:
    """Not at all, or only where people sign in; a form that names it nevertheless gets it not."""
    operator, developer = person(desk, "olga", "operator"), person(desk, "dora", "developer")
    operator.open(f"{desk.issuer}/console/resources")
    (link,) = [link for link in operator.page.links.values() if len(link.rpartition("/")[2]) == 43]
    operator.open(link).submit("resource-form", developers=state)
    for kind in ("web", "machine"):
        developer.open(f"{desk.issuer}/console/new/{kind}")
        assert ("Example API" in developer.page.text) == (kind in kinds)
        given = {"client_name": "x", "redirect_uris": "https://a.example/", "scope": "read"}
        developer.submit("new", allowed_resources="https://api.example.com", **given)
        client = client_of(desk, developer.page.links["go-on"].rpartition("/")[2])
        assert bool(client.allowed_resources) == (kind in kinds)


def test_the_keys_are_shown_and_nothing_secret(office: World, operator: Browser) -> None:
    """The kid, algorithm and state of each key of the JWKS."""
    keys = office.get("/.well-known/jwks.json").json["keys"]
    text = operator.open(f"{office.issuer}/console/keys").page.text
    assert all(key["kid"] in text for key in keys)
    assert text.count("active") >= len(keys)
    assert "arn:" not in text
