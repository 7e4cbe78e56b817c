"""What may be registered. RFC 7591, RFC 8707, OpenID Connect Core section 5.1.

Each member reads metadata into a record or refuses it, and writes it back. Storing them is
administration/.
"""

from __future__ import annotations


class InvalidMetadata(ValueError):
    """A member is malformed or contradicts another; the message names it."""


# RFC 7591 calls a bad redirect URI by a name of its own.
class InvalidRedirectURI(InvalidMetadata):
    """RFC 7591 section 3.2.2: a redirect URI must not be registered."""
