"""Nobody keeps the others out: of what one account does, only so much waits at once. The rest is sent again later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.core.conversation import Incoming
from storage.work import Busy

MOST_WAITING = 100
"""More than any hand types; a tenth of all that may wait (storage/work.py)."""


class Fairness:
    """Counts what each account has on its way. Called on one event loop."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._most = most
        self._waiting: dict[tuple[str, str], int] = {}

    @contextmanager
    def turn(self, incoming: Incoming) -> Iterator[None]:
        """Keeps a place for one thing while it is handled. Raises Busy where its account has too many."""
        account = (incoming.source, incoming.actor.user)
        before = self._waiting.get(account, 0)
        if before >= self._most:
            raise Busy
        self._waiting[account] = before + 1
        try:
            yield
        finally:
            left = self._waiting[account] - 1
            if left:
                self._waiting[account] = left
            else:
                del self._waiting[account]
