"""The contract on Matrix: what people's clients send, and what these show of Mycel's events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from adapters.matrix.port import PLATFORM, Event, MatrixPort
from bot.core.deadlines import Clockwork
from bot.core.delivery import Deliverer
from bot.core.feature import Feature
from storage.work import Work
from tests.adapters.contract.stage import ANYWHERE, Stage
from tests.support.house import Clock
from tests.support.matrix_stage import open_matrix_stage
from tests.support.synapse_stage import People, open_synapse_stage

MESSAGE = "m.room.message"


def text(body: str) -> dict[str, Any]:
    return {"msgtype": "m.text", "body": body, "m.mentions": {}}


def threaded(body: str, root: str) -> dict[str, Any]:
    falling_back = {"is_falling_back": True, "m.in_reply_to": {"event_id": root}}
    return {**text(body), "m.relates_to": {"rel_type": "m.thread", "event_id": root, **falling_back}}


def edited(body: str, event_id: str) -> dict[str, Any]:
    related = {"rel_type": "m.replace", "event_id": event_id}
    return {**text(f"* {body}"), "m.new_content": text(body), "m.relates_to": related}


class Behind(Protocol):
    """Rooms with people and Mycel in them; both events are handled and answered when these return."""

    work: Work
    clock: Clock
    deliverer: Deliverer
    clockwork: Clockwork

    @property
    def port(self) -> MatrixPort: ...
    @property
    def workspace(self) -> str: ...
    def room_id(self, channel: str) -> str: ...
    def user(self, who: str) -> str: ...
    async def join(self, who: str, room_id: str) -> None: ...
    async def send(self, channel: str, who: str, type: str, content: dict[str, Any]) -> str: ...
    async def redact(self, channel: str, who: str, event_id: str) -> str: ...
    def encrypt(self, channel: str) -> bool: ...
    async def close(self) -> None: ...


class MatrixContract(Stage):
    platform = PLATFORM

    def __init__(self, stage: Behind) -> None:
        super().__init__()
        self._stage, self.clock, self.work = stage, stage.clock, stage.work
        self.clockwork, self.deliverer, self.workspace = stage.clockwork, stage.deliverer, stage.workspace
        self._said: dict[tuple[str, str], str] = {}
        self._reacted: dict[tuple[str, str], str] = {}
        # The room of an answer (perhaps the direct one), and its words.
        self._ways: dict[tuple[str, str], tuple[str, str]] = {}

    async def _say(self, channel: str, who: str, text: str, about: str) -> str:
        body = f"!{text[1:]}" if text.startswith("/") else text
        return await self._type(channel, who, body, await self.root(channel, about) if about else None)

    async def _press(self, channel: str, who: str, label: str, about: str) -> str:
        """There are no buttons: they type what stands beside the label."""
        if about:
            room_id, shown = self.remote_id(channel), "\n".join(await self.shown(channel, about))
        else:
            room_id, shown = self._ways[channel, who]
        *_, found = re.findall(rf"^• {re.escape(label)}: (!.*)$", shown, re.M)
        root = await self.root(channel, about) if about not in ("", ANYWHERE) else None
        return await self._type(channel, who, found, root, room_id)

    async def react(self, channel: str, who: str, emoji: str, about: str) -> None:
        related = {"rel_type": "m.annotation", "event_id": await self.root(channel, about), "key": emoji}
        self._reacted[channel, who] = await self._stage.send(channel, who, "m.reaction", {"m.relates_to": related})

    async def unreact(self, channel: str, who: str, emoji: str, about: str) -> None:
        """A client redacts the reaction's event; what it was stands nowhere any more."""
        await self._stage.redact(channel, who, self._reacted[channel, who])

    async def edit(self, channel: str, who: str, text: str) -> str:
        id = await self._stage.send(channel, who, MESSAGE, edited(text, self._said[channel, who]))
        return await self._answer(channel, who, id)

    async def delete(self, channel: str, who: str) -> None:
        await self._stage.redact(channel, who, self._said[channel, who])

    async def shown(self, channel: str, about: str) -> list[str]:
        root = await self.root(channel, about) if about != ANYWHERE else None
        events = await self._stage.port.sent(self.remote_id(channel), "")
        bodies: dict[str, str] = {}
        for event in (e for e in events if "body" in e["content"] and "transaction_id" in e.get("unsigned", {})):
            content, id = event["content"], event["event_id"]
            related = content.get("m.relates_to", {})
            if related.get("rel_type") == "m.replace":
                if related["event_id"] in bodies:
                    bodies[related["event_id"]] = content["m.new_content"]["body"]
            elif root in (None, id, related.get("event_id")) and self._is_delivered(event):
                bodies[id] = content["body"]
        return list(bodies.values())

    async def everything(self, channel: str) -> list[str]:
        return await self.shown(channel, ANYWHERE)

    async def restrict(self, channel: str, who: str) -> None:
        """An encrypted room; in one that cannot become one here, what is said stays by choice."""
        if not self._stage.encrypt(channel):
            await super().restrict(channel, who)

    async def direct(self, who: str) -> str:
        room_id = await self._stage.port.direct_room(self._stage.user(who))
        await self._stage.join(who, room_id)
        return room_id

    def remote_id(self, channel: str) -> str:
        return self._stage.room_id(channel)

    async def close(self) -> None:
        await self._stage.close()

    async def _type(self, channel: str, who: str, body: str, root: str | None, room_id: str = "") -> str:
        content = threaded(body, root) if root else text(body)
        id = await self._stage.send(room_id or channel, who, MESSAGE, content)
        self._said[channel, who] = id
        return await self._answer(channel, who, id, room_id)

    async def _answer(self, channel: str, who: str, id: str, room_id: str = "") -> str:
        """What came in the room, or where it was for them alone, in their room with Mycel."""
        room_id = room_id or self.remote_id(channel)
        said = await self._stage.port.sent(room_id, f"answer:{id}")
        if any(_is_hint(event) for event in said):
            room_id = await self._stage.port.direct_room(self._stage.user(who))
            await self._stage.join(who, room_id)
            said = await self._stage.port.sent(room_id, f"answer:{id}")
        words = "\n".join(event["content"]["body"] for event in said)
        if said:
            self._ways[channel, who] = (room_id, words)
        return words

    def _is_delivered(self, event: Event) -> bool:
        return not str(event["unsigned"]["transaction_id"]).startswith("answer:")


def _is_hint(event: Event) -> bool:
    """In the room it is only said that there is an answer elsewhere."""
    return bool(event["unsigned"]["transaction_id"].endswith(":told"))


async def open_fake(url: str, features: Sequence[Feature]) -> MatrixContract:
    """A homeserver in memory."""
    return MatrixContract(await open_matrix_stage(url, features))


async def open_real(url: str, features: Sequence[Feature], people: People, folder: Path) -> MatrixContract:
    """A Synapse, with the real client."""
    return MatrixContract(await open_synapse_stage(url, features, people, folder))
