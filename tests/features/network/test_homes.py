"""A group at home on two platforms and in two workspaces: by invitation, confirmed in the home that it has."""

import re
from collections.abc import Sequence

import pytest

from bot.app import FEATURES
from bot.core.conversation import Actor, CommandTyped, MessagePosted, Place
from bot.core.feature import Feature
from storage import contributions, directory
from storage.delivery_tables import messages
from tests.features.network.changing import code_in, everybody
from tests.features.network.conftest import MakeSteward
from tests.support.house import House, plain

ROOM = Place("other", "example.org", "!oakland")


@pytest.fixture
def features() -> Sequence[Feature]:
    return FEATURES


async def there(house: House, text: str, *, thread: str | None = None) -> str:
    """What Zoe is answered on the other platform."""
    actor, key = Actor("other", "example.org", "@zoe:example.org", "Zoe"), house.event_key()
    if thread is None:
        return plain(await house.handle(CommandTyped(key, ROOM, actor, house.clock(), text)))
    place = Place(ROOM.platform, ROOM.workspace, ROOM.channel, thread, thread)
    return plain(await house.handle(MessagePosted(key, place, actor, house.clock(), key, text)))


@pytest.fixture
async def two_homes(house: House, make_steward: MakeSteward) -> House:
    """Oakland has a home on the other platform too."""
    await everybody(house)
    await make_steward("oakland", "ana")
    invitation = code_in(plain(await house.say("oakland", "ana", "/invite")))
    assert "belongs to no network yet" in await there(house, "group Oakland")
    assert "belongs to mycel now" in await there(house, f"mycel join {invitation}")
    assert "Oakland is asked in its home channels" in await there(house, "group Oakland")
    assert "belongs to no group yet" in await there(house, "decisions"), "nothing before it is confirmed"
    question = house.shown("oakland")
    assert "Zoe wants other !oakland to be a home of this group too." in question
    confirm = re.findall(r"/group-confirm \S+", question)[-1]
    assert "is a home of Oakland now" in plain(await house.say("oakland", "ben", confirm))
    return house


async def test_a_window_opens_in_both_and_what_is_said_in_either_is_of_one_group(two_homes: House) -> None:
    await two_homes.say("nairobi", "wanjiku", "/propose Phones --affects oakland --for 5d")
    homes = await two_homes.work.read(lambda tx: directory.homes(tx.db, 1, [1]))
    assert [(home.platform, home.workspace) for home in homes] == [("test", "w"), ("other", "example.org")]
    said = await two_homes.work.read(lambda tx: tx.db.execute(messages.select().where(messages.c.about == "D-1")).all())
    assert {row.channel_id for row in said} >= {home.id for home in homes}
    await there(two_homes, "input D-1 concern half of us have no phone")
    concerns = await two_homes.work.read(lambda tx: contributions.concerns(tx.db, 1, 1))
    assert [concern.group_id for concern in concerns] == [1]


async def test_a_question_is_asked_in_both_and_both_are_let_go(two_homes: House) -> None:
    """Bilbao is left out of it: Oakland leaves, and neither of its places hears anything more."""
    await two_homes.say("bilbao", "iker", "/decide Beech --affects oakland --urgent now")
    await two_homes.say("bilbao", "iker", "hello")
    await two_homes.say("oakland", "ana", "/roles iker steward")
    await two_homes.say("oakland", "ana", "/group leave")
    code = code_in(two_homes.shown("oakland"))
    assert "Oakland has left the network." in await there(two_homes, f"group agree {code}")
    assert "belongs to no network yet" in await there(two_homes, "decisions")
    assert "belongs to no group yet" in plain(await two_homes.say("oakland", "ben", "/decisions"))
