"""A house with the features under test: real dispatch on a real SQLite. A folder says which by its `features`."""

from collections.abc import AsyncIterator, Sequence

import pytest

from bot.core.feature import Feature
from storage.work import open_work
from tests.support.house import Clock, House
from tests.support.tables import make_tables


@pytest.fixture
def features() -> Sequence[Feature]:
    """What the house is made of; overridden by the folder of each feature."""
    return ()


@pytest.fixture
async def empty_house(sqlite_url: str, features: Sequence[Feature]) -> AsyncIterator[House]:
    """A house without any network."""
    make_tables(sqlite_url)
    clock = Clock()
    work = open_work(sqlite_url, clock=clock)
    yield House(work, features, clock)
    await work.close()


@pytest.fixture
async def house(empty_house: House) -> House:
    """A house with one network of three groups, each with a home channel of its slug's name."""
    await empty_house.found()
    return empty_house
