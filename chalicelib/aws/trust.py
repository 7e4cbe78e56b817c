"""Whom we believe to be AWS, in TLS: the five roots of Amazon Trust Services, then any public one.

Reading every root of the system takes longer than the whole rest of a cold start, and AWS's
endpoints chain to these five. Where they do not (a proxy of one's own, another partition, a new
root), the system's roots are asked before anything is given up: docs/decisions/0019.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssl import SSLContext

# Not by pathlib, which takes longer to import than everything else in this folder.
AMAZON_ROOTS = os.path.join(os.path.dirname(__file__), "amazon_roots.pem")


class Trust:
    """The TLS context of a process. Made on first use and not at the start: OpenSSL may draw
    random numbers for it, and a snapshot would give all that is restored the same."""

    def __init__(self) -> None:
        self._context: SSLContext | None = None
        self._is_wide = False

    @property
    def context(self) -> SSLContext:
        """What to connect with: the certificate and its name are always checked."""
        if self._context is None:
            import ssl

            self._context = ssl.create_default_context(cafile=AMAZON_ROOTS)
        return self._context

    def widen(self, error: Exception) -> bool:
        """Whether the connection that failed is worth another try, with the system's roots.

        Only where the certificate was not trusted, so nothing had been sent; and only once.
        """
        if self._context is None or self._is_wide:
            return False
        import ssl

        if not isinstance(error, ssl.SSLCertVerificationError):
            return False
        self._context, self._is_wide = ssl.create_default_context(), True
        return True
