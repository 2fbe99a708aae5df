"""What makes tests cheap and changes nothing of what they show: no disk to wait for, nothing compiled twice."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

__all__ = ["compile_once", "keep_in_memory"]

_MEMORY = Path("/dev/shm")
_ENOUGH_BYTES = 2 << 30
_STATEMENTS = 4000


def keep_in_memory() -> None:
    """Temporary files of this process and of those that it starts are in memory, where there is room for them.

    What is killed leaves the same behind there as on a disk; only a power cut would tell them apart.
    """
    if "TMPDIR" not in os.environ and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH_BYTES:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None


def compile_once() -> None:
    """SQLite's engines of this process share what they have compiled: all of Mycel's have the same dialect.

    A fifth of the time of a dialogue's test went into compiling the same statements for each test's own database.
    """
    shared: LRUCache[Any, Any] = LRUCache(_STATEMENTS)

    def of_one_kind(self: SQLiteDialect_pysqlite, other: object) -> bool:
        return type(self) is type(other)

    SQLiteDialect_pysqlite.__eq__ = of_one_kind  # type: ignore[assignment,method-assign]
    SQLiteDialect_pysqlite.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]

    def share(connection: sa.Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.execution_options(compiled_cache=shared)

    sa.event.listen(sa.Engine, "engine_connect", share)
