"""Mycel whole, as an attacker and a careless friend would use it, on each database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.app import FEATURES
from storage.work import open_work
from tests.support.house import Clock, House
from tests.support.tables import make_tables


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    """A house with all features and three groups, on SQLite."""
    async for made in _houses(sqlite_url):
        yield made


@pytest.fixture
async def each_house(database_url: str) -> AsyncIterator[House]:
    """The same on each database."""
    async for made in _houses(database_url):
        yield made


async def _houses(url: str) -> AsyncIterator[House]:
    make_tables(url)
    # PostgreSQL writes by its own clock; ours has to be where that is, or nothing is due to be sent.
    clock = Clock(datetime.now(UTC) + timedelta(minutes=1)) if url.startswith("postgresql") else Clock()
    work = open_work(url, clock=clock)
    house = House(work, FEATURES, clock)
    await house.found()
    yield house
    await work.close()
