"""What falls due is fired once, at its time by its network's clock, and what fails is tried again."""

from datetime import timedelta

import pytest
from _pytest.logging import LogCaptureFixture

from bot.core.deadlines import AT_ONCE, TRIES
from storage import deadlines, delivery_tables, directory
from storage.deadlines import Deadline
from storage.work import Busy, Tx
from tests.support.echo import Echo
from tests.support.house import START, House, rows

SOON = START + timedelta(minutes=10)


async def arm(house: House, about: str = "D-1", minutes: float = 10, *, round: int = 0) -> None:
    row = Deadline(1, about, "alarm", 0, START + timedelta(minutes=minutes), {}, round=round)
    await house.work.write(1, lambda tx: deadlines.set_all(tx.db, [row]))


async def state(house: House, about: str = "D-1") -> tuple[str, int]:
    """(state, attempts) of the one deadline of a record."""

    def look(tx: Tx) -> tuple[str, int]:
        table = deadlines.deadlines
        row = tx.db.execute(table.select().where(table.c.about == about)).one()
        return row.state, row.attempts

    return await house.work.read(look)


async def test_it_fires_once_and_not_before_its_time(house: House, echo: Echo) -> None:
    await arm(house)
    house.clock.move(minutes=9)
    assert await house.clockwork.fire_due() == 0
    house.clock.move(minutes=1)
    assert await house.clockwork.fire_due() == 1
    assert await house.clockwork.fire_due() == 0
    assert echo.fired == [("D-1", 0)]
    await house.deliverer.drain()
    assert house.shown("oakland") == "ring D-1"


async def test_what_is_due_fires_the_oldest_first_however_much_it_is(house: House, echo: Echo) -> None:
    many = AT_ONCE + 20
    for n in range(many):
        await arm(house, f"D-{n}", minutes=1 + (many - n) / 1000)
    house.clock.move(days=3)
    assert await house.clockwork.fire_due() == many
    assert [about for about, _ in echo.fired] == [f"D-{n}" for n in reversed(range(many))]


async def test_a_fired_one_is_never_armed_again_but_a_new_round_is(house: House, echo: Echo) -> None:
    await arm(house)
    house.clock.move(minutes=10)
    await house.clockwork.fire_due()
    await arm(house, minutes=10)
    await arm(house, minutes=10, round=1)
    await house.clockwork.fire_due()
    assert echo.fired == [("D-1", 0), ("D-1", 1)]


async def test_one_that_moves_fires_at_its_new_time(house: House, echo: Echo) -> None:
    await arm(house, minutes=10)
    await arm(house, minutes=20)
    house.clock.move(minutes=10)
    assert await house.clockwork.fire_due() == 0
    house.clock.move(minutes=10)
    assert await house.clockwork.fire_due() == 1


async def test_one_that_was_taken_back_between_finding_and_firing_stays_silent(house: House, echo: Echo) -> None:
    await arm(house, "D-1", minutes=1)
    await arm(house, "D-2", minutes=2)
    house.clock.move(minutes=5)
    due = await house.work.read(lambda tx: deadlines.due(tx.db, house.clock(), 10))
    await house.work.write(1, lambda tx: deadlines.cancel(tx.db, 1, "D-2", ["alarm"]))
    for deadline in due:
        await house.clockwork._fire(deadline)
    assert echo.fired == [("D-1", 0)]


async def test_what_fails_leaves_nothing_is_tried_again_and_given_up(
    house: House, echo: Echo, caplog: LogCaptureFixture
) -> None:
    echo.errors["deadline"] = [ZeroDivisionError() for _ in range(TRIES)]
    await arm(house)
    house.clock.move(days=2)  # long overdue: the pauses count from now
    for attempt in range(1, TRIES):
        assert await house.clockwork.fire_due() == 0
        assert await state(house) == ("pending", attempt)
        assert await house.clockwork.fire_due() == 0
        assert await state(house) == ("pending", attempt)
        house.clock.move(minutes=2**attempt)
    await house.clockwork.fire_due()
    assert await state(house) == ("failed", TRIES)
    assert "gave up deadline alarm of D-1" in caplog.text
    assert await house.work.read(lambda tx: rows(tx.db, delivery_tables.messages)) == 0
    house.clock.move(days=1)
    assert await house.clockwork.fire_due() == 0


async def test_what_fails_once_fires_later(house: House, echo: Echo) -> None:
    echo.errors["deadline"] = [ZeroDivisionError()]
    await arm(house)
    house.clock.move(minutes=10)
    await house.clockwork.fire_due()
    house.clock.move(minutes=2)
    assert await house.clockwork.fire_due() == 1


async def test_one_that_fails_holds_up_no_other(house: House, echo: Echo) -> None:
    echo.errors["deadline"] = [ZeroDivisionError()]
    await arm(house, "D-1", minutes=1)
    await arm(house, "D-2", minutes=2)
    house.clock.move(minutes=5)
    assert await house.clockwork.fire_due() == 1
    assert echo.fired == [("D-2", 0)]


async def test_a_database_that_cannot_now_is_no_failure_of_the_deadline(house: House, echo: Echo) -> None:
    echo.errors["deadline"] = [Busy() for _ in range(TRIES + 1)]
    await arm(house)
    house.clock.move(minutes=10)
    for _ in range(TRIES + 1):
        with pytest.raises(Busy):
            await house.clockwork.fire_due()
    assert await state(house) == ("pending", 0)
    assert await house.clockwork.fire_due() == 1


async def test_a_network_whose_clock_is_ahead_fires_by_its_own(house: House, echo: Echo) -> None:
    await arm(house, minutes=60 * 24)
    await house.work.write(1, lambda tx: directory.set_clock(tx.db, 1, timedelta(hours=23)))
    assert await house.clockwork.fire_due() == 0
    await house.work.write(1, lambda tx: directory.set_clock(tx.db, 1, timedelta(hours=24)))
    assert await house.clockwork.fire_due() == 1
