"""`client`: what the operator gives, gets, and is refused."""

from __future__ import annotations

import pytest

from chalicelib.encoding import sha256
from tests.infra.commands.conftest import Operator

CONFIDENTIAL = {"client_name": "Shop", "redirect_uris": ["https://shop.example/cb"]}
PUBLIC = CONFIDENTIAL | {"token_endpoint_auth_method": "none"}
MACHINE = {"grant_types": ["client_credentials"], "scope": "read"}
BASIC = ("demoweb", "demowebsecret")


def create(operator: Operator, **metadata: object) -> dict[str, object]:
    """Register a client of these metadata."""
    made = operator.get("client", "create", "--file", "-", document=metadata)
    assert isinstance(made, dict)
    return made


def token(operator: Operator, client_id: str, secret: str) -> int:
    """The status of a client_credentials request."""
    form = {"grant_type": "client_credentials", "scope": "read"}
    return operator.world.post("/token", form, auth=(client_id, secret)).status


def test_create_answers_as_rfc_7591_says(operator: Operator) -> None:
    """Section 3.2.1: the identifier, the secret that never expires, and what was registered."""
    made = create(operator, **CONFIDENTIAL)
    assert made["client_id_issued_at"] == operator.world.clock()
    assert made["client_secret_expires_at"] == 0
    assert made.items() >= CONFIDENTIAL.items()
    assert made["grant_types"] == ["authorization_code"]


@pytest.mark.parametrize("member", ["client_id", "client_secret"])
def test_what_this_server_makes_up_is_base62(operator: Operator, member: str) -> None:
    """Clients disagree on how to encode anything else in HTTP Basic."""
    made = str(create(operator, **CONFIDENTIAL)[member])
    assert made.isascii()
    assert made.isalnum()


def test_created_client_gets_a_token(operator: Operator) -> None:
    """The secret that was shown is the one that counts."""
    made = create(operator, **MACHINE)
    operator.world.clock.forward(1)
    assert token(operator, str(made["client_id"]), str(made["client_secret"])) == 200


def test_client_is_imported_with_its_secret(operator: Operator) -> None:
    """client_id and client_secret may be given."""
    made = create(operator, client_id="old.client", client_secret="kept-as-it-was", **MACHINE)
    assert made["client_secret"] == "kept-as-it-was"
    assert token(operator, "old.client", "kept-as-it-was") == 200


def test_public_client_has_no_secret(operator: Operator) -> None:
    """RFC 7591 section 3.2.1: client_secret_expires_at stands only beside a secret."""
    assert not {name for name in create(operator, **PUBLIC) if name.startswith("client_secret")}


@pytest.mark.parametrize("arguments", [("get", "demoweb"), ("list",)])
def test_looking_shows_no_secret(operator: Operator, arguments: tuple[str, ...]) -> None:
    """Neither the secret nor its hash."""
    printed = operator.run("client", *arguments).stdout
    assert "demoweb" in printed
    assert "secret" not in printed.replace("client_secret_basic", "")
    assert sha256("demowebsecret").hex() not in printed


def test_list_has_every_client(operator: Operator) -> None:
    """By identifier."""
    made = create(operator, client_id="another", **CONFIDENTIAL)
    listed = [client["client_id"] for client in operator.get("client", "list")]
    assert listed == [made["client_id"], "demomachine", "demospa", "demoweb"]


def test_update_takes_only_what_changes(operator: Operator) -> None:
    """What is not named stays."""
    before = operator.get("client", "get", "demoweb")
    document = {"client_name": "New Name"}
    after = operator.get("client", "update", "demoweb", "--file", "-", document=document)
    assert after == before | document
    assert after == operator.get("client", "get", "demoweb")


def test_update_to_null_removes(operator: Operator) -> None:
    """A member set to null goes back to its default."""
    before = operator.get("client", "get", "demoweb")
    document = {"client_name": None}
    after = operator.get("client", "update", "demoweb", "--file", "-", document=document)
    assert after == {name: value for name, value in before.items() if name != "client_name"}


