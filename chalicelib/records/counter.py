"""How often something happened in one window of time."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from .record import Key, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter(Record):
    """Count of `what` by `who` (a hash) in the window that started at `window`, epoch seconds."""

    TYPE: ClassVar[str] = "counter"

    what: Annotated[str, "w"]
    who: Annotated[str, "o"]
    window: Annotated[int, "wi"]
    expires_at: Annotated[int, "x"]
    count: Annotated[int, "n"] = 0

    @property
    def key(self) -> Key:
        return Key(f"Q#{self.what}#{self.who}#{self.window}")
