"""A homeserver in memory that holds to Matrix's own rules, and Mycel's account on it (a MatrixPort)."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nio.crypto.attachments import encrypt_attachment

from adapters.matrix.errors import MatrixError
from adapters.matrix.port import Content, Event, Scene
from adapters.matrix.rooms import RoomInfo
from tests.support.house import Clock

SERVER = "matrix.test"
BOT = f"@mycel:{SERVER}"
LARGEST = 65_536


def user(name: str) -> str:
    return f"@{name}:{SERVER}"


@dataclass
class FakeRoom:
    room_id: str
    name: str
    members: dict[str, str]
    events: list[dict[str, Any]] = field(default_factory=list)
    is_encrypted: bool = False

    def event(self, event_id: str) -> dict[str, Any] | None:
        return next((event for event in self.events if event["event_id"] == event_id), None)

    def info(self) -> RoomInfo:
        return RoomInfo(
            self.room_id,
            self.name,
            is_direct=not self.name,
            is_encrypted=self.is_encrypted,
            members=frozenset(self.members),
            via=(SERVER,),
            name_of=lambda user_id: self.members.get(user_id, user_id),
        )


class FakeHomeserver:
    """Rooms and what is in them. An event comes back as the JSON that it was sent as."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.rooms: dict[str, FakeRoom] = {}
        self._numbers = itertools.count(1)
        self._transactions: dict[tuple[str, str, str], str] = {}

    def add_room(self, room_id: str, name: str, members: Mapping[str, str]) -> FakeRoom:
        room = FakeRoom(room_id, name, {BOT: "Mycel", **members})
        self.rooms[room_id] = room
        return room

    def send(self, sender: str, room_id: str, type: str, content: Content, txn_id: str) -> str:
        """Adds an event; MatrixError for what a real server refuses."""
        room = self._room(sender, room_id)
        done = self._transactions.get((sender, room_id, txn_id))
        if done is not None:
            return done
        if len(json.dumps(content, ensure_ascii=False).encode()) > LARGEST - 1000:
            raise MatrixError("413 M_TOO_LARGE", status=413, code="M_TOO_LARGE", permanent=True)
        self._check_thread(room, content)
        return self._add(sender, room, type, content, txn_id)

    def redact(self, sender: str, room_id: str, event_id: str, txn_id: str) -> str:
        room = self._room(sender, room_id)
        done = self._transactions.get((sender, room_id, txn_id))
        if done is not None:
            return done
        id = self._add(sender, room, "m.room.redaction", {"redacts": event_id}, txn_id)
        gone = room.event(event_id)
        if gone is not None:
            gone["content"] = {}
            gone["unsigned"]["redacted_because"] = {"event_id": id}
        return id

    def _room(self, sender: str, room_id: str) -> FakeRoom:
        room = self.rooms.get(room_id)
        if room is None or sender not in room.members:
            raise MatrixError("403 M_FORBIDDEN", status=403, code="M_FORBIDDEN", permanent=True)
        return room

    def _check_thread(self, room: FakeRoom, content: Content) -> None:
        related = content.get("m.relates_to", {})
        root = room.event(related["event_id"]) if related.get("rel_type") == "m.thread" else None
        if root is not None and root["content"].get("m.relates_to", {}).get("rel_type"):
            reason = "400 Cannot start threads from an event with a relation"
            raise MatrixError(reason, status=400, code="M_UNKNOWN", permanent=True)

    def _add(self, sender: str, room: FakeRoom, type: str, content: Content, txn_id: str) -> str:
        id = f"${next(self._numbers):04}"
        self._transactions[(sender, room.room_id, txn_id)] = id
        room.events.append(
            {
                "event_id": id,
                "type": type,
                "sender": sender,
                "origin_server_ts": int(self.clock.now.timestamp() * 1000),
                "content": json.loads(json.dumps(content)),
                "unsigned": {"transaction_id": txn_id},
            }
        )
        return id


class FakePort:
    """Mycel's account. `refusals` are raised by the next sends, first the last (None: that one goes through); `lost`
    sends arrive all the same. `files`: by their `mxc://` address, as they lie there."""

    user_id = BOT

    def __init__(self, homeserver: FakeHomeserver) -> None:
        self.homeserver = homeserver
        self.refusals: list[MatrixError | None] = []
        self.upload_refusals: list[MatrixError] = []
        self.files: dict[str, bytes] = {}
        self.is_answer_lost = False
        self.shown_typing: list[bool] = []
        self.has_typed = asyncio.Event()
        self.read: list[str] = []

    async def scene(self, room_id: str) -> Scene:
        room = self.homeserver.rooms.get(room_id)
        if room is None:
            raise MatrixError("not in this room", permanent=True)
        return Scene(room.info(), BOT)

    async def send(self, room_id: str, event_type: str, content: Content, txn_id: str) -> str:
        refusal = self.refusals.pop() if self.refusals else None
        if refusal is not None and not self.is_answer_lost:
            raise refusal
        id = self.homeserver.send(BOT, room_id, event_type, content, txn_id)
        if refusal is not None:
            raise refusal
        return id

    async def upload(self, room_id: str, data: bytes, media_type: str, name: str) -> Content:
        if self.upload_refusals:
            raise self.upload_refusals.pop()
        where = f"mxc://{SERVER}/{len(self.files)}"
        if not self.homeserver.rooms[room_id].is_encrypted:
            self.files[where] = data
            return {"url": where}
        self.files[where], keys = encrypt_attachment(data)
        return {"file": {**keys, "url": where}}

    async def redact(self, room_id: str, event_id: str, txn_id: str) -> None:
        self.homeserver.redact(BOT, room_id, event_id, txn_id)

    async def event(self, room_id: str, event_id: str) -> Event | None:
        room = self.homeserver.rooms[room_id]
        event = room.event(event_id)
        if event is None or not event["content"]:
            return event
        edits = [e for e in room.events if _replaces(e, event)]
        relations = {"m.relations": {"m.replace": {"event_id": edits[-1]["event_id"]}}} if edits else {}
        return {**event, "unsigned": {**event["unsigned"], **relations}}

    async def related(self, room_id: str, event_id: str) -> list[Event]:
        return [e for e in self._own(room_id) if e["content"].get("m.relates_to", {}).get("event_id") == event_id]

    async def sent(self, room_id: str, txn_prefix: str) -> list[Event]:
        return [e for e in self._own(room_id) if e["unsigned"]["transaction_id"].startswith(txn_prefix)]

    async def direct_room(self, user_id: str) -> str:
        room_id = f"!alone-with-{user_id}"
        if room_id not in self.homeserver.rooms:
            self.homeserver.add_room(room_id, "", {user_id: user_id[1:].partition(":")[0].capitalize()})
        return room_id

    async def typing(self, room_id: str, is_typing: bool) -> None:
        self.shown_typing.append(is_typing)
        self.has_typed.set()

    async def mark_read(self, room_id: str, event_id: str) -> None:
        self.read.append(event_id)

    def _own(self, room_id: str) -> list[dict[str, Any]]:
        return [event for event in self.homeserver.rooms[room_id].events if event["sender"] == BOT]


def _replaces(edit: dict[str, Any], event: dict[str, Any]) -> bool:
    related = {"rel_type": "m.replace", "event_id": event["event_id"]}
    is_related: bool = edit["content"].get("m.relates_to") == related and edit["sender"] == event["sender"]
    return is_related
