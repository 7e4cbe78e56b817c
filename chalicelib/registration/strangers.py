"""What whoever registers itself may not give itself. RFC 7591 section 5, docs/decisions/0039.

By dynamic registration or by a document of its own: these members are left out, as unknown ones
are, and these grant types are all that it can have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..records.client import Client
from . import InvalidMetadata

# This server's own: trust, reach and exceptions are the operator's to give.
OPERATORS = (
    *("first_party", "verified", "require_pkce", "profile", "require_dpop_nonce"),
    *("introspection", "resource_server", "id_jag_audiences"),
    *("allowed_resources", "default_resource", "default_scope"),
)
# With a user who is asked. A machine that nobody knows speaks for nobody.
GRANT_TYPES = ("authorization_code", "refresh_token")


# What is printable to Python and shows nothing, or changes what stands before it.
_UNSEEN = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]"
    r"|[\U000e0100-\U000e01ef]"
)


def without_operators(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata without what is the operator's to give."""
    return {name: value for name, value in metadata.items() if name not in OPERATORS}


def application_type(metadata: Mapping[str, Any]) -> str:
    """What a client is that does not say so: on the user's device, where its answers go there.

    OpenID Connect Dynamic Client Registration section 2 has web in any case, and then refuses.
    """
    uris = metadata.get("redirect_uris")
    uris = uris if isinstance(uris, list) else []
    away = any(isinstance(uri, str) and not uri.startswith("https://") for uri in uris)
    return "native" if away else "web"


def names_can_be_seen(client: Client) -> None:
    """What is shown to users is what they see: no blank name, nothing invisible in one."""
    if client.registered_by == "operator":
        return
    for name in ("client_name", "contacts"):
        given = getattr(client, name) or ()
        for text in (given,) if isinstance(given, str) else given:
            if _UNSEEN.search(text) or text != text.strip() or "  " in text:
                raise InvalidMetadata(f"{name}: must not hold invisible characters or blanks")


RULES = (names_can_be_seen,)
