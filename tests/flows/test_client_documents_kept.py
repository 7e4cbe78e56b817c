"""For how long a document is kept, and what happens when it cannot be read again. CIMD 5.2, 8.4."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.fetching import NotFetched
from tests.flows import described
from tests.flows.described import ELSEWHERE, UNREACHED, URL, Web, ask, is_refused, refresh
from tests.world import World

GONE = NotFetched("the answer is 404 text/html, not 200 application/json", 404)
HOUR = 60 * 60


@pytest.fixture
def web(signed_in: World) -> Web:
    """The web, with one document."""
    web = described.open_to_documents(signed_in)
    described.forget(signed_in)
    web.publish()
    return web


def test_it_is_kept_across_processes(signed_in: World, web: Web) -> None:
    """A cold process reads it in the table, where it lies like any client."""
    assert ask(signed_in).status == 200
    for _ in range(3):
        signed_in.restart()
        assert ask(signed_in).status == 200
    assert signed_in.twin().get("/healthz").status == 200
    assert web.asked == [URL]


@pytest.mark.parametrize(
    ("cache", "kept"),
    [
        (None, HOUR),
        ("max-age=7200", 2 * HOUR),
        ("no-store", 60),
        ("max-age=5", 60),
        ("max-age=31536000, immutable", 24 * HOUR),
    ],
)
def test_it_is_read_again_when_its_time_is_over(
    signed_in: World, web: Web, cache: str | None, kept: int
) -> None:
    """As its host says, from a minute to a day; the last second before is still free."""
    web.publish(cache=cache)
    ask(signed_in)
    signed_in.clock.forward(kept - 1)
    ask(signed_in)
    assert web.asked == [URL]
    signed_in.clock.forward(1)
    ask(signed_in)
    ask(signed_in)
    assert web.asked == [URL, URL]


def test_what_another_process_has_read_is_not_read_again(signed_in: World, web: Web) -> None:
    """A process that has an old one in memory looks into the table first."""
    ask(signed_in)
    old = signed_in.services
    signed_in.clock.forward(HOUR)
    signed_in.restart()
    ask(signed_in)
    assert web.asked == [URL, URL]
    client = old.registry.client(URL, current=True)
    assert client is not None
    assert client.fresh_until == signed_in.clock() + HOUR
    assert web.asked == [URL, URL]


def test_a_document_that_is_gone_ends_its_client(signed_in: World, web: Web) -> None:
    """Within the time it was kept for; and what comes back later goes on."""
    token = described.tokens(signed_in)["refresh_token"]
    web.answers[URL] = GONE
    assert refresh(signed_in, token).status == 200  # it is fresh
    token = refresh(signed_in, token).json["refresh_token"]
    signed_in.clock.forward(HOUR)
    is_refused(ask(signed_in), "No client metadata can be read at the client_id.")
    assert refresh(signed_in, token).json["error"] == "invalid_client"
    # Nor does anything stand in for it when its host is away after that.
    web.answers[URL] = UNREACHED
    assert refresh(signed_in, token).json["error"] == "invalid_client"
    assert signed_in.events("client.document_gone")
    web.publish()
    assert refresh(signed_in, token).status == 200


def test_a_document_that_turns_bad_ends_its_client(signed_in: World, web: Web) -> None:
    """As if it were gone."""
    token = described.tokens(signed_in)["refresh_token"]
    web.publish(client_secret="x")
    signed_in.clock.forward(HOUR)
    assert refresh(signed_in, token).json["error"] == "invalid_client"
    is_refused(ask(signed_in), "client_secret: must not be")


TROUBLE = [
    UNREACHED,
    *(NotFetched(f"the answer is {status}", status) for status in (408, 429, 500, 502, 503, 504)),
]


@pytest.mark.parametrize("trouble", TROUBLE, ids=str)
def test_a_host_in_trouble_ends_no_tokens_for_an_hour(
    signed_in: World, web: Web, trouble: NotFetched
) -> None:
    """What was given goes on, nothing new is given; the host is asked once a minute."""
    given = described.tokens(signed_in)
    web.answers[URL] = trouble
    signed_in.clock.forward(HOUR)
    token = given["refresh_token"]
    for _ in range(3):
        token = refresh(signed_in, token).json["refresh_token"]
    assert web.asked == [URL, URL]
    is_refused(ask(signed_in), "No client metadata can be read at the client_id.")
    signed_in.clock.forward(HOUR - 1)
    token = refresh(signed_in, token).json["refresh_token"]
    signed_in.clock.forward(1)
    assert refresh(signed_in, token).json["error"] == "invalid_client"


def test_a_host_may_forbid_that(signed_in: World, web: Web) -> None:
    """must-revalidate: RFC 9111 section 5.2.2.2."""
    web.publish(cache="max-age=600, must-revalidate")
    token = described.tokens(signed_in)["refresh_token"]
    web.answers[URL] = UNREACHED
    signed_in.clock.forward(600)
    assert refresh(signed_in, token).json["error"] == "invalid_client"


def test_a_client_that_nobody_uses_is_forgotten(signed_in: World, web: Web) -> None:
    """Later than any refresh token of it; who comes then is a new client, and is asked anew."""
    token = described.tokens(signed_in)["refresh_token"]
    lifetime = signed_in.settings.lifetimes.refresh_token
    signed_in.clock.forward(lifetime - 1)
    token = refresh(signed_in, token).json["refresh_token"]
    first = signed_in.services.registry.registered(URL)
    signed_in.clock.forward(lifetime + 3 * 24 * HOUR)
    assert refresh(signed_in, token).json["error"] == "invalid_grant"
    again = signed_in.services.registry.client(URL)
    assert first is not None
    assert again is not None
    assert again.created_at > first.created_at
    assert again.not_before == signed_in.clock() - 1


def consent_is_asked(world: World) -> bool:
    """Whether the module's user, who is signed in, is shown the consent page."""
    browser = world.member
    assert browser is not None
    browser.open(world.authorize_url(**described.wishes()))
    return browser.arrived is None and "consent" in browser.page.forms


