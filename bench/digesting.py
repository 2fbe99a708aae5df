"""7. What a digest costs with years of decisions behind it: as much as its week, whatever the years hold."""

from __future__ import annotations

import sys
from time import perf_counter
from typing import Any

import sqlalchemy as sa

from bench import filling
from bench.places import Places
from bench.playing import GROUPS, Playing, playing
from bench.report import Figure, Section
from bench.statements import statements
from storage.decision_tables import decision_groups, decisions
from storage.window_tables import input_windows, window_groups
from storage.work import Tx

SIZES, LONG = (1_000, 100_000), 1_000_000
DECIDED, PROPOSED = 30, 10
_REPETITIONS = 30


async def run(places: Places, *, is_long: bool = False) -> Section:
    section = Section("7. A group's digest of one week, with years behind it")
    for database in places.databases:
        for size in (*SIZES, LONG) if is_long else SIZES:
            print(f"{database}, {size:,} decisions", file=sys.stderr)
            async with playing(url := places.fresh(database)) as mycel:
                await _years(mycel, size)
                await _week(mycel)
                await _measure(mycel, section, f"{database}, {size // 1000:,}k decisions")
            places.drop(url)
    section.notes.append(
        f"The week: {DECIDED} decisions and {PROPOSED} windows in {len(GROUPS)} groups. Each decision of the years"
        " before has a window that is over, with the groups that it asked."
    )
    return section


async def _years(mycel: Playing, size: int) -> None:
    """Decisions of three years, each with a window that is over."""
    await filling.fill(mycel, size)
    await mycel.core.work.write(mycel.networks[0], _windows)
    await mycel.core.standing.begin()


def _windows(tx: Tx) -> None:
    d, literal = decisions.c, sa.literal
    columns: dict[str, sa.ColumnElement[Any]] = {
        "network_id": d.network_id,
        "number": d.number,
        "is_review": sa.false(),
        "state": literal("concluded"),
        "length": literal("10bd"),
        "opened_at": d.created_at,
        "closes_at": d.created_at,
        "closed_at": d.created_at,
        "outcome": literal("adopted"),
        "outcome_text": literal(""),
    }
    tx.db.execute(sa.insert(input_windows).from_select(list(columns), sa.select(*columns.values())))
    g = decision_groups.c
    asked: dict[str, sa.ColumnElement[Any]] = {
        "network_id": g.network_id,
        "number": g.number,
        "group_id": g.group_id,
        "closes_at": d.created_at,
        "closes_local": literal("2026-01-01T09:00"),
        "zone": literal("UTC"),
        "holidays": literal([], window_groups.c.holidays.type),
        "heard_how": literal(""),
    }
    joined = decision_groups.join(decisions, sa.and_(g.network_id == d.network_id, g.number == d.number))
    tx.db.execute(sa.insert(window_groups).from_select(list(asked), sa.select(*asked.values()).select_from(joined)))
    tx.db.execute(sa.text("ANALYZE"))


async def _week(mycel: Playing) -> None:
    for n in range(DECIDED):
        await mycel.say("decide Something of this week, case {n} --tell bilbao", channel=GROUPS[n % len(GROUPS)])
    for _ in range(PROPOSED):
        await mycel.say("propose Something for all, case {n} --affects bilbao,cusco --for 10bd")


async def _measure(mycel: Playing, section: Section, name: str) -> None:
    took = []
    with statements() as seen:
        await mycel.say("digest now", channel="bilbao")
    for _ in range(_REPETITIONS):
        began = perf_counter()
        await mycel.say("digest now", channel="bilbao")
        took.append((perf_counter() - began) * 1e3)
    section.add(Figure(name, "ms", took, note=f"{len(seen)} statements"))
