"""Lines of Mycel's own export into a network: looked at first, then stored. Nothing is merged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from storage import decision_index, transfer

MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One row of an export: `number` is its line in the file, from 1 on."""

    number: int
    table: str
    row: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Compared:
    """How many lines are new, how many here already, and where something else is in their place (line, table)."""

    new: int
    same: int
    other: tuple[tuple[int, str], ...]


class DoesNotFit(Exception):
    """A line cannot be stored; the text says which and why."""


def compare(db: sa.Connection, network_id: int, lines: Sequence[Line]) -> Compared:
    """Looks, and stores nothing. Raises DoesNotFit."""
    verdicts = [(line, state) for line, _, state in _judged(db, network_id, lines)]
    return Compared(
        sum(state == transfer.NEW for _, state in verdicts),
        sum(state == transfer.SAME for _, state in verdicts),
        tuple((line.number, line.table) for line, state in verdicts if state == transfer.OTHER),
    )


def restore(db: sa.Connection, network_id: int, lines: Sequence[Line]) -> int:
    """Stores the lines that are not here yet; returns how many. Raises DoesNotFit, and then stores none."""
    stored = 0
    for table, some in groupby(lines, key=lambda line: line.table):
        judged = list(_judged(db, network_id, tuple(some)))
        if taken := next((line for line, _, state in judged if state == transfer.OTHER), None):
            raise DoesNotFit(f"line {taken.number}: something else has taken its place in {taken.table} meanwhile")
        new = [row for _, row, state in judged if state == transfer.NEW]
        transfer.store(db, network_id, table, new)
        stored += len(new)
    return stored


def index(db: sa.Connection, network_id: int, numbers: Sequence[int]) -> None:
    """Makes restored decisions findable, when their groups are there too."""
    for number in numbers:
        decision_index.renew(db, network_id, number)


def _judged(db: sa.Connection, network_id: int, lines: Sequence[Line]) -> Iterator[tuple[Line, dict[str, Any], str]]:
    for table, some in groupby(lines, key=lambda line: line.table):
        these = list(some)
        rows = [_row(line) for line in these]
        yield from zip(these, rows, transfer.states(db, network_id, table, rows), strict=True)


def _row(line: Line) -> dict[str, Any]:
    try:
        return transfer.checked(line.table, line.row)
    except transfer.BadRow as problem:
        raise DoesNotFit(f"line {line.number}: {problem}") from problem
