"""Mycel behind rooms of a homeserver in memory, put together as the composition root will do it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.matrix.handling import Handling
from adapters.matrix.own import OwnMessages
from adapters.matrix.port import PLATFORM
from adapters.matrix.sender import MatrixSender
from adapters.matrix.voice import Voice
from bot.core.deadlines import Clockwork
from bot.core.delivery import Deliverer
from bot.core.dispatch import Dispatch
from bot.core.feature import Feature
from storage import directory
from storage.network import Channel, Group
from storage.work import Tx, Work, open_work
from tests.support.fake_matrix import BOT, SERVER, FakeHomeserver, FakePort, FakeRoom, user
from tests.support.house import GROUPS, Clock
from tests.support.tables import make_tables


@dataclass
class MatrixStage:
    """The network "mycel" with three groups, each at home in the room "!<slug>"."""

    work: Work
    clock: Clock
    dispatch: Dispatch
    deliverer: Deliverer
    clockwork: Clockwork
    homeserver: FakeHomeserver
    port: FakePort
    own: OwnMessages
    handling: Handling
    pauses: list[float]
    _txns: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    workspace = SERVER

    def room_id(self, channel: str) -> str:
        return self.room(channel).room_id

    def user(self, who: str) -> str:
        return user(who)

    async def join(self, who: str, room_id: str) -> None:
        """Invited people are in their rooms at once."""

    def room(self, channel: str) -> FakeRoom:
        return self.homeserver.rooms[channel if channel.startswith("!") else f"!{channel}"]

    async def send(self, channel: str, who: str, type: str, content: dict[str, Any]) -> str:
        """Somebody sends an event to a group's room, or to the room of this id; Mycel handles it and delivers."""
        room = self.room(channel)
        id = self.homeserver.send(user(who), room.room_id, type, content, f"t{next(self._txns)}")
        await self.handle(channel, id)
        return id

    async def redact(self, channel: str, who: str, event_id: str) -> str:
        room = self.room(channel)
        id = self.homeserver.redact(user(who), room.room_id, event_id, f"t{next(self._txns)}")
        await self.handle(channel, id)
        return id

    def encrypt(self, channel: str) -> bool:
        """From now on the room says that it is encrypted."""
        self.room(channel).is_encrypted = True
        return True

    async def handle(self, channel: str, event_id: str) -> None:
        """Hands an event over, perhaps once more."""
        event = self.room(channel).event(event_id)
        assert event is not None
        await self.handling.handle(event, self.room(channel).info())
        await self.deliverer.drain()

    async def close(self) -> None:
        await self.work.close()


async def open_matrix_stage(url: str, features: Sequence[Feature]) -> MatrixStage:
    """A fresh database with network, groups and rooms."""
    make_tables(url)
    clock, ids = Clock(), itertools.count(1000)
    work = open_work(url, clock=clock)
    dispatch = Dispatch(work, features, lambda: next(ids), lambda: None, new_code=lambda: f"CODE-{next(ids)}")
    homeserver, own, pauses = FakeHomeserver(clock), OwnMessages(), list[float]()
    port = FakePort(homeserver)
    deliverer = Deliverer(work, MatrixSender(work, {SERVER: port}, own), dispatch.registry, clock, lambda: next(ids))

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    handling = Handling(work, dispatch, port, own, Voice(work, port, sleep))
    clockwork = Clockwork(work, dispatch.registry, clock, lambda: next(ids))
    await work.write(1, _found)
    for slug, (name, _, _, people) in GROUPS.items():
        homeserver.add_room(f"!{slug}", name, {user(person): person.capitalize() for person in people})
    return MatrixStage(work, clock, dispatch, deliverer, clockwork, homeserver, port, own, handling, pauses)


def _found(tx: Tx) -> None:
    network = directory.add_network(tx.db, 1, "mycel", "en", tx.now)
    directory.add_workspace(tx.db, PLATFORM, SERVER, network, tx.now)
    for id, (slug, (name, zone, region, _)) in enumerate(GROUPS.items(), start=1):
        group = Group(network, id, slug, name, zone, region, "mon-fri", "off", "en", "active", ())
        directory.add_group(tx.db, group, tx.now)
        directory.add_channel(tx.db, Channel(network, id, PLATFORM, SERVER, f"!{slug}", id, True, "", "active"))


def notices(room: FakeRoom, txn_prefix: str) -> list[dict[str, Any]]:
    """What Mycel said in a room under these transactions."""
    own = [event for event in room.events if event["sender"] == BOT]
    return [event for event in own if event["unsigned"]["transaction_id"].startswith(txn_prefix)]
