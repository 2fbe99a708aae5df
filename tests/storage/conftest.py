"""The work on a database with three small tables, and a look at it from outside."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from storage import directory
from storage.engine import open_engine, open_reader
from storage.network import Channel, Group
from storage.work import Work, open_work
from tests.support.entries import counters, tables
from tests.support.tables import make_tables


@pytest.fixture
def now() -> datetime:
    """What the clock says all through a test: long ago, so that no other clock is taken for it."""
    return datetime(2001, 2, 3, 4, 5, 6, 789, tzinfo=UTC)


@pytest.fixture
def outside(database_url: str) -> Iterator[sa.Engine]:
    """Another program's view of the database, which has the tables and a counter."""
    engine = open_engine(database_url)
    with engine.begin() as db:
        tables.create_all(db)
        db.execute(counters.insert().values(id=1, n=0))
    engine.dispose()
    reader = open_reader(database_url)
    yield reader
    reader.dispose()


@pytest.fixture
async def new_work(database_url: str, outside: sa.Engine, now: datetime) -> AsyncIterator[Callable[[], Work]]:
    """Opens work on the database, as often as it is called; two of them are what two processes are."""
    opened: list[Work] = []

    def open_another() -> Work:
        opened.append(open_work(database_url, clock=lambda: now, queue_limit=60))
        return opened[-1]

    yield open_another
    for work in opened:
        await work.close()


@pytest.fixture
def work(new_work: Callable[[], Work]) -> Work:
    return new_work()


@pytest.fixture
def filled(database_url: str) -> Iterator[sa.Connection]:
    """A transaction on a database with networks 1 and 2, each with groups 1 and 2, their homes and person 100."""
    at = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    make_tables(database_url)
    engine = open_engine(database_url)
    with engine.begin() as db:
        for n in (1, 2):
            directory.add_network(db, n, f"net{n}", "en", at)
            directory.add_person(db, n, 100, "Ana Élodie", None, at)
            for g in (1, 2):
                group = Group(n, g, f"g{g}", f"G{g}", "UTC", None, "mon-fri", "off", "en", "active", ())
                directory.add_group(db, group, at)
                directory.add_channel(db, Channel(n, g, "test", f"w{n}", f"c{g}", g, True, "", "active"))
        yield db
    engine.dispose()
