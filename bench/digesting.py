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
from storage.window_tables import contributions, input_windows, window_groups
from storage.work import Tx

SIZES, LONG = (1_000, 100_000), 1_000_000
DECIDED, PROPOSED = 30, 10
REVIEW_EACH, CONCERN_EACH = 10, 5
"""Each tenth decision of the years waits for its review, each fifth had a concern."""
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
        " before has a window that is over, with the groups that it asked; each tenth waits for its review since, and"
        " each fifth had a concern, resolved. “mine” is what the personal digest says,"
        " “conflicts” what waits for the circle."
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
    _left_over(tx)
    tx.db.execute(sa.text("ANALYZE"))


def _left_over(tx: Tx) -> None:
    """What years leave behind: reviews that nobody has done, and concerns that were resolved."""
    d, literal = decisions.c, sa.literal
    tx.db.execute(sa.update(decisions).where(d.number % REVIEW_EACH == 0).values(review_at=d.created_at))
    given: dict[str, sa.ColumnElement[Any]] = {
        "network_id": d.network_id,
        "id": d.number,
        "number": d.number,
        "person_id": literal(1),
        "group_id": d.group_id,
        "stance": literal("concern"),
        "text": literal("Half of us have no smartphone."),
        "state": literal("resolved"),
        "is_late": sa.false(),
        "given_at": d.created_at,
        "said_at": d.created_at,
        "version": literal(1),
        "via": literal("command"),
        "message_id": literal(""),
    }
    chosen = sa.select(*given.values()).where(d.number % CONCERN_EACH == 0)
    tx.db.execute(sa.insert(contributions).from_select(list(given), chosen))


async def _week(mycel: Playing) -> None:
    for n in range(DECIDED):
        await mycel.say("decide Something of this week, case {n} --tell bilbao", channel=GROUPS[n % len(GROUPS)])
    for _ in range(PROPOSED):
        await mycel.say("propose Something for all, case {n} --affects bilbao,cusco --for 10bd")


async def _measure(mycel: Playing, section: Section, name: str) -> None:
    for what in ("digest now", "mine", "conflicts"):
        took = []
        with statements() as seen:
            await mycel.say(what, channel="bilbao")
        for _ in range(_REPETITIONS):
            began = perf_counter()
            await mycel.say(what, channel="bilbao")
            took.append((perf_counter() - began) * 1e3)
        section.add(Figure(f"{what}, {name}", "ms", took, note=f"{len(seen)} statements"))
