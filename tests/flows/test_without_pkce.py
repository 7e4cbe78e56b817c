"""`require_pkce: false`: who may be registered so, and what holds instead. RFC 9700 section 2.1.1.

Only a confidential OpenID client, whose nonce then does the work; once a challenge was sent, its
verifier is compulsory, and a verifier without a challenge is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib.administration import Refused, clients
from chalicelib.registration import InvalidMetadata
from tests.browser import Browser
from tests.reply import Reply, claims
from tests.world import CHALLENGE, REDIRECT, VERIFIER, World

FORM = ("Content-Type", "application/x-www-form-urlencoded")
STRICT = ("demoweb", "demowebsecret")
FREE = ("withoutpkce", "withoutpkce-secret")
METADATA: Mapping[str, Any] = {
    "client_id": FREE[0],
    "client_secret": FREE[1],
    "redirect_uris": [REDIRECT],
    "grant_types": ["authorization_code", "refresh_token"],
    "require_pkce": False,
}
WITHOUT: Mapping[str, str | None] = {"code_challenge": None, "code_challenge_method": None}
ways = pytest.mark.parametrize("method", ["GET", "POST"])


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server, with a client that may leave PKCE out."""
    with suppress(Refused):
        clients.create(METADATA, signed_in.services)
    set_pkce(signed_in, required=False)
    return signed_in


def set_pkce(world: World, *, required: bool) -> None:
    """The operator changes the client, and every process knows."""
    clients.update(FREE[0], {"require_pkce": required}, world.services)
    world.restart()


def go(world: World, method: str, client_id: str, **changes: str | None) -> Browser:
    """The signed-in browser with a request of the client, as a query or as a form."""
    assert world.member is not None
    browser = world.member
    asked = {"scope": "openid read", "nonce": "n-0S6", "client_id": client_id, **changes}
    url = world.authorize_url(**asked)
    if method == "GET":
        browser.open(url)
    else:
        body = urlsplit(url).query.encode()
        reply = world.request("POST", "/authorize", headers=[FORM], body=body)
        for value in reply.headers_of("Set-Cookie"):
            name, _, rest = value.partition("=")
            browser.cookies[name] = rest.partition(";")[0]
        browser.open(reply.header("Location") or "")
    if browser.arrived is None:
        browser.allow()
    return browser


def code(world: World, method: str, client_id: str, **changes: str | None) -> str:
    """The code that such a request ends with."""
    arrived = go(world, method, client_id, **changes).arrived
    assert arrived is not None
    assert "code" in arrived, arrived
    return arrived["code"]


