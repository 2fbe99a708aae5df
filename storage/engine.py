"""Engines for the two databases: one that writes and one that only reads. None is built at import."""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event

from storage.types import compact_json

# busy_timeout first: switching to WAL may have to wait for another process.
_SQLITE_WRITER = (
    "PRAGMA busy_timeout=5000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # NORMAL may lose the last commits when the power fails
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what was redacted is not left in free pages
)
_SQLITE_READER = ("PRAGMA busy_timeout=5000", "PRAGMA query_only=ON")


def open_engine(url: str, *, connections: int = 5) -> sa.Engine:
    """Engine that may write, for `storage.work`, migrations and checks; connects on first use, makes SQLite's folder.

    On SQLite every transaction is BEGIN IMMEDIATE. Raises ValueError for a URL that Mycel cannot store in.
    """
    parsed = _parse(url)
    if _is_postgres(parsed):
        return _open_postgres(parsed, connections, reads_only=False)
    engine = _open_sqlite(parsed, connections, "BEGIN IMMEDIATE", _SQLITE_WRITER)
    event.listen(engine, "do_connect", _make_private)
    return engine


def open_reader(url: str, *, connections: int = 5) -> sa.Engine:
    """Engine whose transactions see one moment of the database and cannot write; the database has to exist.

    Raises ValueError for a URL that Mycel cannot store in.
    """
    parsed = _parse(url)
    if _is_postgres(parsed):
        return _open_postgres(parsed, connections, reads_only=True)
    return _open_sqlite(parsed, connections, "BEGIN", _SQLITE_READER)


def check_url(url: str) -> None:
    """Raises ValueError for a URL that Mycel cannot store in; it names no part of it but its kind."""
    _parse(url)


def is_postgres(url: str) -> bool:
    """Whether it is PostgreSQL's; else it is SQLite's. Raises ValueError for a URL that Mycel cannot store in."""
    return _is_postgres(_parse(url))


def _is_postgres(url: sa.URL) -> bool:
    return url.get_backend_name() == "postgresql"


def _parse(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise ValueError(_unsupported("is not a URL")) from None
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        name = parsed.database or ":memory:"
        if name == ":memory:" or name.startswith("file:"):
            raise ValueError(_unsupported("names no file, and Mycel keeps what it is told"))
        return parsed
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    raise ValueError(_unsupported(f"names {parsed.drivername}, which Mycel cannot store in"))


def _unsupported(why: str) -> str:
    """Names no part of the URL but its kind: it may hold a password."""
    return f"The database URL {why}; use sqlite:///data/mycel.db or postgresql+psycopg://user@host/name."


def _open_sqlite(url: sa.URL, connections: int, begin: str, pragmas: tuple[str, ...]) -> sa.Engine:
    assert url.database is not None
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    # isolation_level None: the driver begins nothing by itself. skip_autocommit_rollback must stay off, as SQLAlchemy
    # would take that for autocommit and no longer roll back.
    arguments = {"isolation_level": None, "cached_statements": 512}
    engine = sa.create_engine(url, connect_args=arguments, pool_size=connections, max_overflow=0, hide_parameters=True)
    event.listen(engine, "connect", _runs(pragmas))
    event.listen(engine, "begin", lambda db: db.exec_driver_sql(begin))
    event.listen(engine, "handle_error", _tell_bugs_apart)
    return engine


def _make_private(_dialect: object, _record: object, arguments: list[str], _more: object) -> None:
    """A new database is for its owner only, as are the files that SQLite puts beside it; one that is there stays."""
    with contextlib.suppress(OSError):  # it is there; or cannot be made, and connecting says why
        os.close(os.open(arguments[0], os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _tell_bugs_apart(context: sa.engine.ExceptionContext) -> None:
    """SQLite calls a statement that cannot work and a disk that is full the same; only the second passes by itself."""
    error = context.original_exception
    if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
        raise sa.exc.ProgrammingError(context.statement, None, error, hide_parameters=True) from error


def _runs(statements: tuple[str, ...]) -> Callable[[sqlite3.Connection, object], None]:
    def run(connection: sqlite3.Connection, _record: object) -> None:
        for statement in statements:
            connection.execute(statement).close()

    return run


def _open_postgres(url: sa.URL, connections: int, *, reads_only: bool) -> sa.Engine:
    # READ COMMITTED is what the lock per network rests on: the snapshot has to be taken after the lock was got.
    level = "REPEATABLE READ" if reads_only else "READ COMMITTED"
    engine = sa.create_engine(
        url,
        isolation_level=level,
        json_serializer=compact_json,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,
    )
    if reads_only:
        event.listen(engine, "connect", lambda connection, _record: setattr(connection, "read_only", True))
    return engine
