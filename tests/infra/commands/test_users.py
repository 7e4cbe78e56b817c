"""`user`: what the operator gives, gets, and is refused."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.emulated_aws import Fault
from tests.infra.commands.conftest import Operator

ANN = {"username": "Ann@Example.com", "password": "correct horse", "claims": {"name": "Ann"}}
DEMO = "demo@example.com"


def create(operator: Operator, **changes: object) -> dict[str, object]:
    """Make Ann."""
    made = operator.get("user", "create", "--file", "-", document=ANN | changes)
    assert isinstance(made, dict)
    return made


def signs_in(operator: Operator, username: str, password: str) -> bool:
    """Whether the sign-in page lets them in."""
    browser = operator.world.browser()
    browser.open(operator.world.authorize_url())
    browser.sign_in(username, password)
    return browser.arrived is not None or "sign-in" not in browser.page.forms


def test_create_prints_sub_and_username(operator: Operator) -> None:
    """And nothing of the password."""
    made = create(operator)
    assert set(made) == {"sub", "username"}
    assert made["username"] == "Ann@Example.com"


def test_created_user_signs_in(operator: Operator) -> None:
    """However they write their name."""
    create(operator)
    assert signs_in(operator, "ann@example.COM", "correct horse")


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_password_comes_from_standard_input(
    operator: Operator, tmp_path: Path, ending: str
) -> None:
    """Without the end of its line, and never as an argument."""
    path = tmp_path / "user.json"
    path.write_text('{"username": "bob"}')
    arguments = ("user", "create", "--file", str(path), "--password-stdin")
    operator.get(*arguments, text=f"pass phrase {ending}")
    assert signs_in(operator, "bob", "pass phrase ")


@pytest.mark.parametrize("by", ["username", "sub"])
def test_user_is_found_by_either_name(operator: Operator, by: str) -> None:
    """The sign-in name, or what clients see."""
    made = create(operator)
    assert operator.get("user", "get", str(made[by])) == {
        **made,
        "disabled": False,
        "created_at": operator.world.clock(),
        "claims": {"name": "Ann"},
        "roles": [],
    }


def test_list_has_every_user(operator: Operator) -> None:
    """Without passwords or hashes."""
    create(operator)
    listed = operator.get("user", "list")
    assert {user["username"] for user in listed} == {DEMO, "Ann@Example.com"}
    assert "argon2" not in operator.run("user", "list").stdout


def test_update_changes_single_claims(operator: Operator) -> None:
    """null removes one; what is not named stays."""
    document = {"claims": {"nickname": "D", "given_name": None, "family_name": None}}
    shown = operator.get("user", "update", DEMO, "--file", "-", document=document)
    assert shown["claims"] == {
        "name": "Demo Person",
        "nickname": "D",
        "email": DEMO,
        "email_verified": True,
    }


def test_new_password_ends_the_old_one(operator: Operator) -> None:
    """And every session and grant: whoever knew the old one may be signed in."""
    world = operator.world
    old = world.tokens()["access_token"]
    world.clock.forward(1)
    operator.get("user", "update", DEMO, "--password-stdin", text="another password\n")
    world.clock.forward(1)
    assert world.introspect(old) == {"active": False}
    assert not signs_in(operator, DEMO, "demo-password")
    assert signs_in(operator, DEMO, "another password")


def test_user_is_renamed(operator: Operator) -> None:
    """The new name signs in, the old one is free, the sub stays."""
    sub = operator.get("user", "get", DEMO)["sub"]
    document = {"username": "new@example.com"}
    shown = operator.get("user", "update", DEMO, "--file", "-", document=document)
    assert (shown["sub"], shown["username"]) == (sub, "new@example.com")
    assert signs_in(operator, "new@example.com", "demo-password")
    assert create(operator, username=DEMO)["sub"] != sub


def test_name_of_another_is_not_taken(operator: Operator) -> None:
    """Neither user changes."""
    create(operator)
    document = {"username": "ANN@example.com"}
    said = operator.refused("user", "update", DEMO, "--file", "-", document=document)
    assert said == "user ANN@example.com exists already"
    assert signs_in(operator, DEMO, "demo-password")


def test_disabled_user_is_out_until_enabled(operator: Operator) -> None:
    """Old tokens die and stay dead; signing in works again after `enable`."""
    world = operator.world
    old = world.tokens()["access_token"]
    world.clock.forward(1)
    assert operator.get("user", "disable", DEMO)["disabled"] is True
    assert not signs_in(operator, DEMO, "demo-password")
    assert operator.get("user", "enable", DEMO)["disabled"] is False
    world.clock.forward(1)
    assert world.introspect(old) == {"active": False}
    assert signs_in(operator, DEMO, "demo-password")


def test_deleted_user_leaves_nothing(operator: Operator) -> None:
    """No item of theirs is in the table, and the name is free."""
    world = operator.world
    before = {(item["pk"]["S"], item["sk"]["S"]) for item in world.items()}
    made = create(operator)
    browser = world.browser()
    browser.open(world.authorize_url(prompt="consent"))
    browser.sign_in("ann@example.com", "correct horse").allow()
    shown = operator.get("user", "delete", "ann@example.com")
    assert shown == {"user": "ann@example.com", "deleted": True}
    after = {(item["pk"]["S"], item["sk"]["S"]) for item in world.items()}
    left = {pk for pk, _ in after - before if not pk.startswith(("P#", "Q#"))}
    assert left == set()
    assert operator.refused("user", "get", str(made["sub"])) == f"there is no user {made['sub']}"


def test_deleted_user_has_no_living_token(operator: Operator) -> None:
    """What was issued before is dead."""
    world = operator.world
    old = world.tokens(scope="openid offline_access read")
    operator.get("user", "delete", DEMO)
    assert world.introspect(old["access_token"]) == {"active": False}
    assert world.refresh(old["refresh_token"]).json["error"] == "invalid_grant"


@pytest.mark.parametrize("done", range(4))
def test_delete_that_failed_is_finished_by_another(operator: Operator, done: int) -> None:
    """Whatever the call that failed, nobody gets in, and running it again leaves nothing."""
    world = operator.world
    create(operator)
    world.aws.faults.append(Fault("DeleteItem", "refuse", skip=done))
    assert "AccessDenied" in operator.refused("user", "delete", "ann@example.com")
    world.aws.reset()
    assert not signs_in(operator, "ann@example.com", "correct horse")
    operator.get("user", "delete", "ann@example.com")
    assert operator.refused("user", "get", "ann@example.com") == (
        "there is no user ann@example.com"
    )
    assert create(operator)["username"] == ANN["username"]


def test_create_that_failed_leaves_a_name_to_free(operator: Operator) -> None:
    """The operator is told how."""
    world = operator.world
    world.aws.faults.append(Fault("PutItem", "refuse", skip=3))
    said = operator.refused("user", "create", "--file", "-", document=ANN)
    assert "AccessDenied" in said
    world.aws.reset()
    assert operator.refused("user", "get", "ann@example.com") == (
        "there is no user ann@example.com; `user delete` frees the name for another"
    )
    operator.get("user", "delete", "ann@example.com")
    assert create(operator)["username"] == ANN["username"]


def test_export_has_everything_but_secrets(operator: Operator) -> None:
    """Consents, sessions and grants, without the hash of any secret."""
    world = operator.world
    world.tokens(scope="openid offline_access read")
    shown = operator.get("user", "export", DEMO)
    assert shown["claims"]["email"] == DEMO
    (session,), (consent,), (grant,) = shown["sessions"], shown["consents"], shown["grants"]
    assert session["amr"] == ["pwd"]
    assert consent["scopes"]["https://api.example.com"] == ["read"]
    assert (grant["client_id"], grant["state"]) == ("demoweb", "live")
    assert grant["session_id"] == session["session_id"]


def test_export_holds_no_bytes_of_the_table(operator: Operator) -> None:
    """Every hash, chain and salt is a binary value there; none of them is printed."""
    world = operator.world
    world.tokens(scope="openid offline_access read")
    printed = operator.run("user", "export", DEMO).stdout
    held = [value["B"] for item in world.items() for value in item.values() if "B" in value]
    assert len(held) > 5
    for value in held:
        raw = base64.b64decode(value)
        texts = {value, raw.hex(), base64.urlsafe_b64encode(raw).decode().rstrip("=")}
        assert not [text for text in texts if text in printed]
    assert "argon2" not in printed


@pytest.mark.parametrize(
    ("verb", "rest"),
    [
        *((verb, ()) for verb in ("get", "disable", "enable", "delete", "export")),
        ("update", ("--file", "-")),
    ],
)
def test_unknown_user(operator: Operator, verb: str, rest: tuple[str, ...]) -> None:
    """Every verb says so."""
    said = operator.refused("user", verb, "nobody", *rest, document={})
    assert said == "there is no user nobody"


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ({"username": None}, "username: must be a text"),
        ({"username": 7}, "username: must be a text"),
        ({"username": "  "}, "username: must be 1 to 256 printable characters"),
        ({"username": "a\nb"}, "username: must be 1 to 256 printable characters"),
        ({"username": "x" * 257}, "username: must be 1 to 256 printable characters"),
        ({"username": "DEMO@example.com "}, "user DEMO@example.com exists already"),
        ({"password": None}, "password: must be a text"),
        ({"password": 12345678}, "password: must be a text"),
        (
            {"password": "1234567"},
            "password: must be at least 8 characters and at most 1024 bytes long",
        ),
        (
            {"password": "é" * 513},
            "password: must be at least 8 characters and at most 1024 bytes long",
        ),
        ({"claims": None}, "claims: must be an object"),
        ({"claims": ["name"]}, "claims: must be an object"),
        (
            {"disabled": True},
            "disabled: is not a member of a user (username, password, claims, roles)",
        ),
    ],
)
def test_bad_member_is_refused(operator: Operator, member: dict[str, object], reason: str) -> None:
    """With one sentence that names it."""
    assert operator.refused("user", "create", "--file", "-", document=ANN | member) == reason


@pytest.mark.parametrize("missing", ["username", "password"])
def test_name_and_password_must_be_there(operator: Operator, missing: str) -> None:
    """A user without them could not sign in."""
    document = {name: value for name, value in ANN.items() if name != missing}
    said = operator.refused("user", "create", "--file", "-", document=document)
    assert said == f"{missing}: must be a text"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("create", "--file", "-", "--password-stdin"), "both read standard input"),
        (("create", "--file", "{path}", "--password-stdin"), "has a password already"),
        (("update", DEMO), "Give --file, --password-stdin, or both"),
        (("create",), "Missing option '--file'"),
        (("create", "--password", "x", "--file", "-"), "No such option"),
    ],
)
def test_where_the_password_comes_from_is_told_once(
    operator: Operator, tmp_path: Path, arguments: tuple[str, ...], reason: str
) -> None:
    """Anything else is misuse."""
    path = tmp_path / "user.json"
    path.write_text('{"username": "bob", "password": "pass phrase"}')
    given = [argument.format(path=path) for argument in arguments]
    result = operator.run("user", *given, document={})
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr


def test_password_must_be_utf_8(operator: Operator) -> None:
    """What cannot be read is not taken for another password."""
    result = operator.run("user", "update", DEMO, "--password-stdin", text=b"\xff" * 10)
    assert result.exit_code == 2
    assert "The password is not UTF-8." in result.stderr
