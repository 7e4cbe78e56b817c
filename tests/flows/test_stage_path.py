"""Behind a stage path, as on an execute-api URL: every address carries it. RFC 8414 section 3."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.administration import Refused, resources
from infra import seeds
from tests.emulated_aws import Recorder
from tests.reply import claims
from tests.world import World

ISSUER = "https://abc.execute-api.eu-west-1.amazonaws.com/dev"


@pytest.fixture
def world(emulated: tuple[str, Recorder, dict[str, dict[str, str]]]) -> Iterator[World]:
    """A server whose issuer has a path."""
    world = World(*emulated, issuer=ISSUER)
    yield world
    world.close()


def test_the_whole_flow_stays_below_the_path(world: World) -> None:
    """Forms, redirects and tokens; the browser never leaves the stage until it is done."""
    browser = world.browser().open(world.authorize_url(scope="openid read"))
    assert browser.page.forms["sign-in"].action == f"{ISSUER}/authorize/sign-in"
    browser.sign_in()
    assert browser.page.forms["consent"].action == f"{ISSUER}/authorize/consent"
    browser.allow()
    assert browser.arrived is not None
    assert browser.arrived["iss"] == ISSUER
    tokens = world.redeem(browser.arrived["code"]).json
    for kind in ("access_token", "id_token"):
        assert claims(tokens[kind])["iss"] == ISSUER
    assert world.introspect(tokens["access_token"])["iss"] == ISSUER


def test_every_address_in_the_metadata_carries_the_path(world: World) -> None:
    """And the document is where OpenID looks for it; RFC 8414's place lies outside the stage."""
    document = world.get("/.well-known/openid-configuration").json
    addresses = [
        value
        for name, value in document.items()
        if name == "issuer" or name.endswith(("_endpoint", "_uri"))
    ]
    assert len(addresses) == 10
    assert all(address.startswith(ISSUER) for address in addresses)


def test_every_redirect_carries_the_path(world: World) -> None:
    """From a step back to /authorize."""
    browser = world.browser().open(world.authorize_url())
    hidden = dict(browser.page.forms["sign-in"].fields)
    held = [("Cookie", "; ".join(f"{n}={v}" for n, v in browser.cookies.items()))]
    form = {**hidden, "username": "demo@example.com", "password": "demo-password"}
    reply = world.post("/authorize/sign-in", form, headers=held)
    assert (reply.header("Location") or "").startswith(f"{ISSUER}/authorize?interaction=")


def test_every_error_page_is_below_the_path(world: World) -> None:
    """In JSON and in redirects."""
    refused = world.post("/token", {})
    assert refused.json["error_uri"] == f"{ISSUER}/errors/invalid_request"
    browser = world.browser().open(world.authorize_url(scope="unknown"))
    assert browser.arrived is not None
    assert browser.arrived["error_uri"] == f"{ISSUER}/errors/invalid_scope"
    failed = world.post("/token", {"grant_type": "client_credentials", "client_id": "nobody"})
    assert ISSUER in (failed.header("WWW-Authenticate") or "")


def test_an_access_token_for_this_server_names_the_issuer_with_its_path(world: World) -> None:
    """Only OpenID scopes: the audience is the issuer itself."""
    token = world.tokens(scope="openid email")["access_token"]
    assert claims(token)["aud"] == ISSUER


def test_no_family_covers_the_issuer(world: World) -> None:
    """Its neighbours may be a family, and its host an API."""
    host = ISSUER.removesuffix("/dev")
    for uri, covers in ((ISSUER, False), (host, True), (f"{host}/", True)):
        metadata = {**seeds.RESOURCE, "resource": uri, "covers_subpaths": covers}
        with pytest.raises(Refused, match="is this server itself"):
            resources.create(metadata, world.services)
    resources.create({**seeds.RESOURCE, "resource": host}, world.services)
    with pytest.raises(Refused, match="would be covered"):
        resources.update(host, {"covers_subpaths": True}, world.services)
    neighbours = {**seeds.RESOURCE, "resource": f"{host}/servers", "covers_subpaths": True}
    resources.create(neighbours, world.services)
