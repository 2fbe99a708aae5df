"""Groups: what a commit for several commands means for each of them."""

import asyncio
import sqlite3
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from storage.work import GroupLost, Tx, Work
from tests.support.entries import Add, Hold, add_without_entry, stored


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


async def in_one_group(work: Work, *commands: Callable[[Tx], object]) -> list[object]:
    """What each command's caller gets, an exception included."""
    async with Hold(work) as hold:
        answers = asyncio.gather(*(work.write(1, command) for command in commands), return_exceptions=True)
        await asyncio.wait([answers], timeout=0)
        hold.let_go()
        return list(await answers)


async def test_a_refused_commit_fails_every_caller_of_the_group(work: Work, outside: sa.Engine) -> None:
    answers = await in_one_group(work, Add("a"), add_without_entry, Add("b", then=KeyError("own")))
    assert [type(answer) for answer in answers] == [GroupLost, GroupLost, KeyError]
    assert isinstance(answers[0], GroupLost)
    assert "FOREIGN KEY" in str(answers[0].__cause__)
    assert stored(outside) == []
    assert await work.write(1, Add("later")) == "later"


async def test_a_transaction_that_sqlite_gave_up_is_not_reported_as_stored(work: Work, outside: sa.Engine) -> None:
    def give_up(tx: Tx) -> None:
        tx.db.exec_driver_sql("ROLLBACK")  # as SQLite itself does when the disk is full
        raise OSError("disk full")

    first, culprit, *_ = await in_one_group(work, Add("a"), give_up, Add("b"))
    assert isinstance(first, GroupLost)
    assert isinstance(culprit, OSError)
    assert "a" not in stored(outside)
    assert await work.write(1, Add("later")) == "later"
    assert "later" in stored(outside)


async def test_a_command_that_ends_the_transaction_is_told(work: Work, outside: sa.Engine) -> None:
    with pytest.raises(GroupLost):
        await work.write(1, lambda tx: tx.db.exec_driver_sql("ROLLBACK"))
    with pytest.raises(GroupLost):
        await work.write(1, lambda tx: tx.db.rollback())
    assert await work.write(1, Add("later")) == "later"
    assert stored(outside) == ["later"]


async def test_a_database_that_another_process_holds_is_told(
    sqlite_url: str, new_work: Callable[[], Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engine._SQLITE_WRITER", ("PRAGMA busy_timeout=1",))
    work = new_work()
    holder = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(GroupLost, match="locked"):
        await work.write(1, Add("early"))
    holder.close()
    assert await work.write(1, Add("later")) == "later"


async def test_all_networks_are_one_line(work: Work, outside: sa.Engine) -> None:
    async with Hold(work, network_id=1):
        other = asyncio.create_task(work.write(2, Add("other")))
        await asyncio.wait([other], timeout=0)
        assert not other.done()
    assert await other == "other"
    assert stored(outside) == ["other"]
