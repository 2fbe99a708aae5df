"""Mycel is taken out of a channel and comes back, a channel moves, people leave and have new names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from bot.core.conversation import Actor, ChannelJoined, ChannelLeft, ChannelMoved, CommandTyped, MemberLeft, Place
from bot.core.feature import Feature
from bot.core.message import to_plain
from bot.features.decisions import FEATURE as DECISIONS
from bot.features.input_windows import FEATURE as WINDOWS
from bot.features.network import FEATURE as NETWORK
from storage import codes, directory
from storage.network_tables import people
from tests.features.network.conftest import MakeSteward
from tests.support.house import House, plain, rows


@pytest.fixture
def features() -> Sequence[Feature]:
    return (NETWORK, DECISIONS, WINDOWS)


def about(house: House, channel: str, who: str) -> tuple[str, Place, Actor, datetime]:
    return house.event_key(), house.place(channel), house.actor(who), house.clock()


async def left(house: House, channel: str) -> None:
    await house.handle(ChannelLeft(*about(house, channel, "moderator")))


async def second_home(house: House, make_steward: MakeSteward) -> None:
    """Oakland is at home in "port" as well."""
    await house.say("port", "ben", "/group Oakland")
    code = (await house.work.read(lambda tx: codes.pending(tx.db, 1, codes.HOME, tx.now)))[0]
    assert code.data["group_id"] == 1
    asked = house.shown("oakland")
    await house.say("oakland", "ana", f"/group-confirm {asked.rpartition('/group-confirm ')[2].split()[0]}")


async def homes(house: House) -> list[str]:
    return [c.remote_id for c in await house.work.read(lambda tx: directory.homes(tx.db, 1, [1]))]


async def test_a_lost_home_is_told_in_the_others_and_is_one_again_when_it_is_found(
    house: House, make_steward: MakeSteward
) -> None:
    await second_home(house, make_steward)
    assert sorted(await homes(house)) == ["oakland", "port"]
    before = await house.work.read(lambda tx: rows(tx.db, people))
    await left(house, "port")
    await left(house, "port")
    assert await homes(house) == ["oakland"]
    assert house.shown("oakland").count("Mycel was taken out of test port, a home of this group.") == 1
    assert await house.work.read(lambda tx: rows(tx.db, people)) == before
    await house.say("bilbao", "iker", "/propose Use Signal --affects oakland --for 2h")
    assert "Use Signal" not in house.shown("port")
    await house.handle(ChannelJoined(*about(house, "port", "mycel")))
    assert sorted(await homes(house)) == ["oakland", "port"]
    assert "Use Signal" in house.shown("port")


async def test_a_channel_that_moved_shows_its_open_windows_at_its_new_place(house: House) -> None:
    await house.say("bilbao", "iker", "/propose Use Signal --affects oakland --for 2h")
    await house.say("bilbao", "iker", "/decide Meet on Tuesdays --tell oakland")
    assert "Use Signal" in house.shown("oakland")
    moved = ChannelMoved(*about(house, "oakland", "ana"), "oakland-2")
    await house.handle(moved)
    assert await homes(house) == ["oakland-2"]
    assert house.shown("oakland-2").count("Use Signal") == 1
    assert "Meet on Tuesdays" not in house.shown("oakland-2")
    here = house.channels.shown["oakland-2"]
    root = next(key for key, (_, message) in here.items() if "Use Signal" in to_plain(message))
    assert "C-1" in plain(await house.say("oakland-2", "ana", "concern: half of us have no phone", thread=root))
    await house.wait(seconds=30)
    assert "half of us have no phone" in house.shown("oakland-2")
    assert "half of us have no phone" in house.shown("bilbao")
    await house.handle(replace(moved, event_key="again"))
    assert await homes(house) == ["oakland-2"]


async def test_a_channel_does_not_move_onto_somebody_elses(house: House) -> None:
    await house.handle(ChannelMoved(*about(house, "oakland", "ana"), "nairobi"))
    assert await homes(house) == ["oakland"]


async def test_who_left_a_home_acts_for_the_group_no_more_until_they_speak_in_one_of_its_homes(house: House) -> None:
    await house.say("oakland", "ana", "/decide Meet on Tuesdays")
    await house.say("oakland", "ana", "hello")
    await house.handle(MemberLeft(*about(house, "oakland", "ana")))
    await house.handle(MemberLeft(*about(house, "oakland", "stranger")))
    assert "for members of the group" in plain(await house.say("bilbao", "ana", "/decide Meet --as oakland"))
    await house.say("oakland", "ana", "hello again")
    assert "D-2" in plain(await house.say("bilbao", "ana", "/decide Meet on Mondays --as oakland"))


async def test_a_new_name_is_followed_and_a_missing_one_is_not(house: House) -> None:
    async def typed(name: str) -> str:
        actor = replace(house.actor("ana"), name=name)
        incoming = CommandTyped(house.event_key(), house.place("oakland"), actor, house.clock(), "whoami")
        await house.say("oakland", "ben", "hello")
        done = replace(incoming, event_key=house.event_key(), text=f"decide For {name or 'nobody'}")
        await house.handle(done)
        return plain(await house.handle(incoming))

    assert "Ana" in await typed("Ana")
    assert "Ana Élodie" in await typed("Ana  Élodie")
    for missing in ("", "ana", " "):
        assert "Ana Élodie" in await typed(missing)


async def test_only_who_runs_a_channel_or_a_steward_says_whose_home_it_is(
    house: House, make_steward: MakeSteward
) -> None:
    await house.work.write(1, lambda tx: directory.set_settings(tx.db, 1, {"open_registration": True}))

    async def bind(who: str, name: str, channel: str) -> str:
        place = replace(house.place(channel), may_arrange=False)
        text = f"group {name} --tz Africa/Lagos"
        return plain(await house.handle(CommandTyped(house.event_key(), place, house.actor(who), house.clock(), text)))

    assert "may change this room's name" in await bind("ben", "Lagos", "lagos")
    assert "may change this room's name" in await bind("ben", "Oakland", "port")
    await make_steward("oakland", "ana")
    assert "Lagos is registered" in await bind("ana", "Lagos", "lagos")
    assert "Oakland is asked" in await bind("ana", "Oakland", "port")
