"""The accounts of all platforms at work: one that cannot go on is said, and leaves the others alone."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence

from bot.parts import CannotStart, Platform

log = logging.getLogger("mycel")


class Accounts:
    """What `Platform.run` began, by platform; each task is one account's."""

    def __init__(self) -> None:
        self._ended: dict[str, list[str]] = defaultdict(list)

    def problem(self, platform: Platform) -> str:
        """Why the platform, or one account of it, cannot be used now; "" if all can."""
        return platform.problem() or "; ".join(why.splitlines()[0] for why in self._ended[platform.name])

    async def go_on(self, running: Mapping[str, Sequence[asyncio.Task[None]]], stop: asyncio.Event) -> None:
        """Until `stop` is set, or no account is left of those that there were.

        Raises CannotStart with what all of them said, and at once whatever else ends an account: that is a bug.
        """
        living = {task: name for name, tasks in running.items() for task in tasks}
        may_be_none = not living
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stopping.done() and (living or may_be_none):
                await asyncio.wait([stopping, *living], return_when=asyncio.FIRST_COMPLETED)
                for task in [task for task in living if task.done()]:
                    self._say(living.pop(task), await _why(task), len(living))
        finally:
            stopping.cancel()
        if not stop.is_set():
            raise CannotStart("\n".join(why for reasons in self._ended.values() for why in reasons))

    def _say(self, name: str, why: str, left: int) -> None:
        self._ended[name].append(why)
        if left:
            log.error("%s: an account cannot go on; mend it and start Mycel again. The others go on. %s", name, why)


async def _why(task: asyncio.Task[None]) -> str:
    try:
        await task
    except CannotStart as error:
        return str(error)
    return "it has ended"
