"""Of many who take the same name, or change the same thing, one wins and the others are told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from chalicelib.administration import Refused, clients, resources, users
from chalicelib.aws import keyring
from chalicelib.aws.keyring import KeyringChanged
from chalicelib.protocol import signing_keys
from chalicelib.records.keyring import KeyringRecord
from chalicelib.services import Services
from infra import bootstrap
from tests.on_ministack import Cloud
from tests.races.starting_line import RACERS, ROUNDS, all_at_once, racers
from tests.stage import CHEAPEST
from tests.world import World

pytestmark = pytest.mark.emulator


def attempt(act: Callable[[], Any], refusal: type[Exception]) -> Any:
    """What the act returned, or None when it was refused."""
    try:
        return act()
    except refusal:
        return None


def winners(acts: list[Callable[[], Any]], refusal: type[Exception] = Refused) -> list[Any]:
    """What the acts returned that were not refused."""
    outcomes = all_at_once([partial(attempt, act, refusal) for act in acts])
    return [outcome for outcome in outcomes if outcome is not None]


def test_one_user_of_a_name_is_made(stage: World) -> None:
    """However it is spelled; and the one that was made signs in with the password it was given."""
    spellings = ("a{}@example.com", "A{}@Example.com", " a{}@example.com ")
    for turn in range(ROUNDS):
        acts: list[Callable[[], Any]] = [
            partial(
                users.create,
                spellings[number % 3].format(turn),
                f"password-{number}",
                {"n": number},
                world.services,
                CHEAPEST,
            )
            for number, world in enumerate(racers(stage))
        ]
        (user,) = winners(acts)
        assert users.find(f"a{turn}@example.com", stage.services) == user
        browser = stage.browser().open(stage.authorize_url())
        browser.sign_in(f"a{turn}@example.com", f"password-{user.claims['n']}")
        assert "consent" in browser.page.forms
    assert len(list(users.list_all(stage.services))) == 1 + ROUNDS


def test_one_client_of_an_identifier_is_made(stage: World) -> None:
    """And its secret is the one that the winner was told."""
    for turn in range(ROUNDS):
        acts = [partial(_register, f"client{turn}", world.services) for world in racers(stage)]
        ((client, secret),) = winners(acts)
        auth = (client.client_id, secret)
        reply = stage.twin().post("/token", {"grant_type": "client_credentials"}, auth=auth)
        assert reply.json["error"] == "invalid_scope", reply.text


def test_one_resource_of_a_uri_is_made(stage: World) -> None:
    """The others are told that it exists."""
    for turn in range(ROUNDS):
        uri = f"https://{turn}.example.com"
        acts = [
            partial(
                resources.create,
                {"resource": uri, "name": f"Resource {number}", "scopes": {"a": "Do it"}},
                world.services,
            )
            for number, world in enumerate(racers(stage))
        ]
        (resource,) = winners(acts)
        assert resources.get(uri, stage.services) == resource


def test_one_of_many_changes_of_the_keyring_wins(stage: World, cloud: Cloud) -> None:
    """Compare and set: the others must read it again, and no key is lost."""
    rounds = [(arn, jwk) for arn, jwk in cloud.spare_keys.items() if jwk["alg"] == "RS256"]
    # Later than a stage's first hour, so that a new key is announced and no more.
    stage.clock.forward(signing_keys.HOUR)
    for arn, jwk in rounds:
        record = bootstrap.read_keyring(stage.services)
        before = keyring.read_keys(record)
        acts = [
            partial(_save, world.services, record, signing_keys.announce(before, arn, jwk, number))
            for number, world in enumerate(racers(stage, 16), start=stage.clock())
        ]
        (saved,) = winners(acts, KeyringChanged)
        after = bootstrap.read_keyring(stage.services)
        assert {key.kid: key for key in keyring.read_keys(after)} == {key.kid: key for key in saved}
        assert after.version == record.version + 1
        waiting = signing_keys.promote(saved, "kms", "RS256", stage.clock(), force=True)
        keyring.save(stage.services.table, after, waiting)


def test_two_changes_of_one_user_both_last(stage: World) -> None:
    """An operator disables a user while others write their claims: disabled they stay."""
    for turn in range(ROUNDS):
        user = users.find("demo@example.com", stage.services)
        worlds = racers(stage, 8)
        disable = partial(users.update, user, stage.twin().services, disabled=True)
        others = [
            partial(users.update, user, world.services, claims={"name": f"{turn} {number}"})
            for number, world in enumerate(worlds)
        ]
        all_at_once([*others, disable])
        after = users.find("demo@example.com", stage.services)
        assert after.disabled
        assert after.not_before == stage.clock()
        assert str(after.claims["name"]).startswith(f"{turn} ")
        users.update(after, stage.services, disabled=False)
        stage.clock.forward(1)


def test_a_removed_client_stays_removed(stage: World) -> None:
    """A change that was on its way does not bring it back."""
    for turn in range(ROUNDS):
        client_id = f"client{turn}"
        _register(client_id, stage.services)
        worlds = racers(stage, RACERS - 1)
        acts: list[Callable[[], Any]] = [
            partial(attempt, partial(clients.rotate_secret, client_id, world.services), Refused)
            for world in worlds
        ]
        all_at_once([*acts, partial(clients.delete, client_id, stage.services)])
        with pytest.raises(Refused):
            clients.get(client_id, stage.services)


def _register(client_id: str, services: Services) -> tuple[Any, str | None]:
    metadata = {
        "client_id": client_id,
        "grant_types": ["client_credentials"],
        "allowed_resources": ["https://api.example.com"],
    }
    return clients.create(metadata, services)


def _save(
    services: Services, record: KeyringRecord, keys: tuple[signing_keys.SigningKey, ...]
) -> tuple[signing_keys.SigningKey, ...]:
    keyring.save(services.table, record, keys)
    return keys
