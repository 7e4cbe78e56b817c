"""Logouts: how telling a client of them went, for the last two weeks."""

from __future__ import annotations

from collections.abc import Iterator

from ..records.logout_delivery import LogoutDelivery, deliveries_partition
from ..services import Services
from . import clients


def of_client(client_id: str, services: Services) -> Iterator[LogoutDelivery]:
    """The deliveries of a client, the oldest first. Refused when there is no such client."""
    client = clients.get(client_id, services)
    return services.table.query(LogoutDelivery, deliveries_partition(client.client_id))
