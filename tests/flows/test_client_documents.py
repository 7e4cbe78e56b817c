"""Clients by document: https URLs as client_id. draft-ietf-oauth-client-id-metadata-document-02."""

from __future__ import annotations

import json

import pytest

from chalicelib.administration import clients
from tests import dpop
from tests.client_signatures import jwks
from tests.dpop import ALICE
from tests.flows import assertions, described, objects
from tests.flows.described import BACK, ELSEWHERE, LOOPBACK, URL, Web, ask, is_refused, refresh
from tests.reply import claims
from tests.world import CHALLENGE, VERIFIER, World


@pytest.fixture
def web(signed_in: World) -> Web:
    """The web, with one document."""
    web = described.open_to_documents(signed_in)
    described.forget(signed_in)
    web.publish()
    return web


def test_a_document_makes_a_client(signed_in: World, web: Web) -> None:
    """Read once; code, tokens, refresh, introspection and revocation are those of any client."""
    given = described.tokens(signed_in)
    assert claims(given["access_token"])["client_id"] == URL
    assert claims(given["id_token"])["aud"] == URL
    following = refresh(signed_in, given["refresh_token"]).json
    form = {"token": following["refresh_token"], "client_id": URL}
    assert signed_in.post("/revoke", form).status == 200
    assert refresh(signed_in, following["refresh_token"]).json["error"] == "invalid_grant"
    assert web.asked == [URL]


def test_it_is_told_of_the_user(signed_in: World, web: Web) -> None:
    """At userinfo."""
    given = described.tokens(signed_in, scope="openid email")
    told = signed_in.userinfo(given["access_token"]).json
    assert told == {
        "sub": claims(given["id_token"])["sub"],
        "email": "demo@example.com",
        "email_verified": True,
    }


@pytest.mark.parametrize("changes", [{}, {"client_name": "Other Agent"}])
def test_only_its_redirect_uris_are_answered_at(
    signed_in: World, web: Web, changes: dict[str, str]
) -> None:
    """MCP: those in the document, as they stand there."""
    web.publish(**changes)
    for uri in (ELSEWHERE, f"{BACK}/", f"{BACK}?a=b", "https://app.example", LOOPBACK):
        is_refused(ask(signed_in, redirect_uri=uri), "has not registered this redirect URI")


def test_any_port_of_a_loopback_address(signed_in: World, web: Web) -> None:
    """As native apps need it, `localhost` included: MCP's clients say that."""
    web.publish(redirect_uris=["http://localhost/callback", LOOPBACK])
    for uri in ("http://localhost:49152/callback", "http://127.0.0.1:3000/callback"):
        given = described.tokens(signed_in, redirect_uri=uri)
        assert claims(given["access_token"])["client_id"] == URL


@pytest.mark.parametrize("wanted", ["https://unknown.example/x", "https://app.example/oauth/other"])
def test_a_url_without_a_document_is_no_client(signed_in: World, web: Web, wanted: str) -> None:
    """Nothing is stored of it, and what the network said is in the log alone."""
    signed_in.aws.reset()
    is_refused(ask(signed_in, wanted), "No client metadata can be read at the client_id.")
    assert signed_in.writes() == []
    (event,) = signed_in.events("client.not_read")
    assert (event["uri"], event["reason"]) == (wanted, "the answer is 404")
    reply = described.redeem(signed_in, "x" * 90, wanted)
    assert (reply.status, reply.json["error"]) == (401, "invalid_client")


def test_nobody_is_asked_where_the_stage_takes_none(signed_in: World, web: Web) -> None:
    """Not even for one that was read while it did; every token of it is dead."""
    token = described.tokens(signed_in)["refresh_token"]
    web = described.open_to_documents(signed_in, client_documents=False)
    web.publish()
    is_refused(ask(signed_in), "The application is not known to this server.")
    assert refresh(signed_in, token).json["error"] == "invalid_client"
    assert web.asked == []
    web = described.open_to_documents(signed_in)
    assert refresh(signed_in, token).status == 200


def test_ids_that_are_no_urls_are_asked_of_nobody(signed_in: World, web: Web) -> None:
    """Whatever else they look like."""
    for client_id in ("demoweb", "nobody", "app.example/x", "ftp://app.example/x", "HTTPS://a.b/c"):
        ask(signed_in, client_id)
    assert web.asked == []


def test_a_client_that_signs(signed_in: World, web: Web) -> None:
    """private_key_jwt with keys in the document; without an assertion nobody is let in."""
    web.publish(token_endpoint_auth_method="private_key_jwt", jwks=jwks())
    given = described.code(signed_in)
    form = {"grant_type": "authorization_code", "code": given, "redirect_uri": BACK}
    form["code_verifier"] = VERIFIER
    assert signed_in.post("/token", {**form, "client_id": URL}).status == 401
    signed = assertions.proof(assertions.signed(signed_in, URL))
    reply = signed_in.post("/token", {**form, **signed})
    assert reply.status == 200, reply.text
    assertions.is_refused(signed_in.post("/token", {**form, **signed}))
    token = reply.json["refresh_token"]
    again = {"grant_type": "refresh_token", "refresh_token": token}
    other = assertions.proof(assertions.signed(signed_in, URL, owner="other"))
    assert signed_in.post("/token", {**again, **other}).status == 401
    fresh = assertions.proof(assertions.signed(signed_in, URL))
    assert signed_in.post("/token", {**again, **fresh}).status == 200


