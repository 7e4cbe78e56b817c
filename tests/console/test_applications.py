"""A developer's story: registering an application, and everything that happens to it later."""

from __future__ import annotations

import pytest

from tests.browser import Browser
from tests.console.conftest import client_of, opened, person, register, secret_of
from tests.world import World

CALLBACK = "https://app.example.com/callback"


@pytest.fixture(scope="module")
def developer(office: World) -> Browser:
    """A developer in front of the console."""
    return person(office, "dora", "developer")


KINDS = {
    "web": ("client_secret_basic", ("authorization_code", "refresh_token"), "web"),
    "single-page": ("none", ("authorization_code", "refresh_token"), "web"),
    "native": ("none", ("authorization_code", "refresh_token"), "native"),
    "mcp": ("none", ("authorization_code", "refresh_token"), "native"),
    "machine": ("client_secret_basic", ("client_credentials",), "web"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_sets_what_belongs_to_it(office: World, developer: Browser, kind: str) -> None:
    """Its way to prove itself, its grants, its redirect rules; and it is the developer's own."""
    client = client_of(office, register(developer, kind))
    method, grants, application_type = KINDS[kind]
    assert client.token_endpoint_auth_method == method
    assert client.grant_types == grants
    assert client.application_type == application_type
    assert (client.registered_by, client.allowed_resources) == ("console", ())
    assert client.owner is not None
    assert not client.first_party
    assert client.introspection == "own"


def test_a_device_is_offered_where_its_grant_is(office: World, developer: Browser) -> None:
    """What this server cannot serve is not to be chosen."""
    from chalicelib.applications.kinds import DEVICE
    from chalicelib.grants import GRANT_TYPES

    developer.open(f"{office.issuer}/console/new")
    assert ("device" in developer.page.links) == (DEVICE in GRANT_TYPES)


def test_the_secret_opens_the_token_endpoint(office: World, developer: Browser) -> None:
    """What the page shows is what counts: a machine gets a token with it."""
    api = "https://api.example.com"
    client_id = register(developer, "machine", allowed_resources=api, scope="read")
    form = {"grant_type": "client_credentials", "scope": "read"}
    assert office.post("/token", form, auth=(client_id, secret_of(developer))).status == 200


def test_the_secret_is_shown_once(office: World, developer: Browser) -> None:
    """Sent again, the form makes no second application and shows no secret."""
    developer.open(f"{office.issuer}/console/new/web")
    changes = {"client_name": "Once", "redirect_uris": CALLBACK}
    form = developer.page.forms["new"]
    developer.submit("new", **changes)
    secret = secret_of(developer)
    client_id = developer.page.links["go-on"].rpartition("/")[2]
    before = client_of(office, client_id)
    fields = [pair for pair in form.fields if pair[0] not in changes] + list(changes.items())
    cookie = ("Cookie", "; ".join(f"{n}={v}" for n, v in developer.cookies.items()))
    again = office.post("/console/new/web", fields, headers=[cookie])
    assert again.header("Location") == f"{office.issuer}/console/application/{client_id}"
    for path in ("", f"/application/{client_id}", f"/secrets/{client_id}"):
        developer.open(f"{office.issuer}/console{path}")
        assert developer.reply is not None
        assert secret not in developer.reply.text
    assert client_of(office, client_id) == before
    developer.open(f"{office.issuer}/console")
    assert developer.page.text.count("Once") == 1


def test_a_secret_is_replaced_with_overlap(desk: World) -> None:
    """Two count for as long as was chosen, the page says until when; then only the new one."""
    developer = person(desk, "dora", "developer")
    client_id = register(
        developer, "machine", allowed_resources="https://api.example.com", scope="read"
    )
    first = secret_of(developer)
    developer.open(f"{desk.issuer}/console/secrets/{client_id}").submit("rotate", overlap="hour")
    second = secret_of(developer)
    assert "counts until 20" in developer.page.text

    def works(secret: str) -> bool:
        desk.restart()
        form = {"grant_type": "client_credentials", "scope": "read"}
        return desk.post("/token", form, auth=(client_id, secret)).status == 200

    assert (works(first), works(second)) == (True, True)
    desk.clock.forward(3601)
    assert (works(first), works(second)) == (False, True)


def test_an_old_secret_can_be_ended_at_once(desk: World) -> None:
    """And the page says that there is none any more."""
    developer = person(desk, "dora", "developer")
    client_id = register(developer)
    page = f"{desk.issuer}/console/secrets/{client_id}"
    developer.open(page).submit("rotate", overlap="week")
    developer.open(page).submit("end", "end-old")
    assert "end" not in developer.page.forms
    assert client_of(desk, client_id).previous_secret_hash is None


def test_a_rotation_sent_twice_rotates_once(office: World, developer: Browser) -> None:
    """A reload of the answer leaves the new secret what it is."""
    client_id = register(developer)
    developer.open(f"{office.issuer}/console/secrets/{client_id}")
    fields = developer.page.forms["rotate"].fields
    developer.submit("rotate", overlap="day")
    after = client_of(office, client_id)
    cookie = ("Cookie", "; ".join(f"{n}={v}" for n, v in developer.cookies.items()))
    again = office.post(f"/console/secrets/{client_id}", fields, headers=[cookie])
    assert again.status == 400
    assert "client-secret" not in again.text
    assert client_of(office, client_id) == after


REFUSED = {
    "http://app.example.com/x": "must start with https://",
    "https://app.example.com/*": "must not hold a wildcard",
    "https://app.example.com/#a": "must not hold a fragment",
    "https://APP.example.com/": "must hold a plain, lower-case host",
    "javascript:alert(1)": "must start with https://",
    "com.example.app:/x": "is for application_type native only",
}


@pytest.mark.parametrize("uri", REFUSED)
def test_a_redirect_uri_is_refused_beside_its_field(
    office: World, developer: Browser, uri: str
) -> None:
    """The reason stands at the field and describes it; nothing was changed."""
    client_id = register(developer)
    developer.open(f"{office.issuer}/console/redirect-uris/{client_id}")
    developer.submit("redirect-uris", redirect_uri=[CALLBACK, uri])
    assert developer.reply is not None
    assert developer.reply.status == 400
    assert REFUSED[uri] in developer.page.text
    assert 'aria-describedby="redirect_uri-2-error"' in developer.reply.text
    assert 'aria-describedby="redirect_uri-1-error"' not in developer.reply.text
    assert client_of(office, client_id).redirect_uris == (CALLBACK,)


def test_redirect_uris_are_changed(office: World, developer: Browser) -> None:
    """Added and taken out, in their order."""
    client_id = register(developer)
    page = f"{office.issuer}/console/redirect-uris/{client_id}"
    uris = ["https://app.example.com/new", CALLBACK]
    developer.open(page).submit("redirect-uris", redirect_uri=uris)
    assert client_of(office, client_id).redirect_uris == tuple(uris)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("client_name", "", "Name must be filled in"),
        ("redirect_uris", "", "Redirect URIs must be filled in"),
        ("redirect_uris", "ftp://a", "Redirect URIs 'ftp://a' must start with"),
        ("scope", "a  b", "Scopes must be scopes with one blank between"),
        ("jwks", "[]", "must be a JSON object"),
        ("jwks_uri", "http://a", "Address of its public keys"),
        ("allowed_resources", "https://other.example", "is not open to applications"),
    ],
)
def test_a_refusal_stands_at_its_field(
    office: World, developer: Browser, field: str, value: str, words: str
) -> None:
    """With the field's label, and the form as it was sent."""
    developer.open(f"{office.issuer}/console/new/web")
    given = {"client_name": "Kept", "redirect_uris": CALLBACK, field: value}
    developer.submit("new", **given)
    assert developer.reply is not None
    assert developer.reply.status == 400
    assert words in developer.page.text
    assert f'id="{field}-error"' in developer.reply.text
    if field != "client_name":
        assert ("client_name", "Kept") in developer.page.forms["new"].fields


