"""How much is said in channels: counted per channel and day, never what it was or who said it.

Counting must not cost a write per message: it happens in memory and is written down every few seconds with the tick.
Killed in between, those seconds' counts are lost; nothing else is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.core.conversation import Incoming
from bot.core.working_time import local_date
from storage import activity, directory
from storage.activity import Counted
from storage.work import Tx, Work

EVERY = timedelta(seconds=10)


@dataclass(slots=True)
class _Count:
    messages: int
    last_at: datetime


class Activity:
    """Called on one event loop. What people do in direct conversations with Mycel is not counted."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._counts: dict[int, dict[tuple[str, str, str], _Count]] = {}
        self._next_at: datetime | None = None

    def note(self, network_id: int, incoming: Incoming) -> None:
        """Somebody said or did something in a channel."""
        place = incoming.place
        if place.is_direct:
            return
        key = (place.platform, place.workspace, place.channel)
        counts = self._counts.setdefault(network_id, {})
        known = counts.get(key)
        if known is None:
            counts[key] = _Count(1, incoming.at)
        else:
            known.messages += 1
            known.last_at = max(known.last_at, incoming.at)

    async def flush_now_and_then(self, now: datetime) -> None:
        """Writes down what was counted if some seconds have passed since the last time. `now`: the real clock's."""
        if self._next_at is None or now >= self._next_at:
            self._next_at = now + EVERY
            await self.flush()

    async def flush(self) -> None:
        """Writes down what was counted; what cannot be written now is kept for the next time."""
        for network_id in list(self._counts):
            counts = self._counts.pop(network_id)
            try:
                await self._work.write(network_id, partial(_write, network_id, counts), background=True)
            except BaseException:
                self._take_back(network_id, counts)
                raise

    def _take_back(self, network_id: int, counts: dict[tuple[str, str, str], _Count]) -> None:
        kept = self._counts.setdefault(network_id, {})
        for key, count in counts.items():
            newer = kept.get(key)
            last_at = max(count.last_at, newer.last_at) if newer else count.last_at
            kept[key] = _Count(count.messages + (newer.messages if newer else 0), last_at)


def _write(network_id: int, counts: dict[tuple[str, str, str], _Count], tx: Tx) -> None:
    ahead = directory.network(tx.db, network_id).clock_ahead
    found = []
    for place, count in counts.items():
        known = activity.channel_at(tx.db, network_id, *place)
        if known is not None:
            # A platform's clock may be ahead of ours.
            last_at = min(count.last_at, tx.now) + ahead
            day = local_date(last_at, known.zone)
            found.append(Counted(network_id, known.channel_id, day.isoformat(), count.messages, last_at))
    activity.add(tx.db, found)
