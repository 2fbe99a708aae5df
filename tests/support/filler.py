"""Rows for every table of a database, whatever tables it has, and what is in them; to see that a migration keeps them.

The k-th row of each table says k everywhere, so that it belongs to the k-th row of every other table.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

_START = datetime(2026, 1, 1, tzinfo=UTC)
_SHADOWS = "SELECT name FROM pragma_table_list WHERE type = 'shadow'"

Rows = dict[str, list[dict[str, Any]]]


def tables_of(db: sa.Connection) -> list[sa.Table]:
    """The tables as the database has them, those first that others refer to; without Alembic's and FTS5's own."""
    hidden = {"alembic_version"}
    if db.dialect.name == "sqlite":
        hidden |= set(db.exec_driver_sql(_SHADOWS).scalars())
    found = sa.MetaData()
    found.reflect(db, only=lambda name, _: name not in hidden)
    return found.sorted_tables


def fill(db: sa.Connection, rows: int = 2) -> None:
    """Puts rows into every table."""
    for table in tables_of(db):
        values = [{column.name: _value(column, k) for column in table.columns} for k in range(1, rows + 1)]
        db.execute(table.insert(), values)


def stored(db: sa.Connection) -> Rows:
    """What is in every table, in an order that does not depend on the database."""
    return {
        table.name: sorted((dict(row) for row in db.execute(sa.select(table)).mappings()), key=repr)
        for table in tables_of(db)
    }


def lost(before: Rows, after: Rows) -> list[str]:
    """What tables that are in both no longer say of columns that are in both."""
    found = []
    for name in before.keys() & after.keys():
        common = [column for column in before[name][0] if not after[name] or column in after[name][0]]
        was, still = ([[row.get(column) for column in common] for row in rows[name]] for rows in (before, after))
        found += [f"{name}: {dict(zip(common, row, strict=True))}" for row in was if row not in still]
    return found


def _value(column: sa.Column[Any], k: int) -> Any:
    match column.type:
        case sa.Boolean():
            return k % 2 == 1
        case sa.Integer() | sa.Numeric() | JSONB():
            return k
        case sa.DateTime():
            return _START + timedelta(days=k)
        case sa.LargeBinary():
            return b"%d" % k
        case _:
            return json.dumps(k)  # a JSON value as well, which SQLite has in columns of text
