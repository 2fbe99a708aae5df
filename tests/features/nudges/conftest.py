"""A house of decisions, input, digests and nudges, in which what has to stand was seen to."""

from collections.abc import Sequence

import pytest

from bot.core import telling
from bot.core.feature import Feature
from bot.features import conflicts, decisions, digests, input_windows, network, nudges
from tests.support.house import House


@pytest.fixture
def features() -> Sequence[Feature]:
    rooms = (decisions.FEATURE, input_windows.FEATURE, digests.FEATURE, nudges.FEATURE, network.FEATURE)
    return (*rooms, conflicts.FEATURE, telling.FEATURE)


@pytest.fixture
async def house(empty_house: House) -> House:
    """Three groups with their digests set; a Monday, nine o'clock UTC."""
    await empty_house.found()
    await empty_house.begin()
    for channel, who in (("oakland", "ana"), ("nairobi", "wanjiku"), ("bilbao", "iker")):
        await empty_house.say(channel, who, "hello")
    return empty_house
