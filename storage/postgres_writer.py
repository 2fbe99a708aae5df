"""Writing on PostgreSQL: a pool of threads, one command at a time per network over all processes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from enum import Enum, auto
from typing import Any

import sqlalchemy as sa
from psycopg.pq import TransactionStatus
from sqlalchemy import exc

from storage.engine import open_engine
from storage.jobs import GroupLost, Job, Line, Tx
from storage.types import UtcDateTime

# The first number keeps Mycel's locks apart from other programs' in the same database.
_LOCK = (
    sa.text("SELECT clock_timestamp() AS now FROM pg_advisory_xact_lock(19833, :network_id)")
    .bindparams(sa.bindparam("network_id", type_=sa.Integer))
    .columns(now=UtcDateTime)
)
_ROLLED_BACK = ("40001", "40P01")  # serialization failure, deadlock: PostgreSQL has undone it all


class _Stage(Enum):
    CONNECTING = auto()
    RUNNING = auto()
    COMMITTING = auto()


class PostgresWriter:
    """Networks go on beside each other; within one, jobs wait their turn here and hold no thread and no connection."""

    def __init__(self, url: str, *, threads: int = 8, attempts: int = 5, first_delay_s: float = 0.05) -> None:
        self._engine = open_engine(url, connections=threads)
        self._threads = ThreadPoolExecutor(threads, "writer")
        self._attempts, self._first_delay_s = attempts, first_delay_s
        self._lines: dict[int, Line] = {}  # of the networks that have a job running
        self._waiting = 0
        self._is_idle = threading.Event()
        self._is_idle.set()

    def waiting(self) -> int:
        return self._waiting

    def put(self, network_id: int, job: Job[Any]) -> None:
        self._waiting += not job.is_background
        line = self._lines.get(network_id)
        if line is not None:
            line.add(job)
            return
        self._lines[network_id] = Line()
        self._is_idle.clear()
        self._start(network_id, job)

    def close(self) -> None:
        self._is_idle.wait()
        self._threads.shutdown()
        self._engine.dispose()

    def _start(self, network_id: int, job: Job[Any]) -> None:
        self._threads.submit(self._run, network_id, job)

    def _run(self, network_id: int, job: Job[Any]) -> None:
        job.attempts += 1
        is_done = True
        try:
            is_done = self._attempt(network_id, job)
        except BaseException as error:  # whatever it is, the caller gets it and the network's next job its turn
            job.error = error
        job.loop.call_soon_threadsafe(self._go_on, network_id, job, is_done)

    def _attempt(self, network_id: int, job: Job[Any]) -> bool:
        """Run the job in a transaction; False where it is certain that nothing was stored and it may go again."""
        stage = _Stage.CONNECTING
        try:
            with self._engine.connect() as db:
                now = db.execute(_LOCK, {"network_id": network_id}).scalar_one()
                stage = _Stage.RUNNING
                job.result = job.fn(Tx(db, now))
                _refuse_aborted(db)
                stage = _Stage.COMMITTING
                db.commit()
        except exc.OperationalError as error:
            if job.attempts >= self._attempts or not _is_certainly_undone(error, stage):
                raise
            return False
        return True

    def _go_on(self, network_id: int, job: Job[Any], is_done: bool) -> None:
        """On the event loop: settle the job, or wait a little and run it again; then it is the next one's turn."""
        if not is_done:
            job.loop.call_later(self._first_delay_s * 2 ** (job.attempts - 1), self._start, network_id, job)
            return
        job.settle()
        self._waiting -= not job.is_background
        following = self._lines[network_id].take()
        if following is not None:
            self._start(network_id, following)
            return
        del self._lines[network_id]
        if not self._lines:
            self._is_idle.set()


def _refuse_aborted(db: sa.Connection) -> None:
    """Once a statement has failed, PostgreSQL answers COMMIT with a silent rollback, even if `fn` caught the error."""
    driver: Any = db.connection.driver_connection
    if driver.pgconn.transaction_status != TransactionStatus.INTRANS:
        raise GroupLost("PostgreSQL gave up the transaction at an error that the command kept to itself.")


def _is_certainly_undone(error: exc.OperationalError, stage: _Stage) -> bool:
    if getattr(error.orig, "sqlstate", None) in _ROLLED_BACK or stage is _Stage.CONNECTING:
        return True
    # Lost during the commit: stored or not, nobody knows, and running it again might store it twice.
    return error.connection_invalidated and stage is _Stage.RUNNING
