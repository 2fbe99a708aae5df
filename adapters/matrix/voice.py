"""Says something in a room at once: tries again as long as that helps, under one transaction, and is heard once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from adapters.matrix import answering, render
from adapters.matrix.answering import Spot
from adapters.matrix.files import Files
from adapters.matrix.markup import Names
from adapters.matrix.pictures import MESSAGE
from adapters.matrix.port import PLATFORM, Content, MatrixPort, Scene
from adapters.matrix.sender import names_in
from adapters.matrix.wording import worded
from bot.core import mentions
from bot.core.errors import DeliveryError
from bot.core.language import Words
from bot.core.message import Message, Picture
from storage import places
from storage.work import Tx, Work

log = logging.getLogger("mycel.matrix")

TRIES = 5
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 8.0
"""Between tries, unless the server names a longer time."""

Sleep = Callable[[float], Awaitable[None]]


class Voice:
    """What one account says at once and at most once; all that has to last is delivered from rows instead."""

    def __init__(self, work: Work, port: MatrixPort, sleep: Sleep = asyncio.sleep) -> None:
        self._work, self._port, self._sleep = work, port, sleep
        self._files = Files(work)

    async def language_of(self, scene: Scene) -> Words:
        """The words of the room's language."""
        known = await self._work.read(lambda tx: places.known(tx.db, PLATFORM, scene.workspace, scene.room_id))
        return Words(known.language) if known else Words()

    async def say(self, scene: Scene, spot: Spot, message: Message, txn: str) -> None:
        """Says it. What the homeserver refuses is lost, as what it is about is stored.

        Raises DeliveryError where the homeserver is in trouble: said again under the same `txn`, it is heard once.
        """
        try:
            await self._say(scene, spot, message, txn)
        except DeliveryError as error:
            if not error.permanent:
                raise
            log.error("could not answer in %s (%s): %s", scene.room_id, txn, error.reason)

    async def say_alone(self, scene: Scene, user_id: str, spot: Spot, message: Message, txn: str) -> None:
        """Says it to one person in private, and in the room only that it did."""
        said = answering.SENT_PRIVATELY
        try:
            room_id = await self._port.direct_room(user_id)
            await self._say(await self._port.scene(room_id), Spot(room_id), message, txn)
        except DeliveryError as error:
            if not error.permanent:
                raise
            log.warning("could not answer in private (%s): %s", txn, error.reason)
            said = answering.NOT_PRIVATE
        await self.say(scene, spot, answering.note(said, await self.language_of(scene)), f"{txn}:told")

    async def _say(self, scene: Scene, spot: Spot, message: Message, txn: str) -> None:
        for number, content in enumerate(await self._contents(scene, message)):
            await self._send(scene.room_id, spot.place(content), f"{txn}/{number}" if number else txn)
        for number, content in enumerate(await self._pictures(scene, message), start=1):
            await self._send(scene.room_id, spot.place(content), f"{txn}/p{number}")

    async def _pictures(self, scene: Scene, message: Message) -> list[Content]:
        """As far as they can be shown: their words are said already."""
        if not any(isinstance(block, Picture) for block in message.blocks):
            return []
        known = await self._work.read(lambda tx: places.known(tx.db, PLATFORM, scene.workspace, scene.room_id))
        drawn = await self._files.drawn(known.network_id, message) if known is not None else []
        said = f"an answer in {scene.room_id}"
        found = [await self._files.file(self._port, scene.room_id, each, said) for each in drawn if each is not None]
        return [content for content in found if content is not None]

    async def _send(self, room_id: str, content: Content, txn: str) -> None:
        pause = FIRST_PAUSE_S
        for left in range(TRIES - 1, -1, -1):
            try:
                await self._port.send(room_id, MESSAGE, content, txn)
                return
            except DeliveryError as error:
                if error.permanent or not left:
                    raise
                await self._sleep(max(pause, (error.retry_after or timedelta()).total_seconds()))
                pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _contents(self, scene: Scene, message: Message) -> tuple[Content, ...]:
        shown = worded(message, scene.prefix, await self.language_of(scene))
        people, records = mentions.addressed(shown.blocks), mentions.records(shown.blocks)

        def look_up(tx: Tx) -> Names:
            known = places.known(tx.db, PLATFORM, scene.workspace, scene.room_id)
            if known is None:
                return Names()
            return names_in(tx, scene, known.network_id, known.channel_id, people, records)

        return render.contents(shown, await self._work.read(look_up))
