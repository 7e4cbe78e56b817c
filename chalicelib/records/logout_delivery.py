"""How telling a client of a logout goes. OpenID Connect Back-Channel Logout 1.0 section 2.5."""

from typing import Annotated, ClassVar

from .record import DAY, Key, Record

DELIVERED, WAITING, UNDELIVERED = "delivered", "waiting", "undelivered"
KEPT = 14 * DAY


class LogoutDelivery(Record, kw_only=True):
    """One logout token for one client, for operators to look at. Times in epoch seconds.

    subject, sid: whom and what it names, as the client knows them.
    state: DELIVERED, WAITING for its next try, or UNDELIVERED after the last.
    tries: how many there were; reason: what the last one met, None where the client took it.
    """

    TYPE: ClassVar[str] = "logout"

    delivery_id: Annotated[str, "id"]
    client_id: Annotated[str, "c"]
    subject: Annotated[str, "sb"]
    sid: Annotated[str, "sid"]
    asked_at: Annotated[int, "i"]
    state: Annotated[str, "st"]
    tries: Annotated[int, "n"]
    tried_at: Annotated[int, "ta"]
    expires_at: Annotated[int, "x"]
    reason: Annotated[str | None, "re"] = None

    @property
    def key(self) -> Key:
        return Key(deliveries_partition(self.client_id), f"{self.asked_at:011}#{self.delivery_id}")


def deliveries_partition(client_id: str) -> str:
    """Where a client's deliveries lie, in order of time."""
    return f"B#{client_id}"
