"""What one owes in every room: conflicts, what came of a decision, what ends; each to those alone who may read it."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from bot.app import FEATURES
from bot.core.feature import Feature
from storage import roles
from storage.network_tables import people
from tests.features.digests.test_mine import mine
from tests.support.house import House

NOTHING = "You owe nobody an answer."


@pytest.fixture
def features() -> Sequence[Feature]:
    return FEATURES


@pytest.fixture
async def two(house: House) -> House:
    """Oakland's D-1 and Nairobi's D-2; Maite facilitates."""
    for channel, who in (("oakland", "ana"), ("nairobi", "wanjiku"), ("bilbao", "iker"), ("bilbao", "maite")):
        await house.say(channel, who, "hello")
    named = sa.select(people.c.id).where(people.c.name == "Maite")
    await house.work.write(1, lambda tx: roles.add(tx.db, 1, tx.db.execute(named).scalar_one(), "facilitator", tx.now))
    await house.say("oakland", "ana", "/decide Alerts come by Signal")
    await house.say("nairobi", "wanjiku", "/decide Members write on paper")
    return house


async def test_a_conflict_asks_each_group_for_its_word_and_its_host_for_the_log(two: House) -> None:
    await two.say("nairobi", "wanjiku", "/conflict D-1 D-2 Half of us get alerts twice")
    assert await mine(two, "oakland", "ana") == (
        "Conflicts in which a word is yours\n• X-1 on D-1 and D-2 (today): `/log X-1 …`"
    )
    assert await mine(two, "bilbao", "iker") == NOTHING
    await two.say("bilbao", "maite", "/host X-1")
    await two.wait(days=2)
    assert "• X-1 on D-1 and D-2 (2 days): you host it, `/log X-1 …`" in await mine(two, "bilbao", "maite")
    await two.say("bilbao", "maite", "/settle X-1 Signal for alerts, paper for the rest")
    await two.say("oakland", "ana", "/confirm X-1")
    assert "X-1" not in await mine(two, "oakland", "ana")
    assert "an end waits for your group, `/confirm X-1`" in await mine(two, "nairobi", "wanjiku")
    await two.say("nairobi", "wanjiku", "/confirm X-1")
    assert await mine(two, "nairobi", "wanjiku") == await mine(two, "bilbao", "maite") == NOTHING


async def test_what_was_told_in_confidence_is_shown_to_who_was_told_alone(two: House) -> None:
    await two.say("nairobi", "wanjiku", "/conflict D-1 D-2 They never asked us --in-confidence")
    assert "(today): told to you in confidence, `/conflicts X-1`" in await mine(two, "bilbao", "maite")
    for channel, who in (("nairobi", "wanjiku"), ("oakland", "ana"), ("bilbao", "iker")):
        assert await mine(two, channel, who) == NOTHING


async def test_what_came_of_a_decision(two: House) -> None:
    await two.say("oakland", "ana", "/propose Use Signal --affects nairobi --for 1bd")
    await two.say("nairobi", "wanjiku", "/pass D-3")
    await two.wait(days=3)
    await two.say("oakland", "ana", "/outcome D-3 adopted")
    assert await mine(two, "nairobi", "wanjiku") == NOTHING, "it is asked in thirty days"
    await two.wait(days=35)
    assert await mine(two, "nairobi", "wanjiku") == (
        "Did your group carry it out?\n• D-3 Use Signal: `/carried-out D-3 as-is`"
    )
    assert "carry it out" not in await mine(two, "oakland", "ana")
    await two.say("nairobi", "wanjiku", "/carried-out D-3 as-is")
    assert await mine(two, "nairobi", "wanjiku") == NOTHING


async def test_what_ends_within_a_week(two: House) -> None:
    await two.say("oakland", "ana", '/mandate phones --to "Ana" --for 20d --why "she knows them"')
    await two.wait(days=12)
    assert await mine(two, "oakland", "ana") == NOTHING
    await two.wait(days=2)
    assert await mine(two, "oakland", "ana") == (
        "Ends unless your group renews it\n"
        "• D-3 Mandate for phones: Ana, on Sun 22 Nov 2026, 01:00 (Los Angeles): `/renew D-3`"
    )
    assert await mine(two, "nairobi", "wanjiku") == NOTHING
    await two.wait(days=8)
    assert await mine(two, "oakland", "ana") == NOTHING, "it has ended"
