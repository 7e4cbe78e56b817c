"""What every response of every test must keep, and what no log line may hold."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from tests.reply import Reply
    from tests.world import World

Headers = list[tuple[str, str]]

# RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1, RFC 8707 section 2, OpenID Connect Core
# sections 3.1.2.6 and 5.5.1.1.
REGISTERED = {
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "access_denied",
    "unsupported_response_type",
    "server_error",
    "temporarily_unavailable",
    "invalid_target",
    "invalid_authorization_details",
    "invalid_token",
    "insufficient_scope",
    "interaction_required",
    "login_required",
    "account_selection_required",
    "consent_required",
    "unmet_authentication_requirements",
    "invalid_dpop_proof",
    "use_dpop_nonce",
    "invalid_request_uri",
    "invalid_request_object",
    "request_not_supported",
    "request_uri_not_supported",
    "registration_not_supported",
    "invalid_redirect_uri",
    "invalid_client_metadata",
    "invalid_software_statement",
    "unapproved_software_statement",
}
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 section 5.2

CACHED_JSON = ("/.well-known/", "/about")
CACHED_PAGES = ("/errors/", "/about")

# What the server takes and must never give back, and what else must stay out of the log.
_SENT = (
    *("client_assertion", "assertion", "subject_token", "password", "client_secret"),
    *("code_verifier", "code", "refresh_token", "token"),
)
_HELD = ("csrf", "interaction", "access_token", "id_token", "response", *_SENT)
_SHORTEST = 10  # shorter values occur by chance


def check(world: World, method: str, target: str, reply: Reply) -> None:
    """Fail unless the reply keeps every rule."""
    _check_headers(reply)
    _check_nothing_of_ours(world, reply)
    by_the_gateway = not reply.is_page and '"request_id":' in reply.text
    if not by_the_gateway:
        _check_request_id(world, reply)
    kind = reply.header("Content-Type") or ""
    path = target.partition("?")[0]
    if reply.is_page:
        _check_page(path, reply)
    elif kind.startswith("application/json") and reply.text:
        _check_json(path, reply)
    location = reply.header("Location")
    if location is not None:
        assert reply.status == 303, f"{method} {path} redirects with {reply.status}"
        assert not reply.text
        _check_error(dict(parse_qsl(urlsplit(location).query)))
        if path == "/logout":
            _check_left_for(world, location)


def _check_left_for(world: World, location: str) -> None:
    """Who signs out is led to an address that some client has registered for it, or nowhere."""
    if location.partition("?")[0] == f"{world.issuer}/logout":
        return
    before = list(world.aws.calls)
    lists = [item["pl"]["L"] for item in world.items() if "pl" in item]
    world.aws.calls[:] = before
    registered = {uri["S"] for uris in lists for uri in uris}
    assert registered & {location, re.split(r"[?&]state=", location)[0]}


def _check_headers(reply: Reply) -> None:
    assert reply.status not in (307, 308)
    assert reply.status != 500, reply.text
    for name, value in reply.answer.headers:
        assert not re.search(r"[^\x20-\x7e]", name + value), f"a control character in {name}"


def _check_nothing_of_ours(world: World, reply: Reply) -> None:
    everything = reply.text + "\n".join(value for _, value in reply.answer.headers)
    for ours in ("Traceback (most recent", 'File "/', world.table_name, "arn:aws", "dynamodb"):
        assert ours not in everything, f"{ours} in an answer"


def _check_request_id(world: World, reply: Reply) -> None:
    request_id = reply.header("X-Request-Id")
    assert request_id
    logged = [
        json.loads(line) for line in world.log.getvalue().splitlines()[-40:] if request_id in line
    ]
    statuses = [line["status"] for line in logged if line["kind"] == "request"]
    assert statuses == [reply.status], f"the log says {statuses}"


def _check_page(path: str, reply: Reply) -> None:
    policy = reply.header("Content-Security-Policy") or ""
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-" not in policy
    assert reply.header("X-Content-Type-Options") == "nosniff"
    assert reply.header("Referrer-Policy") == "no-referrer"
    if not (path.startswith(CACHED_PAGES) and reply.status == 200):
        assert reply.header("Cache-Control") == "no-store"


def _check_json(path: str, reply: Reply) -> None:
    if not (path.startswith(CACHED_JSON) and reply.status == 200):
        assert reply.header("Cache-Control") == "no-store"
    _check_error(reply.json)
    assert ("error" in reply.json) == (reply.status >= 400)


def _check_error(members: dict[str, str]) -> None:
    if "error" in members:
        assert members["error"] in REGISTERED
        assert DESCRIPTION.fullmatch(members["error_description"])
        assert members["error_uri"].endswith(f"/errors/{members['error']}")


@dataclass(frozen=True)
class Carried:
    """What a request carries: `sent` must not come back, `held` must not be logged either.

    public: what stands in places that are no secret; a test may use one value for both.
    """

    sent: set[str]
    held: set[str]
    public: set[str]


def carried_by(headers: Headers, body: bytes) -> Carried:
    """Take a request apart."""
    fields = parse_qsl(body.decode("ascii", errors="replace")) if b"=" in body else []
    fields += _members(body)
    sent = {value for name, value in fields if name in _SENT}
    held = {value for name, value in fields if name in _HELD}
    public = {value for name, value in fields if name not in _HELD}
    for name, value in headers:
        if name.lower() == "authorization":
            token = value.partition(" ")[2]
            user, password = _basic(token)
            sent |= {token, password}
            public |= {user}
        if name.lower() == "cookie":
            held |= {part.strip().partition("=")[2] for part in value.split(";")}
    return Carried(_long(sent - public), _long(sent | held), public)


def secrets_of_reply(reply: Reply) -> set[str]:
    """The tokens, codes, cookies and hidden fields that a reply delivers."""
    found = {
        cookie.partition("=")[2].partition(";")[0] for cookie in reply.headers_of("Set-Cookie")
    }
    urls = [reply.header("Location") or ""]
    if reply.is_page:
        page = reply.page
        urls.append(page.refresh or "")
        for form in page.forms.values():
            found |= {value for name, value in form.fields if name in _HELD}
    elif (reply.header("Content-Type") or "").startswith("application/json") and reply.text:
        delivered = (*_HELD, "request_uri", "registration_access_token")
        found |= {str(reply.json[name]) for name in delivered if name in reply.json}
    for url in urls:
        found |= {value for name, value in parse_qsl(urlsplit(url).query) if name in _HELD}
    return _long(found)


def check_log(log: str, secrets: set[str]) -> None:
    """Fail when a secret stands in the log, as it is or as JSON writes it."""
    for secret in secrets:
        assert secret not in log, "a secret in the log"
        assert json.dumps(secret)[1:-1] not in log, "a secret in the log"


def check_not_given_back(reply: Reply, sent: set[str]) -> None:
    """Fail when an answer repeats a secret of its own request."""
    everything = reply.text + "\n".join(value for _, value in reply.answer.headers)
    if reply.text.startswith("{") and "registration_access_token" in reply.json:
        # RFC 7592 section 3 has it in every answer, and the client has just shown it.
        sent = sent - {reply.json["registration_access_token"]}
    for secret in sent:
        assert secret not in everything, "an answer repeats a secret of its request"


def _members(body: bytes) -> list[tuple[str, str]]:
    """The texts of a JSON object."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return []
    if not isinstance(document, dict):
        return []
    return [(name, value) for name, value in document.items() if isinstance(value, str)]


def _basic(token: str) -> tuple[str, str]:
    try:
        user, _, password = base64.b64decode(token).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return user, password


def _long(values: set[str]) -> set[str]:
    return {value for value in values if len(value) >= _SHORTEST}