def is_invalid_grant(reply: Reply) -> None:
    """Refused, and the client is not told why."""
    assert (reply.status, reply.json["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "metadata",
    [
        {"token_endpoint_auth_method": "none", "client_secret": None},
        {"scope": "read write"},
        {"grant_types": ["client_credentials"], "scope": "openid", "redirect_uris": []},
    ],
    ids=["public", "no OpenID client", "no code flow"],
)
def test_only_a_confidential_openid_client_is_registered_so(
    world: World, metadata: dict[str, Any]
) -> None:
    """Nor is one that is registered changed to it."""
    strict = {**METADATA, "client_id": "strict", **metadata}
    with pytest.raises(InvalidMetadata, match=r"^require_pkce: "):
        clients.create(strict, world.services)
    clients.create({**strict, "require_pkce": True}, world.services)
    with pytest.raises(InvalidMetadata, match=r"^require_pkce: "):
        clients.update("strict", {"require_pkce": False}, world.services)
    clients.delete("strict", world.services)


def test_the_client_stays_an_openid_client(world: World) -> None:
    """The scope openid cannot be taken from it alone."""
    with pytest.raises(InvalidMetadata, match=r"^require_pkce: "):
        clients.update(FREE[0], {"scope": "read"}, world.services)
    clients.update(FREE[0], {"scope": "openid read"}, world.services)
    clients.update(FREE[0], {"scope": None}, world.services)


@ways
@pytest.mark.parametrize("client", [STRICT, FREE], ids=["PKCE required", "PKCE not required"])
@pytest.mark.parametrize("challenge", [True, False], ids=["challenge", "no challenge"])
@pytest.mark.parametrize("verifier", [VERIFIER, "x" * 43, ""], ids=["verifier", "wrong", "none"])
def test_challenge_and_verifier_go_together(
    world: World, method: str, client: tuple[str, str], *, challenge: bool, verifier: str
) -> None:
    """Both, or neither where the client may; what is refused leaves the code as it is."""
    sent: Mapping[str, str | None] = {} if challenge else WITHOUT
    if not challenge and client == STRICT:
        arrived = go(world, method, client[0], **sent).arrived or {}
        assert arrived["error"] == "invalid_request"
        assert arrived["error_description"] == "The parameter code_challenge is missing."
        return
    text = code(world, method, client[0], **sent)
    right = VERIFIER if challenge else ""
    reply = world.redeem(text, auth=client, code_verifier=verifier)
    if verifier == right:
        assert claims(reply.json["id_token"])["nonce"] == "n-0S6"
        return
    is_invalid_grant(reply)
    assert world.redeem(text, auth=client, code_verifier=right).status == 200


def test_the_redirect_uri_is_compulsory(world: World) -> None:
    """RFC 6749 section 4.1.3; with PKCE alone may it be left out."""
    text = code(world, "GET", FREE[0], **WITHOUT)
    is_invalid_grant(world.redeem(text, auth=FREE, code_verifier="", redirect_uri=""))
    assert world.redeem(text, auth=FREE, code_verifier="").status == 200


@ways
@pytest.mark.parametrize(
    "changes",
    [{"nonce": None}, {"nonce": ""}, {"scope": "read"}, {"scope": None}, {"scope": "OPENID read"}],
    ids=repr,
)
def test_without_a_challenge_nonce_and_openid_are_compulsory(
    world: World, method: str, changes: dict[str, str | None]
) -> None:
    """Told to the client, and nothing is asked of the user."""
    arrived = go(world, method, FREE[0], **{**WITHOUT, **changes}).arrived or {}
    assert arrived["error"] == "invalid_request"
    assert "nonce and scope openid are compulsory" in arrived["error_description"]


@ways
def test_with_a_challenge_the_nonce_is_not(world: World, method: str) -> None:
    """PKCE does the work."""
    text = code(world, method, FREE[0], nonce=None)
    assert "nonce" not in claims(world.redeem(text, auth=FREE).json["id_token"])


@ways
@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None},
        {"code_challenge": ""},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge": CHALLENGE[:-1]},
    ],
    ids=repr,
)
def test_half_a_challenge_is_none(
    world: World, method: str, changes: dict[str, str | None]
) -> None:
    """Who began with PKCE is not let down to none."""
    arrived = go(world, method, FREE[0], **changes).arrived or {}
    assert arrived["error"] == "invalid_request"


def test_a_code_of_the_old_registration_is_refused(world: World) -> None:
    """Nothing is issued unless the client is right at that moment; and back, the code is good."""
    text = code(world, "GET", FREE[0], **WITHOUT)
    set_pkce(world, required=True)
    is_invalid_grant(world.redeem(text, auth=FREE, code_verifier=""))
    is_invalid_grant(world.redeem(text, auth=FREE))
    set_pkce(world, required=False)
    assert world.redeem(text, auth=FREE, code_verifier="").status == 200


def test_a_code_with_a_challenge_keeps_it(world: World) -> None:
    """Whatever the client is registered for when it comes."""
    set_pkce(world, required=True)
    text = code(world, "GET", FREE[0])
    set_pkce(world, required=False)
    is_invalid_grant(world.redeem(text, auth=FREE, code_verifier=""))
    assert world.redeem(text, auth=FREE).status == 200


def test_a_sign_in_of_the_old_registration_ends(world: World) -> None:
    """The stored request is checked again when it goes on; the client is told."""
    assert world.member is not None
    changes = {"prompt": "consent", "scope": "openid read", "nonce": "n", **WITHOUT}
    browser = world.member.open(world.authorize_url(client_id=FREE[0], **changes))
    set_pkce(world, required=True)
    browser.allow()
    assert browser.arrived is not None
    assert browser.arrived["error"] == "invalid_request"


def test_refresh_goes_on(world: World) -> None:
    """PKCE is about the code; a grant that lives is not ended by the change."""
    text = code(world, "GET", FREE[0], **WITHOUT)
    tokens = world.redeem(text, auth=FREE, code_verifier="").json
    set_pkce(world, required=True)
    assert world.refresh(tokens["refresh_token"], auth=FREE).status == 200
