"""Core statements of the hot path, written once: for what every command runs.

SQLAlchemy looks a statement up, lays its parameters out and wraps its result anew each time; on SQLite that is most of
what a small statement costs: a third of the CPU of a whole `/decide`. Here it is compiled once, with the conversions of
its types, and handed to the driver. On PostgreSQL, where the round trip is what costs, nothing is different.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.sql.compiler import SQLCompiler

Values = Mapping[str, Any]
_Converts = Sequence[tuple[int, Callable[[Any], Any]]]
_ERRORS: dict[type[sqlite3.Error], type[sa.exc.DBAPIError]] = {
    sqlite3.IntegrityError: sa.exc.IntegrityError,
    sqlite3.InterfaceError: sa.exc.InterfaceError,
    sqlite3.ProgrammingError: sa.exc.ProgrammingError,
    sqlite3.DataError: sa.exc.DataError,
    sqlite3.InternalError: sa.exc.InternalError,
    sqlite3.NotSupportedError: sa.exc.NotSupportedError,
}


class _Written(NamedTuple):
    """For SQLite: the text; of each `?` its name, and its value if none is given; what converts which place."""

    sql: str
    parameters: Sequence[tuple[str, Any]]
    converts: _Converts
    results: _Converts

    def row(self, values: Values) -> list[Any]:
        row = [values.get(name, given) for name, given in self.parameters]
        for i, convert in self.converts:
            row[i] = convert(row[i])
        return row

    def converted(self, found: Sequence[Any]) -> Sequence[Any]:
        if not self.results:
            return found
        row = list(found)
        for i, convert in self.results:
            row[i] = convert(row[i])
        return row


class Prepared:
    """One statement without lists in it (`expanding`); its result is plain rows, in the order of its columns.

    Which parameters there are has to be the same each time. Errors are SQLAlchemy's.
    """

    def __init__(self, statement: sa.Executable) -> None:
        self._statement = statement
        self._written: dict[tuple[str, ...], _Written] = {}

    def rows(self, db: sa.Connection, values: Values) -> Sequence[Sequence[Any]]:
        """Runs it for its rows."""
        driver = _sqlite(db)
        if driver is None:
            return cast("Sequence[Sequence[Any]]", db.execute(self._statement, values).all())
        written = self._for(db, values)
        try:
            found = driver.execute(written.sql, written.row(values)).fetchall()
        except sqlite3.Error as error:
            raise _wrapped(written.sql, error) from error
        return [written.converted(row) for row in found]

    def run(self, db: sa.Connection, values: Values) -> int:
        """Runs it for what it does; the number of rows that it touched."""
        driver = _sqlite(db)
        if driver is None:
            result = db.execute(self._statement, values, execution_options={"preserve_rowcount": True})
            return cast("sa.CursorResult[Any]", result).rowcount
        written = self._for(db, values)
        try:
            return driver.execute(written.sql, written.row(values)).rowcount
        except sqlite3.Error as error:
            raise _wrapped(written.sql, error) from error

    def run_each(self, db: sa.Connection, rows: Sequence[Values]) -> None:
        """Runs it for each of one or more rows, which have the same parameters."""
        driver = _sqlite(db)
        if driver is None:
            db.execute(self._statement, rows)
            return
        written = self._for(db, rows[0])
        try:
            driver.executemany(written.sql, [written.row(row) for row in rows])
        except sqlite3.Error as error:
            raise _wrapped(written.sql, error) from error

    def _for(self, db: sa.Connection, values: Values) -> _Written:
        names = tuple(values)
        written = self._written.get(names)
        if written is None:
            written = self._written[names] = _write(self._statement, db.dialect, names)
        return written


def _sqlite(db: sa.Connection) -> sqlite3.Connection | None:
    """The driver's connection; None on PostgreSQL, and where SQLAlchemy has yet to begin the transaction."""
    if db.dialect.name != "sqlite" or not db.in_transaction():
        return None
    return cast("sqlite3.Connection", db.connection.driver_connection)


def _write(statement: Any, dialect: sa.Dialect, names: tuple[str, ...]) -> _Written:
    compiled = cast("SQLCompiler", statement.compile(dialect=dialect, column_keys=list(names)))
    if compiled.insert_prefetch or compiled.update_prefetch or "POSTCOMPILE" in compiled.string:
        raise ValueError(f"This statement has to be written anew each time: {compiled.string}")
    parameters: list[tuple[str, Any]] = []
    converts: list[Callable[[Any], Any] | None] = []
    for name in compiled.positiontup or ():
        bind = compiled.binds[name]
        if bind.required and name not in names:
            raise ValueError(f"No value for {name!r} of: {compiled.string}")
        parameters.append((name, None if bind.required else bind.effective_value))
        converts.append(bind.type.dialect_impl(dialect).bind_processor(dialect))
    columns = getattr(statement, "exported_columns", ())
    results = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    return _Written(compiled.string, parameters, _needed(converts), _needed(results))


def _needed(converts: Iterable[Callable[[Any], Any] | None]) -> _Converts:
    return [(i, convert) for i, convert in enumerate(converts) if convert]


def _wrapped(sql: str, error: sqlite3.Error) -> sa.exc.DBAPIError:
    """As SQLAlchemy and storage/engine.py would raise it: a statement that cannot work is no trouble of the disk."""
    kind = _ERRORS.get(type(error), sa.exc.OperationalError)
    if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
        kind = sa.exc.ProgrammingError
    return kind(sql, None, error, hide_parameters=True)
