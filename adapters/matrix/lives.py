"""What becomes of rooms: Mycel comes and says hello, is taken out, or goes on in the room that replaces one."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.matrix import reading
from adapters.matrix.answering import Spot
from adapters.matrix.greeting import greeting
from adapters.matrix.inbound import who
from adapters.matrix.port import PLATFORM, Event, MatrixPort, RoomInfo, Scene, server_of
from adapters.matrix.voice import Voice
from bot.core.conversation import Actor, ChannelJoined, ChannelLeft, ChannelMoved, MemberLeft, Place
from bot.core.dispatch import Dispatch
from bot.core.errors import DeliveryError
from bot.core.language import Words
from bot.core.replies import Answer, Nothing, Reply
from storage import places
from storage.work import Work


@dataclass(frozen=True, slots=True)
class Lives:
    """The rooms of one account. The same event again changes nothing. Every method raises what Dispatch raises, and
    DeliveryError: then the event has to come again.
    """

    work: Work
    dispatch: Dispatch
    port: MatrixPort
    voice: Voice

    async def member(self, event: Event, room: RoomInfo) -> None:
        """Somebody, perhaps the account itself, has come or gone. `room` is how it is now: that is what counts."""
        is_join = reading.content_of(event).get("membership") == "join"
        if event.get("state_key") == self.port.user_id:
            if is_join and room.is_joined:
                await self._joined(event, await self.port.scene(room.room_id))
            elif not is_join and not room.is_joined:
                await self._left(event, room.room_id)
        elif room.is_joined and not is_join and event.get("state_key") not in room.members:
            await self._member_left(event, await self.port.scene(room.room_id))

    async def replaced(self, event: Event, scene: Scene) -> None:
        """A room has a tombstone; where Mycel is not yet in the next one, this happens when it comes there."""
        successor = scene.room.successor
        new = await self._scene(successor) if successor else None
        if new is not None and new.room.predecessor == scene.room_id:
            await self._move(event, scene, new.room_id)

    async def _joined(self, event: Event, scene: Scene) -> None:
        """Says hello in a room that is nobody's; what was at home in its predecessor goes on here."""
        old = await self._scene(scene.room.predecessor) if scene.room.predecessor else None
        # Both rooms have to say so: anybody can make a room that claims to be the next one.
        if old is not None and old.room.successor == scene.room_id:
            await self._move(event, old, scene.room_id)
        reply: Reply = Nothing()
        is_known = await self._is_known(scene.workspace, scene.room_id)
        if is_known or scene.room.spaces:
            reply = await self.dispatch.handle(ChannelJoined(*who(event, scene)))
        if isinstance(reply, Answer):
            await self.voice.say(scene, Spot(scene.room_id), reply.message, f"hello:{event['event_id']}")
        elif not is_known and not scene.room.is_space:
            message = greeting(Words(), is_direct=scene.is_direct)
            await self.voice.say(scene, Spot(scene.room_id), message, f"hello:{event['event_id']}")

    async def _move(self, event: Event, old: Scene, successor: str) -> None:
        if await self._is_known(old.workspace, old.room_id):
            key, place, actor, at = who(event, old)
            await self.dispatch.handle(ChannelMoved(f"{key}:moved", place, actor, at, successor))

    async def _left(self, event: Event, room_id: str) -> None:
        workspace, sender = server_of(self.port.user_id), str(event.get("sender", ""))
        if await self._is_known(workspace, room_id):
            place, actor = Place(PLATFORM, workspace, room_id), Actor(PLATFORM, workspace, sender, sender)
            await self.dispatch.handle(ChannelLeft(str(event["event_id"]), place, actor, reading.at(event)))

    async def _member_left(self, event: Event, scene: Scene) -> None:
        if await self._is_known(scene.workspace, scene.room_id):
            gone = {**event, "sender": event["state_key"]}  # a kick is sent by who kicks
            await self.dispatch.handle(MemberLeft(*who(gone, scene)))

    async def _scene(self, room_id: str) -> Scene | None:
        """None for a room that the account is not in."""
        try:
            return await self.port.scene(room_id)
        except DeliveryError as error:
            if not error.permanent:
                raise
            return None

    async def _is_known(self, workspace: str, room_id: str) -> bool:
        return await self.work.read(lambda tx: places.known(tx.db, PLATFORM, workspace, room_id)) is not None
