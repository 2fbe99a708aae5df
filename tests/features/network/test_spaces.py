"""A larger place around channels belongs to a group or to the network, and its channels are found."""

from __future__ import annotations

from dataclasses import replace

from bot.core.conversation import Around, ChannelJoined, CommandTyped, Place
from storage import directory
from tests.features.network.conftest import MakeSteward
from tests.support.house import House, plain

SPACE = Around("!space", "Oakland's space", 4, may_arrange=True)


def within(house: House, channel: str, *around: Around, may_arrange: bool = True) -> Place:
    return replace(house.place(channel), around=around, may_arrange=may_arrange)


async def typed(house: House, who: str, text: str, place: Place) -> str:
    return plain(await house.handle(CommandTyped(house.event_key(), place, house.actor(who), house.clock(), text)))


async def comes_into(house: House, channel: str, *around: Around) -> str:
    place = within(house, channel, *around)
    return plain(await house.handle(ChannelJoined(house.event_key(), place, house.actor("mycel"), house.clock())))


async def bound(house: House) -> frozenset[str]:
    return await house.work.read(lambda tx: directory.spaces_on(tx.db, "test", "w"))


async def test_a_group_takes_its_space_and_its_rooms_are_found(house: House) -> None:
    await house.say("oakland", "ana", "hello")
    home = within(house, "oakland", SPACE)
    assert "belongs to nobody yet" in await typed(house, "ana", "space", home)
    assert await comes_into(house, "hall", SPACE) == ""
    answer = await typed(house, "ana", "space group", home)
    assert "Oakland's space (4 rooms) belongs to Oakland" in answer
    assert await bound(house) == {"!space"}
    assert "belongs to Oakland" in await typed(house, "ana", "space", home)
    assert "lies in the space of Oakland" in await comes_into(house, "kitchen", SPACE)
    assert await comes_into(house, "garage") == ""
    assert house.shown("kitchen") == ""


async def test_a_found_room_becomes_a_home_when_a_member_who_runs_it_says_so(house: House) -> None:
    await house.say("oakland", "ana", "hello")
    await typed(house, "ana", "space group", within(house, "oakland", SPACE))
    await comes_into(house, "kitchen", SPACE)
    kitchen = within(house, "kitchen", SPACE)
    assert "Only members of Oakland" in await typed(house, "iker", "group Oakland", kitchen)
    no_rights = replace(kitchen, may_arrange=False)
    assert "may change this room's name" in await typed(house, "ana", "group Oakland", no_rights)
    assert "is a home of Oakland now" in await typed(house, "ana", "group Oakland", kitchen)
    assert "This channel is a home of Oakland." in house.shown("kitchen")


async def test_a_steward_gives_a_space_to_the_network(house: House, make_steward: MakeSteward) -> None:
    other = replace(SPACE, may_arrange=False)
    lost = within(house, "hall", other)
    assert "says whose it is" in await typed(house, "iker", "space network", lost)
    assert "Only a steward" in await typed(house, "iker", "space network", within(house, "hall", SPACE))
    await make_steward("oakland", "ana")
    assert "belongs to mycel" in await typed(house, "ana", "space network", lost)
    assert "lies in the space of mycel" in await comes_into(house, "square", other)
    assert "Lagos is registered" in await typed(house, "ana", "group Lagos --tz Africa/Lagos", within(house, "square"))
    assert "belongs to nobody" in await typed(house, "ana", "space off", lost)
    assert await bound(house) == frozenset()


async def test_what_cannot_be_bound_says_why(house: House) -> None:
    await house.say("oakland", "ana", "hello")
    assert "lies in no Matrix space" in await typed(house, "ana", "space group", within(house, "oakland"))
    two = within(house, "oakland", SPACE, replace(SPACE, id="!other"))
    assert "several spaces of yours" in await typed(house, "ana", "space group", two)
    assert "by a member of the group" in await typed(house, "iker", "space group", within(house, "hall", SPACE))
    await typed(house, "ana", "space group", within(house, "oakland", SPACE))
    await house.say("bilbao", "iker", "hello")
    taken = await typed(house, "iker", "space group", within(house, "bilbao", SPACE))
    assert "belongs to Oakland already" in taken
    assert await bound(house) == {"!space"}