def test_a_client_whose_keys_are_elsewhere(signed_in: World, web: Web) -> None:
    """jwks_uri: read like that of any client, and a change of keys is found."""
    keys = "https://keys.example/jwks.json"
    web.publish(token_endpoint_auth_method="private_key_jwt", jwks_uri=keys)
    web.answers[keys] = ({}, json.dumps(jwks()))
    proof = assertions.proof(assertions.signed(signed_in, URL))
    assert signed_in.post("/revoke", {"token": "x", **proof}).status == 200
    signed_in.clock.forward(60)
    web.answers[keys] = ({}, json.dumps(jwks("next")))
    proof = assertions.proof(assertions.signed(signed_in, URL, owner="next"))
    assert signed_in.post("/revoke", {"token": "x", **proof}).status == 200
    assert web.asked == [URL, keys, keys]


def test_a_pushed_request_bound_to_a_key(signed_in: World, web: Web) -> None:
    """PAR, then tokens and refresh tokens that only the holder of the key can use."""
    web.publish(require_pushed_authorization_requests=True, dpop_bound_access_tokens=True)
    assert "error=invalid_request" in (ask(signed_in).header("Location") or "")
    wishes = {name: value for name, value in described.wishes().items() if value is not None}
    pushed = signed_in.post(
        "/par",
        {
            **wishes,
            "response_type": "code",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "dpop_jkt": ALICE.jkt,
        },
    )
    assert pushed.status == 201, pushed.text
    address = objects.url(signed_in, URL, request_uri=pushed.json["request_uri"])
    given = objects.arrived(signed_in, address)["code"]
    assert described.redeem(signed_in, given).status == 400
    form = {"grant_type": "authorization_code", "code": given, "code_verifier": VERIFIER}
    form |= {"client_id": URL, "redirect_uri": BACK}
    reply = signed_in.post("/token", form, headers=dpop.header(ALICE.at(signed_in)))
    assert (reply.status, reply.json["token_type"]) == (200, "DPoP"), reply.text
    token = reply.json["refresh_token"]
    assert refresh(signed_in, token).status == 400
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": URL}
    assert signed_in.post("/token", form, headers=dpop.header(ALICE.at(signed_in))).status == 200


def test_a_request_as_a_signed_object(signed_in: World, web: Web) -> None:
    """JAR: its issuer and client_id are the URL."""
    web.publish(
        token_endpoint_auth_method="private_key_jwt",
        jwks=jwks(),
        require_signed_request_object=True,
    )
    signed = objects.signed(signed_in, URL, redirect_uri=BACK)
    told = objects.arrived(signed_in, objects.url(signed_in, URL, request=signed))
    assert told["state"] == "inside"
    assert "error=invalid_request" in (ask(signed_in).header("Location") or "")


def test_an_operator_ends_what_it_has(signed_in: World, web: Web) -> None:
    """`client revoke`: the document stays good, and its users are asked again."""
    token = described.tokens(signed_in)["refresh_token"]
    signed_in.clock.forward(1)
    clients.revoke(URL, signed_in.services)
    signed_in.restart()
    assert refresh(signed_in, token).json["error"] == "invalid_grant"
    signed_in.clock.forward(1)
    assert refresh(signed_in, described.tokens(signed_in)["refresh_token"]).status == 200
    # Read again, the document brings nothing back.
    signed_in.clock.forward(3600)
    assert refresh(signed_in, token).json["error"] == "invalid_grant"
    assert web.asked == [URL, URL]


def test_a_removed_client_is_a_new_one(signed_in: World, web: Web) -> None:
    """`client delete`: its document is read again, and nothing of before counts."""
    token = described.tokens(signed_in)["refresh_token"]
    signed_in.clock.forward(1)
    clients.delete(URL, signed_in.services)
    signed_in.restart()
    assert refresh(signed_in, token).json["error"] == "invalid_grant"
    assert web.asked == [URL, URL]


def test_an_operator_shuts_one_out(signed_in: World, web: Web) -> None:
    """`client block`: its document is not even read any more; let in again, it starts anew."""
    token = described.tokens(signed_in)["refresh_token"]
    clients.block(URL, signed_in.services)
    signed_in.clock.forward(60)
    is_refused(ask(signed_in), "This server does not take this application.")
    assert refresh(signed_in, token).json["error"] == "invalid_client"
    signed_in.clock.forward(2 * 365 * 24 * 60 * 60)
    is_refused(ask(signed_in), "does not take this application")
    assert web.asked == [URL]
    clients.unblock(URL, signed_in.services)
    signed_in.clock.forward(61)
    assert described.tokens(signed_in)["access_token"]
    assert refresh(signed_in, token).json["error"] == "invalid_grant"


def test_an_operator_shuts_one_out_that_never_came(signed_in: World, web: Web) -> None:
    """Its document is read when it is let in."""
    other = web.publish("https://never.example/client")
    clients.block(other, signed_in.services)
    is_refused(ask(signed_in, other), "does not take this application")
    assert web.asked == []
    clients.unblock(other, signed_in.services)
    signed_in.restart()
    assert ask(signed_in, other).status == 200
    assert web.asked == [other]


def test_what_a_document_says_is_not_an_operators_to_change(signed_in: World, web: Web) -> None:
    """Nor is there a secret to be made."""
    ask(signed_in)
    for change in (clients.update, lambda name, _, services: clients.rotate_secret(name, services)):
        with pytest.raises(clients.Refused):
            change(URL, {"client_name": "Mine"}, signed_in.services)
    with pytest.raises(clients.Refused, match="there is no client"):
        clients.block("http://app.example/x", signed_in.services)
