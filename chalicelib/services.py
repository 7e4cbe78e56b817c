"""What flows need of the world: settings, time, randomness, the table, the keys, the log.

Passed as an argument, made on first use. One instance serves one process, a request at a time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from .aws.log import Log
from .encoding import base64url
from .modules import Modules
from .settings import Settings

# What a request does not use, a cold start does not import: metadata needs no AWS, JWKS no clients.
if TYPE_CHECKING:
    from typing import Protocol

    from .aws.client import AWSClient
    from .aws.keyring import Keyring
    from .aws.registry import Registry
    from .aws.signer import Signer
    from .aws.status_lists import StatusLists
    from .aws.table import Table
    from .client_keys import ClientKeys
    from .fetching import Fetcher
    from .records.client import Client

    class Documents(Protocol):
        """How client_documents.py looks from below."""

        def find(
            self,
            url: str,
            stored: Callable[[], Client | None],
            services: Services,
            *,
            current: bool,
        ) -> Client | None:
            """The client of a URL, or None."""


# Reading a document follows the rules of registration, which stand above what is here.
_ABOVE: Modules[Documents] = Modules(__package__, {"documents": "client_documents"})


def system_clock() -> int:
    """The time now, in epoch seconds."""
    return int(time.time())


class Services:
    """The world of one stage.

    `connect` makes the client of AWS; `now` gives epoch seconds, `token_bytes(n)` n random bytes.
    """

    def __init__(
        self,
        settings: Settings,
        connect: Callable[[], AWSClient],
        *,
        now: Callable[[], int] = system_clock,
        token_bytes: Callable[[int], bytes] = os.urandom,
        log: Log | None = None,
        fetcher: Fetcher | None = None,
    ) -> None:
        self.settings = settings
        self._connect = connect
        self.now = now
        self.token_bytes = token_bytes
        self.log = log or Log()
        self._fetcher = fetcher
        # Who has failed here lately: see throttling.py.
        self.suspects: dict[str, int] = {}
        # Which documents of clients could not be read lately, and when: see client_documents.py.
        self.document_tries: dict[str, int] = {}
        # Whose request is served, for the throttling of what is done far below it.
        self.source_address = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Services:
        """The services of the stage that the environment describes. SettingsError."""
        settings = Settings.read(environ)

        def connect() -> AWSClient:
            from .aws.client import AWSClient
            from .aws.credential_source import source

            return AWSClient(
                settings.region,
                source(environ),
                endpoint=environ.get("AWS_ENDPOINT_URL"),
            )

        return cls(settings, connect, log=Log.at(environ.get("LOG_FILE")))

    @cached_property
    def client(self) -> AWSClient:
        """AWS."""
        return self._connect()

    @cached_property
    def table(self) -> Table:
        """The table, through this stage's clock."""
        from .aws.table import Table

        return Table(self.client, self.settings.table_name, self.now)

    @cached_property
    def keyring(self) -> Keyring:
        """The signing keys and the salt."""
        from .aws.keyring import Keyring

        return Keyring(self.table, self.now)

    @cached_property
    def signer(self) -> Signer:
        """Who signs tokens: KMS, or a key that KMS decrypts once."""
        from .aws.signer import Signer

        return Signer(self.client, self.settings.stage, lambda: self.keyring.keys)

    @cached_property
    def status_lists(self) -> StatusLists:
        """Places in token status lists, and what was revoked there."""
        from .aws.status_lists import StatusLists

        return StatusLists(self.table, self.now, lambda: self.keyring.salt)

    @cached_property
    def registry(self) -> Registry:
        """Clients and resources."""
        from .aws.registry import Registry

        def described(
            url: str, stored: Callable[[], Client | None], current: bool
        ) -> Client | None:
            return _ABOVE["documents"].find(url, stored, self, current=current)

        taken = self.settings.client_documents
        return Registry(self.table, self.now, described if taken else None)

    @cached_property
    def fetcher(self) -> Fetcher:
        """Who calls others."""
        from .fetching import Fetcher
        from .protocol.fetchable import INTERNET, THIS_MACHINE_TOO

        reach = THIS_MACHINE_TOO if self.settings.is_local else INTERNET
        return self._fetcher or Fetcher(reach=reach)

    @cached_property
    def client_keys(self) -> ClientKeys:
        """The public keys of clients."""
        from .client_keys import ClientKeys

        return ClientKeys(lambda: self.fetcher, self.now)

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        if "client" in vars(self):
            self.client.close()

    def random_text(self, size: int) -> str:
        """`size` random bytes in base64url."""
        return base64url(self.token_bytes(size))
