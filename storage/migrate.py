"""Which migrations a database has had, and running the others: all of them in one transaction, or none."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.engine import is_postgres, open_engine, open_reader

if TYPE_CHECKING:
    from alembic.config import Config

_VERSION = sa.Table("alembic_version", sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True))
_CURRENT = sa.select(_VERSION.c.version_num)
# One program migrates at a time; storage/postgres_writer.py locks networks under 19833.
_POSTGRES_LOCK = "SELECT pg_advisory_xact_lock(19834, 0)"
# Foreign keys off: SQLite changes a table by copying it and dropping the old one, and they are checked at the end.
_SQLITE_MIGRATING = ("PRAGMA busy_timeout=60000", "PRAGMA foreign_keys=OFF")


class NewerDatabase(Exception):
    """A newer Mycel has used this database; the text says so to the host, and what to do."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"A newer Mycel has used this database: its tables are at {found}, this Mycel knows them up to {head()}. "
            "Install that version again, or restore the backup made before the upgrade."
        )


def revisions() -> tuple[str, ...]:
    """All migrations in order, by the number that their file's name begins with: "0001", …"""
    return tuple(sorted(path.name[:4] for path in (_scripts() / "versions").glob("[0-9]*.py")))


def head() -> str:
    """The newest migration."""
    return revisions()[-1]


def missing(url: str) -> list[str]:
    """The migrations that a database has not had; makes nothing, not even SQLite's file.

    Raises NewerDatabase, OperationalError where there is no such PostgreSQL, ValueError for an unknown kind of URL.
    """
    if not is_postgres(url) and not Path(sa.make_url(url).database or "").exists():
        return list(revisions())
    engine = open_reader(url, connections=1)
    try:
        with engine.connect() as db:
            return _missing(db)
    finally:
        engine.dispose()


def upgrade(url: str, *, to: str | None = None) -> list[str]:
    """Runs all missing migrations, or those up to one; returns them. Waits where another program is at it.

    If one fails, none was run. Makes SQLite's file. Raises as `missing`, and what a migration raises.
    """
    if not missing(url):
        return []
    engine = open_engine(url, connections=1)
    try:
        with engine.connect() as db:
            if db.dialect.name == "sqlite":
                for statement in _SQLITE_MIGRATING:
                    db.connection.cursor().execute(statement)
            with db.begin():
                return _run(db, to or head())
    finally:
        engine.dispose()


def alembic_config(db: sa.Connection, scripts: Path | None = None) -> Config:
    """What Alembic has to know to work on a connection, whose transaction stays the caller's."""
    from alembic.config import Config  # slow to import, and needed only where something is missing

    config = Config(attributes={"connection": db})
    config.set_main_option("script_location", str(scripts or _scripts()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _run(db: sa.Connection, to: str) -> list[str]:
    if db.dialect.name == "postgresql":
        db.exec_driver_sql(_POSTGRES_LOCK)
    run = [each for each in _missing(db) if each <= to]  # asked again: another program may have been at it
    if run:
        from alembic import command

        command.upgrade(alembic_config(db), to)
    if db.dialect.name == "sqlite" and (broken := db.exec_driver_sql("PRAGMA foreign_key_check").first()):
        raise RuntimeError(f"The migrations {', '.join(run)} would leave a row of {broken[0]} without its {broken[2]}.")
    return run


def _missing(db: sa.Connection) -> list[str]:
    known = revisions()
    has_any = sa.inspect(db).has_table(_VERSION.name)
    current = db.execute(_CURRENT).scalar_one_or_none() if has_any else None
    if current is None:
        return list(known)
    if current not in known:
        raise NewerDatabase(current)
    return list(known[known.index(current) + 1 :])


def _scripts() -> Path:
    """The folder of `migrations`, found and not imported: storage knows no package but itself."""
    return Path(str(resources.files("migrations")))
