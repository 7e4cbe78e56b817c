"""The metadata of a protected resource, and where they are. RFC 9728."""

from __future__ import annotations

from urllib.parse import urlsplit

from .urls import is_safe

WELL_KNOWN = "/.well-known/oauth-protected-resource"


def is_resource(text: str) -> bool:
    """Section 1.2: an https URL without a fragment; http only within this machine."""
    return is_safe(text) and "#" not in text


def url(resource: str) -> str:
    """Where the metadata of a resource are: section 3.1, between the host and the path."""
    return _origin(resource) + path(resource)


def path(resource: str) -> str:
    """The same without scheme and host, the query of the resource's name included."""
    rest = resource[len(_origin(resource)) :]
    # Section 3.1: only a slash that ends the host part falls away.
    return WELL_KNOWN + (rest.removeprefix("/") if rest in ("", "/") else _after_host(rest))


def document(resource: str, issuer: str, more: dict[str, object]) -> dict[str, object]:
    """The metadata: section 2. What is None is left out."""
    whole = {
        "resource": resource,
        "authorization_servers": [issuer],
        "bearer_methods_supported": ["header"],
        **more,
    }
    return {name: value for name, value in whole.items() if value is not None}


def _origin(resource: str) -> str:
    parts = urlsplit(resource)
    return f"{parts.scheme}://{parts.netloc}"


def _after_host(rest: str) -> str:
    return rest[1:] if rest.startswith("/?") else rest
