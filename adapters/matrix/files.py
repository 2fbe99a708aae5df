"""Pictures as files of the homeserver, and what an event says of them. What it does not take is left to the words."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from adapters.matrix import render
from adapters.matrix.port import Content, MatrixPort
from bot.core.errors import DeliveryError
from bot.core.message import Message, Picture
from bot.core.painting import painted
from bot.core.trouble import TROUBLE
from storage import pictures
from storage.work import Work

log = logging.getLogger("mycel.matrix")

NAME, PNG = "mycel.png", "image/png"
REMEMBERED = 500
LEFT_TO_WORDS = "a picture of %s is left to its words: %s"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture whose drawing is kept. `print_of`: the same for the same picture with the same words."""

    picture: Picture
    drawing: Mapping[str, Any]

    @property
    def print_of(self) -> str:
        said = json.dumps([self.drawing, self.picture.alternative], sort_keys=True)
        return sha256(said.encode()).hexdigest()[:32]


class Files:
    """Brings each picture to the homeserver once for a room; after a restart perhaps again, which nobody sees."""

    def __init__(self, work: Work) -> None:
        self._work = work
        # (Room, whether it is encrypted, picture) → what an event says of it.
        self._brought: dict[tuple[str, bool, str], Content] = {}

    async def drawn(self, network_id: int, message: Message) -> list[Drawn | None]:
        """The pictures of a message in order; None for one that is not kept any more. Raises DeliveryError."""
        found: list[Drawn | None] = []
        for picture in (block for block in message.blocks if isinstance(block, Picture)):
            drawing = await self._drawing(network_id, picture.name)
            found.append(Drawn(picture, drawing) if drawing is not None else None)
        return found

    async def file(self, port: MatrixPort, room_id: str, drawn: Drawn, said: str) -> Content | None:
        """What an event says of the picture; None where the homeserver does not take it. `said`: whose, for logs."""
        room = (await port.scene(room_id)).room
        key = (room.room_id, room.is_encrypted, drawn.print_of)
        if key not in self._brought:
            try:
                png = await asyncio.to_thread(painted, drawn.drawing)
                where = await port.upload(room.room_id, png, PNG, NAME)
            except (DeliveryError, ValueError) as error:
                log.warning(LEFT_TO_WORDS, said, error)
                return None
            self._brought[key] = render.picture(drawn.picture.alternative, png, where, drawn.print_of)
            while len(self._brought) > REMEMBERED:
                del self._brought[next(iter(self._brought))]
        return self._brought[key]

    async def _drawing(self, network_id: int, name: str) -> dict[str, Any] | None:
        try:
            return await self._work.read(lambda tx: pictures.find(tx.db, network_id, name))
        except TROUBLE as error:
            raise DeliveryError(f"the database is busy: {type(error).__name__}") from error
