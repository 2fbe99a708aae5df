"""What makes tests cheap and changes nothing of what they show: no disk to wait for, nothing compiled twice."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa

__all__ = ["compile_once", "keep_in_memory"]

_MEMORY = Path("/dev/shm")
_ENOUGH_BYTES = 2 << 30


def keep_in_memory() -> None:
    """Temporary files of this process and of those that it starts are in memory, where there is room for them.

    What is killed leaves the same behind there as on a disk; only a power cut would tell them apart.
    """
    if "TMPDIR" not in os.environ and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH_BYTES:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None


class _OfAllEngines(dict[Any, Any]):
    """What was compiled, whichever engine's dialect the key begins with."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


def compile_once() -> None:
    """SQLite's engines of this process share what they have compiled: all of Mycel's have the same dialect.

    A fifth of the time of a dialogue's test went into compiling the same statements for each test's own database.
    """
    shared = _OfAllEngines()

    def share(connection: sa.Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.execution_options(compiled_cache=shared)

    sa.event.listen(sa.Engine, "engine_connect", share)
