"""The demo client: walks the authorization code flow one step at a time, showing every message.

An application for the local server, under /demo. It is a client like any other: it learns the
endpoints from the issuer's metadata and calls them over HTTP. application.py routes, walk.py holds
what one browser has done so far, issuer.py makes the calls, tokens.py reads JWTs, pages.py renders.
"""

from __future__ import annotations

from infra.local.demo.application import Demo

__all__ = ["Demo"]
