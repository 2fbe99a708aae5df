"""One input window in a playground group and on two homeservers that know nothing of each other: one record."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from adapters.local.inbound import Say
from adapters.local.playground import Playground
from bot.app import build_core, build_playground, new_code
from bot.core.replies import Answer
from bot.matrix import build_matrix
from bot.parts import Core
from bot.settings import MatrixAccount
from storage import codes, local_chat, migrate
from storage.network_tables import groups
from storage.window_tables import contributions, input_windows
from tests.support.matrix_bot import eventually
from tests.support.synapse import Synapse, User, start_synapse

FIRST, SECOND = "half of us have no smartphone", "the app costs nothing"


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    server = start_synapse(tmp_path_factory.mktemp("elsewhere"))
    yield server
    server.stop()


@dataclass
class Town:
    """A room on one homeserver with one person in it, as their client shows it."""

    person: User
    room: str
    bot: str

    def roots(self, word: str) -> list[str]:
        """The messages of Mycel's outside threads that say this word."""
        events = self.person.messages(self.room)
        shown = [e for e in events if e["sender"] == self.bot and word in e["content"].get("body", "")]
        return [e["event_id"] for e in shown if "m.relates_to" not in e["content"]]

    def head(self) -> str:
        """The window's first message as it stands now; "" where there is none yet."""
        roots = self.roots("D-1 Use Signal\n")
        if not roots:
            return ""
        [root] = roots
        event = self.person.call("GET", f"/rooms/{self.room}/event/{root}")
        latest = event["unsigned"].get("m.relations", {}).get("m.replace")
        return str(latest["content"]["m.new_content"]["body"] if latest else event["content"]["body"])

    async def says(self, *words: str) -> None:
        await eventually(lambda: all(w in "\n".join(self.person.texts(self.room, self.bot)) for w in words), str(words))

    async def shows(self, *words: str) -> None:
        await eventually(lambda: all(word in self.head() for word in words), f"{words} in {self.room}")


def account(bot: User, folder: Path) -> MatrixAccount:
    store = folder / bot.url.rpartition(":")[2]
    return MatrixAccount(homeserver=bot.url, user=bot.user_id, password=SecretStr(bot.password), store=store)


@contextlib.asynccontextmanager
async def running(core: Core, *works: Any) -> AsyncIterator[None]:
    """What the composition root starts: all accounts, a sender for each platform, and the clock."""

    async def tick() -> None:
        while True:
            await core.tick()
            await asyncio.sleep(0.5)

    tasks = [asyncio.create_task(work()) for work in (*works, tick, *(d.run for d in core.deliverers))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await core.work.close()


async def settle(town: Town, code: str, name: str) -> None:
    """The town's room becomes the home of a group of this name."""
    await town.says("I am Mycel")
    await asyncio.to_thread(town.person.send, town.room, f"!steward {code}")
    await town.says("You are a steward")
    await asyncio.to_thread(town.person.send, town.room, f"!group {name} --tz Europe/London --quiet off")
    await town.says(f"This channel is a home of {name}")


async def record(core: Core) -> tuple[list[str], list[tuple[str, str, str]]]:
    """States of all windows; of all contributions the group, the kind and the words."""

    def look(tx: Any) -> tuple[list[str], list[tuple[str, str, str]]]:
        slugs = {row.id: row.slug for row in tx.db.execute(sa.select(groups.c.id, groups.c.slug))}
        given = tx.db.execute(sa.select(contributions).order_by(contributions.c.id)).all()
        states = list(tx.db.execute(sa.select(input_windows.c.state)).scalars())
        return states, [(slugs[c.group_id], c.stance, c.text) for c in given]

    return await core.work.read(look)


async def test_one_window_in_the_playground_and_on_two_homeservers(
    synapse: Synapse, elsewhere: Synapse, sqlite_url: str, tmp_path: Path
) -> None:
    migrate.upgrade(sqlite_url)
    core = await build_core(sqlite_url, "mycel")
    playground = await build_playground(core)
    bots = [synapse.register(), elsewhere.register()]
    platform = await build_matrix(core, [account(bot, tmp_path) for bot in bots], b"secret", random.random)
    both = [new_code(), new_code()]
    await core.work.write(core.network_id, lambda tx: [codes.new_steward_code(tx.db, 1, c, tx.now) for c in both])
    await playground.start()
    async with running(core, *platform.run):
        await eventually(lambda: not platform.problem(), "both first syncs")
        towns = []
        for server, bot, name in ((synapse, bots[0], "Leeds"), (elsewhere, bots[1], "Porto")):
            person = server.register()
            towns.append(Town(person, person.create_room(bot.user_id, name=name), bot.user_id))
        leeds, porto = towns
        await settle(leeds, both[0], "Leeds")
        await settle(porto, both[1], "Porto")
        await say(playground, "/propose Use Signal --affects leeds,porto --for 2h")
        await leeds.shows("Use Signal")
        await porto.shows("Use Signal")
        [root] = leeds.roots("Use Signal")
        thread = {"rel_type": "m.thread", "event_id": root}
        reply = {"msgtype": "m.text", "body": f"concern: {FIRST}", "m.relates_to": thread}
        await asyncio.to_thread(leeds.person.send, leeds.room, reply)
        await porto.shows(FIRST)
        await asyncio.to_thread(porto.person.send, porto.room, f"!input D-1 support {SECOND}")
        for town in towns:
            await town.shows(FIRST, "1 in support")
        await eventually(lambda: shown_locally(core, FIRST), "the concern in the playground")
        await say(playground, "/outcome D-1 adopted-with-changes SMS stays as a second way")
        for town in towns:
            await town.shows("SMS stays as a second way")
        assert await record(core) == (["concluded"], [("leeds", "concern", FIRST), ("porto", "support", SECOND)])
    await playground.close()


async def say(playground: Playground, text: str) -> None:
    reply = await playground.do(Say(id=f"deed-{text.split()[0][1:]}", channel="oakland", account="ana", text=text))
    assert isinstance(reply, Answer), reply


async def shown_locally(core: Core, words: str) -> bool:
    found = await core.work.read(lambda tx: local_chat.last_messages(tx.db, core.network_id, 1000))
    return any(words in str(message.body) for message in found if message.account is None)
