"""A house whose one feature is a stand-in, on each database."""

from collections.abc import AsyncIterator

import pytest

from storage.work import open_work
from tests.support.echo import Echo
from tests.support.house import Clock, House
from tests.support.tables import make_tables


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
async def house(sqlite_url: str, echo: Echo) -> AsyncIterator[House]:
    """A house on SQLite with three groups."""
    async for made in _houses(sqlite_url, echo):
        yield made


@pytest.fixture
async def each_house(database_url: str, echo: Echo) -> AsyncIterator[House]:
    """The same on each database."""
    async for made in _houses(database_url, echo):
        yield made


async def _houses(url: str, echo: Echo) -> AsyncIterator[House]:
    make_tables(url)
    clock = Clock()
    work = open_work(url, clock=clock)
    house = House(work, (echo.feature,), clock)
    await house.found()
    yield house
    await work.close()
