"""What every stored record shares: a key, short attribute names, an expiry.

A field is declared with its attribute's name in the table beside it:

    client_id: Annotated[str, "c"]

Modules of records do not defer annotations, so that the names can be read back here.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, NamedTuple, Self, cast

from ..values import Frozen

# The values that an attribute can hold; a tuple is a DynamoDB list, a mapping a DynamoDB map.
Value = str | int | bool | bytes | tuple["Value", ...] | Mapping[str, "Value"]
Attributes = Mapping[str, Value]

DAY = 24 * 60 * 60
# Bytes of DynamoDB's longest keys.
MOST_PARTITION = 2048
MOST_SORT = 1024


class Key(NamedTuple):
    """The primary key of an item."""

    pk: str
    sk: str = "-"

    @property
    def is_possible(self) -> bool:
        """Whether an item can have it; DynamoDB refuses to look for a longer one."""
        return (
            len(self.pk.encode(errors="replace")) <= MOST_PARTITION
            and len(self.sk.encode(errors="replace")) <= MOST_SORT
        )


class Record(Frozen, kw_only=True):
    """A stored value. Subclasses set TYPE and `key`, and RETENTION when they guard something.

    RETENTION is how many seconds the item stays for DynamoDB to sweep after its expiry, so that a
    used marker or a replay record outlives what it guards.
    """

    TYPE: ClassVar[str]
    RETENTION: ClassVar[int] = DAY

    @property
    def key(self) -> Key:
        """Where the record lies in the table."""
        raise NotImplementedError(f"{type(self).__name__} has no key")

    @property
    def expiry(self) -> int | None:
        """When the record ends, in epoch seconds, or None when it stays."""
        expires_at: int | None = getattr(self, "expires_at", None)
        return expires_at

    def is_over(self, now: int) -> bool:
        """Whether it has ended by now."""
        return self.expiry is not None and self.expiry <= now

    def attributes(self) -> dict[str, Value]:
        """The item without its key: short names, absent values left out."""
        item: dict[str, Value] = {"t": self.TYPE}
        for name, attribute in attribute_names(cast("Any", type(self))).items():
            value = getattr(self, name)
            if value is not None:
                item[attribute] = value
        if self.expiry is not None:
            item["ttl"] = self.expiry + self.RETENTION
        return item

    @classmethod
    def read(cls, item: Attributes) -> Self:
        """Make the record of an item; ValueError when the item is of another type."""
        if item.get("t") != cls.TYPE:
            raise ValueError(f"expected a {cls.TYPE} item, found {item.get('t')!r}")
        values: dict[str, Any] = {
            name: item[attribute]
            for name, attribute in attribute_names(cast("Any", cls)).items()
            if attribute in item
        }
        return cls(**values)


@cache
def attribute_names(record: Any) -> Mapping[str, str]:
    """Field name to attribute name, from the annotations of a subclass of Record."""
    return {name: record.__annotations__[name].__metadata__[0] for name in record.MEMBERS}
