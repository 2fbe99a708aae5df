"""What `write` and `read` promise, on both databases; what only one of them does is in the files beside this one."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from storage.work import Busy, Closed, GroupLost, Tx, Work
from tests.support.entries import Add, Hold, add_without_entry, count_entries, count_up, stored


async def test_a_result_is_given_out_after_the_commit(work: Work, outside: sa.Engine) -> None:
    async with Hold(work) as hold:
        first = asyncio.create_task(work.write(1, Add("first")))
        early = asyncio.create_task(work.write(1, lambda tx: first.done() and stored(outside) == []))
        hold.let_go()
        assert await first == "first"
        assert stored(outside) == ["first"]
        assert not await early


async def test_what_is_not_committed_is_not_seen(work: Work, outside: sa.Engine) -> None:
    def add_and_look(tx: Tx) -> list[str]:
        Add("here")(tx)
        return stored(outside)

    assert await work.write(1, add_and_look) == []
    assert stored(outside) == ["here"]


async def test_a_failing_command_undoes_itself_only(work: Work, outside: sa.Engine) -> None:
    async with Hold(work) as hold:
        calls = [work.write(1, Add("a")), work.write(1, Add("b", then=KeyError("no"))), work.write(1, Add("c"))]
        answers = asyncio.gather(*calls, return_exceptions=True)
        hold.let_go()
        a, b, c = await answers
    assert (a, c) == ("a", "c")
    assert isinstance(b, KeyError)
    assert stored(outside) == ["a", "c"]


async def test_a_refused_row_undoes_its_command_only(work: Work, outside: sa.Engine) -> None:
    await work.write(1, Add("taken"))
    with pytest.raises(exc.IntegrityError):
        await work.write(1, lambda tx: (Add("new")(tx), Add("taken")(tx)))
    await work.write(1, Add("later"))
    assert stored(outside) == ["later", "taken"]


async def test_stop_iteration_reaches_its_caller_as_an_error(work: Work) -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await work.write(1, lambda tx: next(iter(())))
    with pytest.raises(RuntimeError, match="StopIteration"):
        await work.read(lambda tx: next(iter(())))


async def test_one_command_at_a_time_in_a_network(work: Work) -> None:
    counts = await asyncio.gather(*(work.write(1, count_up) for _ in range(50)))
    assert sorted(counts) == list(range(1, 51))


async def test_one_command_at_a_time_over_two_processes(new_work: Callable[[], Work]) -> None:
    one, other = new_work(), new_work()
    counts = await asyncio.gather(*(each.write(1, count_up) for _ in range(25) for each in (one, other)))
    assert sorted(counts) == list(range(1, 51))


async def test_a_cancelled_callers_command_still_commits(work: Work, outside: sa.Engine) -> None:
    async with Hold(work):
        call = asyncio.create_task(work.write(1, Add("wanted")))
        await asyncio.wait([call], timeout=0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    await work.close()
    assert stored(outside) == ["wanted"]


async def test_background_commands_wait_behind_live_ones(work: Work) -> None:
    order: list[str] = []

    def note(name: str, *, background: bool = False) -> asyncio.Task[None]:
        return asyncio.create_task(work.write(1, lambda tx: order.append(name), background=background))

    async with Hold(work) as hold:
        calls = [note("import", background=True), note("decide"), note("propose")]
        await asyncio.wait(calls, timeout=0)
        hold.let_go()
        await asyncio.gather(*calls)
    assert order == ["decide", "propose", "import"]


async def test_a_live_command_does_not_wait_for_the_background_one_behind_it(work: Work) -> None:
    may_end = threading.Event()
    async with Hold(work) as hold:
        live = asyncio.create_task(work.write(1, Add("live")))
        background = asyncio.create_task(work.write(1, lambda tx: may_end.wait(10), background=True))
        await asyncio.wait([live, background], timeout=0)
        hold.let_go()
        assert await live == "live"
        assert not background.done()
    may_end.set()
    assert await background


async def test_closed_takes_nothing(work: Work, outside: sa.Engine) -> None:
    await work.close()
    with pytest.raises(Closed):
        await work.write(1, Add("late"))
    with pytest.raises(Closed):
        await work.read(count_entries)
    assert stored(outside) == []


async def test_close_finishes_what_waits(work: Work, outside: sa.Engine) -> None:
    async with Hold(work) as hold:
        calls = [asyncio.create_task(work.write(1, Add(f"{n:02}"), background=n > 10)) for n in range(20)]
        await asyncio.wait(calls, timeout=0)
        closing = asyncio.create_task(work.close())
        await asyncio.wait([closing], timeout=0)
        with pytest.raises(Closed):
            await work.write(1, Add("late"))
        hold.let_go()
        await closing
    assert await asyncio.gather(*calls) == [f"{n:02}" for n in range(20)]
    assert stored(outside) == [f"{n:02}" for n in range(20)]


async def test_too_many_waiting_commands_are_refused(work: Work, outside: sa.Engine) -> None:
    async with Hold(work):
        calls = [asyncio.create_task(work.write(1, Add(f"{n:02}"))) for n in range(70)]
        imported = asyncio.create_task(work.write(1, Add("import"), background=True))
        await asyncio.wait([*calls, imported], timeout=0)
        assert not imported.done()
        refused = [call for call in calls if call.done()]
        assert 10 <= len(refused) <= 11  # PostgreSQL counts the one that holds the others up, too
    answers = await asyncio.gather(*calls, imported, return_exceptions=True)
    assert sum(isinstance(answer, Busy) for answer in answers) == len(refused)
    assert len(stored(outside)) == 71 - len(refused)
    await work.write(1, Add("again"))


async def test_moments_come_from_the_clock_or_from_postgresql(work: Work, now: datetime, database_url: str) -> None:
    assert await work.read(lambda tx: tx.now) == now
    moment = await work.write(1, lambda tx: tx.now)
    assert moment.tzinfo is UTC
    if database_url.startswith("sqlite"):
        assert moment == now
    else:
        assert abs((moment - datetime.now(UTC)).total_seconds()) < 60


async def test_a_reader_cannot_write(work: Work, outside: sa.Engine) -> None:
    with pytest.raises(exc.DBAPIError, match=r"readonly|read-only"):
        await work.read(Add("sly"))
    assert stored(outside) == []


async def test_a_reader_sees_one_moment(work: Work) -> None:
    loop = asyncio.get_running_loop()

    def look_twice(tx: Tx) -> tuple[int, int]:
        before = count_entries(tx)
        asyncio.run_coroutine_threadsafe(work.write(1, Add("meanwhile")), loop).result(10)
        return before, count_entries(tx)

    assert await work.read(look_twice) == (0, 0)
    assert await work.read(count_entries) == 1


async def test_a_readers_error_reaches_its_caller(work: Work) -> None:
    with pytest.raises(ZeroDivisionError):
        await work.read(lambda tx: 1 // 0)


async def test_work_goes_on_after_a_refused_commit(work: Work, outside: sa.Engine) -> None:
    with pytest.raises((GroupLost, exc.IntegrityError), match=r"(?i)foreign key"):
        await work.write(1, add_without_entry)
    await work.write(1, Add("later"))
    assert stored(outside) == ["later"]
