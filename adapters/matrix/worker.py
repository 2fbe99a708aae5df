"""Hands staged events on: one by one in each room, several rooms at a time; what fails three times is a dead letter."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from adapters.matrix.sync import STAGING
from bot.core.errors import DeliveryError
from bot.core.trouble import TROUBLE
from storage import matrix
from storage.matrix import StagedEvent
from storage.work import Closed, Work

log = logging.getLogger("mycel.matrix")

TRIES = 3
ROOMS_AT_ONCE = 8
BATCH = 20
LOOK_EVERY_S = 30
PATIENCE = timedelta(hours=2)
"""How long a homeserver may be in trouble before an event of it is given up."""

Handle = Callable[[StagedEvent], Awaitable[None]]


class Worker:
    """The events of one account. `clock` is aware UTC."""

    def __init__(
        self, account: str, work: Work, handle: Handle, clock: Callable[[], datetime], *, retry_s: float = 1
    ) -> None:
        self._account, self._work, self._handle, self._clock = account, work, handle, clock
        self._retry_s = retry_s
        self._woken, self._rests = asyncio.Event(), asyncio.Event()
        self._rests.set()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(ROOMS_AT_ONCE)

    def wake(self) -> None:
        """There is something new."""
        self._woken.set()
        self._rests.clear()

    async def rest(self, at_most_s: float) -> None:
        """Waits until all is handled."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most_s):
                await self._rests.wait()

    async def run(self) -> None:
        """Until it is cancelled; what is being handled then is handled again at the next start."""
        try:
            while True:
                self._woken.clear()
                await self._start_rooms()
                if not self._busy and not self._woken.is_set():
                    self._rests.set()
                # Not wait_for: Python 3.11's loses a cancellation that comes with the event.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await self._woken.wait()
        finally:
            for task in list(self._busy.values()):
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def _start_rooms(self) -> None:
        try:
            rooms = await self._work.read(lambda tx: matrix.waiting_rooms(tx.db, self._account))
        except TROUBLE as error:
            log.warning("cannot look for events of %s: %s", self._account, error)
            return
        for room_id in rooms:
            if room_id not in self._busy:
                self._busy[room_id] = asyncio.create_task(self._room(room_id))

    async def _room(self, room_id: str) -> None:
        try:
            while events := await self._next(room_id):
                for event in events:
                    await self._settle(event)
        finally:
            del self._busy[room_id]
            self.wake()  # for what came in since the last look

    async def _next(self, room_id: str) -> list[StagedEvent]:
        try:
            return await self._work.read(lambda tx: matrix.next_waiting(tx.db, self._account, room_id, BATCH))
        except TROUBLE as error:
            log.warning("cannot read events of %s: %s", self._account, error)
            await asyncio.sleep(self._retry_s)
            return []

    async def _settle(self, event: StagedEvent) -> None:
        """Returns when the event is handled or given up, and stored as such."""
        tries, attempts = 0, event.attempts
        while True:
            try:
                async with self._places:
                    if await self._is_settled(event, attempts):
                        return
                attempts += 1
                wait_s = self._retry_s * attempts
            except Closed:
                raise asyncio.CancelledError from None
            except TROUBLE as error:
                log.warning("event %s has to wait for the database: %s", event.event_id, error)
                tries, wait_s = tries + 1, self._pause_s(tries)
            except DeliveryError as error:
                log.warning("event %s has to wait for the homeserver: %s", event.event_id, error.reason)
                asked = error.retry_after.total_seconds() if error.retry_after else 0
                tries, wait_s = tries + 1, max(asked, self._pause_s(tries))
            await asyncio.sleep(wait_s)

    def _pause_s(self, tries: int) -> float:
        return min(60.0, self._retry_s * 2.0 ** min(tries, 10))

    async def _is_settled(self, event: StagedEvent, attempts: int) -> bool:
        """One try, and what came of it. Raises TROUBLE, and DeliveryError for one that passes."""
        try:
            await self._handle(event)
        except TROUBLE:
            raise
        except Exception as error:
            passes = isinstance(error, DeliveryError) and not error.permanent
            if passes and self._clock() - event.staged_at < PATIENCE:
                raise
            log.exception("event %s of room %s failed", event.event_id, event.room_id)
            return await self._is_given_up(event, attempts)
        await self._work.write(STAGING, lambda tx: matrix.mark_handled(tx.db, self._account, event.event_id))
        return True

    async def _is_given_up(self, event: StagedEvent, attempts: int) -> bool:
        is_dead = attempts + 1 >= TRIES
        await self._work.write(
            STAGING, lambda tx: matrix.mark_failed(tx.db, self._account, event.event_id, is_dead=is_dead)
        )
        if is_dead:
            log.error(
                "gave up event %s of room %s after %d tries; it is kept as a dead letter in matrix_events",
                event.event_id,
                event.room_id,
                TRIES,
            )
        return is_dead
