"""`grant`: what is listed, and what each way to revoke ends."""

from __future__ import annotations

import pytest

from tests.infra.commands.conftest import Operator

DEMO = "demo@example.com"
SPA = {
    "client_id": "otherweb",
    "client_secret": "otherwebsecret",
    "redirect_uris": ["http://127.0.0.1:8000/demo/callback"],
    "grant_types": ["authorization_code", "refresh_token"],
}
WEB, OTHER = ("demoweb", "demowebsecret"), ("otherweb", "otherwebsecret")


@pytest.fixture
def apps(operator: Operator) -> Operator:
    """The same, with a second client."""
    operator.get("client", "create", "--file", "-", document=SPA)
    operator.world.clock.forward(1)
    return operator


def access_token(operator: Operator, client: tuple[str, str] = WEB) -> str:
    """A token of the demo user for a client."""
    code = operator.world.code(client_id=client[0])
    reply = operator.world.redeem(code, auth=client)
    return str(reply.json["access_token"])


def alive(operator: Operator, token: str, client: tuple[str, str] = WEB) -> bool:
    """What a fresh process says of a token."""
    operator.world.restart()
    return bool(operator.world.introspect(token, auth=client)["active"])


def states(operator: Operator) -> dict[str, str]:
    """Client to the state of its one grant."""
    listed = operator.get("grant", "list", "--user", DEMO)
    return {grant["client_id"]: grant["state"] for grant in listed}


def test_list_shows_what_was_given(operator: Operator) -> None:
    """To whom, for what, and for how long."""
    world = operator.world
    world.tokens(scope="read")
    (grant,) = operator.get("grant", "list", "--user", DEMO)
    assert (
        grant.items()
        >= {
            "client_id": "demoweb",
            "state": "live",
            "scope": "read",
            "resources": ["https://api.example.com"],
            "issued_at": world.clock(),
            "ends_at": world.clock() + world.settings.lifetimes.grant,
        }.items()
    )


def test_code_is_listed_until_it_is_redeemed(operator: Operator) -> None:
    """One grant, from code to refresh family."""
    code = operator.world.code()
    assert states(operator) == {"demoweb": "code"}
    operator.world.redeem(code)
    assert states(operator) == {"demoweb": "live"}


def test_expired_grant_is_not_listed(operator: Operator) -> None:
    """Nothing can come of it."""
    operator.world.code()
    operator.world.clock.forward(61)
    assert operator.get("grant", "list", "--user", DEMO) == []


def test_one_grant_is_revoked(apps: Operator) -> None:
    """And no other."""
    mine, other = access_token(apps), access_token(apps, OTHER)
    listed = apps.get("grant", "list", "--user", DEMO)
    (grant_id,) = (grant["grant_id"] for grant in listed if grant["client_id"] == "demoweb")
    sub = apps.get("user", "get", DEMO)["sub"]
    shown = apps.get("grant", "revoke", "--user", DEMO, "--grant", grant_id)
    assert shown == {"sub": sub, "revoked": [grant_id]}
    assert states(apps) == {"demoweb": "revoked", "otherweb": "live"}
    assert (alive(apps, mine), alive(apps, other, OTHER)) == (False, True)


def test_client_of_a_user_is_disconnected(apps: Operator) -> None:
    """All its grants of this user end, and it has to ask for consent again."""
    mine, other = access_token(apps), access_token(apps, OTHER)
    shown = apps.get("grant", "revoke", "--user", DEMO, "--client", "demoweb")
    assert (shown["client_id"], len(shown["revoked"])) == ("demoweb", 1)
    assert (alive(apps, mine), alive(apps, other, OTHER)) == (False, True)
    browser = apps.world.browser()
    browser.open(apps.world.authorize_url())
    assert "consent" in browser.sign_in().page.forms


def test_everything_of_a_user_is_revoked_by_one_write(apps: Operator) -> None:
    """Whatever the number of grants: every session and token is dead."""
    world = apps.world
    browser = world.browser()
    tokens = [(access_token(apps, client), client) for client in (WEB, OTHER)]
    world.code(browser)
    world.clock.forward(1)
    world.aws.reset()
    shown = apps.get("grant", "revoke", "--user", DEMO)
    assert shown["not_before"] == world.clock()
    assert world.aws.count()["UpdateItem"] == 1
    assert [alive(apps, token, client) for token, client in tokens] == [False, False]
    assert states(apps) == {"demoweb": "revoked", "otherweb": "revoked"}
    assert "sign-in" in browser.open(world.authorize_url()).page.forms


def test_everything_of_a_client_is_revoked(apps: Operator) -> None:
    """Of every user; the other client's tokens live on."""
    mine, other = access_token(apps), access_token(apps, OTHER)
    apps.world.clock.forward(1)
    shown = apps.get("grant", "revoke", "--client", "demoweb")
    assert shown == {"client_id": "demoweb", "not_before": apps.world.clock()}
    assert states(apps) == {"demoweb": "revoked", "otherweb": "live"}
    assert (alive(apps, mine), alive(apps, other, OTHER)) == (False, True)


def test_revoking_twice_is_no_error(operator: Operator) -> None:
    """A command whose answer was lost is run again."""
    operator.world.tokens()
    arguments = ("grant", "revoke", "--user", DEMO, "--client", "demoweb")
    assert operator.get(*arguments) == operator.get(*arguments)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--user", "nobody"), "there is no user nobody"),
        (("--client", "nobody"), "there is no client nobody"),
        (("--user", DEMO, "--grant", "-x"), f"user {DEMO} has no grant -x"),
    ],
)
def test_unknown_is_refused(operator: Operator, arguments: tuple[str, ...], reason: str) -> None:
    """With the reason."""
    assert operator.refused("grant", "revoke", *arguments) == reason


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("revoke",), "Give --user, --client, or both."),
        (("revoke", "--grant", "x"), "Give --user, --client, or both."),
        (("revoke", "--grant", "x", "--client", "y"), "--grant goes with --user"),
        (("revoke", "--grant", "x", "--user", "y", "--client", "z"), "--grant goes with --user"),
        (("list",), "Missing option '--user'"),
    ],
)
def test_what_to_revoke_must_be_clear(
    operator: Operator, arguments: tuple[str, ...], reason: str
) -> None:
    """Anything else is misuse, and ends nothing."""
    result = operator.run("grant", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
