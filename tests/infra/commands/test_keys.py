"""`key`: announced before use, kept until the last token is over, and what KMS is told."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from chalicelib.aws import keyring
from chalicelib.protocol import jwt
from chalicelib.protocol.signing_keys import ANNOUNCE, KEEP
from chalicelib.values import replace
from infra import bootstrap
from tests.infra.commands.conftest import KeyKeeper


def rotate(keeper: KeyKeeper, *options: str) -> dict[str, Any]:
    """Run `key rotate`."""
    rotation = keeper.get("key", "rotate", "--alg", "ES256", *options)
    assert isinstance(rotation, dict)
    return rotation


def listed(keeper: KeyKeeper) -> list[dict[str, Any]]:
    """The ES256 keys."""
    return [key for key in keeper.get("key", "list") if key["alg"] == "ES256"]


def states(keeper: KeyKeeper) -> dict[str, str]:
    """The keys, by kid."""
    return {key["kid"]: key["state"] for key in listed(keeper)}


def jwks(keeper: KeyKeeper) -> set[str]:
    """The kids that a verifier gets now, from a process that has nothing cached."""
    keeper.world.restart()
    keys = keeper.world.get("/.well-known/jwks.json").json["keys"]
    return {key["kid"] for key in keys if key["alg"] == "ES256"}


def signing_kid(keeper: KeyKeeper) -> str:
    """The kid of a token that is issued now."""
    keeper.world.restart()
    return str(jwt.parse(keeper.world.tokens()["access_token"]).header["kid"])


def rotated(keeper: KeyKeeper) -> tuple[str, str]:
    """A whole rotation; the kid of the old key and of the new one."""
    announced = rotate(keeper)["announced"]
    keeper.world.clock.forward(ANNOUNCE)
    promoted = rotate(keeper)
    assert promoted["promoted"]["kid"] == announced["kid"]
    return promoted["retired"]["kid"], announced["kid"]


def test_list_shows_the_first_key(keeper: KeyKeeper) -> None:
    """Its times as numbers and as people read them."""
    (key,) = listed(keeper)
    assert (key["alg"], key["state"]) == ("ES256", "active")
    assert key["created_at"] == key["changed_at"] == 1_800_000_000
    assert key["created_at_utc"] == "2027-01-15T08:00:00Z"
    assert not {"promotable_from", "retirable_from"} & set(key)


def test_first_rotate_announces(keeper: KeyKeeper) -> None:
    """The new key is in the JWKS and signs nothing yet."""
    (old,) = states(keeper)
    result = keeper.run("key", "rotate", "--alg", "ES256")
    new = next(kid for kid in states(keeper) if kid != old)
    assert states(keeper) == {old: "active", new: "next"}
    assert jwks(keeper) == {old, new}
    assert signing_kid(keeper) == old
    assert result.stderr == (
        "Announced. Run it again after 2027-01-15T10:10:01Z to sign with this key.\n"
    )


def test_announced_key_says_when_it_can_be_promoted(keeper: KeyKeeper) -> None:
    """Two hours and ten minutes from now: no verifier has an older JWKS then."""
    announced = rotate(keeper)["announced"]
    assert announced["promotable_from"] == keeper.world.clock() + ANNOUNCE
    assert announced["promotable_from_utc"] == "2027-01-15T10:10:01Z"


@pytest.mark.parametrize("early", [1, ANNOUNCE], ids=["late", "at once"])
def test_key_is_not_used_before_it_is_known(keeper: KeyKeeper, early: int) -> None:
    """Up to the last second, with the reason and the time."""
    (old,) = states(keeper)
    rotate(keeper)
    keeper.world.clock.forward(ANNOUNCE - early)
    before = states(keeper)
    assert keeper.refused("key", "rotate", "--alg", "ES256") == (
        "the next key for ES256 is not known to all verifiers before 2027-01-15T10:10:01Z "
        f"({early} seconds from now)"
    )
    assert states(keeper) == before
    assert signing_kid(keeper) == old


def test_key_is_used_once_it_is_known(keeper: KeyKeeper) -> None:
    """The one before stays in the JWKS, retired."""
    old, new = rotated(keeper)
    assert states(keeper) == {old: "retired", new: "active"}
    assert jwks(keeper) == {old, new}
    assert signing_kid(keeper) == new


def test_a_promoted_key_says_what_it_does_not_sign(keeper: KeyKeeper) -> None:
    """Which algorithms ID tokens may have is a setting of its own."""
    result = keeper.run("key", "rotate", "--alg", "ES256", "--force")
    kid = json.loads(result.stdout)["promoted"]["kid"]
    assert result.stderr.splitlines() == [
        f"Tokens are signed by {kid} within a minute.",
        "Access tokens only: for ID tokens, name ES256 in ID_TOKEN_ALGS as well.",
    ]
    environ = {**keeper.surroundings.environ, "ID_TOKEN_ALGS": "ES256"}
    keeper.surroundings = dataclasses.replace(keeper.surroundings, environ=environ)
    result = keeper.run("key", "rotate", "--alg", "ES256", "--force")
    assert len(result.stderr.splitlines()) == 1


def test_aliases_follow(keeper: KeyKeeper) -> None:
    """People find the key in use under the algorithm's alias, the next one beside it."""
    (first,) = keeper.aliases().values()
    announced = rotate(keeper)["announced"]["arn"].rpartition("/")[2]
    assert keeper.aliases() == {"es256": first, "es256-next": announced}
    keeper.world.clock.forward(ANNOUNCE)
    rotate(keeper)
    assert keeper.aliases() == {"es256": announced}


