"""What a browser sends, as a request that any process can be given."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from tests.browser import Browser
from tests.world import Reply, World

Sender = Callable[[World], Reply]


def going(browser: Browser, method: str, path: str, body: str = "") -> Sender:
    """One request with the browser's cookies; nobody follows where its answer leads."""
    headers = [("Cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))]
    if body:
        headers.append(("Content-Type", "application/x-www-form-urlencoded"))
    return lambda world: world.request(method, path, headers=headers, body=body.encode())


def pressing(browser: Browser, form_id: str, button: str, **typed: str) -> Sender:
    """A form of the page, filled in and sent."""
    form = browser.page.forms[form_id]
    fields = [(name, value) for name, value in form.fields if name not in typed]
    pressed = form.buttons.get(button, ("", ""))
    fields += [*typed.items(), *([pressed] if pressed[0] else [])]
    return going(browser, "POST", f"/authorize/{form_id}", urlencode(fields))


def going_on(browser: Browser) -> Sender:
    """On to /authorize, as after a form was sent."""
    (form,) = browser.page.forms.values()
    interaction = {"interaction": dict(form.fields)["interaction"]}
    return going(browser, "GET", f"/authorize?{urlencode(interaction)}")


def cookie_in(reply: Reply, name: str) -> str | None:
    """The value of a cookie that a reply sets."""
    for header in reply.headers_of("Set-Cookie"):
        if header.startswith(f"{name}="):
            return header.partition("=")[2].partition(";")[0]
    return None
