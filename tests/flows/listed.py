"""Resources whose tokens have a place in a status list, and the lists as verifiers see them."""

from __future__ import annotations

import base64
import zlib
from typing import Any
from urllib.parse import urlsplit

from chalicelib.administration import resources
from infra import seeds
from postern_verifier import Refused, StatusLists, Verifier
from postern_verifier.fetching import Answer, Call
from tests.reply import claims
from tests.world import World

API = str(seeds.RESOURCE["resource"])
MACHINE = ("demomachine", "demomachinesecret")


def switch(world: World, *, on: bool = True, **changes: Any) -> None:
    """Have the demo API's tokens listed, or not any more; every process knows it."""
    resources.update(API, {"status_list": on, **changes}, world.services)
    world.restart()


class ResourceServer:
    """The API, with the kit. `calls`: what it has asked of the issuer."""

    def __init__(self, world: World, **settings: Any) -> None:
        self.calls: list[str] = []
        self._world = world
        lists = StatusLists(**settings)
        self.verifier = Verifier(
            world.issuer, API, status_lists=lists, fetch=self._fetch, now=world.clock
        )

    def _fetch(self, call: Call) -> Answer:
        self.calls.append(call.url)
        parts = urlsplit(call.url)
        reply = self._world.request("GET", parts.path, headers=list(call.headers.items()))
        headers = {name.lower(): value for name, value in reply.answer.headers}
        return Answer(reply.status, headers, reply.answer.body)

    def refusal(self, token: str) -> str | None:
        """The name of the reason why a token is refused, None when it opens the API."""
        try:
            self.verifier.check([("Authorization", f"Bearer {token}")], "GET", f"{API}/files")
        except Refused as refused:
            return type(refused).__name__
        return None


def machine_token(world: World) -> str:
    """A token of a client that acts for itself."""
    form = {"grant_type": "client_credentials", "scope": "read"}
    reply = world.post("/token", form, auth=MACHINE)
    assert reply.status == 200, reply.text
    return str(reply.json["access_token"])


def place(token: str) -> tuple[str, int]:
    """The list and the index that a token names."""
    named = claims(token)["status"]["status_list"]
    return named["uri"], named["idx"]


def published(world: World, token: str) -> dict[str, Any]:
    """The claims of the list that a token names, as it is published now."""
    reply = world.get(urlsplit(place(token)[0]).path)
    assert reply.status == 200, reply.text
    return claims(reply.text)


def revoked(world: World, *tokens: str) -> list[bool]:
    """Whether each token is revoked in a list that is made now, read here bit by bit."""
    world.restart()
    found = []
    for token in tokens:
        lst = published(world, token)["status_list"]["lst"]
        bits = zlib.decompress(base64.urlsafe_b64decode(lst + "=" * (-len(lst) % 4)))
        index = place(token)[1]
        found.append(bool(bits[index // 8] >> index % 8 & 1))
    return found
