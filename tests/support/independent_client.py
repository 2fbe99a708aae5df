"""A person whose client is built on another library than Mycel's: mautrix, with libolm instead of vodozemac."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mautrix.client import Client
from mautrix.client.state_store import MemoryStateStore, MemorySyncStore
from mautrix.crypto import OlmMachine
from mautrix.crypto.store import MemoryCryptoStore, StateStore
from mautrix.types import (
    DeviceID,
    EventType,
    Membership,
    MessageEvent,
    MessageType,
    RoomID,
    TextMessageEventContent,
    TrustState,
    UserID,
)

from tests.support.matrix_bot import eventually
from tests.support.synapse import User

SIGNED_ONLY = TrustState.CROSS_SIGNED_TOFU


class _Rooms(MemoryStateStore, StateStore):  # type: ignore[misc]
    """What mautrix's machine asks of the rooms beside what its client does."""

    async def find_shared_rooms(self, user_id: UserID) -> list[RoomID]:
        joined = (Membership.JOIN, Membership.INVITE)
        return [
            room_id
            for room_id, members in self.members.items()
            if user_id in members and members[user_id].membership in joined
        ]


class Person:
    """Reads along from the moment that it came, and knows of each message how far its sender's device is trusted."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.read: list[MessageEvent] = []
        client.add_event_handler(EventType.ROOM_MESSAGE, self._take)

    async def _take(self, event: MessageEvent) -> None:
        self.read.append(event)

    async def say(self, room_id: str, body: str, **more: Any) -> str:
        content = TextMessageEventContent(msgtype=MessageType.TEXT, body=body, **more)
        return str(await self.client.send_message_event(RoomID(room_id), EventType.ROOM_MESSAGE, content))

    async def reads(self, room_id: str, thread: str) -> MessageEvent:
        """Waits for the first message of somebody else's in a thread."""

        def found() -> MessageEvent | None:
            return next((e for e in self.read if e.room_id == room_id and self._is_answer(e, thread)), None)

        event: MessageEvent = await eventually(found, f"an answer in the thread {thread}")
        return event

    def _is_answer(self, event: MessageEvent, thread: str) -> bool:
        return event.sender != self.client.mxid and event.content.get_thread_parent() == thread


@asynccontextmanager
async def independent(user: User, *, is_encrypting: bool, signed_only: bool = False) -> AsyncIterator[Person]:
    """A new device of the user's. `signed_only`: devices that their owners did not sign get no keys from it."""
    device = await asyncio.to_thread(user.log_in)
    rooms = _Rooms()
    client = Client(
        mxid=UserID(user.user_id),
        device_id=DeviceID(device.device_id),
        base_url=user.url,
        token=device.token,
        state_store=rooms,
        sync_store=MemorySyncStore(),
    )
    person = Person(client)
    if is_encrypting:
        crypto = OlmMachine(client, MemoryCryptoStore(user.user_id, "secret of the tests"), rooms)
        await crypto.load()
        if signed_only:
            crypto.send_keys_min_trust = SIGNED_ONLY
        client.crypto = crypto
        await crypto.share_keys()
    syncing = client.start(None)
    try:
        await eventually(client.sync_store.get_next_batch, "the first sync of the other client")
        yield person
    finally:
        client.stop()
        await asyncio.gather(syncing, return_exceptions=True)
        await client.api.session.close()
