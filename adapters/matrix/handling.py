"""One event of a room from beginning to end: understood, handed to Mycel, answered. Called once an event, or again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from adapters.matrix import answering, edits, inbound, reading
from adapters.matrix.answering import Spot, spot
from adapters.matrix.edits import Retyped, Reworded, TooLate
from adapters.matrix.floor import Floor
from adapters.matrix.lives import Lives
from adapters.matrix.own import OwnMessages
from adapters.matrix.port import PLATFORM, Event, MatrixPort, RoomInfo, Scene
from adapters.matrix.voice import Voice
from adapters.matrix.wanted import UNREADABLE
from bot.core.conversation import CommandTyped, Incoming, Quoted
from bot.core.dispatch import Dispatch
from bot.core.replies import Answer, Invalid, Nothing, Reply
from storage import places
from storage.places import Known
from storage.work import Work

TYPING_AFTER_S = 0.5
"""Most commands are answered before; then nobody needs to see that Mycel types."""
MARKED_AFTER_S = 0.2
"""After the answer, or with the typing."""


class Handling:
    """Handles the events of one account's rooms. The same event again does nothing anew and is answered once:
    every answer has a transaction of its event, by which the homeserver knows it again.
    """

    def __init__(
        self,
        work: Work,
        dispatch: Dispatch,
        port: MatrixPort,
        own: OwnMessages,
        voice: Voice,
        floor: Floor | None = None,
    ) -> None:
        self._work, self._dispatch, self._port, self._own, self._voice = work, dispatch, port, own, voice
        self._floor = floor or Floor()
        self._unmarked: dict[str, str] = {}
        self._marking: dict[str, asyncio.Task[None]] = {}
        self._lives = Lives(work, dispatch, port, voice)

    async def handle(self, event: Event, room: RoomInfo) -> None:
        """Handles an event. Raises what Dispatch raises, and DeliveryError: then it has to come again."""
        if event.get("type") == "m.room.member":
            await self._lives.member(event, room)
            return
        if not room.is_joined:
            return
        scene = await self._port.scene(room.room_id)
        if event.get("type") == "m.room.tombstone":
            await self._lives.replaced(event, scene)
        elif event.get("sender") == scene.bot_user:
            self._own.learn_echo(event)
        elif inbound.is_edit(event):
            await self._edited(event, scene)
        else:
            incoming = inbound.incoming(event, scene, self._dispatch.registry.commands, self._own.keys)
            if incoming is not None:
                if isinstance(incoming, CommandTyped):
                    incoming = replace(incoming, quoted=await self._quoted(incoming, scene))
                await self._told(incoming, event, scene)

    async def _quoted(self, command: CommandTyped, scene: Scene) -> Quoted | None:
        """The message that a command answers, where the command wants it and a person said it."""
        if command.replied_to is None or not self._dispatch.registry.wants_quoted(command.text):
            return None
        said = await self._port.event(scene.room_id, command.replied_to)
        names = self._dispatch.registry.commands
        return inbound.quoted(said, scene, command.actor.user, names) if said is not None else None

    async def trouble(self, room_id: str, what: str) -> None:
        """Says in a room what the client could not bring: a gap, or messages without keys (adapters.matrix.wanted)."""
        scene = await self._port.scene(room_id)
        words = await self._voice.language_of(scene)
        template = answering.UNREADABLE if what == UNREADABLE else answering.GAP
        # One transaction for all of its kind: homeservers remember it for a day, so that a room is told once a day.
        await self._voice.say(scene, Spot(room_id), answering.note(template, words), f"trouble:{what}")

    async def _told(self, incoming: Incoming, event: Event, scene: Scene) -> None:
        """`event`: in whose thread it is answered. What is said in rooms that are nobody's leaves no trace at all."""
        is_command = isinstance(incoming, CommandTyped)
        if not is_command and await self._known(scene) is None:
            return
        async with self._at_work(scene, incoming.event_key):
            before = await self._handled(incoming.source, incoming.event_key) if is_command else None
            reply = await self._dispatch.handle(incoming)
            await self._answer(reply, incoming, event, scene, before)

    @asynccontextmanager
    async def _at_work(self, scene: Scene, event_id: str) -> AsyncIterator[None]:
        """Shows that the event was seen and, where it takes a moment, that Mycel is at work. The answer goes before:
        homeservers do one thing at a time.
        """
        room_id = scene.room_id
        self._unmarked[room_id] = event_id
        showing = asyncio.create_task(self._show(room_id))
        try:
            with self._floor.taken(room_id):
                yield
        finally:
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)
            self._mark(room_id)

    def _mark(self, room_id: str) -> None:
        if room_id not in self._marking:
            self._marking[room_id] = asyncio.create_task(self._mark_read(room_id))

    async def _mark_read(self, room_id: str) -> None:
        """Up to the latest event: in a burst, one receipt stands for several."""
        try:
            while room_id in self._unmarked:
                await asyncio.sleep(MARKED_AFTER_S)
                await self._port.mark_read(room_id, self._unmarked.pop(room_id))
        finally:
            del self._marking[room_id]

    async def _show(self, room_id: str) -> None:
        await asyncio.sleep(TYPING_AFTER_S)
        self._mark(room_id)
        try:
            await self._port.typing(room_id, True)
            await asyncio.Event().wait()
        finally:
            await self._port.typing(room_id, False)

    async def _edited(self, event: Event, scene: Scene) -> None:
        target = reading.relation(reading.content_of(event), "m.replace")
        original = await self._port.event(scene.room_id, str(target))
        if original is None:
            return
        match edits.meaning(event, original, scene, self._dispatch.registry.commands, self._own.keys):
            case Reworded(incoming):
                await self._told(incoming, original, scene)
            case Retyped(typed, id):
                async with self._at_work(scene, typed.event_key):
                    again = replace(typed, quoted=await self._quoted(typed, scene))
                    await self._retyped(again, id, original, scene)
            case TooLate(id):
                subject = await self._handled(f"{PLATFORM}:{scene.workspace}", id) or ""
                message = answering.too_late(subject, await self._voice.language_of(scene))
                where = spot(original, scene.room_id, is_direct=scene.is_direct)
                await self._voice.say(scene, where, message, _txn(str(event["event_id"])))

    async def _retyped(self, incoming: CommandTyped, id: str, original: Event, scene: Scene) -> None:
        """A command was mended: what came of it is undone, then it is carried out as it reads now."""
        subject = await self._handled(incoming.source, id)
        undone: Reply = Nothing()
        if subject:
            step = replace(incoming, event_key=f"{incoming.event_key}:undo", text=f"undo {subject}")
            undone = await self._dispatch.handle(step)
        if isinstance(undone, Invalid):
            message = answering.not_taken_back(str(subject), undone.message, await self._voice.language_of(scene))
            where = spot(original, scene.room_id, is_direct=scene.is_direct)
            await self._voice.say(scene, where, message, _txn(incoming.event_key))
            return
        before = await self._handled(incoming.source, incoming.event_key)
        reply = await self._dispatch.handle(incoming)
        if isinstance(undone, Answer) and isinstance(reply, (Answer, Invalid)):
            reply = replace(reply, message=answering.joined(undone.message, reply.message))
        await self._answer(reply, incoming, original, scene, before)

    async def _answer(self, reply: Reply, incoming: Incoming, event: Event, scene: Scene, before: str | None) -> None:
        """`before`: what came of it in an earlier run, None where this was the first."""
        words, txn = await self._voice.language_of(scene), _txn(incoming.event_key)
        where = spot(event, scene.room_id, is_direct=scene.is_direct)
        message = answering.message_of(reply, words)
        if message is None and before is not None:
            # Handled before; if it was answered then, that answer has this very transaction, and this one is not shown.
            message = answering.lost_answer(before, words)
        if message is None:
            return
        if isinstance(reply, Answer) and reply.is_secret and not scene.is_direct:
            await self._voice.say_alone(scene, incoming.actor.user, where, message, txn)
        else:
            await self._voice.say(scene, where, message, txn)

    async def _known(self, scene: Scene) -> Known | None:
        return await self._work.read(lambda tx: places.known(tx.db, PLATFORM, scene.workspace, scene.room_id))

    async def _handled(self, source: str, event_key: str) -> str | None:
        """The record that came of an event, "" for none; None where it was not handled yet."""
        return await self._work.read(lambda tx: places.handled_as(tx.db, source, event_key))


def _txn(event_key: str) -> str:
    return f"answer:{event_key}"
