"""What has come due in the life of the data keys. The rules of each step are in signing_keys.py."""

from __future__ import annotations

from collections.abc import Iterable

from ..values import Frozen
from .signing_keys import ACTIVE, DATA_KEY, HOUR, NEXT, RETIRED, SigningKey, ready_at

ROTATE_EVERY = 30 * 24 * HOUR  # for which a data key signs before its successor is announced


class Due(Frozen):
    """What there is to do, in this order: kids to drop, algorithms to promote and to announce."""

    drop: tuple[str, ...]
    promote: tuple[str, ...]
    announce: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.drop or self.promote or self.announce)


def due(keys: Iterable[SigningKey], now: int, every: int = ROTATE_EVERY) -> Due:
    """What has come due by `now` (epoch seconds); `every`: for how many seconds a data key signs.

    Keys inside KMS are left to the operator: a new one has to be made, and paid for.
    """
    mine = [key for key in keys if key.mode == DATA_KEY]
    ready = [key for key in mine if key.state != ACTIVE and now >= (ready_at(key) or 0)]
    waiting = {key.alg for key in mine if key.state == NEXT}
    return Due(
        drop=tuple(key.kid for key in ready if key.state == RETIRED),
        promote=tuple(key.alg for key in ready if key.state == NEXT),
        announce=tuple(
            key.alg
            for key in mine
            if key.state == ACTIVE and key.alg not in waiting and now - key.changed_at >= every
        ),
    )
