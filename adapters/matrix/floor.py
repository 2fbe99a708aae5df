"""Who may write in a room first: answers go before what is delivered meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

PATIENCE_S = 1.0
"""So long a message waits at most for the answer of a command that takes its time."""


class Floor:
    """Rooms are told by their ids."""

    def __init__(self) -> None:
        self._taken: dict[str, asyncio.Event] = {}

    @contextlib.contextmanager
    def taken(self, room_id: str) -> Iterator[None]:
        """Somebody is being answered in the room, as long as the block lasts."""
        ended = self._taken[room_id] = asyncio.Event()
        try:
            yield
        finally:
            if self._taken.get(room_id) is ended:
                del self._taken[room_id]
            ended.set()

    async def free(self, room_id: str) -> None:
        """Waits for the answer that is under way in the room, if there is one."""
        ended = self._taken.get(room_id)
        if ended is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await ended.wait()
