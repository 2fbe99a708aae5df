"""Kill -9 while people decide things in a plain and in an encrypted room: all is decided and answered once.

`MYCEL_KILL_LOOP=full` makes the whole loop: 12 kills, 150 commands meanwhile, 350 while nobody listens.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage import directory, matrix, migrate
from storage.decision_tables import decisions
from storage.delivery_tables import messages
from storage.engine import open_engine, open_reader
from storage.network import Channel, Group
from tests.end_to_end.living import KILLED, Cradle
from tests.support.matrix_bot import Bot, Bots, eventually
from tests.support.synapse import Synapse, User


@dataclass(frozen=True)
class Loop:
    """How often Mycel is killed, and how many commands are typed meanwhile and while it is down, in both rooms."""

    kills: int
    flowing: int
    down: int


FULL, SHORT = Loop(12, 150, 350), Loop(3, 24, 12)
LOOP = FULL if os.environ.get("MYCEL_KILL_LOOP") == "full" else SHORT
WITHIN_S = 600
ROOMS = {"garden": False, "cellar": True}
"""Slug of the group whose home it is, and whether the room is encrypted."""


@pytest.fixture
async def bots(synapse: Synapse, tmp_path: Path) -> AsyncIterator[Bots]:
    bots = Bots(synapse, tmp_path)
    yield bots
    await bots.end()


class Life:
    """The lives of `mycel run`, on the same database and keys."""

    def __init__(self, user: User, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'mycel.db'}"
        account = {"MATRIX_HOMESERVER": user.url, "MATRIX_USER": user.user_id, "MATRIX_PASSWORD": user.password}
        self.cradle = Cradle(folder, self.url, announced="On Matrix", **account)

    async def begin(self) -> None:
        """Returns when Mycel serves; it has not synced then."""
        assert await self.cradle.bear()

    async def kill(self) -> None:
        self.cradle.kill()
        await self.cradle.end(KILLED)

    def decided(self) -> list[str]:
        """The titles of all decisions."""
        engine = open_reader(self.url)
        try:
            with engine.connect() as db:
                return list(db.execute(sa.select(decisions.c.title).order_by(decisions.c.number)).scalars())
        finally:
            engine.dispose()

    async def until_decided(self, many: int) -> None:
        await eventually(lambda: len(self.decided()) >= many, f"{many} decisions", WITHIN_S)

    def has_work(self) -> bool:
        """Something waits to be handled or to be shown. Asking the homeserver would keep it from that."""
        waits = sa.select(matrix.events.c.event_id).where(matrix.events.c.state == matrix.WAITING)
        unsent = sa.select(messages.c.key).where(messages.c.wanted_rev > messages.c.sent_rev)
        engine = open_reader(self.url)
        try:
            with engine.connect() as db:
                return any(db.execute(each.limit(1)).first() for each in (waits, unsent))
        finally:
            engine.dispose()


def found(url: str, workspace: str, rooms: dict[str, str]) -> None:
    """The network with a group in each room, as if it had been set up before."""
    migrate.upgrade(url)
    engine, now = open_engine(url), datetime.now(UTC)
    with engine.begin() as db:
        network = directory.ensure_network(db, "mycel", "en", now)
        for id, (slug, room_id) in enumerate(rooms.items(), start=1):
            group = Group(network, id, slug, slug, "UTC", None, "mon-fri", "off", "en", "active", ())
            directory.add_group(db, group, now)
            directory.add_channel(db, Channel(network, id, "matrix", workspace, room_id, id, True, "", "active"))
    engine.dispose()


@dataclass
class Speaker:
    """Ana, who types commands in both rooms with two clients, one of which encrypts."""

    ana: User
    person: Bot
    rooms: dict[str, str]
    said: int = 0

    async def speak(self, many: int) -> None:
        """That many commands, half of them in each room, at the same time."""
        numbers = range(self.said, self.said + many // 2)
        self.said += many // 2

        def in_the_clear() -> None:
            for n in numbers:
                self.ana.send(self.rooms["garden"], f"!decide garden matter {n} is done --why {n}")

        async def encrypted() -> None:
            for n in numbers:
                body = {"msgtype": "m.text", "body": f"!decide cellar matter {n} is done --why {n}"}
                await self.person.client.send(self.rooms["cellar"], "m.room.message", body, f"say:{n}")

        await asyncio.gather(asyncio.to_thread(in_the_clear), encrypted())

    def answers(self, mycel: str) -> list[str]:
        """What Ana could read of the answers in the encrypted room."""
        here = [e for e in self.person.seen if e.room_id == self.rooms["cellar"]]
        contents = [e.payload["content"] for e in here if e.payload["sender"] == mycel]
        return [c["body"] for c in contents if "m.in_reply_to" in c.get("m.relates_to", {})]

    def titles(self) -> list[str]:
        return [f"{slug} matter {n} is done" for slug in self.rooms for n in range(self.said)]


def shown(ana: User, room: str, sender: str) -> tuple[Counter[str], int]:
    """How often each message was answered, by its id; and how many messages stand outside threads."""
    found: list[dict[str, Any]] = []
    page: dict[str, Any] = {"end": ""}
    while "end" in page:
        more = {"from": page["end"]} if page["end"] else {}
        page = ana.call("GET", f"/rooms/{room}/messages", dir="b", limit="100", **more)
        found += page["chunk"]
    said = [e for e in found if e["sender"] == sender and e["type"] in ("m.room.message", "m.room.encrypted")]
    related = [e["content"].get("m.relates_to") for e in said]
    answers = [each["m.in_reply_to"]["event_id"] for each in related if each and "m.in_reply_to" in each]
    return Counter(answers), related.count(None)


async def settled(bots: Bots, mycel: User, url: str) -> Speaker:
    """Rooms with Ana in them, to which Mycel is invited."""
    person = await bots.new(is_encrypting=True).start()
    ana = bots.server_user(person)
    rooms = {
        slug: ana.create_room(mycel.user_id, name=slug, is_encrypted=is_encrypted)
        for slug, is_encrypted in ROOMS.items()
    }
    found(url, mycel.user_id.partition(":")[2], rooms)
    return Speaker(ana, person, rooms)


async def test_nothing_is_lost_or_doubled(bots: Bots, synapse: Synapse, tmp_path: Path) -> None:
    chance, mycel = random.Random(7), synapse.register()
    life = Life(mycel, tmp_path)
    speaker = await settled(bots, mycel, life.url)
    async with life.cradle:
        await live_on(life, speaker, mycel, chance)


async def live_on(life: Life, speaker: Speaker, mycel: User, chance: random.Random) -> None:
    ana, rooms = speaker.ana, speaker.rooms
    await life.begin()
    await eventually(lambda: {ana.members(room)[mycel.user_id] for room in rooms.values()} == {"join"}, "the joins")
    await eventually(lambda: mycel.user_id in speaker.person.members_of(rooms["cellar"]), "the join to be seen")

    for n in range(LOOP.kills):
        before = len(life.decided())
        speaking = asyncio.create_task(speaker.speak(2 * -(-LOOP.flowing // LOOP.kills // 2)))
        if n % 3:  # else at any moment, also while it starts
            await life.until_decided(before + 1)
        await asyncio.sleep(chance.uniform(0.0, 1.0))
        await life.kill()
        if n < LOOP.kills - 1:
            await life.begin()
        await speaking
    await speaker.speak(LOOP.down)
    began_at = time.monotonic()
    await life.begin()
    await life.until_decided(2 * speaker.said)
    assert Counter(life.decided()) == Counter(speaker.titles())

    await eventually(lambda: not life.has_work(), "all to be handled and shown", WITHIN_S)

    def is_all_shown() -> bool:
        for room in rooms.values():
            answers, heads = shown(ana, room, mycel.user_id)
            if min(len(answers), heads) < speaker.said:
                return False
        return True

    await eventually(is_all_shown, "the answers and the decisions", WITHIN_S)
    print(f"{LOOP}: all {2 * speaker.said} decided and answered, {time.monotonic() - began_at:.1f} s after the last")
    await eventually(lambda: len(speaker.answers(mycel.user_id)) >= speaker.said, "the answers to be read")
    await life.kill()
    for room in rooms.values():
        answers, heads = shown(ana, room, mycel.user_id)
        assert (set(answers.values()), len(answers), heads) == ({1}, speaker.said, speaker.said)
    assert len(speaker.answers(mycel.user_id)) == speaker.said
