"""Messages that came without their key: it is asked for, they are tried again, and their room is told once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from adapters.matrix import wanted
from adapters.matrix.crypto import Crypto
from adapters.matrix.errors import MatrixError
from adapters.matrix.sync import STAGING, Synced
from storage import matrix
from storage.matrix import NewEvent, StagedEvent
from storage.work import Tx, Work

log = logging.getLogger("mycel.matrix")

TELL_AFTER = timedelta(seconds=10)
"""A key often comes a moment after its message."""
GIVE_UP_AFTER = timedelta(days=7)
MOST = 500


class Closed:
    """The closed messages of an account. `is_fresh`: a room may have to be told soon."""

    def __init__(
        self,
        own: str,
        crypto: Crypto,
        work: Work,
        clock: Callable[[], datetime],
        *,
        tell_after: timedelta = TELL_AFTER,
    ) -> None:
        self._own, self._crypto, self._work, self._clock = own, crypto, work, clock
        self._tell_after = tell_after
        self.is_fresh = True
        self._may_be = True

    async def look(self, synced: Synced) -> None:
        """Tries again those that may have become readable, and sees to it that rooms are told.

        Raises MatrixError and database errors.
        """
        self._may_be = self._may_be or synced.has_closed
        if not self._may_be or not (synced.has_closed or synced.has_keys or self.is_fresh):
            return
        found = await self._work.read(lambda tx: matrix.locked(tx.db, self._own, MOST))
        still = [event for event in found if not await self._try(event)]
        if still:
            await self._work.write(STAGING, self._tell)
        fresh_since = self._clock() - self._tell_after
        self._may_be = bool(still)
        self.is_fresh = any(event.staged_at > fresh_since for event in still)

    async def _try(self, event: StagedEvent) -> bool:
        payload = self._crypto.opening.decrypt(event.room_id, event.payload)
        if payload is None:
            await self._ask(event)
            return False
        if not wanted.is_wanted(payload, self._own):
            await self._work.write(STAGING, lambda tx: matrix.mark_handled(tx.db, self._own, event.event_id))
            return True
        kept = wanted.storable(payload)
        await self._work.write(STAGING, lambda tx: matrix.unlock(tx.db, self._own, event.event_id, kept))
        return True

    async def _ask(self, event: StagedEvent) -> None:
        try:
            if await self._crypto.opening.ask_for_key(event.room_id, event.payload):
                log.warning("room %s: no key for message %s; asked for it", event.room_id, event.event_id)
        except MatrixError as error:
            log.warning("room %s: cannot ask for the key of %s: %s", event.room_id, event.event_id, error.reason)

    def _tell(self, tx: Tx) -> None:
        """Notes for each room whose messages have stayed closed for a while that it has to be told; once for a room."""
        now = self._clock()
        if given_up := matrix.give_up_locked(tx.db, self._own, now - GIVE_UP_AFTER):
            log.error("gave up %d messages of %s: nobody sent their keys", given_up, self._own)
        rooms = matrix.locked_rooms(tx.db, self._own, now - self._tell_after)
        notes = [NewEvent(f"unreadable {room_id}", room_id, {"type": wanted.UNREADABLE}) for room_id in rooms]
        for note in notes:
            matrix.stage_one(tx.db, self._own, note, now)
