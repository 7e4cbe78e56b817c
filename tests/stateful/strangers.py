"""Clients that register themselves, and lapse where nobody uses them. RFC 7591, decision 0038.

What such a client has got stands for as long as it is registered: a day while it has nothing, and
from each code or refresh on a day longer than what that gave. Then it is gone, with all it had, in
every process at once, and it does not come back.
"""

from __future__ import annotations

import json

from hypothesis import event

from tests.stateful.actors import Cast
from tests.stateful.model import API, DAY, App


def register(cast: Cast) -> App:
    """A new client, by its own word."""
    redirect = "https://stranger.example/cb"
    metadata = {
        "client_name": "A stranger",
        "redirect_uris": [redirect],
        "grant_types": ["authorization_code", "refresh_token"],
    }
    reply = cast.world.request(
        "POST",
        "/register",
        headers=[("Content-Type", "application/json")],
        body=json.dumps(metadata).encode(),
        address=cast.address(),
    )
    assert reply.status == 201, reply.text
    told = reply.json
    app = App(told["client_id"], told["client_secret"], redirect, (API,))
    cast.model.change(app, cast.now)
    cast.model.lapses[app.client_id] = cast.now + DAY
    event("a stranger registers")
    return app
