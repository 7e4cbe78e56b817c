"""What the examples share: the local issuer, and who may do what with the files."""

from __future__ import annotations

import os

from postern_verifier import Needs, StatusLists, Verifier

# `make run` serves the issuer, and has planted this resource and a client for it.
ISSUER = os.environ.get("ISSUER", "http://127.0.0.1:8000")
RESOURCE = "https://api.example.com"
PORT = int(os.environ.get("PORT", "9000"))
SCOPES: dict[str, object] = {"scopes_supported": ["read", "write"]}

# Revoked tokens are refused as well, once the operator has given the resource a status list.
verifier = Verifier(ISSUER, RESOURCE, status_lists=StatusLists(required=False))


def policy(method: str, path: str) -> Needs | None:
    """Everyone may ask for /health; files are read with one scope and changed with the other."""
    if path == "/health":
        return None
    return Needs("read") if method == "GET" else Needs("write")
