"""Imports without a running Mycel: every step goes through JSON, as over the loopback, and is one transaction."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.audience import Reader
from bot.exporting import write
from bot.features.transfer import steps
from bot.features.transfer.folder import read_folder
from bot.importing import Outcome, import_decisions
from storage import decision_lists, decisions, directory, links
from storage.audiences import Eyes
from storage.decision_lists import Filter
from storage.engine import open_engine
from storage.schema import metadata
from storage.work import Tx
from tests.support.tables import make_tables

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@dataclass
class Desk:
    """A database with one network, 1, and what an import does to it. `most`: steps after which it is killed."""

    engine: sa.Engine
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1000))
    most: int = 1_000_000

    async def do(self, request: steps.Request) -> dict[str, Any]:
        self.most -= 1
        if self.most < 0:
            raise KeyboardInterrupt
        parsed = steps.parse(request.model_dump_json().encode())
        with self.engine.begin() as db:
            return steps.perform(Tx(db, NOW), 1, self.ids.__next__, parsed)

    async def pep(self, folder: Path, group: str | None = None) -> Outcome:
        return await import_decisions(self, read_folder(folder), group)

    def export(self, path: Path) -> list[str]:
        """The lines of an export, without the header."""
        with self.engine.begin() as db, path.open("w", encoding="utf-8", newline="\n") as out:
            write(db, "mycel", out, NOW)
        return path.read_text(encoding="utf-8").split("\n")[1:]

    def found(self, words: str) -> list[str]:
        """Titles of the decisions with these words, for anybody's eyes."""
        with self.engine.begin() as db:
            page = decision_lists.page(db, Eyes(1, Reader(frozenset()).group_ids, False), Filter(words), 10)
            return [d.title for d in page]

    def links(self) -> set[tuple[str, str, str, str]]:
        """All links as (source, relation, source, state)."""
        with self.engine.begin() as db:
            every = decision_lists.page(db, Eyes(1, frozenset(), False), Filter(), 100)
            names = {d.number: d.source for d in every}
            found = [link for d in every for link in links.links_of(db, 1, d.number)]
            return {(names[x.number], x.relation, names[x.to_number], x.state) for x in found}

    def decision(self, source: str) -> decisions.Decision:
        with self.engine.begin() as db:
            number = links.numbers_by_source(db, 1, [source])[source]
            found = decisions.find(db, 1, number)
            assert found is not None
            return found

    def loose(self, source: str) -> list[tuple[str, str]]:
        number = self.decision(source).number
        with self.engine.begin() as db:
            return links.loose_of(db, 1, number)

    def count(self, table: str) -> int:
        with self.engine.begin() as db:
            found: int = db.execute(sa.select(sa.func.count()).select_from(metadata.tables[table])).scalar_one()
            return found


def open_desk(url: str) -> Desk:
    make_tables(url)
    engine = open_engine(url, connections=2)
    with engine.begin() as db:
        directory.add_network(db, 1, "mycel", "en", NOW)
    return Desk(engine)


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    opened = open_desk(database_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def peps(tmp_path: Path) -> Path:
    folder = tmp_path / "peps"
    folder.mkdir()
    return folder


def put(folder: Path, number: int, *, body: str = "Abstract\n========\n\nBecause it helps.\n", **header: str) -> Path:
    """Writes a PEP; header names have _ for -."""
    fields = {
        "PEP": str(number),
        "Title": f"Proposal {number}",
        "Author": "Ana Lovelace <ana@example.org>",
        "Status": "Final",
        "Type": "Standards Track",
        "Created": "05-Mar-2015",
    } | {name.replace("_", "-"): value for name, value in header.items()}
    text = "".join(f"{name}: {value}\n" for name, value in fields.items())
    path = folder / f"pep-{number:04}.rst"
    path.write_text(f"{text}\n{body}", encoding="utf-8")
    return path
