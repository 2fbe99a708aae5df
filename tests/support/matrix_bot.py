"""A Matrix account of Mycel's that runs in a test, with a handler that writes down what it gets."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.matrix.client import MatrixClient, Tools, Tuning
from adapters.matrix.login import Account
from adapters.matrix.rooms import RoomInfo
from adapters.matrix.vault import Vault
from storage import matrix
from storage.engine import open_engine
from storage.matrix import StagedEvent
from storage.network_tables import channels, groups, networks
from storage.work import Work, open_work
from tests.support.synapse import Synapse, User

PATIENCE_S = 60
"""Conditions are waited for; this is when nobody believes in them any more, on a slow computer too."""
QUICK = Tuning(poll_s=2, timeout_s=30, retry_s=0.05, tell_after=timedelta(seconds=0.5))
new_id = itertools.count(time.time_ns() // 1000 << 10).__next__


async def eventually(is_so: Callable[[], Any], what: str = "it", within_s: float = PATIENCE_S) -> Any:
    """What `is_so` gives as soon as it is something; it may be asynchronous itself."""
    end = time.monotonic() + within_s
    while True:
        found = is_so()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return found
        assert time.monotonic() < end, f"{what} did not happen within {within_s} s"
        await asyncio.sleep(0.05)


@dataclass
class Bot:
    """An account on a database and in a folder, which stay over its restarts."""

    account: Account
    database_url: str
    tuning: Tuning = QUICK
    secret: bytes = b"secret of the tests"
    failing: Callable[[StagedEvent], Exception | None] = lambda event: None
    seen: list[StagedEvent] = field(default_factory=list)
    rooms: list[RoomInfo] = field(default_factory=list)
    troubles: list[tuple[str, str]] = field(default_factory=list)
    client: MatrixClient = field(init=False)
    work: Work = field(init=False)
    task: asyncio.Task[None] | None = None

    async def handle(self, event: StagedEvent, room: RoomInfo) -> None:
        error = self.failing(event)
        if error is not None:
            raise error
        self.seen.append(event)
        self.rooms.append(room)

    async def hear_of_trouble(self, room_id: str, what: str) -> None:
        self.troubles.append((room_id, what))

    def build(self) -> MatrixClient:
        """The client and the work that it stands on, not running."""
        engine = open_engine(self.database_url)
        for table in (matrix.accounts, matrix.events, networks, groups, channels):
            table.create(engine, checkfirst=True)
        engine.dispose()
        self.work = open_work(self.database_url, clock=lambda: datetime.now(UTC))
        tools = Tools(self.work, Vault(self.secret), lambda: datetime.now(UTC), new_id, random.random)
        self.client = MatrixClient(self.account, tools, self.handle, self.hear_of_trouble, self.tuning)
        return self.client

    async def start(self, *, waits: bool = True) -> Bot:
        """Run it, until its first sync is through."""
        self.build()
        self.task = asyncio.create_task(self.client.run())
        if waits:
            await self.until_ready()
        return self

    async def until_ready(self) -> None:
        def is_ready() -> bool:
            assert self.task is not None
            if self.task.done():
                self.task.result()
            return not self.client.why_not_ready

        await eventually(is_ready, "the first sync")

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
            self.task = None
            await self.work.close()

    async def again(self) -> Bot:
        """Stop, and start with what is stored."""
        await self.stop()
        return await self.start()

    def heard(self, room_id: str | None = None) -> list[str]:
        """The texts of the messages that were handed on, in that order."""
        return [
            str(event.payload["content"].get("body"))
            for event in self.seen
            if event.type == "m.room.message" and room_id in (None, event.room_id)
            if event.payload["sender"] != self.client.user_id
        ]

    async def hears(self, *texts: str, room_id: str | None = None) -> None:
        """Waits until these texts, and no others, were handed on in this order."""
        await eventually(lambda: len(self.heard(room_id)) >= len(texts), f"{texts} to be heard, not {self.seen}")
        assert self.heard(room_id) == list(texts)

    def members_of(self, room_id: str) -> frozenset[str]:
        """Who is in the room, as far as this account has been told; nobody in one that it does not know."""
        return self.client._rooms.info(room_id).members

    async def stored(self, look: Callable[[Any], Any]) -> Any:
        return await self.work.read(lambda tx: look(tx.db))


class Bots:
    """Makes bots, and stops them at the end."""

    def __init__(self, server: Synapse, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.made: list[Bot] = []
        self.users: dict[str, User] = {}

    def new(self, user: User | None = None, *, tuning: Tuning = QUICK, url: str = "", **account: Any) -> Bot:
        """A bot that does not run yet, of a new user, with password and without encryption unless asked for."""
        user = user or self.server.register(f"mycel-{new_id()}")
        self.users[user.user_id] = user
        number = len(self.made)
        base = Account(user.url, user.user_id, user.password, store=self.folder / f"keys{number}", is_encrypting=False)
        bot = Bot(replace(base, **account), url or f"sqlite:///{self.folder / f'bot{number}.db'}", tuning)
        self.made.append(bot)
        return bot

    async def room_with(self, bot: Bot, person: User, **room: Any) -> str:
        """A room of the person's that the bot has joined by invitation."""
        room_id = await asyncio.to_thread(person.create_room, bot.client.user_id, **room)
        await eventually(lambda: any(e.room_id == room_id and e.type == "m.room.member" for e in bot.seen), "the join")
        return room_id

    def server_user(self, bot: Bot) -> User:
        """The bot's user, as one who has another client."""
        return self.users[bot.account.user]

    async def end(self) -> None:
        for bot in self.made:
            await bot.stop()
