"""Kill -9 at any moment while people speak in plain and encrypted rooms: everything is heard and answered once."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage.engine import open_reader
from tests.end_to_end.living import ROOT
from tests.end_to_end.matrix_child import heard, prepare
from tests.support.matrix_bot import Bot, Bots, eventually
from tests.support.synapse import Synapse, User

KILLS = 6
IN_EACH_ROOM = 75
MEANWHILE = 10
"""Of them said in each room while nobody listens."""


@pytest.fixture
async def bots(synapse: Synapse, tmp_path: Path) -> AsyncIterator[Bots]:
    bots = Bots(synapse, tmp_path)
    yield bots
    await bots.end()


class Life:
    """The child's lives, on the same database and keys."""

    def __init__(self, user: User, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'child.db'}"
        settings = {"homeserver": user.url, "user": user.user_id, "password": user.password}
        self.arguments = json.dumps({**settings, "store": str(folder / "keys"), "url": self.url})
        self.log = folder / "child.log"
        self.process: asyncio.subprocess.Process | None = None
        prepare(self.url)

    async def begin(self) -> None:
        """Returns when the account begins to connect."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.end_to_end.matrix_child",
                self.arguments,
                cwd=ROOT,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self.process.stdout is not None
        assert "started" in json.loads(await self.process.stdout.readline() or "{}"), self.log.read_text()[-3000:]

    async def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        assert await self.process.wait() == -signal.SIGKILL, self.log.read_text()[-3000:]
        self.process = None

    def heard(self) -> dict[str, list[str]]:
        """Room → what was heard in it, in order."""
        engine = open_reader(self.url)
        with engine.connect() as db:
            rows = db.execute(sa.select(heard.c.room_id, heard.c.body).order_by(heard.c.n)).all()
        engine.dispose()
        found: dict[str, list[str]] = {}
        for room_id, body in rows:
            found.setdefault(room_id, []).append(body)
        return found


async def speak(ana: User, plain: str, person: Bot, secret: str, numbers: range) -> None:
    """In both rooms at the same time."""

    def in_plain() -> None:
        for n in numbers:
            ana.send(plain, f"{n}")

    async def in_secret() -> None:
        for n in numbers:
            await person.client.send(secret, "m.room.message", {"msgtype": "m.text", "body": f"{n}"}, f"say:{n}")

    await asyncio.gather(asyncio.to_thread(in_plain), in_secret())


def answered(ana: User, room: str, sender: str) -> Counter[str]:
    """What was answered, by the id of the message that it answers."""
    found: list[dict[str, Any]] = []
    page: dict[str, Any] = {"end": ""}
    while "end" in page:
        more = {"from": page["end"]} if page["end"] else {}
        page = ana.call("GET", f"/rooms/{room}/messages", dir="b", limit="100", **more)
        found += page["chunk"]
    said = [e for e in found if e["sender"] == sender and e["type"] in ("m.room.message", "m.room.encrypted")]
    return Counter(e["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] for e in said)


async def test_nothing_is_lost_or_doubled(bots: Bots, synapse: Synapse, tmp_path: Path) -> None:
    chance = random.Random(7)
    person = await bots.new(is_encrypting=True).start()
    ana, mycel = bots.server_user(person), synapse.register()
    life = Life(mycel, tmp_path)
    await life.begin()
    rooms = [ana.create_room(mycel.user_id, is_encrypted=is_encrypted) for is_encrypted in (False, True)]
    plain, secret = rooms
    await eventually(lambda: {ana.members(room)[mycel.user_id] for room in rooms} == {"join"}, "the joins")
    await eventually(lambda: mycel.user_id in person.members_of(secret), "the join to be seen")

    speaking = asyncio.create_task(speak(ana, plain, person, secret, range(IN_EACH_ROOM - MEANWHILE)))
    heard_at_kills = []
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.1, 1.5))
        await life.kill()
        heard_at_kills.append(sum(map(len, life.heard().values())))
        await life.begin()
    await speaking
    assert len({n for n in heard_at_kills if 0 < n < 2 * IN_EACH_ROOM}) > 1, "the kills came at the wrong time"
    await life.kill()
    await speak(ana, plain, person, secret, range(IN_EACH_ROOM - MEANWHILE, IN_EACH_ROOM))
    await life.begin()

    said = [str(n) for n in range(IN_EACH_ROOM)]
    await eventually(lambda: sum(map(len, life.heard().values())) >= 2 * len(said), "all to be heard", 30)
    assert life.heard() == {plain: said, secret: said}

    def is_all_answered() -> bool:
        return all(len(answered(ana, room, mycel.user_id)) >= len(said) for room in rooms)

    await eventually(is_all_answered, "the answers", 30)
    await life.kill()
    for room in rooms:
        assert set(answered(ana, room, mycel.user_id).values()) == {1}
    answers = [f"heard {n}" for n in said]
    await eventually(lambda: len(set(person.heard(secret))) >= len(answers), "the answers to be read")
    assert sorted(person.heard(secret)) == sorted(answers)
