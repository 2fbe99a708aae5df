"""The playground with everything behind it, put together as the composition root does."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from adapters.local.changes import Changes
from adapters.local.playground import Playground
from adapters.local.sender import LocalSender
from bot.core.deadlines import Clockwork
from bot.core.delivery import Deliverer
from bot.core.dispatch import Dispatch
from bot.core.feature import Feature
from bot.core.time_travel import TimeTravel
from storage import directory, local_chat
from storage.work import Tx, Work, open_work
from tests.support.house import Clock
from tests.support.tables import make_tables


@dataclass
class Stage:
    """A playground and what is behind it. `network_id` is 1."""

    work: Work
    clock: Callable[[], datetime]
    dispatch: Dispatch
    deliverer: Deliverer
    clockwork: Clockwork
    time_travel: TimeTravel
    playground: Playground
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def id(self) -> str:
        """An id as the browser makes them."""
        return f"deed-{next(self._ids):04}"

    def deliver(self) -> None:
        """Delivers by itself from now on, and looks at the clock, as the running program does."""
        self._tasks.append(asyncio.create_task(self.deliverer.run()))
        self._tasks.append(asyncio.create_task(self._tick()))

    async def _tick(self) -> None:
        while True:
            await self.clockwork.fire_due()
            self.deliverer.wake()
            await asyncio.sleep(0.5)

    async def shown(self) -> list[local_chat.LocalMessage]:
        """All that the playground's channels show, oldest first."""
        return await self.work.read(lambda tx: local_chat.last_messages(tx.db, 1, 1000))

    async def close(self) -> None:
        await self.playground.close()
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self.work.close()


def open_stage(
    url: str, features: Sequence[Feature], clock: Callable[[], datetime] | None = None, *, first_id: int = 1000
) -> Stage:
    """Makes the tables and the network where they are missing; the playground is not started yet."""
    if not Path(sa.make_url(url).database or "").exists():
        make_tables(url)
    now = clock or Clock()
    ids = itertools.count(first_id)
    work = open_work(url, clock=now)
    changes = Changes()
    wakers: list[Callable[[], None]] = []
    dispatch = Dispatch(work, features, lambda: next(ids), lambda: wakers[0](), new_code=lambda: f"CODE-{next(ids)}")
    sender = LocalSender(work, lambda: next(ids), changes)
    deliverer = Deliverer(work, sender, dispatch.registry, now, lambda: next(ids))
    wakers.append(deliverer.wake)
    clockwork = Clockwork(work, dispatch.registry, now, lambda: next(ids))
    travel = TimeTravel(work, clockwork, deliverer.drain, now)
    playground = _Founding(work, dispatch, deliverer, travel, changes, lambda: next(ids), 1)
    return Stage(work, now, dispatch, deliverer, clockwork, travel, playground)


class _Founding(Playground):
    """Makes the network first, which `mycel init` or the first start does elsewhere."""

    async def start(self) -> None:
        await self.work.write(1, _found)
        await super().start()


def _found(tx: Tx) -> int:
    return directory.add_network(tx.db, 1, "mycel", "en", tx.now)
