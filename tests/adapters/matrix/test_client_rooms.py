"""Which rooms Mycel goes to, what it knows of them, and how it shows that it is there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from adapters.matrix.joining import Allowed
from adapters.matrix.powers import CREATOR, needed_for, power_of
from adapters.matrix.rooms import Rooms, servers_via
from storage.matrix import StagedEvent
from tests.support.matrix_bot import Bot, Bots, eventually
from tests.support.synapse import Synapse, User


@pytest.fixture
async def bots(synapse: Synapse, tmp_path: Path) -> AsyncIterator[Bots]:
    bots = Bots(synapse, tmp_path)
    yield bots
    await bots.end()


@pytest.fixture
def ana(synapse: Synapse) -> User:
    return synapse.register()


@pytest.fixture
def ben(synapse: Synapse) -> User:
    return synapse.register()


def joins(bot: Bot) -> list[StagedEvent]:
    return [e for e in bot.seen if e.type == "m.room.member" and e.payload["content"]["membership"] == "join"]


async def until(room: str, bot: Bot, is_so: Callable[[Any], bool]) -> None:
    async def look() -> bool:
        return is_so(await bot.client.info(room))

    await eventually(look, "the room to change")


@pytest.mark.parametrize(
    ("entries", "inviter", "admitted"),
    [
        ((), "@ana:own.example", True),
        ((), "@ana:other.example", False),
        (("other.example:8448",), "@ana:other.example:8448", True),
        (("other.example",), "@ana:own.example", False),
        (("@ana:other.example",), "@ana:other.example", True),
        (("@ana:other.example", " "), "@ben:other.example", False),
        (("*",), "@anyone:anywhere", True),
    ],
)
def test_who_may_invite(entries: tuple[str, ...], inviter: str, admitted: bool) -> None:
    rooms = Rooms("@mycel:own.example")
    assert Allowed.of(entries, rooms.own).admits(inviter, "!room", rooms) is admitted


def test_anyone_may_invite_into_a_room_of_an_allowed_space_or_in_the_place_of_one_of_ours() -> None:
    rooms = Rooms("@mycel:own.example")
    allowed = Allowed.of(("!space",), rooms.own)
    assert allowed.admits("@x:y", "!space", rooms)
    assert not allowed.admits("@x:y", "!child", rooms)
    child = {"type": "m.space.child", "state_key": "!child", "content": {"via": ["y"]}}
    rooms.take("!space", [child])
    assert allowed.admits("@x:y", "!child", rooms)
    rooms.take("!space", [{**child, "content": {}}])
    assert not allowed.admits("@x:y", "!child", rooms)
    rooms.take("!old", [{"type": "m.room.tombstone", "state_key": "", "content": {"replacement_room": "!new"}}])
    assert allowed.admits("@x:y", "!new", rooms)


async def test_an_invite_is_followed_once_and_others_are_declined(bots: Bots, ana: User, ben: User) -> None:
    bot = await bots.new(allow=(ana.user_id,)).start()
    declined = ben.create_room(bot.client.user_id)
    room = await bots.room_with(bot, ana)
    await eventually(lambda: ben.members(declined)[bot.client.user_id] == "leave", "the invite to be declined")
    assert [event.room_id for event in joins(bot)] == [room]
    await bot.again()
    ana.send(room, "hello")
    await bot.hears("hello")
    assert [event.room_id for event in joins(bot)] == [room]


async def test_who_invites_is_asked_for_and_not_who_made_the_room(bots: Bots, ana: User, ben: User) -> None:
    """What comes with an invite tells of both."""
    bot = await bots.new(allow=(ana.user_id,)).start()
    bens, anas = ben.create_room(ana.user_id), ana.create_room(ben.user_id)
    ana.join(bens)
    ben.join(anas)
    ben.invite(anas, bot.client.user_id)
    ana.invite(bens, bot.client.user_id)
    await eventually(lambda: ana.members(anas)[bot.client.user_id] == "leave", "the invite to be declined")
    await eventually(lambda: [event.room_id for event in joins(bot)] == [bens], "the join")


async def test_an_invite_that_came_while_it_was_down_is_followed(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    await bot.stop()
    room = ana.create_room(bot.client.user_id)
    await bot.start()
    await eventually(lambda: [event.room_id for event in joins(bot)] == [room], "the join")


async def test_what_is_known_of_a_room_follows_it(bots: Bots, ana: User, ben: User) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    found = await bot.client.info(room)
    assert (found.name, found.is_direct, found.is_encrypted, found.is_space) == ("", True, False, False)
    ana.set_state(room, "m.room.name", {"name": "Garden"})
    ana.call("PUT", f"/profile/{quote(ana.user_id)}/displayname", {"displayname": "Ana Élodie"})
    await until(room, bot, lambda r: r.name == "Garden" and r.name_of(ana.user_id) == "Ana Élodie")
    await bot.again()
    ana.invite(room, ben.user_id)
    ben.join(room)
    await until(room, bot, lambda r: ben.user_id in r.members)
    found = await bot.client.info(room)
    assert (found.name, found.is_direct, found.name_of(ana.user_id)) == ("Garden", False, "Ana Élodie")
    assert found.via == (bots.server.name,)


@pytest.mark.parametrize(("version", "creator"), [("12", CREATOR), ("10", 100)])
async def test_powers_in_old_and_new_rooms(bots: Bots, ana: User, ben: User, version: str, creator: int) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana, room_version=version)
    found = await bot.client.info(room)
    assert found.version == version
    assert (":" in room) == (version == "10")
    assert found.power_of(ana.user_id) == creator
    assert found.may(ana.user_id, "m.room.name", is_state=True)
    assert not found.may(bot.client.user_id, "m.room.name", is_state=True)
    assert found.may(bot.client.user_id, "m.room.message")
    assert not found.may(ben.user_id, "m.room.message")


def test_power_numbers() -> None:
    v12 = {"sender": "@a:x", "content": {"room_version": "12", "additional_creators": ["@b:x", 7]}}
    levels = {"users": {"@c:x": 50, "@d:x": "25"}, "users_default": 5, "events": {"m.room.name": 75}, "kick": 10}
    assert [power_of(f"@{n}:x", v12, levels) for n in "abcde"] == [CREATOR, CREATOR, 50, 25, 5]
    old = {"sender": "@a:x", "content": {"creator": "@z:x"}}
    assert [power_of(f"@{n}:x", old, None) for n in "azb"] == [100, 100, 0]
    assert [power_of(f"@{n}:x", old, {}) for n in "az"] == [0, 0]
    assert needed_for(levels, "m.room.name", is_state=True) == 75
    assert needed_for(levels, "m.room.topic", is_state=True) == 50
    assert (needed_for(levels, "kick"), needed_for(levels, "ban"), needed_for(None, "m.room.message")) == (10, 50, 0)


def test_servers_for_links() -> None:
    members = ["@a:big", "@b:big", "@c:big", "@chief:small", "@mycel:own", "@d:mid", "@e:mid"]
    power = {"@chief:small": 100}
    assert servers_via("@mycel:own", members, lambda user: power.get(user, 0)) == ("small", "big", "mid")
    assert servers_via("@mycel:own", [], lambda user: 0) == ("own",)


async def test_an_upgraded_room_is_followed(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana, room_version="11", preset="public_chat")
    new = ana.call("POST", f"/rooms/{quote(room)}/upgrade", {"new_version": "12"})["replacement_room"]
    await eventually(lambda: any(e.room_id == new for e in joins(bot)), "the join of the new room")
    [tombstone] = [event for event in bot.seen if event.type == "m.room.tombstone"]
    assert tombstone.payload["content"]["replacement_room"] == new
    assert (await bot.client.info(room)).successor == new
    ana.send(new, "here we are")
    await bot.hears("here we are")


async def test_typing_and_having_read_are_shown(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    said = ana.send(room, "hello")
    await bot.client.typing(room, True)
    await bot.client.mark_read(room, said)

    def shown(**query: str) -> tuple[str, dict[str, Any]]:
        found = ana.call("GET", "/sync", **query)
        events = found["rooms"]["join"][room]["ephemeral"]["events"]
        return found["next_batch"], {event["type"]: event["content"] for event in events}

    since, before = shown()
    assert before["m.typing"]["user_ids"] == [bot.client.user_id]
    assert bot.client.user_id in before["m.receipt"][said]["m.read"]
    await bot.client.typing(room, False)
    assert shown(since=since)[1]["m.typing"]["user_ids"] == []
    await bot.client.mark_read("!none:x", "$none")


async def test_what_it_finds_again_of_its_own(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    root = ana.send(room, "root")
    thread = {"rel_type": "m.thread", "event_id": root}
    notice = {"msgtype": "m.notice", "body": "reply", "m.relates_to": thread}
    reply = await bot.client.send(room, "m.room.message", notice, "window-1:1")
    await bot.client.send(room, "m.room.message", {**notice, "m.relates_to": {}}, "other:1")
    ana.send(room, {**notice, "body": "mine"})
    assert [event["event_id"] for event in await bot.client.related(room, root)] == [reply]
    assert [event["event_id"] for event in await bot.client.sent(room, "window-1:")] == [reply]
    assert (await bot.client.event(room, root) or {})["content"]["body"] == "root"
    assert await bot.client.event(room, "$none") is None
    await eventually(lambda: any(e.event_id == reply for e in bot.seen), "the echo")
    scene = await bot.client.scene(room)
    assert (scene.room.room_id, scene.bot_user) == (room, bot.client.user_id)


async def test_a_direct_room_is_opened_once(bots: Bots, ana: User) -> None:
    bot = await bots.new(is_encrypting=True).start()
    room = await bot.client.direct_room(ana.user_id)
    assert await bot.client.direct_room(ana.user_id) == room
    ana.join(room)
    await until(room, bot, lambda r: ana.user_id in r.members)
    assert await bot.client.direct_room(ana.user_id) == room
    found = await bot.client.info(room)
    assert (found.is_direct, found.is_encrypted) == (True, True)


async def test_the_zone_of_a_profile_is_known_when_its_owner_speaks(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana)
    ana.call("PUT", f"/profile/{quote(ana.user_id)}/m.tz", {"m.tz": "Europe/Lisbon"})
    ana.send(room, "hello")
    await bot.hears("hello")
    assert (await bot.client.scene(room)).zones == {ana.user_id: "Europe/Lisbon"}
