"""When a client is gone that registered itself. docs/decisions/0038."""

from __future__ import annotations

from dataclasses import replace

from tests.stateful.model import DAY, UNUSED, Model


def let_lapse(model: Model, now: int) -> None:
    """Whoever was not used for so long is gone."""
    for client_id, ends in list(model.lapses.items()):
        app = model.now_is(client_id)
        if now >= ends:
            del model.lapses[client_id]
            model.change(replace(app, gone=True, lapsed=True, blocked=False), now)


def use(model: Model, client_id: str, now: int) -> None:
    """A client is kept for longer than what it has just got."""
    needed = now + max(UNUSED, DAY)
    if model.lapses.get(client_id, needed) < needed:
        model.lapses[client_id] = needed + DAY
