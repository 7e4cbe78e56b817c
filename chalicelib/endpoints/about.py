"""What this server is and does: the service documentation and the implementation report.

`service_documentation` of RFC 8414 section 2. A page for people; the same as JSON for programs, by
Accept or by `?format=json`.
"""

from __future__ import annotations

from ..http import Request, Response, json_response
from ..protocol import accept
from ..report import Chapter, chapters
from ..services import Services
from ..settings import Settings

_ENDPOINTS = (
    ("Authorization", "/authorize"),
    ("Pushed authorization requests", "/par"),
    ("Token", "/token"),
    ("Revocation", "/revoke"),
    ("Introspection", "/introspect"),
    ("User information", "/userinfo"),
    ("Logout", "/logout"),
    ("Public keys", "/.well-known/jwks.json"),
)
CACHE = (("Cache-Control", "public, max-age=300"), ("Vary", "Accept"))


def handle(request: Request, services: Services) -> Response:
    """The page, or the report as JSON."""
    settings = services.settings
    told = chapters(settings)
    if _is_for_a_program(request):
        return json_response(document(settings, told), headers=CACHE)
    from ..pages import render

    return render(
        "about.html",
        headers=dict(CACHE),
        product=settings.product_name,
        issuer=settings.issuer,
        report_url=settings.url("/about?format=json"),
        metadata_url=settings.url("/.well-known/openid-configuration"),
        endpoints=_endpoints(settings),
        chapters=told,
    )


def document(settings: Settings, told: tuple[Chapter, ...]) -> dict[str, object]:
    """The report for programs: an answer is known by its name."""
    return {
        "issuer": settings.issuer,
        "product": settings.product_name,
        "answers": {
            answer.name: {
                "section": answer.section,
                "question": answer.question,
                "text": answer.text,
                "value": answer.value,
            }
            for chapter in told
            for answer in chapter.answers
        },
    }


def _endpoints(settings: Settings) -> list[tuple[str, str]]:
    paths = list(_ENDPOINTS)
    if settings.registration != "off":
        paths.append(("Client registration", "/register"))
    return [(name, settings.url(path)) for name, path in paths]


def _is_for_a_program(request: Request) -> bool:
    asked = request.query.all("format")
    if asked:
        return asked == ("json",)
    return accept.prefers(request.headers.get("accept", ()), "application/json", "text/html")
