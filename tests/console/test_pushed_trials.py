"""Trying a sign-in of an application that has to push its requests. RFC 9126."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from chalicelib import throttling
from chalicelib.administration import clients
from tests.browser import Browser
from tests.client_signatures import jwks
from tests.console.conftest import opened, person
from tests.console.test_trials import ready, start
from tests.world import World


@pytest.fixture
def developer(desk: World) -> Browser:
    """A developer in front of the console."""
    return person(desk, "dora", "developer")


def with_changes(world: World, client_id: str, **changes: object) -> str:
    """A change by an operator, which every process knows already; the client_id again."""
    clients.update(client_id, changes, world.services)
    world.restart()
    return client_id


def pushing(world: World, browser: Browser, **changes: object) -> str:
    """An application that may be tried, and has to push its requests."""
    members = {"require_pushed_authorization_requests": True, **changes}
    return with_changes(world, ready(browser), **members)


def open_page(browser: Browser, client_id: str) -> Browser:
    """The page of the trial."""
    return browser.open(f"{browser.world.issuer}/console/try-sign-in/{client_id}")


def test_a_pushed_sign_in_is_shown_decoded(desk: World, developer: Browser) -> None:
    """The browser carries only the name of the request, and both tokens are shown."""
    client_id = pushing(desk, developer)
    assert set(start(desk, developer, client_id)) == {"client_id", "request_uri"}
    assert len(desk.events("authorization.pushed")) == 1
    open_page(developer, client_id)
    assert "The console pushes this one in its place" in developer.page.text
    developer.submit("try", scope="openid email").allow()
    assert "The sign-in works" in developer.page.text
    assert client_id in developer.page.text


def test_a_stage_where_everyone_pushes_is_no_trouble(desk: World) -> None:
    """REQUIRE_PAR of a stage, as require_pushed_authorization_requests of a client."""
    opened(desk, require_par=True)
    developer = person(desk, "dora", "developer")
    client_id = ready(developer)
    open_page(developer, client_id).submit("try").allow()
    assert "The sign-in works" in developer.page.text


def test_an_application_on_the_profile_is_tried(desk: World, developer: Browser) -> None:
    """fapi2, once an operator has added the address; the page tells that no token is bound."""
    opened(desk, id_token_algs=("RS256", "ES256"))
    client_id = pushing(desk, developer)
    profiled = {
        "profile": "fapi2",
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": jwks(),
        "dpop_bound_access_tokens": True,
        "id_token_signed_response_alg": "ES256",
        "authorization_signed_response_alg": "ES256",
    }
    with_changes(desk, client_id, **profiled)
    open_page(developer, client_id)
    assert "Those that are shown here are not bound" in developer.page.text
    developer.submit("try").allow()
    assert "The sign-in works" in developer.page.text


def test_what_is_refused_when_it_is_pushed_is_told(desk: World, developer: Browser) -> None:
    """In words, on the page that it was sent from, with the scope as it was typed."""
    client_id = pushing(desk, developer)
    open_page(developer, client_id).submit("try", scope="openid no-such-scope")
    assert developer.reply is not None
    assert developer.reply.status == 400
    assert "The request was refused when it was pushed" in developer.page.text
    assert "(invalid_scope)" in developer.page.text
    assert ("scope", "openid no-such-scope") in developer.page.forms["try"].fields
    assert not desk.events("authorization.pushed")


def test_an_application_that_signs_its_requests_is_not_tried(
    desk: World, developer: Browser
) -> None:
    """The page says why, and offers nothing but to take the address out again."""
    signed = {"require_signed_request_object": True, "jwks": jwks()}
    client_id = pushing(desk, developer, **signed)
    before = open_page(developer, client_id).page
    assert "has to sign its requests, with a key that only the application has" in before.text
    assert set(before.forms) == {"remove"}
    developer.submit("remove", "take-out")
    assert set(developer.page.forms) == set()


def test_a_pushed_answer_that_was_slipped_in_shows_nothing(desk: World) -> None:
    """Whoever is sent to a request that another has begun: their code is not touched."""
    thief, victim = person(desk, "thief", "developer"), person(desk, "victim", "developer")
    asked = start(desk, thief, pushing(desk, thief))
    victim.open(f"{desk.issuer}/authorize?{urlencode(asked)}").allow()
    assert victim.reply is not None
    assert victim.reply.status == 400
    assert "no answer to a sign-in" in victim.page.text
    assert not desk.events("console.sign_in_tried")


def test_a_pushed_answer_comes_to_the_console_alone(desk: World, developer: Browser) -> None:
    """A redirect URI beside the request does not count, and the request is finished once."""
    client_id = pushing(desk, developer)
    asked = start(desk, developer, client_id)
    other = {**asked, "redirect_uri": "https://app.example.com/callback"}
    developer.open(f"{desk.issuer}/authorize?{urlencode(other)}").allow()
    assert "The sign-in works" in developer.page.text
    developer.open(f"{desk.issuer}/authorize?{urlencode(asked)}")
    assert developer.reply is not None
    assert developer.reply.status == 400


def test_pushes_from_the_console_are_counted(desk: World, developer: Browser) -> None:
    """As a public client's at /par: each is kept for a while."""
    client_id = pushing(desk, developer)
    open_page(developer, client_id).submit("try")
    desk.set_counters("push-caller", throttling.PUSH_BY_CALLER.most)
    open_page(developer, client_id).submit("try")
    assert developer.reply is not None
    assert developer.reply.status == 429
