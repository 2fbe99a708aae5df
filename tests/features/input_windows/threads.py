"""What people do in the threads of a window, as a test says it: reply, edit, take back, react."""

from __future__ import annotations

from datetime import datetime

from bot.core.conversation import MessageEdited, MessagePosted, MessageRedacted, Reacted
from bot.core.message import to_plain
from bot.core.replies import Reply
from tests.support.house import House

CHANNELS = ("oakland", "nairobi", "bilbao")
HOMES = (*CHANNELS, "cusco")
"""Home channels in the order of their ids, from 1 on; the last one only where a test founds it."""


def root(channel: str, number: int = 1) -> str:
    """The head message's id on the platform, which is its key here."""
    return f"D-{number}:head:{HOMES.index(channel) + 1}"


def head(house: House, channel: str, number: int = 1) -> str:
    """The head message as a channel shows it."""
    return to_plain(house.channels.shown[channel][root(channel, number)][1])


def replies(house: House, channel: str, number: int = 1) -> list[str]:
    """Mycel's replies in a channel's thread, in order."""
    messages = house.channels.shown[channel].values()
    return [to_plain(message) for thread, message in messages if thread == root(channel, number)]


async def propose(house: House, *, length: str = "10bd", more: str = "") -> None:
    """Oakland opens D-1 to Nairobi and Bilbao. (Ids of home channels are those of HOMES.)"""
    command = f"/propose Use Signal for alerts --affects nairobi,bilbao --for {length} {more}"
    await house.say("oakland", "ana", command.strip())


async def reply(house: House, channel: str, who: str, text: str, *, id: str = "", at: datetime | None = None) -> Reply:
    """A reply in the window's thread of a channel."""
    key = house.event_key()
    place = house.place(channel, root(channel))
    return await house.handle(MessagePosted(key, place, house.actor(who), at or house.clock(), id or key, text))


async def edit(house: House, channel: str, who: str, id: str, text: str, *, at: datetime | None = None) -> Reply:
    """A reply is changed."""
    place = house.place(channel, root(channel))
    return await house.handle(MessageEdited(house.event_key(), place, house.actor(who), at or house.clock(), id, text))


async def delete(house: House, channel: str, who: str, id: str) -> Reply:
    """A reply is taken back; the platform does not say in which thread it was."""
    place = house.place(channel)
    return await house.handle(MessageRedacted(house.event_key(), place, house.actor(who), house.clock(), id))


async def react(house: House, channel: str, who: str, emoji: str, *, is_added: bool = True) -> Reply:
    """A reaction on the head message."""
    place, actor = house.place(channel), house.actor(who)
    return await house.handle(
        Reacted(house.event_key(), place, actor, house.clock(), root(channel), emoji, is_added, root(channel))
    )


async def settle(house: House) -> None:
    """The few seconds between two edits of a head pass."""
    await house.wait(seconds=5)
