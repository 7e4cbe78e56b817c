"""Documents that make no client, and URLs that nobody is asked for. CIMD sections 3, 4 and 8.6."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.fetching import Fetcher, NotFetched
from tests.flows import described
from tests.flows.bad_documents import INSIDE, LEFT_OUT, MEMBERS, NEVER_ASKED, TEXTS
from tests.flows.described import URL, Web, ask, is_refused
from tests.shown import shown
from tests.world import World


@pytest.fixture(scope="module")
def _web(settled: World) -> Web:
    return described.open_to_documents(settled)


@pytest.fixture
def web(_web: Web, signed_in: World) -> Web:
    """A web with nothing in it."""
    _web.answers.clear()
    _web.asked.clear()
    return _web


@pytest.mark.parametrize(("members", "words"), MEMBERS, ids=shown)
def test_a_bad_member_makes_no_client(
    signed_in: World, web: Web, members: dict[str, Any], words: str
) -> None:
    """The page says which, and nothing is stored."""
    document = {**described.document(), **members}
    if None in members.values():
        document = described.document(**members)
    web.answers[URL] = ({}, json.dumps(document))
    signed_in.aws.reset()
    is_refused(ask(signed_in), words.replace("'", "&#39;"))
    assert signed_in.writes() == []


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_no_json_object_makes_no_client(signed_in: World, web: Web, name: str) -> None:
    """However it fails to be one."""
    web.answers[URL] = ({}, TEXTS[name])
    is_refused(ask(signed_in), "The client metadata at the client_id are not good: ")


@pytest.mark.parametrize(("members", "name", "value"), LEFT_OUT, ids=shown)
def test_what_a_stranger_cannot_have_is_left_out(
    signed_in: World, web: Web, members: dict[str, Any], name: str, value: Any
) -> None:
    """A document is written for many servers: the rest of it counts."""
    web.answers[URL] = ({}, json.dumps({**described.document(), **members}))
    signed_in.restart()
    client = signed_in.services.registry.client(URL, current=True)
    described.forget(signed_in)
    assert client is not None
    expected = ("authorization_code",) if name == "grant_types" else value
    assert getattr(client, name) == expected


@pytest.mark.parametrize("url", NEVER_ASKED, ids=lambda url: ascii(url)[:50])
def test_a_bad_url_is_asked_of_nobody(signed_in: World, web: Web, url: str) -> None:
    """At no endpoint; nothing is counted, read or written for it."""
    web.answers[url] = ({}, json.dumps(described.document(url)))
    signed_in.aws.reset()
    is_refused(ask(signed_in, url))
    for path in ("/token", "/par", "/revoke"):
        form = {"client_id": url, "grant_type": "refresh_token", "refresh_token": "x", "token": "x"}
        assert signed_in.post(path, form).status in (400, 401)
    assert web.asked == []
    keys = {call.payload["Key"]["pk"]["S"] for call in signed_in.aws.calls if "Key" in call.payload}
    assert not {key for key in keys if key.startswith(("A#", "Q#document"))}


@pytest.mark.parametrize("address", INSIDE)
@pytest.mark.parametrize("beside", [(), ("93.184.215.14",)], ids=["alone", "beside a public one"])
def test_a_name_leads_nowhere_inside(
    signed_in: World, web: Web, address: str, beside: tuple[str, ...]
) -> None:
    """Whatever DNS says; one bad address among good ones is enough, and the page tells nothing."""
    asked: list[str] = []

    def look_up(host: str, port: int) -> list[tuple[str, int]]:
        asked.append(host)
        return [(one, port) for one in (*beside, address)]

    signed_in.fetcher = Fetcher(look_up)
    signed_in.restart()
    is_refused(ask(signed_in), "No client metadata can be read at the client_id.")
    assert asked == ["app.example"]
    (event,) = signed_in.events("client.not_read")
    assert "has an address that is not public" in event["reason"]
    assert address not in ask(signed_in).page.text
    signed_in.fetcher = web
    signed_in.restart()


STATUSES = [201, 202, 204, 206, 301, 302, 303, 307, 308, 400, 401, 403, 404, 410, 429, 500, 503]


@pytest.mark.parametrize("status", STATUSES)
def test_only_200_is_a_document(signed_in: World, web: Web, status: int) -> None:
    """Section 5: no redirect is followed."""
    web.answers[URL] = NotFetched(f"the answer is {status} application/json", status)
    is_refused(ask(signed_in), "No client metadata can be read")


def test_a_document_that_is_mended_counts_at_once(signed_in: World, web: Web) -> None:
    """Section 5.2: errors and bad documents are not kept."""
    url = "https://app.example/mended"
    is_refused(ask(signed_in, url), "No client metadata can be read")
    web.publish(url, client_name=None)
    is_refused(ask(signed_in, url), "client_name: is missing")
    web.publish(url)
    assert ask(signed_in, url).status == 200
    assert web.asked == [url] * 3