CHANGES: list[tuple[dict[str, Any], bool]] = [
    ({}, False),
    ({"token_endpoint_auth_signing_alg": None, "software_version": "2"}, False),
    ({"client_name": "Other Agent"}, True),
    ({"redirect_uris": [described.BACK, ELSEWHERE]}, True),
    ({"logo_uri": "https://app.example/logo.png"}, True),
]


@pytest.mark.parametrize(("changes", "asked"), CHANGES, ids=str)
def test_users_are_asked_again_when_what_they_saw_has_changed(
    signed_in: World, web: Web, changes: dict[str, Any], asked: bool
) -> None:
    """Name, places and answers' addresses; a new version or new keys ask nobody."""
    described.tokens(signed_in)
    assert not consent_is_asked(signed_in)
    web.publish(**changes)
    signed_in.clock.forward(HOUR)
    assert consent_is_asked(signed_in) is asked
    signed_in.clock.forward(1)
    described.code(signed_in)
    assert not consent_is_asked(signed_in)


def test_a_caller_can_have_so_many_read_and_no_more(signed_in: World, web: Web) -> None:
    """Of all processes; another caller is still served, and what is known costs nothing."""
    ask(signed_in)
    is_refused(ask(signed_in, "https://app.example/other"))
    signed_in.set_counters("document-caller", 30)
    web.asked.clear()
    signed_in.restart()
    reply = ask(signed_in, web.publish("https://b.example/x"))
    assert (reply.status, web.asked) == (429, [])
    assert 1 <= int(reply.header("Retry-After") or "") <= 300
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": "https://b.example/x"}
    assert signed_in.post("/token", form).status == 429
    assert ask(signed_in).status == 200
    target = signed_in.authorize_url(**described.wishes("https://b.example/x"))
    target = target.removeprefix(signed_in.issuer)
    assert signed_in.request("GET", target, address="198.51.100.9").status == 200
    assert signed_in.events("client_document.throttled")


def test_a_host_is_asked_so_often_and_no_more(signed_in: World, web: Web) -> None:
    """By all callers together; a client of it that is known can still be read again."""
    ask(signed_in)
    is_refused(ask(signed_in, "https://app.example/other"))
    signed_in.set_counters("document-host", 300)
    assert ask(signed_in, "https://app.example/third").status == 429
    is_refused(ask(signed_in, "https://c.example/x"))
    web.publish(cache="no-store")
    signed_in.clock.forward(HOUR)
    for _ in range(2):
        is_refused(ask(signed_in, "https://app.example/other"))
    signed_in.set_counters("document-host", 300)
    web.asked.clear()
    signed_in.clock.forward(60)
    assert ask(signed_in).status == 200
    assert web.asked == [URL]


def test_a_known_one_that_fails_is_asked_so_often(signed_in: World, web: Web) -> None:
    """Then its users wait, and its tokens go on as long as they may."""
    token = described.tokens(signed_in)["refresh_token"]
    web.answers[URL] = UNREACHED
    signed_in.clock.forward(HOUR)
    is_refused(ask(signed_in))
    signed_in.set_counters("document-url", 30)
    web.asked.clear()
    assert ask(signed_in).status == 429
    signed_in.clock.forward(60)
    signed_in.set_counters("document-url", 30)
    assert refresh(signed_in, token).status == 200
    assert web.asked == []
