"""Which rows a command writes, found by comparing the whole database before and after; and the same rows once more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bench.playing import Playing
from storage.schema import metadata

Row = dict[str, Any]
WORDS = sa.Table(
    "decision_words",
    sa.MetaData(),
    sa.Column("rowid", sa.BigInteger, primary_key=True),
    sa.Column("words", sa.Text),
    sa.Column("people", sa.Text),
    sa.Column("facets", sa.Text),
    sa.Column("readers", sa.Text),
)
"""SQLite's search index as a table, for what is measured there."""
TABLES = (*metadata.sorted_tables, WORDS)
_Picture = dict[str, dict[tuple[Any, ...], Row]]


@dataclass(frozen=True, slots=True)
class Written:
    """What one command wrote: rows that are new and rows that it changed, in the order of foreign keys.

    `number` is that of the decision among them.
    """

    new: dict[str, list[Row]]
    changed: dict[str, list[Row]]
    number: int

    def counts(self) -> Counter[tuple[str, str]]:
        """How many rows, by what was done and table."""
        found: Counter[tuple[str, str]] = Counter()
        for what, rows in (("new", self.new), ("changed", self.changed)):
            found.update({(what, table): len(of_table) for table, of_table in rows.items()})
        return found

    def again(self, step: int, ids: Iterator[int]) -> Written:
        """The same for another decision, `step` numbers later: nothing of it is in the way of what is there."""
        number = self.number + step

        def varied(rows: dict[str, list[Row]]) -> dict[str, list[Row]]:
            return {table: [_varied(row, self.number, number, ids) for row in of] for table, of in rows.items()}

        return Written(varied(self.new), varied(self.changed), number)


async def written_by(mycel: Playing, text: str) -> Written:
    """Lets a command run, and tells what it wrote."""
    before = await mycel.core.work.read(lambda tx: picture(tx.db))
    await mycel.say(text)
    return difference(before, await mycel.core.work.read(lambda tx: picture(tx.db)))


def picture(db: sa.Connection) -> _Picture:
    """All rows of all tables, by their keys; only for a small database."""
    found: _Picture = {}
    for table in TABLES:
        rows = [dict(row) for row in db.execute(sa.select(*table.c)).mappings()]
        found[table.name] = {tuple(row[c.name] for c in table.primary_key): row for row in rows}
    return found


def difference(before: _Picture, after: _Picture) -> Written:
    """What is in the second picture and not in the first."""
    new: dict[str, list[Row]] = {}
    changed: dict[str, list[Row]] = {}
    for table, rows in after.items():
        for key, row in rows.items():
            if key not in before[table]:
                new.setdefault(table, []).append(row)
            elif row != before[table][key]:
                changed.setdefault(table, []).append(row)
    return Written(new, changed, new["decisions"][0]["number"])


def _varied(row: Row, old: int, number: int, ids: Iterator[int]) -> Row:
    own: Row = {"number": number, "last": number, "rowid": row.get("rowid", 0) - old + number}
    if "event_key" in row:
        own |= {"event_key": f"again{number}", "fingerprint": number}
    if "id" in row:
        own["id"] = next(ids)
    return {name: own.get(name, _renumbered(value, old, number)) for name, value in row.items()}


def _renumbered(value: Any, old: int, number: int) -> Any:
    """D-7 in texts and in JSON becomes D-8."""
    if isinstance(value, str):
        return re.sub(rf"\bD-{old}\b", f"D-{number}", value)
    if isinstance(value, dict):
        return {k: number if k == "number" else _renumbered(v, old, number) for k, v in value.items()}
    return value
