"""Pages: Jinja2 templates, everything escaped, under a policy that lets nothing else run or load.

What a page says is in templates/; who is shown which page, in interaction/ and endpoints/. Jinja2
is imported here and nowhere else: only a cold start that shows a page pays for it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .encoding import sha256
from .http import Response

TEMPLATES: Final = Path(__file__).parent / "templates"

# The prototype's method: on the form itself `submit` is the button that has that id.
AUTO_SUBMIT: Final = 'HTMLFormElement.prototype.submit.call(document.getElementById("form-post"));'

# On when every frame has loaded, or after three seconds: one that hangs keeps nobody.
GO_ON: Final = (
    "const go = () => location.replace(document.getElementById('continue').href);"
    "addEventListener('load', go); setTimeout(go, 3000);"
)

HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
        "publickey-credentials-create=(self), publickey-credentials-get=(self)",
        # A browser then sends `Origin: null` with our own forms; Sec-Fetch-Site tells them apart.
        "Referrer-Policy": "no-referrer",
        "Strict-Transport-Security": "max-age=63072000",  # seconds: two years
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)

_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_SOURCES = re.compile(r"[\x20-\x2b\x2d-\x3a\x3c-\x7e]+")  # no comma, no semicolon
_WEB = re.compile(
    r"(https://(?P<host>[a-z0-9.-]+(:[0-9]+)?)|http://(?P<here>127\.0\.0\.1(:[0-9]+)?))"
    r"([/?#][\x21-\x5b\x5d-\x7e]*)?"
)
_ABSOLUTE = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):[\x21-\x5b\x5d-\x7e]+")
_NOT_AN_APPLICATION = frozenset(
    {"about", "blob", "data", "file", "filesystem", "javascript", "vbscript", "view-source"}
)


def render(
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] = _NONE,
    form_action: str = "'self'",
    script: str | None = None,
    frames: Collection[str] = (),
    sheets: tuple[str, ...] = ("style.css",),
    **values: object,
) -> Response:
    """The page that `template`, a file in templates/, makes of `values`.

    `headers` are added, or take the place of those of the same name in HEADERS. `form_action` is
    where forms may go, in the words of CSP Level 3 section 6.4.1. `script`, our own text such as
    AUTO_SUBMIT and never a visitor's, is put into the page and allowed by its hash. `frames` are
    addresses that a page may load in frames; where they go from there is theirs. `sheets` are files
    in templates/ as well.

    Raises jinja2.UndefinedError for a value that the template misses; ValueError for a form_action
    or script that would end early, and for an address that `navigable` refuses.
    """
    style = _style(sheets)
    policy = _policy(form_action, script, frames, style)
    values = {**values, "script": script, "frames": frames, "style": style}
    body = _environment().get_template(template).render(values)
    own = {**HEADERS, "Content-Security-Policy": policy}
    replaced = {name.lower() for name in headers}
    kept = tuple((name, value) for name, value in own.items() if name.lower() not in replaced)
    return Response(status, body, (*kept, *headers.items()))


def compile_templates() -> None:
    """Compile every template now rather than when it is first shown."""
    environment = _environment()
    for name in environment.list_templates(extensions=("html",)):
        environment.get_template(name)


def web_host(uri: str | None) -> str:
    """The host, with its port, of a web address that may be shown as a link; "" for any other.

    Applications choose these addresses. Only https, and http to this very device; and only what
    every browser reads alike: ASCII, no backslash, no user name before the host.
    """
    found = _WEB.fullmatch(uri or "")
    return (found["host"] or found["here"]) if found else ""


def navigable(uri: str) -> str:
    """`uri`, when opening it leads to an application, as private-use schemes do too.

    Raises ValueError for one that would run here (`javascript:`), that has no scheme, or that holds
    characters which browsers drop or change before they read it.
    """
    found = _ABSOLUTE.fullmatch(uri)
    if not found or found["scheme"].lower() in _NOT_AN_APPLICATION:
        raise ValueError("not the address of an application")
    return uri


def _policy(form_action: str, script: str | None, frames: Collection[str], style: str) -> str:
    """The Content-Security-Policy of one page."""
    if not _SOURCES.fullmatch(form_action):
        raise ValueError("form_action would end its directive")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; img-src 'self' data:; "
        f"form-action {form_action}; frame-ancestors 'none'; base-uri 'none'"
    )
    if frames:
        # Schemes, not origins: an application may redirect to another host of its own.
        policy += "; frame-src " + " ".join(sorted({f"{uri.partition(':')[0]}:" for uri in frames}))
    if script is None:
        return policy
    if "<" in script:
        raise ValueError("the script could end its element")
    return f"{policy}; script-src {_hash(script)}"


def _hash(text: str) -> str:
    """How a policy names one inline element: CSP Level 3 section 2.3.1."""
    return f"'sha256-{b64encode(sha256(text)).decode()}'"


@cache
def _style(sheets: tuple[str, ...]) -> str:
    """The style sheets without comments, which are for us and would travel with every page."""
    text = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in sheets)
    return re.sub(r"/\*.*?\*/\n*", "", text, flags=re.DOTALL)


@cache
def _environment() -> Environment:
    """Made on first use. Only the layout marks anything safe: the style sheet and the script."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(web_host=web_host, navigable=navigable)
    return environment