def test_settings_are_changed_and_shown(office: World, developer: Browser) -> None:
    """What was saved stands in the form."""
    client_id = register(developer)
    developer.open(f"{office.issuer}/console/application/{client_id}")
    developer.submit(
        "settings",
        client_name="Renamed",
        contacts="a@example.com\r\nb@example.com",
        dpop_bound_access_tokens="on",
        require_pushed_authorization_requests="on",
        token_endpoint_auth_method="client_secret_post",
    )
    client = client_of(office, client_id)
    assert (client.client_name, client.contacts) == ("Renamed", ("a@example.com", "b@example.com"))
    assert client.dpop_bound_access_tokens
    assert client.require_pushed_authorization_requests
    assert client.token_endpoint_auth_method == "client_secret_post"
    assert client.secret_hash is not None
    fields = developer.page.forms["settings"].fields
    assert ("contacts", "a@example.com\nb@example.com") in fields
    assert ("dpop_bound_access_tokens", "on") in fields


def test_a_name_is_shown_as_text(office: World, developer: Browser) -> None:
    """On every page that shows it, for its developer and for operators."""
    name = "\"'><script>alert(1)</script><h1>{{ 7 * 7 }}"
    client_id = register(developer, client_name=name)
    operator = person(office, "olga", "operator")
    pages = ["home", *(f"{page}/{client_id}" for page in ("application", "secrets", "delete"))]
    pages += [f"{page}/{client_id}" for page in ("redirect-uris", "snippets", "try-sign-in")]
    for browser, paths in ((developer, pages), (operator, ["clients", f"clients/{client_id}"])):
        for path in paths:
            browser.open(f"{office.issuer}/console/{path}")
            assert browser.reply is not None
            assert browser.reply.status == 200
            assert "<script" not in browser.reply.text
            assert browser.page.tags.count("h1") == 1


