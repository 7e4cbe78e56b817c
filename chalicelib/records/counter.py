"""How often something happened in one window of time."""

from typing import Annotated, ClassVar

from .record import Key, Record


class Counter(Record, kw_only=True):
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
