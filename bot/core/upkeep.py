"""Tidying up: what is no longer needed leaves the database, rarely and in the background."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from storage import activity, decision_sources, drafts, early_changes, inbox, matrix, pictures
from storage.work import Tx, Work

EVERY = timedelta(hours=1)
INBOX_FOR = timedelta(days=14)
"""Longer than any platform repeats an event."""
ACTIVITY_FOR = timedelta(days=400)
PICTURES_FOR = timedelta(days=400)


class Upkeep:
    """`clock` is the real one, aware UTC."""

    def __init__(self, work: Work, clock: Callable[[], datetime]) -> None:
        self._work, self._clock = work, clock
        self._next_at: datetime | None = None

    async def run_once(self) -> None:
        """Tidies up if an hour has passed since the last time (not right after the start)."""
        now = self._clock()
        if self._next_at is None:
            self._next_at = now + EVERY
        if now < self._next_at:
            return
        self._next_at = now + EVERY
        await self._work.write(0, _tidy, background=True)


def _tidy(tx: Tx) -> None:
    inbox.prune(tx.db, tx.now - INBOX_FOR)
    matrix.prune(tx.db, tx.now - INBOX_FOR)
    early_changes.prune(tx.db, tx.now - INBOX_FOR)
    drafts.prune_all(tx.db, tx.now - drafts.KEPT_FOR)
    decision_sources.prune_all(tx.db)
    activity.prune(tx.db, (tx.now - ACTIVITY_FOR).date().isoformat())
    pictures.prune(tx.db, tx.now - PICTURES_FOR)
