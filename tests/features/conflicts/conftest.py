"""The house with decisions, windows, groups and conflicts; all have spoken at home, and Maite facilitates."""

from collections.abc import Sequence

import pytest

from bot.core import telling
from bot.core.feature import Feature
from bot.features import conflicts, decisions, input_windows, network
from tests.features.conflicts.scenes import leaving, make_facilitator
from tests.support.house import House

PEOPLE = (
    *(("oakland", "ana"), ("oakland", "ben"), ("nairobi", "wanjiku"), ("nairobi", "otieno")),
    *(("bilbao", "iker"), ("bilbao", "maite")),
)


@pytest.fixture
def features() -> Sequence[Feature]:
    elsewhere = Feature("elsewhere", commands=(leaving,))
    return (decisions.FEATURE, input_windows.FEATURE, network.FEATURE, conflicts.FEATURE, elsewhere, telling.FEATURE)


@pytest.fixture
async def house(house: House) -> House:
    """Oakland's D-1 and Nairobi's D-2 are about alerts; Maite of Bilbao is the one facilitator."""
    for channel, who in PEOPLE:
        await house.say(channel, who, "hello")
    await make_facilitator(house, "Maite")
    await house.say("oakland", "ana", "/decide Use Signal for alerts")
    await house.say("nairobi", "wanjiku", "/decide Send alerts by SMS")
    return house
