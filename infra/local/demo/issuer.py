"""The demo client's calls to the issuer, over HTTP like any client's."""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from infra.local.demo.walk import SECRETS, Exchange

SECONDS = 20
MOST_BYTES = 1024 * 1024


class Unreachable(Exception):
    """The issuer did not answer, or not with what was asked for."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """One issuer by its URL; metadata and keys are read afresh, so that rotation shows."""

    url: str

    def metadata(self) -> dict[str, Any]:
        """OpenID Connect Discovery section 4."""
        found = self._json(f"{self.url}/.well-known/openid-configuration")
        if found.get("issuer") != self.url:
            raise Unreachable("The metadata names another issuer.")
        return found

    def keys(self) -> dict[str, Any]:
        """The key set (RFC 7517) that the metadata points to."""
        return self._json(self.metadata()["jwks_uri"])

    def post(self, title: str, endpoint: str, form: Mapping[str, str], client: str) -> Exchange:
        """A form, sent as `client`: with HTTP Basic when it has a secret, else by `client_id`."""
        url = self.metadata().get(endpoint)
        if not isinstance(url, str):
            raise Unreachable(f"The metadata has no {endpoint}.")
        secret = SECRETS[client]
        fields = dict(form) if secret else {**form, "client_id": client}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if secret:
            pair = base64.b64encode(f"{client}:{secret}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        began = time.monotonic()
        status, body = _open(url, urlencode(fields).encode(), headers)
        return Exchange(
            title=title,
            request=shown(url, headers, fields, client),
            status=status,
            answer=body,
            took=time.monotonic() - began,
        )

    def _json(self, url: str) -> dict[str, Any]:
        status, body = _open(url)
        try:
            found = json.loads(body)
        except ValueError:
            found = None
        if status != 200 or not isinstance(found, dict):
            raise Unreachable(f"{url} answered {status}, not a JSON object.")
        return found


def shown(url: str, headers: Mapping[str, str], form: Mapping[str, str], client: str) -> str:
    """The request as text; the secret's place is marked."""
    masked = {"Authorization": f"Basic base64({client}:********)"}
    lines = [f"POST {url}"]
    lines += [f"{name}: {masked.get(name, value)}" for name, value in headers.items()]
    return "\n".join([*lines, "", *(f"{name}={value}" for name, value in form.items())])


def _open(
    url: str, form: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    if not url.startswith(("http://", "https://")):
        raise Unreachable(f"{url} is no web address.")
    asked = urllib.request.Request(url, form, dict(headers or {}))
    try:
        try:
            response = urllib.request.urlopen(asked, timeout=SECONDS)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return response.status, response.read(MOST_BYTES).decode(errors="replace")
    except OSError as error:
        raise Unreachable(f"{url} could not be reached: {error}.") from error
