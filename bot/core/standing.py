"""What has to stand in every network, such as a deadline of each group: seen to at the start and every hour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bot.core.context import Context
from bot.core.language import Words
from bot.core.registry import Registry
from storage import directory
from storage.work import Tx, Work

EVERY = timedelta(hours=1)


class Standing:
    """Lets the features begin. `clock` is the real one, aware UTC."""

    def __init__(
        self, work: Work, registry: Registry, clock: Callable[[], datetime], new_id: Callable[[], int]
    ) -> None:
        self._work, self._registry, self._clock, self._new_id = work, registry, clock, new_id
        self._next_at: datetime | None = None

    async def run_once(self) -> None:
        """Sees to it if that was not done yet, or an hour ago. Raises what TROUBLE names: the next tick tries again."""
        now = self._clock()
        if self._next_at is not None and now < self._next_at:
            return
        await self.begin()
        self._next_at = now + EVERY

    async def begin(self) -> None:
        """Sees to it in every network."""
        if not self._registry.beginnings:
            return
        for network_id in await self._work.read(lambda tx: sorted(directory.clocks(tx.db))):
            await self._work.write(network_id, partial(self._begin, network_id), background=True)

    def _begin(self, network_id: int, tx: Tx) -> None:
        network = directory.network(tx.db, network_id)
        for begin in self._registry.beginnings:
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
            begin(ctx)
            ctx.flush()
