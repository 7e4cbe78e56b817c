"""The stories of pushed requests and of signed answers."""

from __future__ import annotations

from functools import partial
from urllib.parse import parse_qsl, urlsplit

from chalicelib.records.pushed_request import hash_of, pushed_request_key
from tests.flows import objects
from tests.flows.pushes import is_a_page, push, pushed, url
from tests.flows.story import Story, code_in, item, post, visit
from tests.reply import Reply, claims
from tests.world import World


def push_a_request(world: World) -> Story:
    """Pushed: the name works; not pushed: it can be pushed again."""

    def holds(reply: Reply) -> None:
        reply = reply if reply.status == 201 else push(world)
        address = url(world, reply.json["request_uri"])
        assert "code" in (objects.member(world).open(address).arrived or {})

    return Story(lambda: push(world), 201, holds)


def push_publicly(world: World) -> Story:
    """What cannot be counted is not taken."""
    act = partial(push, world, None, client_id="demospa")
    act()

    def holds(reply: Reply) -> None:
        assert ("request_uri" in reply.json) == (reply.status == 201)
        assert act().status == 201

    return Story(act, 201, holds)


def bring_a_push(world: World) -> Story:
    """One code at most; where none went out, the name is good for another visit."""
    request_uri = pushed(world)
    act = visit(objects.member(world), url(world, request_uri))

    def holds(reply: Reply) -> None:
        if code_in(reply) is None:
            again = act()
            if is_spent_unheard(world, request_uri, reply, again):
                return
            reply = again
        assert world.redeem(code_in(reply) or "").status == 200
        is_a_page(act(), "invalid_request_uri")

    return Story(act, 303, holds)


def finish_a_push(world: World) -> Story:
    """The same after a form."""
    request_uri = pushed(world, prompt="consent")
    address = url(world, request_uri)
    browser = objects.member(world).open(address)
    interaction = dict(browser.page.forms["consent"].fields)["interaction"]
    assert post(browser, "consent", scope="read", decision="allow")().status == 303
    act = visit(browser, f"{world.issuer}/authorize?interaction={interaction}")

    def holds(reply: Reply) -> None:
        if code_in(reply) is None:
            again = act()
            if is_spent_unheard(world, request_uri, reply, again):
                return
            reply = again
        assert world.redeem(code_in(reply) or "").json["scope"] == "read"
        is_a_page(act(), "finished already")
        is_a_page(visit(browser, address)(), "invalid_request_uri")

    return Story(act, 200, holds)


def deny_a_push(world: World) -> Story:
    """Denied once, heard of once; where nobody heard, the form can be sent again."""
    request_uri = pushed(world, prompt="consent", response_mode="jwt")
    address = url(world, request_uri)
    browser = objects.member(world).open(address)
    act = post(browser, "consent", decision="deny")

    def holds(reply: Reply) -> None:
        answer = _answer(reply)
        if not answer:
            again = act()
            if is_spent_unheard(world, request_uri, reply, again):
                return
            answer = _answer(again)
        assert claims(answer)["error"] == "access_denied"
        is_a_page(visit(browser, address)(), "invalid_request_uri")

    return Story(act, 200, holds)


def signed_answer(world: World) -> Story:
    """Signed, or none; never the bare code."""
    act = visit(objects.member(world), world.authorize_url(response_mode="jwt"))

    def holds(reply: Reply) -> None:
        assert code_in(reply) is None
        answer = _answer(reply)
        if reply.status == 303:
            assert answer
        if "code" not in (claims(answer) if answer else {}):
            answer = _answer(act())
        assert world.redeem(claims(answer)["code"]).status == 200

    return Story(act, 303, holds)


def is_spent_unheard(world: World, request_uri: str, reply: Reply, again: Reply) -> bool:
    """Whether every answer to the last write was lost, and it was carried out: the user, who was
    told to try again, has to start again."""
    if again.status != 400:
        return False
    assert reply.status == 503 or "error=temporarily_unavailable" in (
        reply.header("Location") or ""
    )
    assert "sp" in item(world, pushed_request_key(hash_of(request_uri)))
    return True


def _answer(reply: Reply) -> str:
    address = reply.header("Location") or (reply.page.refresh if reply.is_page else "") or ""
    return dict(parse_qsl(urlsplit(address).query)).get("response", "")
