"""Writing on SQLite: one thread, a SAVEPOINT per command, one commit for all that wait (one fsync is what costs)."""

import contextlib
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from storage.engine import open_engine
from storage.jobs import GroupLost, Job, Line, Tx


class SqliteWriter:
    """One command at a time over all networks; connects at once, so that a file that cannot be opened is known here."""

    def __init__(self, url: str, clock: Callable[[], datetime], *, group_for_s: float = 0.05) -> None:
        self._engine = open_engine(url, connections=1)
        self._db = self._engine.connect()
        # The driver's own savepoints: SQLAlchemy's cost 0.2 ms each.
        self._driver: Any = self._db.connection.driver_connection
        self._clock, self._group_for_s = clock, group_for_s
        self._line, self._changed, self._is_closing = Line(), threading.Condition(), False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def waiting(self) -> int:
        return len(self._line.live)

    def put(self, network_id: int, job: Job[Any]) -> None:
        with self._changed:
            self._line.add(job)
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join()
        self._db.close()
        self._engine.dispose()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            group = [job]
            try:
                with self._db.begin():
                    self._run_group(group)
            except BaseException as error:  # whatever it is, the thread goes on and every caller hears of it
                self._give_up(group, error)
            with contextlib.suppress(RuntimeError):  # the loop is gone; what was committed stays
                job.loop.call_soon_threadsafe(_settle, group)

    def _next(self) -> Job[Any] | None:
        with self._changed:
            while (job := self._line.take()) is None and not self._is_closing:
                self._changed.wait()
            return job

    def _run_group(self, group: list[Job[Any]]) -> None:
        """Run the first job and the live ones that wait; background jobs join no group, they would hold it up."""
        end = time.monotonic() + self._group_for_s
        self._run_one(group[0])
        while time.monotonic() < end and (job := self._line.take(live_only=True)) is not None:
            group.append(job)
            self._run_one(job)

    def _run_one(self, job: Job[Any]) -> None:
        """Raises sqlite3.OperationalError where the savepoint is gone: a full disk, or `fn`, ended the transaction."""
        run = self._driver.execute
        run("SAVEPOINT command")
        try:
            job.result = job.fn(Tx(self._db, self._clock()))
        except BaseException as error:  # undoes itself only; its caller gets it
            job.error = error
            run("ROLLBACK TO command")
        run("RELEASE command")

    def _give_up(self, group: list[Job[Any]], error: BaseException) -> None:
        if self._driver.in_transaction:
            self._driver.rollback()
        for job in group:
            if job.error is None:
                job.error = GroupLost(f"SQLite stored nothing of this group of {len(group)}: {error}")
                job.error.__cause__ = error


def _settle(group: list[Job[Any]]) -> None:
    for job in group:
        job.settle()
