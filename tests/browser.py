"""A browser without scripts: it follows redirects and refreshes, keeps cookies, fills in forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

if TYPE_CHECKING:
    from tests.reply import Reply
    from tests.world import World


@dataclass
class Form:
    """A form of a page: where it goes, and its fields as the page filled them in."""

    form_id: str
    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class Page(HTMLParser):
    """What a page holds: its text, forms, links, and where it refreshes to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: dict[str, Form] = {}
        self.links: dict[str, str] = {}
        self.refresh: str | None = None
        self.text = ""
        self.tags: list[str] = []
        self._form: Form | None = None
        self._area: str | None = None
        self._skip = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what matters of a tag."""
        values = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag in ("style", "script"):
            self._skip += 1
        if tag == "meta" and values.get("http-equiv", "").lower() == "refresh":
            self.refresh = values["content"].split("url=", 1)[1]
        if tag == "form":
            self._form = Form(
                values.get("id", ""), values.get("action", ""), values.get("method", "get")
            )
            self.forms[self._form.form_id] = self._form
        if tag == "a":
            self.links[values.get("id", values.get("href", ""))] = values.get("href", "")
        if self._form is None:
            return
        if tag == "input":
            checkable = values.get("type") in ("checkbox", "radio")
            if "name" in values and (not checkable or "checked" in values):
                self._form.fields.append((values["name"], values.get("value", "on")))
        if tag == "textarea":
            self._area = values.get("name", "")
            self._form.fields.append((self._area, ""))
        if tag == "button":
            named = (values.get("name", ""), values.get("value", ""))
            self._form.buttons[values.get("id", "")] = named

    def handle_endtag(self, tag: str) -> None:
        """Close what was open."""
        if tag in ("style", "script"):
            self._skip -= 1
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        """Collect the words."""
        if self._area is not None and self._form is not None:
            # The line end behind the tag is not part of it.
            name, text = self._form.fields.pop()
            self._form.fields.append((name, text + (data if text else data.removeprefix("\n"))))
        if not self._skip:
            self.text += data


class Browser:
    """One person's browser, at one address."""

    def __init__(self, world: World, address: str = "203.0.113.7") -> None:
        self.world = world
        self.address = address
        self.cookies: dict[str, str] = {}
        self.reply: Reply | None = None
        self.arrived: dict[str, str] | None = None

    def open(self, url: str) -> Browser:
        """Go to a URL; leaving the server ends there, in `arrived`."""
        return self._go("GET", url, b"")

    def submit(self, form_id: str, button: str = "submit", **changes: str | list[str]) -> Browser:
        """Send a form of the page with some fields changed; a list sets a field several times."""
        form = self.page.forms[form_id]
        fields = [(name, value) for name, value in form.fields if name not in changes]
        for name, value in changes.items():
            fields += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        if form.buttons.get(button, ("", ""))[0]:
            fields.append(form.buttons[button])
        url = urljoin(self.world.issuer, form.action)
        if not url.startswith(self.world.issuer):
            self.arrived = dict(fields)
            return self
        return self._go("POST", url, urlencode(fields).encode())

    def sign_in(
        self, username: str = "demo@example.com", password: str = "demo-password"
    ) -> Browser:
        """Fill in the sign-in form."""
        return self.submit("sign-in", username=username, password=password)

    def allow(self, scope: list[str] | None = None) -> Browser:
        """Press Allow, with these scopes ticked; None leaves them as they are."""
        changes = {} if scope is None else {"scope": scope}
        return self.submit("consent", "allow", **changes)

    @property
    def page(self) -> Page:
        """The page that is shown."""
        assert self.reply is not None
        return Page(self.reply.text)

    def _go(self, method: str, url: str, body: bytes) -> Browser:
        self.arrived = None
        for _ in range(10):
            if not url.startswith(self.world.issuer):
                self.arrived = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
                return self
            headers = [("Cookie", "; ".join(f"{n}={v}" for n, v in self.cookies.items()))]
            if method == "POST":
                headers.append(("Content-Type", "application/x-www-form-urlencoded"))
                headers.append(("Sec-Fetch-Site", "same-origin"))
            target = url.removeprefix(self.world.issuer) or "/"
            self.reply = self.world.request(
                method, target, headers=headers, body=body, address=self.address
            )
            self._keep_cookies()
            onward = self.reply.header("Location")
            if onward is None and self.reply.is_page:
                onward = Page(self.reply.text).refresh
            if onward is None:
                return self
            method, body, url = "GET", b"", urljoin(url, onward)
        raise AssertionError("too many redirects")

    def _keep_cookies(self) -> None:
        assert self.reply is not None
        for value in self.reply.headers_of("Set-Cookie"):
            name, _, rest = value.partition("=")
            content = rest.partition(";")[0]
            if content:
                self.cookies[name] = content
            else:
                self.cookies.pop(name, None)
