"""Followers read the event log behind a cursor: later, one event a transaction, without harm to what they follow."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bot.core.context import Context
from bot.core.language import Words
from bot.core.registry import Registry
from bot.core.trouble import TROUBLE
from storage import directory, events
from storage.work import Tx, Work

log = logging.getLogger("mycel.following")

TRIES = 5
A_TURN = 200


class Followers:
    """Lets each follower handle the events of each network that it has not yet handled."""

    def __init__(self, work: Work, registry: Registry, new_id: Callable[[], int]) -> None:
        self._work, self._registry, self._new_id = work, registry, new_id

    async def run_once(self) -> None:
        """Handles what is there, up to some hundred events a follower and network. Raises what TROUBLE names."""
        if not self._registry.followers:
            return
        for network_id, name in await self._work.read(self._behind):
            await self._follow(network_id, name)

    def _behind(self, tx: Tx) -> list[tuple[int, str]]:
        """Which follower has something to handle in which network."""
        pairs = [(n, name, last) for n, last in events.last_ids(tx.db).items() for name in self._registry.followers]
        return [(n, name) for n, name, last in pairs if events.cursor_of(tx.db, name, n)[0] < last]

    async def _follow(self, network_id: int, name: str) -> None:
        for _ in range(A_TURN):
            try:
                if not await self._work.write(network_id, lambda tx: self._step(tx, network_id, name), background=True):
                    return
            except TROUBLE:
                raise
            except Exception:
                log.exception("follower %s failed in network %s", name, network_id)
                await self._work.write(network_id, lambda tx: _note_failure(tx, network_id, name), background=True)
                return

    def _step(self, tx: Tx, network_id: int, name: str) -> bool:
        """Handles one event and moves the cursor in the same transaction; False if there was none."""
        last_id, _ = events.cursor_of(tx.db, name, network_id)
        found = events.after(tx.db, network_id, last_id, 1)
        if not found:
            return False
        network = directory.network(tx.db, network_id)
        ctx = Context(
            db=tx.db,
            now=tx.now + network.clock_ahead,
            real_now=tx.now,
            new_id=self._new_id,
            network=network,
            words=Words(network.language),
            subscribers=self._registry.subscribers,
            registry=self._registry,
        )
        if not found[0].is_past:  # what was imported from before Mycel's time tells nobody
            self._registry.followers[name](ctx, found[0])
            ctx.flush()
        events.move_cursor(tx.db, name, network_id, found[0].id, 0)
        return True


def _note_failure(tx: Tx, network_id: int, name: str) -> None:
    """Tries the same event again next time; after some tries it is left out, and the log says so."""
    last_id, attempts = events.cursor_of(tx.db, name, network_id)
    if attempts + 1 < TRIES:
        events.move_cursor(tx.db, name, network_id, last_id, attempts + 1)
        return
    skipped = events.after(tx.db, network_id, last_id, 1)
    log.error("follower %s left out event %s of network %s", name, skipped[0].id, network_id)
    events.move_cursor(tx.db, name, network_id, skipped[0].id, 0)
