"""openid_connect.mjs, and the person who takes its authorization URLs through a browser."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.chromium import Person
from tests.receiver import Receiver
from tests.running import Running

SECONDS = 60
Node = Callable[..., subprocess.Popen[str]]


class RelyingParty:
    """A client of openid-client, registered with some metadata; answers go to its receiver."""

    def __init__(
        self, script: subprocess.Popen[str], running: Running, receiver: Receiver, **metadata: Any
    ) -> None:
        self._script = script
        self.receiver = receiver
        self.client_id = running.client(
            redirect_uris=[receiver.redirect_uri],
            post_logout_redirect_uris=[receiver.redirect_uri],
            first_party=True,
            **metadata,
        )
        self._write(
            {
                "issuer": running.url,
                "client_id": self.client_id,
                "client_secret": f"{self.client_id}secret",
                "redirect_uri": receiver.redirect_uri,
                "metadata": metadata,
            }
        )

    def ask(self, **settings: Any) -> str:
        """The authorization URL of a new turn."""
        self.receiver.calls.clear()
        self._write(settings)
        return str(self._read())

    def finish(self, person: Person) -> dict[str, Any]:
        """What the library makes of the answer that the browser brings; `error` where it threw."""
        person.arrive(self.receiver.redirect_uri)
        (call,) = self.receiver.calls
        form = {"form": call.body.decode()} if call.method == "POST" else {}
        self._write({"url": self.receiver.url.rstrip("?"), **form})
        return dict(self._read())

    def go(self, person: Person, **settings: Any) -> dict[str, Any]:
        """A turn in which nothing is asked."""
        person.open(self.ask(**settings))
        return self.finish(person)

    def sign_in(self, person: Person, username: str, **settings: Any) -> dict[str, Any]:
        """A turn in which the person signs in."""
        person.open(self.ask(**settings))
        person.sign_in(username)
        return self.finish(person)

    def refresh(self, tokens: dict[str, Any]) -> dict[str, Any]:
        """What comes of the refresh token."""
        self._write({"refresh": tokens["refresh_token"]})
        return dict(self._read())

    def _write(self, value: object) -> None:
        assert self._script.stdin is not None
        self._script.stdin.write(f"{json.dumps(value)}\n")
        self._script.stdin.flush()

    def _read(self) -> Any:
        assert self._script.stdout is not None
        line = self._script.stdout.readline()
        if not line:
            raise AssertionError(self._script.communicate(timeout=SECONDS)[1])
        return json.loads(line)


@contextmanager
def relying_party(
    node: Node, running: Running, receiver: Receiver, **metadata: Any
) -> Iterator[RelyingParty]:
    """The script, running."""
    with node("openid_connect.mjs") as script:
        try:
            yield RelyingParty(script, running, receiver, **metadata)
        finally:
            script.kill()
