"""Moves a network's clock on from one due time to the next, so that all happens in its order. Playground only."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.deadlines import Clockwork
from bot.core.errors import UserError
from bot.core.language import mark
from storage import deadlines, directory, held_messages
from storage.work import Tx, Work

log = logging.getLogger("mycel.time_travel")

FARTHEST = timedelta(days=3660)
STOPS_AT_ONE_TIME = 20
_BACKWARDS = mark("The clock only goes forward: it is {now} already.")
_TOO_FAR = mark("That is more than ten years ahead.")
_NOTHING_DUE = mark("Nothing is due in this network.")
_REFUSED = mark("The clock cannot be moved while a real platform is connected: people there live by the real one.")


@dataclass(frozen=True, slots=True)
class Journey:
    """From where to where the network's clock was moved (aware UTC), and how many deadlines fired on the way."""

    left_at: datetime
    arrived_at: datetime
    fired: int


class TimeTravel:
    """`drain` delivers what can be delivered; it is awaited at each due time. `clock` is the real one, aware UTC.

    `before` is awaited before the clock moves: what was counted until now belongs to this day.
    `is_allowed` says whether the clock may be moved: not while people on a real platform live by it.
    """

    def __init__(
        self,
        work: Work,
        clockwork: Clockwork,
        drain: Callable[[], Awaitable[None]],
        clock: Callable[[], datetime],
        *,
        is_allowed: bool = True,
        before: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._work, self._clockwork, self._drain, self._clock = work, clockwork, drain, clock
        self.is_allowed = is_allowed
        self._before = before

    async def now(self, network_id: int) -> datetime:
        """The network's clock."""
        network = await self._work.read(lambda tx: directory.network(tx.db, network_id))
        return self._clock() + network.clock_ahead

    async def next_due(self, network_id: int) -> datetime | None:
        """When the next deadline is, or what is held over quiet hours goes out; None if nothing waits."""
        return await self._work.read(lambda tx: _next_due(tx, network_id))

    async def by(self, network_id: int, length: timedelta) -> Journey:
        """Moves the clock on by this much. Raises UserError as `to` does."""
        return await self.to(network_id, await self.now(network_id) + length)

    async def to_next(self, network_id: int) -> Journey:
        """Moves the clock to the next thing that falls due. Raises UserError if there is none, and as `to` does."""
        due = await self.next_due(network_id)
        if due is None:
            raise UserError(_NOTHING_DUE)
        left_at = await self.now(network_id)
        return await self._travel(network_id, left_at, max(due, left_at))

    async def to(self, network_id: int, target: datetime) -> Journey:
        """Moves the clock to `target`, firing and delivering at each due time before it.

        Raises UserError for a target in the past or more than ten years ahead, and where it is not allowed.
        """
        return await self._travel(network_id, await self.now(network_id), target)

    async def _travel(self, network_id: int, left_at: datetime, target: datetime) -> Journey:
        if not self.is_allowed:
            raise UserError(_REFUSED)
        if target < left_at:
            raise UserError(_BACKWARDS, now=f"{left_at:%Y-%m-%d %H:%M} UTC")
        if target - left_at > FARTHEST:
            raise UserError(_TOO_FAR)
        if self._before is not None:
            await self._before()
        fired = 0
        stops: Counter[datetime] = Counter()
        while (due := await self.next_due(network_id)) is not None and due <= target:
            stops[due] += 1
            if stops[due] > STOPS_AT_ONE_TIME:
                log.error("what falls due at %s does not get done; the clock goes on without it", due)
                break
            fired += await self._stop_at(network_id, due)
        await self._stop_at(network_id, target)
        return Journey(left_at, await self.now(network_id), fired)

    async def _stop_at(self, network_id: int, at: datetime) -> int:
        await self._work.write(network_id, lambda tx: _set_clock(tx, network_id, at))
        fired = await self._clockwork.fire_due()
        await self._drain()
        return fired


def _set_clock(tx: Tx, network_id: int, at: datetime) -> None:
    """To `at`, rounded up to the whole second that offsets are kept in; never backwards."""
    ahead = timedelta(seconds=math.ceil((at - tx.now).total_seconds()))
    moved = ahead - directory.network(tx.db, network_id).clock_ahead
    if moved > timedelta():
        directory.set_clock(tx.db, network_id, ahead)
        waiting = held_messages.held(tx.db, network_id, tx.now)
        sooner = [replace(one, ready_at=max(tx.now, one.ready_at - moved)) for one in waiting]
        held_messages.hold_until(tx.db, network_id, sooner)


def _next_due(tx: Tx, network_id: int) -> datetime | None:
    """By the network's clock; what is held waits by the real one."""
    due, held = deadlines.next_due(tx.db, network_id), held_messages.next_held(tx.db, network_id, tx.now)
    if held is not None:
        held += directory.network(tx.db, network_id).clock_ahead
    return min((at for at in (due, held) if at is not None), default=None)