def test_deletion_wants_the_name(office: World, developer: Browser) -> None:
    """Another word deletes nothing."""
    client_id = register(developer, client_name="Precious")
    developer.open(f"{office.issuer}/console/delete/{client_id}").submit("delete", typed="precious")
    assert developer.reply is not None
    assert developer.reply.status == 400
    assert client_of(office, client_id).client_name == "Precious"


def test_deletion_ends_its_tokens(desk: World) -> None:
    """A refresh token and an access token are dead, and the list has forgotten it."""
    developer = person(desk, "dora", "developer")
    api = "https://api.example.com"
    client_id = register(
        developer, client_name="Doomed", allowed_resources=api, scope="read", refresh="on"
    )
    auth = (client_id, secret_of(developer))
    code = desk.code(client_id=client_id, redirect_uri=CALLBACK, scope="read")
    tokens = desk.redeem(code, auth=auth, redirect_uri=CALLBACK).json
    developer.open(f"{desk.issuer}/console/delete/{client_id}").submit("delete", typed="Doomed")
    assert "Deleted" in developer.page.text
    assert "Doomed" not in developer.page.text
    desk.restart()
    assert desk.refresh(tokens["refresh_token"], auth=auth).status == 401
    assert not [item for item in desk.items() if client_id in item["pk"]["S"]]
    assert not [item for item in desk.items() if item["sk"]["S"] == client_id]


def test_who_acts_stands_in_the_log(office: World, developer: Browser) -> None:
    """Each event of the console names the developer."""
    client_id = register(developer)
    (event,) = [one for one in office.events("client.created") if one["client_id"] == client_id]
    assert len(event["actor"]) == 22
    assert office.events("user.created")[0].get("actor") is None


def test_terms_are_agreed_to(world: World) -> None:
    """With every application, where the stage has some; the log keeps which."""
    desk = opened(world, terms_uri="https://example.com/terms")
    developer = person(desk, "dora", "developer")
    developer.open(f"{desk.issuer}/console/new/web")
    given = {"client_name": "x", "redirect_uris": CALLBACK}
    developer.submit("new", **given)
    assert developer.reply is not None
    assert developer.reply.status == 400
    assert "The terms must be agreed to" in developer.page.text
    developer.submit("new", **given, terms="on")
    assert developer.reply.status == 200
    (event,) = desk.events("console.terms_agreed")
    assert event["terms"] == "https://example.com/terms"
