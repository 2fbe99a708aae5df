"""Moving the clock on: everything due on the way happens in its order, each at its own time, and is delivered there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core import message as m
from bot.core.context import Context
from bot.core.deadlines import Clockwork
from bot.core.errors import UserError
from bot.core.feature import Feature
from bot.core.registry import Registry
from bot.core.time_travel import TimeTravel
from storage import deadlines, directory
from storage.deadlines import Deadline
from storage.work import Tx, Work, open_work
from tests.support.house import START, Clock
from tests.support.tables import make_tables

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Traveller:
    """A network with deadlines that note when they fire."""

    def __init__(self, url: str) -> None:
        make_tables(url)
        self.clock = Clock()
        self.fired: list[tuple[str, datetime]] = []
        self.drained: list[int] = []
        self.work: Work = open_work(url, clock=self.clock)
        feature = Feature("clock", deadlines={"note": self._fire, "again": self._again, "broken": self._break})
        clockwork = Clockwork(self.work, Registry([feature]), self.clock, iter(range(1, 10_000)).__next__)
        self.travel = TimeTravel(self.work, clockwork, self._drain, self.clock)

    async def found(self, *due: tuple[str, str, timedelta]) -> None:
        def seed(tx: Tx) -> None:
            directory.add_network(tx.db, 1, "mycel", "en", tx.now)
            deadlines.set_all(tx.db, [Deadline(1, about, kind, 0, START + after, {}) for about, kind, after in due])

        await self.work.write(1, seed)

    async def _drain(self) -> None:
        self.drained.append(len(self.fired))

    def _fire(self, ctx: Context, deadline: Deadline) -> None:
        self.fired.append((deadline.about, ctx.now))

    def _again(self, ctx: Context, deadline: Deadline) -> None:
        self._fire(ctx, deadline)
        if len(self.fired) < 3:
            ctx.due(ctx.now + DAY, "again", f"{deadline.about}+")

    def _break(self, _ctx: Context, _deadline: Deadline) -> None:
        raise RuntimeError(m.span_to_plain(m.Text("broken on purpose")))


@pytest.fixture
async def traveller(sqlite_url: str) -> Any:
    made = Traveller(sqlite_url)
    yield made
    await made.work.close()


async def test_each_thing_happens_at_its_own_time_and_is_delivered_before_the_next(traveller: Traveller) -> None:
    await traveller.found(("D-2", "note", 2 * DAY), ("D-1", "note", HOUR), ("D-3", "note", 9 * DAY))
    journey = await traveller.travel.by(1, 3 * DAY)
    assert traveller.fired == [("D-1", START + HOUR), ("D-2", START + 2 * DAY)]
    assert traveller.drained == [1, 2, 2]
    assert (journey.left_at, journey.arrived_at, journey.fired) == (START, START + 3 * DAY, 2)
    assert await traveller.travel.now(1) == START + 3 * DAY


async def test_what_comes_of_it_on_the_way_happens_too(traveller: Traveller) -> None:
    await traveller.found(("D-1", "again", HOUR))
    await traveller.travel.by(1, 10 * DAY)
    assert [at - START for _, at in traveller.fired] == [HOUR, HOUR + DAY, HOUR + 2 * DAY]


async def test_to_the_next_thing_due_and_no_further(traveller: Traveller) -> None:
    await traveller.found(("D-1", "note", HOUR), ("D-2", "note", DAY))
    journey = await traveller.travel.to_next(1)
    assert (journey.arrived_at, journey.fired) == (START + HOUR, 1)
    assert await traveller.travel.next_due(1) == START + DAY


async def test_fractions_of_a_second_do_not_stop_it(traveller: Traveller) -> None:
    traveller.clock.move(milliseconds=300)
    await traveller.found(("D-1", "note", HOUR))
    assert (await traveller.travel.to_next(1)).fired == 1


async def test_what_was_due_already_fires_without_moving_the_clock(traveller: Traveller) -> None:
    await traveller.found(("D-1", "note", -HOUR))
    journey = await traveller.travel.to_next(1)
    assert (journey.arrived_at, journey.fired) == (START, 1)


async def test_it_never_goes_back_nor_too_far(traveller: Traveller) -> None:
    await traveller.found()
    await traveller.travel.by(1, DAY)
    with pytest.raises(UserError, match="2026-11-03 09:00 UTC already"):
        await traveller.travel.to(1, START)
    with pytest.raises(UserError, match="ten years"):
        await traveller.travel.by(1, 4000 * DAY)
    with pytest.raises(UserError, match="Nothing is due"):
        await traveller.travel.to_next(1)
    assert await traveller.travel.now(1) == START + DAY


async def test_it_is_refused_where_people_live_by_the_real_clock(traveller: Traveller) -> None:
    await traveller.found(("D-1", "note", HOUR))
    traveller.travel.is_allowed = False
    with pytest.raises(UserError, match="real platform"):
        await traveller.travel.by(1, DAY)
    assert traveller.fired == []
    assert await traveller.travel.now(1) == START


async def test_what_fails_does_not_hold_up_the_rest(traveller: Traveller) -> None:
    await traveller.found(("D-1", "broken", HOUR), ("D-2", "note", 2 * HOUR))
    await traveller.travel.by(1, DAY)
    assert [about for about, _ in traveller.fired] == ["D-2"]
    assert await traveller.travel.now(1) == START + DAY
