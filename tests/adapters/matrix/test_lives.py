"""Rooms that are upgraded, lost and found again, people who leave and are renamed: on a real homeserver."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from bot.app import FEATURES
from storage import directory
from tests.support.matrix_bot import eventually
from tests.support.synapse import Synapse, User
from tests.support.synapse_stage import People, SynapseStage, open_synapse_stage, register_people


@pytest.fixture(scope="module")
def people(synapse: Synapse) -> People:
    return register_people(synapse)


@pytest.fixture
async def stage(sqlite_url: str, tmp_path: Path, people: People) -> AsyncIterator[SynapseStage]:
    stage = await open_synapse_stage(sqlite_url, FEATURES, people, tmp_path)
    yield stage
    await stage.close()


def text(body: str) -> dict[str, Any]:
    return {"msgtype": "m.text", "body": body}


async def say(stage: SynapseStage, channel: str, who: str, body: str) -> str:
    """Returns what was answered."""
    id = await stage.send(channel, who, "m.room.message", text(body))
    said = await stage.port.sent(stage.room_id(channel), f"answer:{id}")
    return "\n".join(event["content"]["body"] for event in said)


async def homes(stage: SynapseStage, group_id: int) -> list[str]:
    found = await stage.work.read(lambda tx: directory.homes(tx.db, 1, [group_id]))
    return [channel.remote_id for channel in found]


async def until_homes(stage: SynapseStage, group_id: int, *rooms: str) -> None:
    async def is_so() -> bool:
        return await homes(stage, group_id) == list(rooms)

    await eventually(is_so, f"the homes to be {rooms}")
    await stage.deliverer.drain()


async def said(stage: SynapseStage, user: User, room: str, words: str) -> None:
    """Waits until Mycel shows these words in a room."""

    async def is_there() -> bool:
        await stage.deliverer.drain()
        return words in "\n".join(user.texts(room, stage.people["mycel"].user_id))

    await eventually(is_there, f"{words!r} to be shown")


async def test_a_home_that_is_upgraded_goes_on_in_the_new_room(stage: SynapseStage) -> None:
    """Private rooms: Mycel is let into the new one by an invitation, as clients send it."""
    wanjiku, mycel, old = stage.people["wanjiku"], stage.people["mycel"].user_id, stage.room_id("nairobi")
    await say(stage, "oakland", "ana", "!propose Use Signal --affects nairobi --for 2h")
    await said(stage, wanjiku, old, "Use Signal")
    upgraded = await asyncio.to_thread(wanjiku.call, "POST", f"/rooms/{quote(old)}/upgrade", {"new_version": "12"})
    new = upgraded["replacement_room"]
    assert ":" not in new
    if (await asyncio.to_thread(wanjiku.members, new)).get(mycel) != "join":
        await asyncio.to_thread(wanjiku.invite, new, mycel)
    await until_homes(stage, 2, new)
    await said(stage, wanjiku, new, "Use Signal")
    texts = wanjiku.texts(new, mycel)
    assert not any("I am Mycel" in each for each in texts)
    [root] = [e["event_id"] for e in wanjiku.messages(new) if "Use Signal" in e["content"].get("body", "")]
    reply = {**text("concern: half of us have no smartphone"), "m.relates_to": thread(root)}
    stage.rooms["nairobi"] = new
    await stage.send("nairobi", "wanjiku", "m.room.message", reply)
    stage.clock.move(seconds=30)
    await said(stage, stage.people["ana"], stage.room_id("oakland"), "half of us have no smartphone")


def thread(root: str) -> dict[str, Any]:
    return {"rel_type": "m.thread", "event_id": root}


async def test_a_room_that_only_claims_to_be_the_next_one_gets_nothing(stage: SynapseStage) -> None:
    iker, mycel, old = stage.people["iker"], stage.people["mycel"].user_id, stage.room_id("oakland")
    claimed = {"predecessor": {"room_id": old, "event_id": "$none"}}
    false = await asyncio.to_thread(
        lambda: iker.create_room(mycel, name="Oakland", creation_content=claimed, room_version="11")
    )
    await said(stage, iker, false, "I am Mycel")
    assert await homes(stage, 1) == [old]


async def test_a_room_that_mycel_is_kicked_from_is_no_home_until_it_is_back(stage: SynapseStage) -> None:
    iker, mycel, room = stage.people["iker"], stage.people["mycel"].user_id, stage.room_id("bilbao")
    await asyncio.to_thread(iker.kick, room, mycel)
    await until_homes(stage, 3)
    await say(stage, "oakland", "ana", "!propose Use Signal --affects nairobi --for 2h")
    await asyncio.to_thread(iker.invite, room, mycel)
    await until_homes(stage, 3, room)
    assert "D-2" in await say(stage, "bilbao", "iker", "!decide Meet on Tuesdays")


async def test_who_is_kicked_from_a_home_is_no_member_and_who_is_renamed_has_the_new_name(stage: SynapseStage) -> None:
    ana, ben = stage.people["ana"], stage.people["ben"]
    await say(stage, "oakland", "ben", "hello")
    name = {"displayname": "Ben Ōta"}
    await asyncio.to_thread(ben.call, "PUT", f"/profile/{quote(ben.user_id)}/displayname", name)

    async def is_renamed() -> bool:
        scene = await stage.port.scene(stage.room_id("oakland"))
        return scene.name_of(ben.user_id) == "Ben Ōta"

    await eventually(is_renamed, "the new name")
    await say(stage, "oakland", "ben", "!decide Meet on Tuesdays")
    assert "Ben Ōta" in await say(stage, "oakland", "ana", "!show D-1")

    async def members() -> int:
        return await stage.work.read(lambda tx: directory.member_count(tx.db, 1, 1))

    before = await members()
    await asyncio.to_thread(ana.kick, stage.room_id("oakland"), ben.user_id)

    async def is_one_less() -> bool:
        return await members() == before - 1

    await eventually(is_one_less, "the membership to end")


async def test_whose_home_a_room_is_say_those_who_may_name_it(stage: SynapseStage, people: People) -> None:
    await stage.work.write(1, lambda tx: directory.set_settings(tx.db, 1, {"open_registration": True}))
    otieno, wanjiku, mycel = people["otieno"], people["wanjiku"], people["mycel"]
    room = await asyncio.to_thread(lambda: wanjiku.create_room(mycel.user_id, otieno.user_id, name="Kisumu"))
    await asyncio.to_thread(otieno.join, room)
    await said(stage, wanjiku, room, "I am Mycel")

    async def is_seen() -> bool:
        return otieno.user_id in (await stage.port.scene(room)).room.members

    await eventually(is_seen, "the join")
    typed = "!group Kisumu --tz Africa/Nairobi"
    assert "may change this room's name" in await say(stage, room, "otieno", typed)
    assert "Kisumu is registered" in await say(stage, room, "wanjiku", typed)


async def test_the_rooms_of_a_group_s_space_are_found(stage: SynapseStage, people: People) -> None:
    """Rooms that are open to the space's members, also such as are added later; others by anybody's invitation."""
    ana, mycel, home = people["ana"], people["mycel"].user_id, stage.room_id("oakland")
    creation = {"type": "m.space"}
    space = await asyncio.to_thread(lambda: ana.create_room(mycel, name="Oakland", creation_content=creation))
    await asyncio.to_thread(put_into, ana, space, home)

    async def is_around() -> bool:
        return any(each.room_id == space for each in (await stage.port.scene(home)).room.spaces)

    await eventually(is_around, "the space to be known")
    assert "belongs to nobody yet" in await say(stage, "oakland", "ana", "!space")
    rooms = [await asyncio.to_thread(open_to, ana, space, name) for name in ("Kitchen", "Garage")]
    await asyncio.to_thread(put_into, ana, space, rooms[0])
    assert "belongs to Oakland" in await say(stage, "oakland", "ana", "!space group")
    await asyncio.to_thread(put_into, ana, space, rooms[1])
    for room in rooms:
        await said(stage, ana, room, "This room lies in the space of Oakland")
    assert "D-1" in await say(stage, rooms[0], "ana", "!decide Paint the kitchen")
    assert await homes(stage, 1) == [home]


def put_into(user: User, space: str, room: str) -> None:
    user.set_state(space, "m.space.child", {"via": [user.user_id.partition(":")[2]]}, room)


def open_to(user: User, space: str, name: str) -> str:
    allow = [{"type": "m.room_membership", "room_id": space}]
    rules = {"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": "restricted", "allow": allow}}
    return user.create_room(name=name, initial_state=[rules])
