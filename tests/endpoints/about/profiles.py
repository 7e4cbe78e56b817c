"""What OpenID Connect and FAPI 2.0 leave open, seen."""

from __future__ import annotations

from typing import Any

from chalicelib.administration import resources
from infra.seeds import AFTER_LOGOUT, RESOURCE
from tests import dpop as proofs
from tests.dpop import ALICE, CREDENTIALS, MACHINE
from tests.endpoints.discovery.asking import (
    WEB,
    answer,
    document,
    not_registered,
    register,
    signed_in,
)
from tests.flows import pushes
from tests.reply import claims, header
from tests.world import World


def id_token(world: World, value: dict[str, Any]) -> None:
    """The default algorithm, and how long it lives."""
    assert value["algorithms"] == document(world)["id_token_signing_alg_values_supported"]
    token = world.tokens(scope="openid")["id_token"]
    assert header(token)["alg"] == value["default"]
    assert claims(token)["exp"] - claims(token)["iat"] == value["seconds"]


def subjects(world: World, value: dict[str, Any]) -> None:
    """Each is registered, another is not; and the sub of a user is none of the table's keys."""
    assert value["subject_types"] == document(world)["subject_types_supported"]
    for kind in value["subject_types"]:
        register(world, f"sub{kind}", subject_type=kind, redirect_uris=["https://app.example/cb"])
    with not_registered("subject_type"):
        register(world, "subother", subject_type="transient")


def prompts(world: World, value: dict[str, Any]) -> None:
    """As the metadata; `none` shows no page, whoever is there."""
    assert value["prompt_values"] == document(world)["prompt_values_supported"]
    assert answer(world, None, prompt="none")["error"] == "login_required"


def userinfo(world: World, value: dict[str, Any]) -> None:
    """By every method that is named, and by no other."""
    token = world.tokens(scope="openid")["access_token"]
    sent = [("Authorization", f"Bearer {token}")]
    for method in ("GET", "POST", "PUT", "DELETE"):
        good = world.request(method, "/userinfo", headers=sent).status == 200
        assert good is (method in value["methods"])


def logout_redirect(world: World, value: dict[str, str]) -> None:
    """The registered URI, and nothing near it."""
    assert value == {"comparison": "exact"}
    for uri, arrives in ((AFTER_LOGOUT, True), (f"{AFTER_LOGOUT}/", False)):
        browser = signed_in(world)
        hint = world.tokens(browser, scope="openid read")["id_token"]
        query = f"?id_token_hint={hint}&post_logout_redirect_uri={uri}"
        browser.open(f"{world.issuer}/logout{query}")
        assert (browser.arrived is not None) is arrives


def logout_told(world: World, value: dict[str, bool]) -> None:
    """As the metadata say, which have proofs of their own."""
    listed = document(world)
    assert value["frontchannel"] is listed["frontchannel_logout_supported"]
    assert value["backchannel"] is listed["backchannel_logout_supported"]


def fapi_client(world: World, value: dict[str, Any]) -> None:
    """A client of the profile is registered with nothing else."""
    for member in ("client_secret_basic", "none"):
        with not_registered("token_endpoint_auth_method"):
            register(
                world,
                "bank",
                profile="fapi2",
                token_endpoint_auth_method=member,
                client_secret=None,
            )
    assert "RS256" not in value["algorithms"]
    assert not {"client_secret_basic", "client_secret_post", "none"} & {*value["authentication"]}
    assert value["code_seconds"] <= 60


def pushed_requests(world: World, value: dict[str, Any]) -> None:
    """To the second; visited twice, finished once."""
    assert value["required"] is document(world)["require_pushed_authorization_requests"]
    asked = pushes.parameters(world, prompt="consent")
    pushed = world.post("/par", asked, auth=WEB).json
    assert pushed["expires_in"] == value["seconds"]
    url = pushes.url(world, pushed["request_uri"])
    assert "sign-in" in world.browser().open(url).page.forms
    browser = world.browser().open(url)
    assert "sign-in" in browser.page.forms
    assert value["spent"] == "at the end"
    browser.sign_in().allow()
    assert browser.arrived is not None
    assert "code" in browser.arrived
    assert "sign-in" not in world.browser().open(url).page.forms
    late = world.post("/par", pushes.parameters(world), auth=WEB).json
    world.clock.forward(value["seconds"])
    assert world.browser().open(pushes.url(world, late["request_uri"])).page.forms == {}


def rich_requests(world: World, value: dict[str, Any]) -> None:
    """The types are those of the metadata; one that no resource has is refused."""
    assert value["types"] == document(world).get("authorization_details_types_supported", [])
    told = answer(world, None, authorization_details='[{"type": "nobody_has_this"}]')
    assert told["error"] == "invalid_authorization_details"
    details_of_a_resource(world)
    asked = {"authorization_details": '[{"type": "transfer"}]'}
    browser = world.browser()
    world.code(browser, **asked)
    browser.open(world.authorize_url(**asked))
    assert ("consent" in browser.page.forms) is not value["remembered"]


def details_of_a_resource(world: World) -> None:
    """A type of the example API's."""
    types = {"transfer": {"description": "Move money", "schema": {"type": "object"}}}
    resources.update(RESOURCE["resource"], {"authorization_details_types": types}, world.services)
    world.restart()


def dpop(world: World, value: dict[str, Any]) -> None:
    """At both ends of the window, and one second outside; each proof once."""
    assert value["nonce_required"] is False
    now = world.clock()

    def status(iat: int, **changes: Any) -> int:
        proof = ALICE.at(world, iat=iat, **changes)
        sent = proofs.header(proof)
        return world.post("/token", CREDENTIALS, auth=MACHINE, headers=sent).status

    assert status(now - value["behind_seconds"] + 1) == 200
    assert status(now + value["ahead_seconds"]) == 200
    assert status(now - value["behind_seconds"] - 1) == 400
    assert status(now + value["ahead_seconds"] + 1) == 400
    assert [status(now, jti="once"), status(now, jti="once")] == [200, 400]


PROVERS = {
    "id_token": id_token,
    "subjects": subjects,
    "prompts": prompts,
    "userinfo": userinfo,
    "logout_redirect": logout_redirect,
    "logout_told": logout_told,
    "fapi_client": fapi_client,
    "pushed_requests": pushed_requests,
    "rich_requests": rich_requests,
    "dpop": dpop,
}
