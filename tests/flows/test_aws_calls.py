"""What each flow asks of AWS: the budget of docs/storage.md, exactly."""

from __future__ import annotations

import pytest

from tests.flows import priced, priced_assertions, priced_id_jags, priced_keys, priced_registrations
from tests.flows.priced import MACHINE, WEB, Flow
from tests.world import World

Calls = dict[str, int]


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


READ: Calls = {"BatchGetItem": 1}
SPEND: Calls = {"BatchGetItem": 1, "UpdateItem": 1}

# Flow, calls of a warm process, and what a cold one asks for on top (client, keyring, resource).
TABLE: list[tuple[Flow, Calls, Calls]] = [
    (priced.show_sign_in, {"PutItem": 1}, {"GetItem": 2}),
    (
        priced.sign_in,
        {"GetItem": 2, "BatchGetItem": 1, "PutItem": 1, "UpdateItem": 5},
        {"GetItem": 3},
    ),
    (priced.sign_in_fails, {"GetItem": 2, "BatchGetItem": 1, "UpdateItem": 2}, {"GetItem": 3}),
    (
        priced.consent,
        {"GetItem": 1, "BatchGetItem": 1, "PutItem": 1, "UpdateItem": 1},
        {"GetItem": 3},
    ),
    (
        priced.finish,
        {"GetItem": 1, "BatchGetItem": 1, "PutItem": 1, "UpdateItem": 1},
        {"GetItem": 3},
    ),
    (priced.authorize, {"BatchGetItem": 1, "PutItem": 1}, {"GetItem": 3}),
    (priced.authorize_with_object, {"BatchGetItem": 1, "PutItem": 1}, {"GetItem": 3}),
    (priced.authorize_by_reference, {"UpdateItem": 2}, {"GetItem": 2}),
    (priced.authorize_silently, {}, {"GetItem": 2}),
    (priced.push, {"PutItem": 1}, {"GetItem": 2}),
    (priced.push_publicly, {"UpdateItem": 1, "PutItem": 1}, {"GetItem": 3}),
    (priced.show_sign_in_for_a_push, {"GetItem": 1, "PutItem": 1}, {"GetItem": 2}),
    (
        priced.authorize_with_a_push,
        {"GetItem": 1, "BatchGetItem": 1, "PutItem": 1, "UpdateItem": 1},
        {"GetItem": 3},
    ),
    (
        priced.finish_a_push,
        {"GetItem": 1, "BatchGetItem": 1, "PutItem": 1, "UpdateItem": 1},
        {"GetItem": 3},
    ),
    (priced.bring_what_nobody_pushed, {"GetItem": 1}, {"GetItem": 1}),
    (
        priced.authorize_for_a_signed_answer,
        {"BatchGetItem": 1, "PutItem": 1, "Sign": 1},
        {"GetItem": 3},
    ),
    (priced.refuse_with_a_signed_answer, {"UpdateItem": 2, "Sign": 1}, {"GetItem": 3}),
    (priced.redeem, {**SPEND, "Sign": 1}, {"GetItem": 3}),
    (priced.redeem_with_id_token, {**SPEND, "Sign": 2}, {"GetItem": 3}),
    (priced.redeem_badly, READ, {"GetItem": 2}),
    (priced.refresh, {**SPEND, "Sign": 1}, {"GetItem": 3}),
    (priced.refresh_again, {**READ, "Sign": 1}, {"GetItem": 3}),
    (priced.replay, SPEND, {"GetItem": 2}),
    (priced.client_credentials, {"Sign": 1}, {"GetItem": 3}),
    (priced_assertions.machine_that_signs, {"PutItem": 1, "Sign": 1}, {"GetItem": 3}),
    (priced_assertions.introspect_as_one_that_signs, {"PutItem": 1}, {"GetItem": 2}),
    (
        priced_assertions.machine_with_a_used_assertion,
        {"PutItem": 1, "UpdateItem": 2},
        {"GetItem": 2},
    ),
    (priced_assertions.machine_with_a_bad_assertion, {"UpdateItem": 2}, {"GetItem": 2}),
    (priced.revoke_refresh_token, {"UpdateItem": 1}, {"GetItem": 2}),
    (priced.revoke_access_token, {"PutItem": 1}, {"GetItem": 2}),
    (priced.introspect_access_token, READ, {"GetItem": 2}),
    (priced.introspect_refresh_token, READ, {"GetItem": 2}),
    (priced.introspect_nonsense, {}, {"GetItem": 1}),
    (priced.introspect_signed, {**READ, "Sign": 1}, {"GetItem": 2}),
    (priced.introspect_nonsense_signed, {"Sign": 1}, {"GetItem": 2}),
    (priced.wrong_secret, {"UpdateItem": 2}, {"GetItem": 2}),
    (priced.userinfo, READ, {"GetItem": 2}),
    (
        priced.sign_out,
        {"BatchGetItem": 1, "UpdateItem": 2, "DeleteItem": 1},
        {"GetItem": 2},
    ),
    (
        priced.enter_a_client_that_hears,
        {"BatchGetItem": 1, "UpdateItem": 1, "PutItem": 1},
        {"GetItem": 3},
    ),
    (priced.enter_it_again, {"BatchGetItem": 1, "PutItem": 1}, {"GetItem": 3}),
    (
        priced.sign_out_and_tell,
        {
            **{"BatchGetItem": 1, "UpdateItem": 2, "DeleteItem": 1},
            "SendMessageBatch": 1,
        },
        {"GetItem": 3},
    ),
    (priced.ask_to_sign_out, READ, {"GetItem": 1}),
    (priced_keys.machine_with_a_proof, {"PutItem": 1, "Sign": 1}, {"GetItem": 3}),
    (priced_keys.machine_with_a_bad_proof, {}, {"GetItem": 1}),
    (priced_keys.machine_with_a_used_proof, {"PutItem": 1}, {"GetItem": 2}),
    (priced_keys.redeem_with_a_proof, {**SPEND, "PutItem": 1, "Sign": 1}, {"GetItem": 3}),
    (priced_keys.redeem_with_another_key, READ, {"GetItem": 3}),
    (priced_keys.refresh_with_a_proof, {**SPEND, "PutItem": 1, "Sign": 1}, {"GetItem": 3}),
    (priced_keys.refresh_without_a_proof, READ, {"GetItem": 3}),
    (priced_keys.userinfo_with_a_proof, {**READ, "PutItem": 1}, {"GetItem": 2}),
    (priced_keys.userinfo_without_a_proof, {}, {"GetItem": 2}),
    (
        priced_id_jags.bring_an_assertion,
        {"GetItem": 2, "PutItem": 2, "Sign": 1},
        {"GetItem": 4},
    ),
    (priced_id_jags.bring_one_that_was_used, {"GetItem": 2, "PutItem": 1}, {"GetItem": 3}),
    (priced_id_jags.bring_a_bad_one, {}, {"GetItem": 2}),
    (priced_id_jags.bring_one_of_nobody, {"GetItem": 1}, {"GetItem": 3}),
    (
        priced_id_jags.bring_a_new_user,
        {"GetItem": 1, "PutItem": 7, "Sign": 1},
        {"GetItem": 4},
    ),
    (priced_id_jags.exchange, {"BatchGetItem": 1, "Sign": 1}, {"GetItem": 2}),
    (priced_registrations.register, {"UpdateItem": 2, "PutItem": 2}, {"GetItem": 1}),
    (
        priced_registrations.register_with_a_token,
        {"GetItem": 1, "PutItem": 2, "UpdateItem": 1},
        {},
    ),
    (priced_registrations.register_too_often, {"UpdateItem": 1}, {"GetItem": 1}),
    (priced_registrations.look, {"GetItem": 1}, {}),
    (priced_registrations.change, {"GetItem": 1, "UpdateItem": 2}, {"GetItem": 1}),
    (
        priced_registrations.manage_what_is_not_there,
        {"GetItem": 1, "UpdateItem": 2},
        {"GetItem": 1},
    ),
    (
        priced_registrations.code_a_day_later,
        {"BatchGetItem": 1, "PutItem": 1, "UpdateItem": 1},
        {"GetItem": 3},
    ),
    (priced_registrations.refresh_on_the_same_day, {**SPEND, "Sign": 1}, {"GetItem": 3}),
    (
        priced_registrations.refresh_a_day_later,
        {"BatchGetItem": 1, "UpdateItem": 2, "Sign": 1},
        {"GetItem": 3},
    ),
    (priced.get_metadata, {}, {}),
    (priced.get_jwks, {}, {"GetItem": 1}),
]


