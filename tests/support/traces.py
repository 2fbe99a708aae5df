"""Traces of a word in a database: in its rows, and in the bytes of its files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from storage.engine import open_engine
from storage.types import metadata


def left_in_rows(url: str, word: str) -> dict[str, list[str]]:
    """Where a word (in lower case) still is: table → its rows."""
    engine = open_engine(url)
    with engine.connect() as db:
        names = [*metadata.tables, "decision_words"]
        found = {}
        for name in names:
            lines = [str(tuple(row)) for row in db.execute(sa.text(f'SELECT * FROM "{name}"'))]
            found[name] = [line for line in lines if word in line.lower()]
    engine.dispose()
    return {name: lines for name, lines in found.items() if lines}


def left_in_files(url: str, word: str) -> list[str]:
    """Files of SQLite that still have a word after its log was written back; none of PostgreSQL is looked into."""
    if not url.startswith("sqlite"):
        return []
    file = Path(url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return [path.name for path in file.parent.glob("mycel.db*") if word.encode() in path.read_bytes().lower()]
