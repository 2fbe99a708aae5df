"""What an account can do in its rooms (adapters.matrix.port.MatrixPort). One try each; DeliveryError says the rest."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from adapters.matrix.crypto import Crypto
from adapters.matrix.errors import MatrixError
from adapters.matrix.http import Http, path
from adapters.matrix.media import Media
from adapters.matrix.port import Scene, localpart_of
from adapters.matrix.rooms import Room, RoomInfo, Rooms
from adapters.matrix.zones import Zones
from bot.core.errors import ABSENT, OFF, DeliveryError

log = logging.getLogger("mycel.matrix")

Json = dict[str, Any]
FIRST_SYNC_S = 20
PAGE, PAGES = "100", 20
"""Events of a page; more pages of a thread are not looked through."""
TYPING_MS = 20_000
IN_CLEAR = ("m.reaction", "m.room.redaction")
"""Homeservers have to read these to count and to apply them."""
CANNOT_ENCRYPT = "the room is encrypted, and this account has encryption switched off"


class Sending:
    """`new_id` never repeats. Nothing is sent before `bring` and the first sync: until then no room is known."""

    def __init__(self, http: Http, new_id: Callable[[], int]) -> None:
        self._http, self._new_id = http, new_id
        self._media = Media(http)
        self._ready = asyncio.Event()
        self._next_sync = asyncio.Event()
        self._rooms = Rooms("")
        self._crypto: Crypto | None = None
        self._zones: Zones
        self.ended = ""

    def end(self, why: str) -> None:
        """The account cannot be used until Mycel starts again; nobody has to wait for it."""
        self.ended = why

    def bring(self, rooms: Rooms, crypto: Crypto | None, zones: Zones) -> None:
        self._rooms, self._crypto, self._zones = rooms, crypto, zones

    def tell_synced(self) -> None:
        """A sync has come."""
        self._ready.set()
        self._next_sync.set()
        self._next_sync = asyncio.Event()

    async def info(self, room_id: str) -> RoomInfo:
        """The room as it is now; with `is_joined` False where the account is not in it."""
        await self._until_ready()
        return self._rooms.info(room_id)

    async def scene(self, room_id: str) -> Scene:
        """The room as it is now. Raises a permanent DeliveryError where the account is not in it."""
        await self._until_ready()
        room = self._room(room_id)
        own = self._rooms.own
        zones = self._zones.of(room.members)
        return Scene(self._rooms.info(room_id), own, room.members.get(own) or localpart_of(own), zones=zones)

    async def send(self, room_id: str, event_type: str, content: Mapping[str, Any], txn_id: str) -> str:
        """Sends an event, encrypted where the room is, and returns its id; the same `txn_id` again is the same event.

        A reaction that is there already is no error.
        """
        await self._until_ready()
        room = self._room(room_id)
        kind, body = event_type, dict(content)
        if self._is_encrypted(room) and event_type not in IN_CLEAR:
            kind, body = await self._encrypt(room, event_type, content)
        try:
            sent = await self._http.call("PUT", path("rooms", room_id, "send", kind, txn_id), body)
        except MatrixError as error:
            if error.code == "M_DUPLICATE_ANNOTATION":
                return await self._reaction(room_id, content)
            raise
        return str(sent["event_id"])

    async def upload(self, room_id: str, data: bytes, media_type: str, name: str) -> Json:
        """Brings a file there, encrypted where the room is; returns what an event says of where it is."""
        await self._until_ready()
        is_encrypted = self._is_encrypted(self._room(room_id))
        if is_encrypted and self._crypto is None:
            raise DeliveryError(CANNOT_ENCRYPT, permanent=True, cause=OFF)
        return await self._media.bring(data, media_type, name, is_encrypted=is_encrypted)

    async def redact(self, room_id: str, event_id: str, txn_id: str) -> None:
        """Takes an event back; one that is not there is no error."""
        await self._until_ready()
        try:
            await self._http.call("PUT", path("rooms", room_id, "redact", event_id, txn_id), {})
        except MatrixError as error:
            if error.code != "M_NOT_FOUND":
                raise

    async def event(self, room_id: str, event_id: str) -> Json | None:
        """One event as it was first sent, decrypted; None where it is not there or cannot be read."""
        await self._until_ready()
        try:
            found = await self._http.call("GET", path("rooms", room_id, "event", event_id))
        except MatrixError as error:
            if error.status in (403, 404):
                return None
            raise
        if found.get("type") != "m.room.encrypted":
            return found
        return self._crypto.opening.decrypt(room_id, found) if self._crypto else None

    async def related(self, room_id: str, event_id: str) -> list[Json]:
        """The account's own events in the thread of `event_id`, oldest first; some may still be encrypted."""
        where = path("rooms", room_id, "relations", event_id, "m.thread").replace("/v3/", "/v1/", 1)
        query, found = {"dir": "b", "limit": PAGE}, list[Json]()
        for _ in range(PAGES):
            page = await self._chunk(where, query)
            found += [event for event in page.get("chunk", []) if event.get("sender") == self._rooms.own]
            if "next_batch" not in page:
                break
            query["from"] = str(page["next_batch"])
        return found[::-1]

    async def sent(self, room_id: str, txn_prefix: str) -> list[Json]:
        """The account's own late events whose transaction id begins so, oldest first, redacted ones too."""
        found = await self._page(path("rooms", room_id, "messages"), {"dir": "b", "limit": PAGE})
        return [e for e in found if str((e.get("unsigned") or {}).get("transaction_id", "")).startswith(txn_prefix)]

    async def _page(self, where: str, query: dict[str, str]) -> list[Json]:
        """Events of a page that goes backwards, oldest first; none where the room or the event is not there."""
        found: list[Json] = (await self._chunk(where, query)).get("chunk", [])
        return found[::-1]

    async def _chunk(self, where: str, query: dict[str, str]) -> Json:
        await self._until_ready()
        try:
            return await self._http.call("GET", where, query=query)
        except MatrixError as error:
            if error.status in (403, 404):
                return {}
            raise

    async def direct_room(self, user_id: str) -> str:
        """The room of this person alone with the account, which is opened and the person invited if there is none."""
        await self._until_ready()
        for room in self._rooms.joined.values():
            if {*room.members, *room.invited} == {self._rooms.own, user_id} and self._rooms.info(
                room.room_id
            ).is_direct:
                return room.room_id
        body: Json = {"preset": "trusted_private_chat", "is_direct": True, "invite": [user_id]}
        if self._crypto:
            content = {"algorithm": "m.megolm.v1.aes-sha2"}
            body["initial_state"] = [{"type": "m.room.encryption", "state_key": "", "content": content}]
        room_id = str((await self._http.call("POST", path("createRoom"), body))["room_id"])
        await self._until_known(room_id, user_id)
        return room_id

    async def typing(self, room_id: str, is_typing: bool) -> None:
        """Shows that the account is at work. Never raises: it is a courtesy."""
        body: Json = {"typing": is_typing, "timeout": TYPING_MS} if is_typing else {"typing": False}
        await self._courtesy("PUT", path("rooms", room_id, "typing", self._rooms.own), body)

    async def mark_read(self, room_id: str, event_id: str) -> None:
        """Shows that the account has seen an event. Never raises."""
        await self._courtesy("POST", path("rooms", room_id, "receipt", "m.read", event_id), {})

    async def _courtesy(self, method: str, where: str, body: Json) -> None:
        try:
            await self._http.call(method, where, body, timeout_s=5)
        except MatrixError as error:
            log.debug("%s was not shown: %s", where, error.reason)

    async def _reaction(self, room_id: str, content: Mapping[str, Any]) -> str:
        """The id of our reaction that is there already; empty where it cannot be found."""
        relation = content.get("m.relates_to") or {}
        where = path("rooms", room_id, "relations", str(relation.get("event_id")), "m.annotation", "m.reaction")
        for event in await self._page(where.replace("/v3/", "/v1/", 1), {"dir": "b", "limit": PAGE}):
            key = ((event.get("content") or {}).get("m.relates_to") or {}).get("key")
            if event.get("sender") == self._rooms.own and key == relation.get("key"):
                return str(event["event_id"])
        return ""

    def _is_encrypted(self, room: Room) -> bool:
        return "m.room.encryption" in room.state or (
            self._crypto is not None and self._crypto.is_encrypted(room.room_id)
        )

    async def _encrypt(self, room: Room, kind: str, content: Mapping[str, Any]) -> tuple[str, Json]:
        if self._crypto is None:
            raise DeliveryError(CANNOT_ENCRYPT, permanent=True, cause=OFF)
        return await self._crypto.encrypt(room, kind, content)

    def _room(self, room_id: str) -> Room:
        room = self._rooms.joined.get(room_id)
        if room is None:
            raise DeliveryError(f"{self._rooms.own} is not in the room {room_id}", permanent=True, cause=ABSENT)
        return room

    async def _until_ready(self) -> None:
        if self.ended:
            raise DeliveryError(self.ended, cause=OFF)
        try:
            async with asyncio.timeout(FIRST_SYNC_S):
                await self._ready.wait()
        except TimeoutError:
            raise DeliveryError("the account is not connected") from None

    async def _until_known(self, room_id: str, invited: str) -> None:
        """Syncs tell of a room that we have made, and that somebody is invited to it."""
        try:
            async with asyncio.timeout(FIRST_SYNC_S):
                while not self._is_in(room_id, invited):
                    await self._next_sync.wait()
        except TimeoutError:
            raise DeliveryError(f"the room {room_id} has not come with a sync yet") from None

    def _is_in(self, room_id: str, user_id: str) -> bool:
        room = self._rooms.joined.get(room_id)
        return room is not None and (user_id in room.members or user_id in room.invited)
