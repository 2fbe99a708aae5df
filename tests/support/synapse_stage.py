"""Mycel behind rooms of a real homeserver: real people's requests, the real client, the same handling and sender."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from adapters.matrix.client import MatrixClient, Tools
from adapters.matrix.handling import Handling
from adapters.matrix.login import Account
from adapters.matrix.own import OwnMessages
from adapters.matrix.port import PLATFORM, MatrixPort, RoomInfo, server_of
from adapters.matrix.sender import MatrixSender
from adapters.matrix.vault import Vault
from adapters.matrix.voice import Voice
from bot.core.deadlines import Clockwork
from bot.core.delivery import Deliverer
from bot.core.dispatch import Dispatch
from bot.core.feature import Feature
from storage import directory, matrix
from storage.matrix import StagedEvent
from storage.network import Channel, Group
from storage.work import Tx, Work, open_work
from tests.support.house import GROUPS, Clock
from tests.support.matrix_bot import QUICK, eventually
from tests.support.synapse import Synapse, User
from tests.support.tables import make_tables

People = dict[str, User]
"""Everybody in GROUPS by name, and "mycel"."""


def register_people(server: Synapse) -> People:
    """New users with the names of GROUPS, and Mycel's account."""
    names = [name for *_, people in GROUPS.values() for name in people]
    found = {name: server.register(f"{name}-{time.time_ns()}") for name in [*names, "mycel"]}
    for name, user in found.items():
        user.call("PUT", f"/profile/{user.user_id}/displayname", {"displayname": name.capitalize()})
    return found


@dataclass
class SynapseStage:
    """The network "mycel" with three groups, each at home in a room of its people. Mycel's own clock stands still."""

    work: Work
    clock: Clock
    deliverer: Deliverer
    clockwork: Clockwork
    port: MatrixPort
    people: People
    rooms: dict[str, str]
    workspace: str
    _running: asyncio.Task[None]

    def room_id(self, channel: str) -> str:
        return self.rooms.get(channel, channel)

    def user(self, who: str) -> str:
        return self.people[who].user_id

    async def join(self, who: str, room_id: str) -> None:
        """They accept Mycel's invitation."""
        await asyncio.to_thread(self.people[who].join, room_id)

    async def send(self, channel: str, who: str, type: str, content: dict[str, Any]) -> str:
        """Somebody sends an event; returns its id when Mycel has handled it and delivered."""
        id = await asyncio.to_thread(self.people[who].send, self.room_id(channel), content, type)
        return await self._handled(id)

    async def redact(self, channel: str, who: str, event_id: str) -> str:
        path = f"/rooms/{self.room_id(channel)}/redact/{event_id}/{time.time_ns()}"
        done = await asyncio.to_thread(self.people[who].call, "PUT", path, {})
        return await self._handled(str(done["event_id"]))

    def encrypt(self, channel: str) -> bool:
        """Its people's clients have no keys: rooms that really are encrypted have tests of their own."""
        return False

    async def close(self) -> None:
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        await self.work.close()

    async def _handled(self, event_id: str) -> str:
        state = sa.select(matrix.events.c.state).where(matrix.events.c.event_id == event_id)

        async def is_handled() -> bool:
            found = await self.work.read(lambda tx: tx.db.execute(state).scalar_one_or_none())
            assert found != matrix.DEAD
            return found == matrix.HANDLED

        await eventually(is_handled, f"handling {event_id}")
        await self.deliverer.drain()
        return event_id


async def open_synapse_stage(
    url: str, features: Sequence[Feature], people: People, folder: Path, *, is_encrypting: bool = False
) -> SynapseStage:
    """A fresh database and fresh rooms; returns when Mycel is in them."""
    make_tables(url)
    clock, ids = Clock(), itertools.count(time.time_ns() // 1000 << 10)
    work = open_work(url, clock=clock)
    dispatch = Dispatch(work, features, lambda: next(ids), lambda: None, new_code=lambda: f"CODE-{next(ids)}")
    bot, own = people["mycel"], OwnMessages()
    workspace = server_of(bot.user_id)
    handlings: list[Handling] = []

    async def handle(event: StagedEvent, room: RoomInfo) -> None:
        await handlings[0].handle(event.payload, room)

    async def hear_of_trouble(room_id: str, what: str) -> None:
        await handlings[0].trouble(room_id, what)

    account = Account(bot.url, bot.user_id, bot.password, store=folder / "keys", is_encrypting=is_encrypting)
    tools = Tools(work, Vault(b"secret of the tests"), lambda: datetime.now(UTC), lambda: next(ids), random.random)
    client = MatrixClient(account, tools, handle, hear_of_trouble, QUICK)
    handlings.append(Handling(work, dispatch, client, own, Voice(work, client)))
    sender = MatrixSender(work, {workspace: client}, own)
    deliverer = Deliverer(work, sender, dispatch.registry, clock, lambda: next(ids))
    clockwork = Clockwork(work, dispatch.registry, clock, lambda: next(ids))
    rooms = await asyncio.to_thread(_make_rooms, people, is_encrypting)
    await work.write(1, lambda tx: _found(tx, workspace, rooms))
    running = asyncio.create_task(client.run())
    await eventually(lambda: running.done() or not client.why_not_ready, "the first sync")
    await asyncio.to_thread(_invite, people, rooms)
    for room_id in rooms.values():
        await _until_joined(client, room_id)
    return SynapseStage(work, clock, deliverer, clockwork, client, people, rooms, workspace, running)


def _make_rooms(people: People, is_encrypted: bool) -> dict[str, str]:
    rooms = {}
    for slug, (name, _, _, members) in GROUPS.items():
        host, *others = (people[member] for member in members)
        invited = [user.user_id for user in others]
        rooms[slug] = host.create_room(*invited, name=name, is_encrypted=is_encrypted)
        for user in others:
            user.join(rooms[slug])
    return rooms


def _invite(people: People, rooms: dict[str, str]) -> None:
    for slug, room_id in rooms.items():
        people[GROUPS[slug][3][0]].invite(room_id, people["mycel"].user_id)


async def _until_joined(client: MatrixClient, room_id: str) -> None:
    async def is_joined() -> bool:
        return (await client.info(room_id)).is_joined

    await eventually(is_joined, f"joining {room_id}")


def _found(tx: Tx, workspace: str, rooms: dict[str, str]) -> None:
    network = directory.add_network(tx.db, 1, "mycel", "en", tx.now)
    directory.add_workspace(tx.db, PLATFORM, workspace, network, tx.now)
    for id, (slug, (name, zone, region, _)) in enumerate(GROUPS.items(), start=1):
        group = Group(network, id, slug, name, zone, region, "mon-fri", "off", "en", "active", ())
        directory.add_group(tx.db, group, tx.now)
        directory.add_channel(tx.db, Channel(network, id, PLATFORM, workspace, rooms[slug], id, True, "", "active"))
