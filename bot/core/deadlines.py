"""What falls due is fired once: effects, messages, successor, completion in one transaction, the world re-checked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.core.context import Context
from bot.core.language import Words
from bot.core.registry import Registry
from bot.core.trouble import TROUBLE
from storage import deadlines, directory
from storage.deadlines import Deadline
from storage.work import Tx, Work

log = logging.getLogger("mycel.deadlines")

AT_ONCE = 100
TRIES = 5


class Clockwork:
    """Fires deadlines by each network's own clock."""

    def __init__(
        self, work: Work, registry: Registry, clock: Callable[[], datetime], new_id: Callable[[], int]
    ) -> None:
        self._work, self._registry, self._clock, self._new_id = work, registry, clock, new_id

    async def fire_due(self) -> int:
        """Fires all that is due now, the oldest first; returns how many. Raises what TROUBLE names: nothing is lost."""
        fired = 0
        while True:
            due = await self._work.read(lambda tx: deadlines.due(tx.db, self._clock(), AT_ONCE))
            # Their writes wait in this order and are committed together where the database can.
            fired_now = await asyncio.gather(*map(self._fire, due), return_exceptions=True)
            for outcome in fired_now:
                if isinstance(outcome, BaseException):
                    raise outcome
            fired += sum(outcome is True for outcome in fired_now)
            # Where none fired, the database's clock is behind ours, or all failed: the next tick looks again.
            if len(due) < AT_ONCE or True not in fired_now:
                return fired

    async def _fire(self, deadline: Deadline) -> bool:
        try:
            return await self._work.write(deadline.network_id, lambda tx: self._run(tx, deadline))
        except TROUBLE:
            raise
        except Exception:
            log.exception("deadline %s of %s failed", deadline.kind, deadline.about)
            await self._work.write(deadline.network_id, lambda tx: self._note_failure(tx, deadline))
            return False

    def _run(self, tx: Tx, seen: Deadline) -> bool:
        """Fires it if it still waits and its time has come."""
        deadline = deadlines.still_pending(tx.db, seen)
        if deadline is None:
            return False
        network = directory.network(tx.db, deadline.network_id)
        now = tx.now + network.clock_ahead
        if deadline.due_at > now:
            return False
        ctx = Context(
            db=tx.db,
            now=now,
            real_now=tx.now,
            new_id=self._new_id,
            network=network,
            words=Words(network.language),
            subscribers=self._registry.subscribers,
            registry=self._registry,
        )
        deadlines.finish(tx.db, deadline, "fired", deadline.attempts)
        self._registry.deadlines[deadline.kind](ctx, deadline)
        ctx.flush()
        return True

    def _note_failure(self, tx: Tx, seen: Deadline) -> None:
        """Tries again later, and after some tries gives up; `doctor` shows what was given up."""
        deadline = deadlines.still_pending(tx.db, seen)
        if deadline is None:
            return
        attempts = deadline.attempts + 1
        if attempts >= TRIES:
            deadlines.finish(tx.db, deadline, "failed", attempts)
            log.error("gave up deadline %s of %s", deadline.kind, deadline.about)
            return
        deadlines.finish(tx.db, deadline, "pending", attempts)
        now = tx.now + directory.network(tx.db, deadline.network_id).clock_ahead
        deadlines.postpone(tx.db, deadline, max(now, deadline.due_at) + timedelta(minutes=2**attempts))
