"""How a client knows a user: the `sub` of every token and answer. OpenID Connect Core section 8.

Public: the same for all. Pairwise: a keyed hash of the client's sector and the user, the same for
ever, from which nobody who lacks the table learns the user, or what another sector calls them.
"""

from __future__ import annotations

from .protocol import sector
from .records.client import Client
from .records.user import User
from .services import Services


def of(user: User, client: Client, services: Services) -> str:
    """The subject of a user for one client; never the internal key."""
    if client.subject_type == sector.PUBLIC:
        return user.subject
    own = sector.of(client.sector_identifier_uri, client.redirect_uris)
    return services.keyring.pseudonym("subject", f"{own}\0{user.user_id}")
