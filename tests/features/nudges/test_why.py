"""Whatever Mycel says of its own accord is decided in one place, and can be asked for afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.app import FEATURES
from bot.core import telling
from bot.core.feature import Feature
from bot.core.working_time import WorkingTime
from storage.tellings import WAITING, Told
from tests.support.house import House, plain

NAIROBI = WorkingTime("Africa/Nairobi", None, quiet_from=time(18), quiet_until=time(9))
NOW = datetime(2026, 11, 4, 9, 0, tzinfo=UTC)
"""Wednesday noon in Nairobi."""
WISH = Told(1, 1, 2, "carried_out", "D-1", "", {}, WAITING, "", NOW, None, NOW, None, "", False)


@pytest.fixture
def features() -> Sequence[Feature]:
    return FEATURES


@pytest.fixture
async def network(house: House) -> House:
    await house.begin()
    for channel, who in (("oakland", "ana"), ("nairobi", "wanjiku"), ("bilbao", "iker")):
        await house.say(channel, who, "hello")
    return house


async def why(house: House, channel: str, who: str) -> str:
    return plain(await house.say(channel, who, "/why-told"))


async def test_a_conflict_that_waits(network: House) -> None:
    await network.say("oakland", "ana", "/decide Alerts by Signal")
    await network.say("nairobi", "wanjiku", "/decide Alerts by SMS")
    await network.say("oakland", "ana", "/conflict D-1 D-2 Half of us get alerts twice")
    await network.wait(days=4)
    assert "X-1 is still open" in network.shown("nairobi")
    assert "a reminder, as it is part of X-1, which is open." in await why(network, "nairobi", "wanjiku")


async def test_a_review_and_an_end(network: House) -> None:
    await network.say("nairobi", "wanjiku", "/decide Meet on Mondays --review 10d")
    await network.wait(days=11)
    assert "It is time to look at D-1 Meet on Mondays again." in network.shown("nairobi")
    assert "the review of D-1, which is due." in await why(network, "nairobi", "wanjiku")


async def test_what_came_of_a_decision(network: House) -> None:
    await network.say("oakland", "ana", "/propose Use Signal --affects nairobi --for 1bd")
    await network.say("nairobi", "wanjiku", "/pass D-1")
    await network.wait(days=3)
    await network.say("oakland", "ana", "/outcome D-1 adopted")
    await network.wait(days=35)
    assert "id your group carry it out?" in network.shown("nairobi")
    assert "the question what came of D-1" in await why(network, "nairobi", "wanjiku")
    await network.say("nairobi", "wanjiku", "/carried-out D-1 as-is")
    assert "id your group carry it out?" not in network.shown("nairobi")


async def test_a_link_without_an_answer(network: House) -> None:
    await network.say("oakland", "ana", "/decide Use Signal")
    await network.say("nairobi", "wanjiku", "/decide Use Matrix --supersedes D-1")
    await network.wait(days=10)
    assert "a reminder, as D-2 waits for its word on D-1." in await why(network, "oakland", "ana")


def test_what_has_to_be_said_waits_where_a_group_has_had_enough() -> None:
    five = [NOW - timedelta(days=6 - n) for n in range(5)]
    left = telling.decide(WISH, NAIROBI, five, None, NOW)
    assert (left.do, left.reason) == (telling.LEAVE, telling.ENOUGH)
    waits = telling.decide(WISH, NAIROBI, five, None, NOW, waits=True)
    assert (waits.do, waits.at, waits.reason) == (telling.LATER, NOW + timedelta(days=1), telling.ENOUGH)
    freed = telling.decide(WISH, NAIROBI, five, None, waits.at, waits=True)
    assert freed.do == telling.NOW
