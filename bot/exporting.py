"""`mycel export`: a network as it is at one moment, beside a running Mycel, in bounded memory."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa

from bot.features.network import exports
from bot.features.transfer import lines
from bot.progress import Progress
from storage import directory, migrate, transfer
from storage.engine import open_reader
from storage.network import Group

STDOUT = "-"


class CannotExport(Exception):
    """There is nothing to export, or nowhere to put it; the text says what to do."""


def jsonl(url: str, network: str, path: str, now: datetime) -> int:
    """Writes a network to a file, or to stdout for "-"; returns how many rows. Raises CannotExport."""
    if migrate.missing(url):
        raise CannotExport("The database is not there yet, or not up to date: `mycel migrate` brings it there.")
    engine = open_reader(url, connections=1)
    try:
        with engine.begin() as db, _opened(path) as out:
            return write(db, network, out, now)
    finally:
        engine.dispose()


def group_jsonl(url: str, network: str, slug: str, path: str, now: datetime) -> int:
    """Writes what one group takes with it, also after it left; returns how many rows. Raises CannotExport."""
    if migrate.missing(url):
        raise CannotExport("The database is not there yet, or not up to date: `mycel migrate` brings it there.")
    engine = open_reader(url, connections=1)
    try:
        with engine.begin() as db:
            found = exports.of_group(db, network, _group(db, network, slug), now)
            with _opened(path) as out:
                out.writelines(found.lines)
            return len(found.lines) - 2  # the header and the end
    finally:
        engine.dispose()


def _group(db: sa.Connection, network: str, slug: str) -> Group:
    network_id = transfer.network_named(db, network)
    if network_id is None:
        raise CannotExport(f"There is no network “{network}” in this database. Which one is said by MYCEL_NETWORK.")
    group = directory.groups_by_slug(db, network_id, [slug.lower()]).get(slug.lower())
    if group is None:
        slugs = ", ".join(sorted(g.slug for g in directory.all_groups(db, network_id)))
        raise CannotExport(f"There is no group “{slug}”. There are: {slugs or 'none yet'}.")
    return group


def write(db: sa.Connection, network: str, out: TextIO, now: datetime) -> int:
    """Writes all lines in one transaction. Raises CannotExport where there is no such network."""
    network_id = transfer.network_named(db, network)
    if network_id is None:
        raise CannotExport(f"There is no network “{network}” in this database. Which one is said by MYCEL_NETWORK.")
    progress, done = Progress("Exporting", transfer.count(db, network_id), every=10_000), 0
    out.write(lines.header_line(network, now))
    for table in transfer.TABLES:
        for row in transfer.rows(db, network_id, table):
            out.write(lines.row_line(table, row))
            done += 1
            if done % 100 == 0:
                progress.at(done)
    out.write(lines.end_line(done))
    progress.at(done)
    progress.done()
    return done


@contextmanager
def _opened(path: str) -> Iterator[TextIO]:
    if path == STDOUT:
        yield sys.stdout
        sys.stdout.flush()
        return
    try:
        with written(Path(path)) as out:
            yield out
    except OSError as error:
        raise CannotExport(f"“{path}” cannot be written: {error.strerror or type(error).__name__}.") from error


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """A file that only we can read, and that takes its name when it is whole. Raises OSError."""
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w", encoding="utf-8", newline="\n") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