def test_update_keeps_the_secret(operator: Operator) -> None:
    """An update is no rotation."""
    operator.get("client", "update", "demomachine", "--file", "-", document={"scope": "read"})
    operator.world.restart()
    assert token(operator, "demomachine", "demomachinesecret") == 200


def test_update_takes_what_get_gave(operator: Operator) -> None:
    """get, edit, update: nothing in between is refused."""
    shown = operator.get("client", "get", "demoweb")
    assert operator.get("client", "update", "demoweb", "--file", "-", document=shown) == shown


def test_rotated_secret_counts_at_once(operator: Operator) -> None:
    """And the one before for a day, so that nobody has to be quick."""
    rotated = operator.get("client", "rotate-secret", "demomachine")
    operator.world.restart()
    assert rotated["previous_secret_expires_at"] == operator.world.clock() + 24 * 60 * 60
    assert token(operator, "demomachine", rotated["client_secret"]) == 200
    assert token(operator, "demomachine", "demomachinesecret") == 200


def test_old_secret_ends_with_the_overlap(operator: Operator) -> None:
    """After --overlap seconds only the new one counts."""
    rotated = operator.get("client", "rotate-secret", "demomachine", "--overlap", "100")
    operator.world.clock.forward(100)
    operator.world.restart()
    assert token(operator, "demomachine", "demomachinesecret") == 401
    assert token(operator, "demomachine", rotated["client_secret"]) == 200


def test_leaked_secret_ends_at_once(operator: Operator) -> None:
    """--overlap 0."""
    operator.get("client", "rotate-secret", "demomachine", "--overlap", "0")
    operator.world.restart()
    assert token(operator, "demomachine", "demomachinesecret") == 401


def test_revoke_ends_all_tokens_of_a_client(operator: Operator) -> None:
    """What was issued before is dead; what is issued after is alive."""
    world = operator.world
    old = world.tokens()["access_token"]
    world.clock.forward(1)
    shown = operator.get("client", "revoke", "demoweb")
    assert shown == {"client_id": "demoweb", "not_before": world.clock()}
    world.clock.forward(1)
    world.restart()
    assert world.introspect(old) == {"active": False}
    assert world.introspect(world.tokens()["access_token"])["active"] is True


def test_deleted_client_is_gone(operator: Operator) -> None:
    """From the list, and from the token endpoint."""
    assert operator.get("client", "delete", "demomachine") == {
        "client_id": "demomachine",
        "deleted": True,
    }
    operator.world.restart()
    assert token(operator, "demomachine", "demomachinesecret") == 401
    assert "demomachine" not in operator.run("client", "list").stdout


def test_client_of_the_same_name_does_not_inherit(operator: Operator) -> None:
    """What was issued to a removed client stays dead when another gets its identifier."""
    world = operator.world
    old = world.tokens(scope="openid offline_access read")
    world.clock.forward(2)
    shown = operator.get("client", "get", "demoweb")
    operator.get("client", "delete", "demoweb")
    create(operator, **shown, client_secret=BASIC[1])
    world.clock.forward(1)
    world.restart()
    assert world.introspect(old["access_token"]) == {"active": False}
    assert world.refresh(old["refresh_token"]).json["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("verb", "rest"),
    [
        ("get", ()),
        ("delete", ()),
        ("revoke", ()),
        ("rotate-secret", ()),
        ("update", ("--file", "-")),
    ],
)
def test_unknown_client(operator: Operator, verb: str, rest: tuple[str, ...]) -> None:
    """Every verb says so."""
    said = operator.refused("client", verb, "nobody", *rest, document={})
    assert said == "there is no client nobody"


def test_identifier_may_start_with_a_hyphen(operator: Operator) -> None:
    """After `--`, as everywhere."""
    create(operator, client_id="-x", **CONFIDENTIAL)
    assert operator.get("client", "get", "--", "-x")["client_id"] == "-x"


