"""Mycel's tables in an empty database, as a test needs them: made once, then copied."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

import sqlalchemy as sa

import storage.schema
from storage.engine import open_engine

__all__ = ["make_tables"]


def make_tables(url: str) -> None:
    """All tables of the code, where there are none yet. On SQLite it takes a millisecond, made anew a hundred."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        _make(url)
        return
    assert parsed.database is not None
    made = Path(parsed.database)
    made.parent.mkdir(parents=True, exist_ok=True)
    with (
        _made_once().open("rb") as source,
        os.fdopen(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as to,
    ):
        shutil.copyfileobj(source, to)


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@cache
def _made_once() -> Path:
    """A SQLite file that has the tables and nothing in them; of this process, gone at its end."""
    folder = tempfile.mkdtemp(prefix="mycel-tables-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = Path(folder) / "mycel.db"
    _make(f"sqlite:///{made}")
    return made


def _make(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as db:
        storage.schema.metadata.create_all(db, checkfirst=False)
    engine.dispose()
