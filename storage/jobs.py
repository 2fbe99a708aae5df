"""What waits to be written: a command on its way from asyncio to a thread and back."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

import sqlalchemy as sa

T = TypeVar("T")


class Closed(Exception):
    """The work is closing or closed; nothing was done."""


class Busy(Exception):
    """Too many commands are waiting; nothing was done, and the same may be tried again later."""


class GroupLost(Exception):
    """The database gave up, or could not begin or commit, the whole transaction; nothing of it is stored.

    May be tried again. `__cause__` is what the database said.
    """


@dataclass(frozen=True, slots=True)
class Tx:
    """What a command gets: its transaction, and the moment it runs at (aware UTC)."""

    db: sa.Connection
    now: datetime


class Job(Generic[T]):
    """A command: made and settled on the event loop, run on a thread."""

    __slots__ = ("attempts", "error", "fn", "future", "is_background", "loop", "result")

    def __init__(self, fn: Callable[[Tx], T], *, is_background: bool = False) -> None:
        self.fn, self.is_background = fn, is_background
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[T] = self.loop.create_future()
        self.result: T | None = None
        self.error: BaseException | None = None
        self.attempts = 0

    def settle(self) -> None:
        """Give the result or the error to the caller, unless he was cancelled; on the event loop only."""
        if self.future.done():
            return
        if isinstance(self.error, StopIteration):  # which no future takes
            self.error = RuntimeError("The command raised StopIteration.")
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)  # type: ignore[arg-type]  # None is a T where fn returns None


class Line:
    """Jobs that wait, live ones before background ones. One thread may add while one other takes."""

    __slots__ = ("background", "live")

    def __init__(self) -> None:
        self.live: deque[Job[Any]] = deque()
        self.background: deque[Job[Any]] = deque()

    def add(self, job: Job[Any]) -> None:
        (self.background if job.is_background else self.live).append(job)

    def take(self, *, live_only: bool = False) -> Job[Any] | None:
        if self.live:
            return self.live.popleft()
        return self.background.popleft() if self.background and not live_only else None


class Writer(Protocol):
    """Runs jobs in write transactions on threads of its own, and settles each after its commit."""

    def waiting(self) -> int:
        """How many live jobs are not being run yet."""
        ...

    def put(self, network_id: int, job: Job[Any]) -> None:
        """Take a job; on the event loop, does not wait."""
        ...

    def close(self) -> None:
        """Finish what waits and let the database go; blocks, so not on the event loop."""
        ...
