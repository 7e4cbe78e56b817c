"""The demo client's pages: Jinja2 with autoescape, one style sheet, no scripts."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from infra.local.wire import Answer

# No form-action: Chromium would apply it to the redirects of a form, too.
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", POLICY),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("infra.local.demo"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["pretty"] = pretty
    return environment


def page(template: str, status: int = 200, **values: Any) -> Answer:
    """A page by the name of its template."""
    text = _environment().get_template(template).render(**values)
    return Answer(status, HEADERS, text.encode())


def style() -> Answer:
    """The style sheet."""
    text = files("infra.local.demo").joinpath("templates/demo.css").read_bytes()
    return Answer(200, (("Content-Type", "text/css"), ("X-Content-Type-Options", "nosniff")), text)


def pretty(value: object) -> str:
    """JSON, indented; text that is no JSON as it is."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return str(value) or "(empty)"
    return json.dumps(value, indent=2, ensure_ascii=False)
