"""The unit of work: synchronous functions run in transactions on worker threads, for callers in asyncio."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from storage.engine import is_postgres, open_reader
from storage.jobs import Busy, Closed, GroupLost, Job, Tx, Writer

__all__ = ["Busy", "Clock", "Closed", "GroupLost", "Tx", "Work", "open_work"]

T = TypeVar("T")
Clock = Callable[[], datetime]
_READERS = 4


class Work:
    """Runs `fn(Tx)` in a transaction. `fn` returns plain values, and leaves commit and rollback alone.

    A result is given out after the commit. A failing `fn` undoes itself only, and its error reaches its caller.
    All calls come from one event loop.
    """

    def __init__(self, writer: Writer, reader: sa.Engine, clock: Clock, *, queue_limit: int) -> None:
        self._writer, self._reader, self._clock = writer, reader, clock
        self._readers = ThreadPoolExecutor(_READERS, "reader")
        self._queue_limit = queue_limit
        self._is_closing = False

    async def write(self, network_id: int, fn: Callable[[Tx], T], *, background: bool = False) -> T:
        """Run `fn` alone in its network, background after live. A cancelled caller's command still commits.

        Raises Closed, Busy (live only), GroupLost, what `fn` raises, and on PostgreSQL OperationalError: where the
        connection was lost during the commit, the command may be stored or not. PostgreSQL may run `fn` several times.
        """
        if self._is_closing:
            raise Closed
        if not background and self._writer.waiting() >= self._queue_limit:
            raise Busy
        job = Job(fn, is_background=background)
        self._writer.put(network_id, job)
        return await job.future

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` beside the writing, on one moment of the database. Raises Closed and what `fn` raises."""
        if self._is_closing:
            raise Closed
        job = Job(fn)
        self._readers.submit(self._read, job)
        return await job.future

    async def close(self) -> None:
        """Take nothing new, finish what waits, then let the database go."""
        self._is_closing = True
        await asyncio.to_thread(self._finish)

    def _read(self, job: Job[T]) -> None:
        try:
            with self._reader.begin() as db:
                job.result = job.fn(Tx(db, self._clock()))
        except BaseException as error:  # whatever it is, the caller gets it
            job.error = error
        job.loop.call_soon_threadsafe(job.settle)

    def _finish(self) -> None:
        self._readers.shutdown()
        self._reader.dispose()
        self._writer.close()


def open_work(url: str, *, clock: Clock, queue_limit: int = 1000) -> Work:
    """Work on the database of the URL. `clock` gives aware UTC; on PostgreSQL, writing goes by the database's clock.

    `queue_limit` is how many live commands may wait before more of them are refused as Busy.
    Raises ValueError for a URL that Mycel cannot store in, OperationalError where SQLite cannot open its file.
    """
    return Work(_writer(url, clock), open_reader(url, connections=_READERS), clock, queue_limit=queue_limit)


def _writer(url: str, clock: Clock) -> Writer:
    """Only the database that is used is imported: the other's driver would cost start and memory."""
    if is_postgres(url):
        from storage.postgres_writer import PostgresWriter

        return PostgresWriter(url)
    from storage.sqlite_writer import SqliteWriter

    return SqliteWriter(url, clock)
