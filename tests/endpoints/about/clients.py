"""How clients come to be and prove themselves, seen."""

from __future__ import annotations

from typing import Any

from chalicelib.administration import clients
from tests.endpoints.discovery.asking import WEB, document, not_registered, register, tokens
from tests.flows import registrations
from tests.world import REDIRECT, World

MACHINE = ("demomachine", "demomachinesecret")
ASKED = {"grant_type": "client_credentials", "scope": "read"}


def registration(world: World, value: dict[str, Any]) -> None:
    """Each way is open or shut as it says."""
    assert value["command_line"] is True
    client, _ = clients.create({"redirect_uris": [REDIRECT]}, world.services)
    assert clients.get(client.client_id, world.services) == client
    assert (world.get("/console").status == 404) is not value["console"]
    status = {"open": 201, "initial-access-token": 401, "off": 404}
    assert registrations.post(world, registrations.PUBLIC).status == status[value["dynamic"]]
    listed = document(world)
    assert ("registration_endpoint" in listed) is (value["dynamic"] != "off")
    assert listed["client_id_metadata_document_supported"] is value["documents"]


def registration_lapses(world: World, value: dict[str, int]) -> None:
    """To the second."""
    client = registrations.registered(world)
    world.clock.forward(value["unused_seconds"] - 2)
    world.restart()
    assert registrations.manage(world, "GET", client).status == 200
    world.clock.forward(1)
    world.restart()
    assert registrations.manage(world, "GET", client).status == 401


def registration_limits(world: World, value: dict[str, Any]) -> None:
    """What is left out is not in what the client is told, whatever it has asked for."""
    wishes = dict.fromkeys(value["left_out"], True)
    told = registrations.registered(world, **wishes)
    plain = registrations.registered(world)
    assert {name: told.get(name) for name in wishes} == {name: plain.get(name) for name in wishes}
    assert not told.get("first_party")
    assert not told.get("verified")
    for other in {"client_credentials", "password"} - {*value["grant_types"]}:
        refused = registrations.post(world, {**registrations.PUBLIC, "grant_types": [other]})
        assert refused.json["error"] == "invalid_client_metadata"


def credentials_per_device(world: World, value: dict[str, bool]) -> None:
    """Two installations of one application are two clients."""
    assert value["offered"] is True
    ids = {registrations.registered(world)["client_id"] for _ in range(2)}
    assert len(ids) == 2


def registration_asked(world: World, value: dict[str, str]) -> None:
    """By RFC 7591's names, which come back."""
    assert value == {"names": "RFC 7591"}
    given = {
        "client_name": "An application",
        "client_uri": "https://app.example/",
        "logo_uri": "https://app.example/logo.png",
        "tos_uri": "https://app.example/terms",
        "policy_uri": "https://app.example/privacy",
        "contacts": ["a@app.example"],
        "redirect_uris": ["https://app.example/cb"],
        "scope": "read",
    }
    client, secret = clients.create(given, world.services)
    told = clients.client_metadata.registration(client, secret)
    assert given.items() <= told.items()


def client_id_length(world: World, value: dict[str, int]) -> None:
    """Of one that is made here; and a name of 255 characters is looked up, one more is none."""
    client, _ = clients.create({"redirect_uris": [REDIRECT]}, world.services)
    assert len(client.client_id) == value["issued"]
    assert client.client_id.isalnum()
    world.aws.reset()
    assert world.services.registry.client("a" * value["accepted"]) is None
    assert world.aws.calls
    world.aws.reset()
    assert world.services.registry.client("a" * (value["accepted"] + 1)) is None
    assert not world.aws.calls


def client_secret(world: World, value: dict[str, int]) -> None:
    """Its length, and for how long the old one counts after a rotation."""
    _, secret = clients.rotate_secret("demomachine", world.services)
    assert len(secret) == value["characters"]
    assert secret.isalnum()
    world.restart()
    assert world.post("/token", ASKED, auth=MACHINE).status == 200
    world.clock.forward(value["overlap_seconds"])
    world.restart()
    assert world.post("/token", ASKED, auth=MACHINE).status == 401
    assert world.post("/token", ASKED, auth=("demomachine", secret)).status == 200


def client_authentication(world: World, value: dict[str, list[str]]) -> None:
    """As the metadata say, which have proofs of their own; another method is not registered."""
    listed = document(world)
    assert value["methods"] == listed["token_endpoint_auth_methods_supported"]
    algorithms = listed["token_endpoint_auth_signing_alg_values_supported"]
    assert value["algorithms"] == algorithms
    with not_registered("token_endpoint_auth_method"):
        register(world, "secretjwt", token_endpoint_auth_method="client_secret_jwt")


def client_password(world: World, value: dict[str, bool]) -> None:
    """Where a secret may stand."""
    given = {"client_id": MACHINE[0], "client_secret": MACHINE[1]}
    query = "&".join(f"{name}={text}" for name, text in given.items())
    seen = {
        "basic": world.post("/token", ASKED, auth=MACHINE).status == 200,
        "body": world.post("/token", {**ASKED, **given}).status == 401,
        "query": world.post(f"/token?{query}", ASKED).status == 200,
    }
    # This client is registered for Basic alone; one that is registered for the body sends it there.
    assert seen.pop("body")
    client = register(world, "bodyclient", token_endpoint_auth_method="client_secret_post")
    form = {"client_id": client[0], "client_secret": client[1], "token": "x"}
    seen["body"] = world.post("/revoke", form).status == 200
    assert seen == value


def http_schemes(world: World, value: dict[str, list[str]]) -> None:
    """No other scheme stands for a client."""
    assert value == {"others": []}
    for scheme in ("Bearer", "Digest", "Negotiate", "Mutual"):
        headers = [("Authorization", f"{scheme} demomachine:demomachinesecret")]
        assert world.post("/token", ASKED, headers=headers).status == 401


def public_clients(world: World, value: dict[str, bool]) -> None:
    """Without a challenge there is no code, and the user is asked again and again."""
    browser = world.browser()
    for _ in range(2):
        browser.open(world.authorize_url(client_id="demospa"))
        if "sign-in" in browser.page.forms:
            browser.sign_in()
        assert ("consent" in browser.page.forms) is value["confirmed_each_time"]
        browser.allow()
    bare: dict[str, Any] = {"code_challenge": None, "code_challenge_method": None}
    browser.open(world.authorize_url(client_id="demospa", **bare))
    assert browser.arrived is not None
    assert (browser.arrived["error"] == "invalid_request") is value["pkce"]
    assert tokens(world, WEB)


PROVERS = {
    "registration": registration,
    "registration_lapses": registration_lapses,
    "registration_limits": registration_limits,
    "credentials_per_device": credentials_per_device,
    "registration_asked": registration_asked,
    "client_id_length": client_id_length,
    "client_secret": client_secret,
    "client_authentication": client_authentication,
    "client_password": client_password,
    "http_schemes": http_schemes,
    "public_clients": public_clients,
}