def test_new_key_is_tagged_as_the_policy_wants(keeper: KeyKeeper) -> None:
    """The function may sign with keys of its own stage only."""
    arn = rotate(keeper)["announced"]["arn"]
    tags = keeper.kms.list_resource_tags(KeyId=arn)["Tags"]
    assert {tag["TagKey"]: tag["TagValue"] for tag in tags} == {
        "app": "postern",
        "stage": keeper.stage,
    }


def test_force_promotes_what_is_announced(keeper: KeyKeeper) -> None:
    """For a key that is no longer trusted there is no time to wait."""
    (old,) = states(keeper)
    new = rotate(keeper)["announced"]["kid"]
    assert rotate(keeper, "--force")["promoted"]["kid"] == new
    assert states(keeper) == {old: "retired", new: "active"}


def test_force_makes_and_promotes_in_one_write(keeper: KeyKeeper) -> None:
    """There is no moment at which the keyring is half changed."""
    (old,) = states(keeper)
    keeper.world.aws.reset()
    rotation = rotate(keeper, "--force")
    assert rotation["announced"] == rotation["promoted"]
    assert keeper.world.aws.count()["UpdateItem"] == 1
    assert states(keeper) == {old: "retired", rotation["promoted"]["kid"]: "active"}
    assert signing_kid(keeper) == rotation["promoted"]["kid"]


def test_algorithm_is_rs256_unless_told(keeper: KeyKeeper) -> None:
    """The one that every verifier knows; each algorithm has a life of its own."""
    before = states(keeper)
    rotation = keeper.get("key", "rotate")
    assert (rotation["announced"]["alg"], rotation["announced"]["state"]) == ("RS256", "next")
    assert states(keeper) == before


@pytest.mark.parametrize("early", [1, KEEP], ids=["late", "at once"])
def test_key_is_kept_while_its_tokens_live(keeper: KeyKeeper, early: int) -> None:
    """Up to the last second, with the reason and the time."""
    old, _ = rotated(keeper)
    keeper.world.clock.forward(KEEP - early)
    said = keeper.refused("key", "retire", old)
    assert said == (
        f"tokens signed by this key may live until 2027-01-16T12:20:01Z ({early} seconds from now)"
    )
    assert old in jwks(keeper)


def test_key_goes_when_its_tokens_are_over(keeper: KeyKeeper) -> None:
    """Out of the JWKS, disabled in KMS, deleted thirty days later."""
    old, new = rotated(keeper)
    (arn,) = (key["arn"] for key in listed(keeper) if key["kid"] == old)
    keeper.world.clock.forward(KEEP)
    keeper.world.aws.reset()
    result = keeper.run("key", "retire", old)
    assert result.exit_code == 0, result.stderr
    assert jwks(keeper) == {new}
    assert keeper.key_state(arn) == "PendingDeletion"
    calls = [call for call in keeper.world.aws.calls if call.service == "kms"]
    ended = [call for call in calls if call.action in ("DisableKey", "ScheduleKeyDeletion")]
    assert [call.action for call in ended] == ["DisableKey", "ScheduleKeyDeletion"]
    assert ended[1].payload["PendingWindowInDays"] == 30


def test_force_takes_a_key_out_at_once(keeper: KeyKeeper) -> None:
    """Its tokens are refused from then on: whoever could sign with it is locked out."""
    world = keeper.world
    forged = world.tokens()["access_token"]
    rotate(keeper, "--force")
    (old,) = (key["kid"] for key in listed(keeper) if key["state"] == "retired")
    keeper.get("key", "retire", old, "--force")
    world.restart()
    assert old not in jwks(keeper)
    assert world.introspect(forged) == {"active": False}


def test_warm_process_fails_closed_for_a_minute(keeper: KeyKeeper) -> None:
    """It would sign with a key that is gone: KMS says no, and the client is to try again."""
    world = keeper.world
    form = {"grant_type": "client_credentials", "scope": "read"}
    machine = ("demomachine", "demomachinesecret")
    assert world.post("/token", form, auth=machine).status == 200
    (old,) = states(keeper)
    rotate(keeper, "--force")
    keeper.get("key", "retire", old, "--force")
    reply = world.post("/token", form, auth=machine)
    assert (reply.status, reply.json["error"]) == (503, "temporarily_unavailable")
    world.clock.forward(60)
    assert world.post("/token", form, auth=machine).status == 200


def test_active_key_is_never_retired(keeper: KeyKeeper) -> None:
    """Not even by force: nothing could sign."""
    (active,) = states(keeper)
    said = keeper.refused("key", "retire", active, "--force")
    assert said == "the key is active; only a retired key can go"


@pytest.mark.parametrize("kid", ["nobody", "-starts-with-a-hyphen", "--force-is-no-name"])
def test_unknown_key(keeper: KeyKeeper, kid: str) -> None:
    """A kid is base64url: one in 64 starts with a hyphen, and is no option."""
    assert keeper.refused("key", "retire", kid) == "there is no such key"


def test_jwks_has_room_for_ten(keeper: KeyKeeper) -> None:
    """API Gateway takes no more; a refusal leaves no KMS key behind to be paid for."""
    services = keeper.world.services
    record = bootstrap.read_keyring(services)
    (known, *_) = keys = keyring.read_keys(record)
    more = [replace(known, kid=str(number), state="retired") for number in range(10 - len(keys))]
    keyring.save(services.table, record, (*keys, *more))
    keeper.world.aws.reset()
    said = keeper.refused("key", "rotate", "--alg", "ES256", "--force")
    assert said == "the JWKS holds 10 keys already; retire one first"
    assert "CreateKey" not in keeper.world.aws.count()


def test_algorithm_must_be_one_of_ours(keeper: KeyKeeper) -> None:
    """Misuse, exit status 2."""
    result = keeper.run("key", "rotate", "--alg", "HS256")
    assert result.exit_code == 2
    assert "'HS256' is not one of 'RS256', 'ES256'" in result.stderr
