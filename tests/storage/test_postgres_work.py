"""Networks beside each other, and what is run again: only what is certainly not stored."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from storage.postgres_writer import PostgresWriter
from storage.work import GroupLost, Tx, Work
from tests.support.entries import Add, Hold, stored

END_CONNECTION = "SELECT pg_terminate_backend(pg_backend_pid())"
END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# Ends the connection while the commit is under way.
TRAP = """
CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER trap AFTER INSERT ON entries DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.body = 'trap') EXECUTE FUNCTION hang_up();
"""


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    return postgresql_url


class FailsOnce:
    """A command that the database fails at its first run, after it has stored its entry."""

    def __init__(self, statement: str) -> None:
        self.statement, self.runs = statement, 0

    def __call__(self, tx: Tx) -> int:
        self.runs += 1
        Add("entry")(tx)
        if self.runs == 1:
            tx.db.exec_driver_sql(self.statement)
        return self.runs


async def test_other_networks_go_on(work: Work) -> None:
    async with Hold(work, network_id=1):
        assert await work.write(2, Add("other")) == "other"
        assert await work.read(lambda tx: 1) == 1


async def test_waiting_commands_hold_no_thread(work: Work) -> None:
    async with Hold(work, network_id=1):
        waiting = [asyncio.create_task(work.write(1, Add(f"{n}"))) for n in range(20)]
        assert await work.write(2, Add("other")) == "other"
        assert not any(task.done() for task in waiting)
    await asyncio.gather(*waiting)


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
async def test_what_postgresql_undid_runs_again(work: Work, outside: sa.Engine, sqlstate: str) -> None:
    command = FailsOnce(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{sqlstate}'; END $$")
    assert await work.write(1, command) == 2
    assert stored(outside) == ["entry"]


async def test_a_lost_connection_runs_again(work: Work, outside: sa.Engine) -> None:
    assert await work.write(1, FailsOnce(END_CONNECTION)) == 2
    assert stored(outside) == ["entry"]


async def test_a_connection_lost_while_idle_is_not_noticed(work: Work, outside: sa.Engine) -> None:
    await work.write(1, Add("before"))
    with outside.connect() as db:
        db.exec_driver_sql(END_OTHERS)
    await work.write(1, Add("since"))
    assert stored(outside) == ["before", "since"]


async def test_a_connection_lost_at_the_commit_is_told_and_not_run_again(
    outside: sa.Engine, database_url: str, new_work: Callable[[], Work]
) -> None:
    engine = sa.create_engine(database_url)
    with engine.begin() as db:
        db.exec_driver_sql(TRAP)
    engine.dispose()
    runs: list[str] = []
    work = new_work()
    with pytest.raises(exc.OperationalError):
        await work.write(1, lambda tx: runs.append(Add("trap")(tx)))
    assert runs == ["trap"]
    assert await work.write(1, Add("later")) == "later"


async def test_other_errors_are_not_run_again(work: Work) -> None:
    command = FailsOnce("SELECT 1 / 0")
    with pytest.raises(exc.DataError):
        await work.write(1, command)
    assert command.runs == 1


async def test_it_gives_up_after_its_attempts(database_url: str, outside: sa.Engine, now: datetime) -> None:
    writer = PostgresWriter(database_url, attempts=3, first_delay_s=0.001)
    work = Work(writer, outside, clock=lambda: now, queue_limit=60)
    runs: list[int] = []

    def fail(tx: Tx) -> None:
        runs.append(len(runs))
        tx.db.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")

    with pytest.raises(exc.OperationalError):
        await work.write(1, fail)
    assert len(runs) == 3
    await work.close()


async def test_an_error_that_a_command_kept_to_itself_is_not_reported_as_stored(work: Work, outside: sa.Engine) -> None:
    def swallow(tx: Tx) -> None:
        Add("lost")(tx)
        with pytest.raises(exc.IntegrityError):
            Add("lost")(tx)

    with pytest.raises(GroupLost):
        await work.write(1, swallow)
    assert stored(outside) == []


async def test_networks_that_are_done_are_forgotten(database_url: str, outside: sa.Engine, now: datetime) -> None:
    writer = PostgresWriter(database_url)
    work = Work(writer, outside, clock=lambda: now, queue_limit=60)
    await asyncio.gather(*(work.write(network_id, Add(f"{network_id}")) for network_id in range(30)))
    assert (writer.waiting(), writer._lines) == (0, {})
    await work.close()