@pytest.mark.parametrize("start", ["warm", "cold"])
@pytest.mark.parametrize(
    ("flow", "warm", "more"), TABLE, ids=[flow.__name__ for flow, _, _ in TABLE]
)
def test_a_flow_asks_for_no_more_than_this(
    world: World, flow: Flow, warm: Calls, more: Calls, start: str
) -> None:
    """Exactly these calls of DynamoDB and KMS (`Sign`), and never a scan or a query."""
    world.restart()
    # Both clients, the resource and the keyring are then kept for a minute.
    for auth in (WEB, MACHINE):
        world.post("/revoke", {"token": "A" * 67}, auth=auth)
    world.post("/token", {"grant_type": "client_credentials", "scope": "read"}, auth=MACHINE)
    world.code()
    world.code(client_id="demospa")
    act = flow(world)
    if start == "cold":
        world.restart()
    world.aws.reset()
    act()
    names = warm.keys() | more.keys()
    expected = {name: warm.get(name, 0) + more.get(name, 0) for name in names}
    assert world.aws.count() == (expected if start == "cold" else warm)


def test_the_cost_does_not_grow_with_what_is_stored(world: World) -> None:
    """Twenty grants of one user later, a refresh asks for the same."""
    token = world.tokens()["refresh_token"]
    for _ in range(20):
        world.code()
    world.aws.reset()
    world.refresh(token)
    assert world.aws.count() == {**SPEND, "Sign": 1}
