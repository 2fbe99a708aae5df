"""The house with groups, conflicts and circles; three groups of two people each have spoken at home."""

from collections.abc import Sequence

import pytest

from bot.core.feature import Feature
from bot.features import circle, conflicts, decisions, input_windows, network
from tests.features.conflicts.conftest import PEOPLE
from tests.features.conflicts.scenes import leaving
from tests.support.house import House


@pytest.fixture
def features() -> Sequence[Feature]:
    elsewhere = Feature("elsewhere", commands=(leaving,))
    return (decisions.FEATURE, input_windows.FEATURE, network.FEATURE, conflicts.FEATURE, circle.FEATURE, elsewhere)


@pytest.fixture
async def house(house: House) -> House:
    """Ana of Oakland is a steward."""
    for channel, who in PEOPLE:
        await house.say(channel, who, "hello")
        await house.wait(minutes=1)
    await steward(house)
    return house


async def steward(house: House) -> None:
    from storage import codes

    await house.work.write(1, lambda tx: codes.new_steward_code(tx.db, 1, "CODE-1", tx.now))
    await house.say("oakland", "ana", "/steward CODE-1")
