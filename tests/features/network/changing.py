"""What the tests of groups that change have in common."""

from __future__ import annotations

import re

from bot.core.replies import Reply
from storage import events
from tests.support.house import House, plain


async def kinds(house: House) -> list[str]:
    """What has happened, by kind."""
    return [event.kind for event in await house.work.read(lambda tx: events.after(tx.db, 1, 0, 1000))]


def code_in(shown: str) -> str:
    """The newest code that is shown."""
    *_, newest = re.finditer(r"CODE-\d+", shown)
    return newest[0]


async def everybody(house: House) -> None:
    """Two people of each group have spoken at home."""
    for channel, who in (("oakland", "ana"), ("oakland", "ben"), ("nairobi", "wanjiku"), ("nairobi", "otieno")):
        await house.say(channel, who, "hello")
    for who in ("iker", "maite"):
        await house.say("bilbao", who, "kaixo")


async def agree(house: House, channel: str, who: str) -> Reply:
    """Presses "Agree" under the newest question in a channel."""
    return await house.say(channel, who, f"/group agree {code_in(house.shown(channel))}")


async def leave(house: House) -> str:
    """Bilbao leaves; what the one who agreed was answered."""
    await house.say("bilbao", "iker", "/group leave")
    return plain(await agree(house, "bilbao", "maite"))


async def merge(house: House) -> str:
    """Bilbao becomes part of Nairobi; what the one who agreed last was answered."""
    await house.say("bilbao", "iker", "/group merge Nairobi")
    await agree(house, "bilbao", "maite")
    return plain(await agree(house, "nairobi", "wanjiku"))