BAD = [
    ({"client_id": "demoweb"}, "client demoweb exists already"),
    ({"client_id": "a b"}, "client_id: must be 1 to 32 of the characters A-Z a-z 0-9 . _ ~ -"),
    ({"client_id": ""}, "client_id: must be 1 to 32 of the characters A-Z a-z 0-9 . _ ~ -"),
    ({"client_id": 7}, "client_id: must be 1 to 32 of the characters A-Z a-z 0-9 . _ ~ -"),
    ({"client_secret": "short"}, "client_secret: must be 8 to 256 visible ASCII characters"),
    ({"client_secret": "tab\tinside"}, "client_secret: must be 8 to 256 visible ASCII characters"),
    ({"client_secret": 12345678}, "client_secret: must be 8 to 256 visible ASCII characters"),
    (
        {"client_secret": "long-enough", "token_endpoint_auth_method": "none"},
        "client_secret: a public client has none",
    ),
    ({"redirect_uris": []}, "redirect_uris: the authorization code grant needs one"),
    ({"redirect_uris": "https://a.example"}, "redirect_uris: must be a list of texts"),
    ({"redirect_uris": [1]}, "redirect_uris: must be a list of texts"),
    ({"grant_types": ["password"]}, "grant_types: password is not offered"),
    ({"grant_types": []}, "grant_types: must name at least one"),
    ({"response_types": ["token"]}, "response_types: only code is offered"),
    ({"client_name": 1}, "client_name: must be a text of 1 to 200 printable characters"),
    ({"client_name": "a\nb"}, "client_name: must be a text of 1 to 200 printable characters"),
    ({"logo_uri": "javascript:1"}, "logo_uri: must be an https URL"),
    ({"require_pkce": "no"}, "require_pkce: must be true or false"),
    ({"scope": "a  b"}, "scope: must be scopes with one blank between them"),
    ({"scope": ["a"]}, "scope: must be scopes with one blank between them"),
    ({"introspection": "every"}, "introspection: must be one of own, audience, all"),
    ({"application_type": "tv"}, "application_type: must be web or native"),
    ({"default_resource": "urn:none"}, "there is no resource urn:none"),
    ({"allowed_resources": ["urn:none"]}, "there is no resource urn:none"),
]


@pytest.mark.parametrize(("member", "reason"), BAD)
def test_bad_member_is_refused(operator: Operator, member: dict[str, object], reason: str) -> None:
    """With one sentence that names it."""
    document = CONFIDENTIAL | member
    assert operator.refused("client", "create", "--file", "-", document=document) == reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"client_id": "x"}, "client_id and client_secret cannot be changed; see rotate-secret"),
        (
            {"client_secret": "x"},
            "client_id and client_secret cannot be changed; see rotate-secret",
        ),
        (
            {"token_endpoint_auth_method": "none"},
            "a client cannot turn public or confidential; create another one",
        ),
        ({"redirect_uris": None}, "redirect_uris: the authorization code grant needs one"),
        ({"default_resource": "urn:none"}, "default_resource: is not among allowed_resources"),
    ],
)
def test_bad_change_is_refused(operator: Operator, change: dict[str, object], reason: str) -> None:
    """And nothing is changed."""
    before = operator.get("client", "get", "demoweb")
    said = operator.refused("client", "update", "demoweb", "--file", "-", document=change)
    assert said == reason
    assert operator.get("client", "get", "demoweb") == before


@pytest.mark.parametrize(
    ("member", "hint"),
    [("redirect_uri", "; did you mean redirect_uris?"), ("favourite_colour", "")],
)
def test_unknown_member_is_told(operator: Operator, member: str, hint: str) -> None:
    """RFC 7591 section 2 has it ignored; the operator may have meant another one."""
    document = CONFIDENTIAL | {member: "x"}
    result = operator.run("client", "create", "--file", "-", document=document)
    assert result.exit_code == 0
    assert member not in result.stdout.replace('"redirect_uris"', "")
    assert result.stderr == (
        f"Warning: {member} is not a member this server knows and was ignored{hint}\n"
    )
