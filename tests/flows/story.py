"""A flow as the fault tests play it: how it starts, what is sent, and what must hold after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from chalicelib.records.record import Key
from tests.browser import Browser
from tests.reply import Reply
from tests.world import World


@dataclass(frozen=True)
class Story:
    """One flow, ready to be acted.

    act: sends its one request. healthy: the status of the answer when nothing fails.
    holds: what must be true after the answer, when the fault is over; an honest retry is in it.
    """

    act: Callable[[], Reply]
    healthy: int
    holds: Callable[[Reply], None]


def code_in(reply: Reply) -> str | None:
    """The code that a reply hands out, by redirect or by page."""
    url = reply.header("Location") or (reply.page.refresh if reply.is_page else None) or ""
    return dict(parse_qsl(urlsplit(url).query)).get("code")


def post(browser: Browser, form_id: str, **changes: str) -> Callable[[], Reply]:
    """A form of the page that is shown, to be sent as it stands now."""
    fields = {**dict(browser.page.forms[form_id].fields), **changes}
    held = [("Cookie", "; ".join(f"{n}={v}" for n, v in browser.cookies.items()))]
    return lambda: browser.world.post(f"/authorize/{form_id}", fields, headers=held)


def visit(browser: Browser, url: str) -> Callable[[], Reply]:
    """A page, to be asked for with the cookies of now; no redirect is followed."""
    held = [("Cookie", "; ".join(f"{n}={v}" for n, v in browser.cookies.items()))]
    target = url.removeprefix(browser.world.issuer)
    return lambda: browser.world.request("GET", target, headers=held)


def item(world: World, key: Key) -> dict[str, Any]:
    """An item as it lies in the table."""
    request = {"TableName": world.table_name, "Key": {"pk": {"S": key.pk}, "sk": {"S": key.sk}}}
    found: dict[str, Any] = world.services.client.call("dynamodb", "GetItem", request)["Item"]
    return found


def last_grant(world: World) -> Key:
    """Where the newest grant was written, since the recorder was reset."""
    written = [
        call.payload["Item"]
        for call in world.aws.calls
        if call.action == "PutItem" and call.payload["Item"]["sk"]["S"].startswith("G#")
    ]
    return Key(written[-1]["pk"]["S"], written[-1]["sk"]["S"])


def status_is(reply: Reply, status: int) -> None:
    """Nothing but this status."""
    assert reply.status == status, reply.text


def status_in(reply: Reply, statuses: tuple[int, ...]) -> None:
    """One of these."""
    assert reply.status in statuses, reply.text
