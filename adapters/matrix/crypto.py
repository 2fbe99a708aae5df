"""End-to-end encryption of one account: nio's machine and its key store, with our own requests and upkeep.

nio makes no request here. It would swallow failed key shares, never refill one-time keys at zero, and upload no
fallback key; and one broken to-device message would stop its sync for ever.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nio import (
    Client,
    ErrorResponse,
    KeysClaimResponse,
    KeysQueryResponse,
    KeysUploadResponse,
    MatrixRoom,
    ToDeviceEvent,
)

from adapters.matrix.errors import MatrixError
from adapters.matrix.http import Http, path
from adapters.matrix.key_store import in_one_commit
from adapters.matrix.opening import BROKEN, Opening
from adapters.matrix.rooms import Room

log = logging.getLogger("mycel.matrix")

Json = Mapping[str, Any]
COUNTED = "signed_curve25519"


class Crypto:
    """`client` is logged in with its key store open. `new_txn` makes transaction ids that are never used twice."""

    def __init__(self, client: Client, http: Http, new_txn: Callable[[], str]) -> None:
        self._client, self._http, self._new_txn = client, http, new_txn
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._needs_fallback = False
        self._upkeep = asyncio.Lock()
        self._taken: set[str] = set()
        self.opening = Opening(client, http, new_txn)

    @property
    def machine(self) -> Any:
        return self._client.olm

    def take(self, sync: Json) -> bool:
        """What a sync says about keys; True where there may be new ones for events that stayed closed.

        The same to-device messages may come again until `forget_taken`: they are taken once.
        """
        olm, to_device = self.machine, sync.get("to_device", {}).get("events", [])
        with in_one_commit(self._client):
            for event in to_device:
                self._take_to_device(event)
            changed = sync.get("device_lists", {}).get("changed", [])
            olm.add_changed_users(olm.tracked_users.intersection(changed))
            # A count that is not there is zero: nio takes it for unknown, and never uploads keys again.
            olm.uploaded_key_count = sync.get("device_one_time_keys_count", {}).get(COUNTED, 0)
            if "device_unused_fallback_key_types" in sync:
                self._needs_fallback = COUNTED not in sync["device_unused_fallback_key_types"]
            olm.collect_key_requests()
            olm.clear_verifications()
        return bool(to_device)

    def forget_taken(self) -> None:
        """The sync is stored: its to-device messages do not come again."""
        self._taken.clear()

    def _take_to_device(self, event: dict[str, Any]) -> None:
        print_of = f"{event.get('sender')} {event.get('content')}"
        if print_of in self._taken:
            return
        self._taken.add(print_of)
        try:
            self.machine.handle_to_device_event(ToDeviceEvent.parse_event(event))
        except BROKEN as error:
            log.warning("a to-device message of %s cannot be read: %s", event.get("sender"), type(error).__name__)

    def mark_encrypted(self, room_ids: Sequence[str]) -> None:
        """These rooms are encrypted for good, whatever a homeserver says later."""
        new = set(room_ids) - self._client.encrypted_rooms
        if new:
            self._client.encrypted_rooms |= new
            self._client.store.save_encrypted_rooms(new)

    def is_encrypted(self, room_id: str) -> bool:
        return room_id in self._client.encrypted_rooms

    async def encrypt(self, room: Room, kind: str, content: Json) -> tuple[str, dict[str, Any]]:
        """The event as it may be sent. Raises MatrixError, never unclear: nothing of the message has left."""
        room_id = room.room_id
        async with self._locks[room_id]:
            try:
                self._align(room)
                await self._query_keys()
                if self.machine.should_share_group_session(room_id):
                    await self._share(room_id)
            except MatrixError as error:
                error.unclear = False
                error.permanent = False
                raise
            with in_one_commit(self._client):
                encrypted: tuple[str, dict[str, Any]] = self._client.encrypt(room_id, kind, dict(content))
        return encrypted

    def _align(self, room: Room) -> None:
        """Who is in the room reads along; who has left does not read on."""
        client = self._client
        known = client.rooms.get(room.room_id)
        if known is None:
            known = client.rooms[room.room_id] = MatrixRoom(room.room_id, client.user_id, encrypted=True)
            known.members_synced = True
        readers = {*room.members, *room.invited}
        if readers != set(known.users):
            for user in set(known.users) - readers:
                known.remove_member(user)
            for user in readers - set(known.users):
                known.add_member(user, None, None)
            client.invalidate_outbound_session(room.room_id)
        self.machine.update_tracked_users(known)

    async def _share(self, room_id: str) -> None:
        """Gives the room's key to every device in it, through sessions that are made where there are none."""
        missing = self._client.get_missing_sessions(room_id)
        if missing:
            await self._claim(missing)
        users = list(self._client.rooms[room_id].users)
        with in_one_commit(self._client):
            shares = list(self.machine.share_group_session_parallel(room_id, users, ignore_unverified_devices=True))
        session = self.machine.outbound_group_sessions[room_id]
        for devices, messages in shares:
            # Not marked before it is sent: nio marks a key as shared even if nobody got it.
            await self._http.call("PUT", path("sendToDevice", "m.room.encrypted", self._new_txn()), messages)
            session.users_shared_with.update(devices)
        session.shared = True

    async def upkeep(self) -> None:
        """Sends what waits for devices, uploads keys, looks up and claims what is missing. Raises MatrixError."""
        async with self._upkeep:
            await self._send_to_devices()
            await self._upload_keys()
            await self._query_keys()
            if self._client.should_claim_keys:
                await self._claim(self._client.get_users_for_key_claiming())
                await self._send_to_devices()

    async def _send_to_devices(self) -> None:
        olm = self.machine
        for message in list(olm.outgoing_to_device_messages):
            await self._http.call("PUT", path("sendToDevice", message.type, self._new_txn()), message.as_dict())
            olm.outgoing_to_device_messages.remove(message)

    async def _upload_keys(self) -> None:
        """Our keys are stored before they are uploaded: a key that somebody uses and we have lost helps nobody."""
        olm = self.machine
        body: dict[str, Any] = olm.share_keys() if olm.should_upload_keys else {}
        if self._needs_fallback:
            body["fallback_keys"] = self._fallback_key()
        if not body:
            return
        olm.save_account()
        try:
            found = await self._http.call("POST", path("keys", "upload"), body)
        except MatrixError as error:
            if error.status != 400 or not olm.account.shared:
                raise
            # A store from a backup makes keys once more that the homeserver has already: these are used up.
            log.warning("%s: the homeserver refused one-time keys (%s); others are made", olm.user_id, error.reason)
            olm.mark_keys_as_published()
            olm.save_account()
            return
        counts = {"curve25519": 0, COUNTED: 0, **found.get("one_time_key_counts", {})}
        self._receive(KeysUploadResponse.from_dict({"one_time_key_counts": counts}))
        self._needs_fallback = False

    def _fallback_key(self) -> dict[str, Any]:
        """The key that others use when all one-time keys are spent, signed."""
        account = self.machine.account._account
        if not account.fallback_key:
            account.generate_fallback_key()
        ((key_id, key),) = account.fallback_key.items()
        content: dict[str, Any] = {"key": key.to_base64(), "fallback": True}
        signature = self.machine.sign_json(content)
        signed = {**content, "signatures": {self._client.user_id: {f"ed25519:{self._client.device_id}": signature}}}
        return {f"{COUNTED}:{key_id}": signed}

    async def _query_keys(self) -> None:
        """Looks up the devices of those whose devices are not known or have changed."""
        olm = self.machine
        users = set(olm.users_for_key_query)
        if not users:
            return
        found = await self._http.call("POST", path("keys", "query"), {"device_keys": {user: [] for user in users}})
        for user, devices in found.get("device_keys", {}).items():
            self._forget_deleted(olm.device_store[user], devices)
        with in_one_commit(self._client):
            self._receive(KeysQueryResponse.from_dict(found))
        # A homeserver that does not answer must not hold up every message: its users are asked for next time
        # that their devices change.
        olm.users_for_key_query -= users
        olm.tracked_users |= users

    @staticmethod
    def _forget_deleted(known: dict[str, Any], found: Mapping[str, Any]) -> None:
        """A device that is there again is a new one: nio would leave it out for ever."""
        for device_id in found.keys() & known.keys():
            if known[device_id].deleted:
                del known[device_id]

    async def _claim(self, missing: Mapping[str, Sequence[str]]) -> None:
        wanted = {user: dict.fromkeys(devices, COUNTED) for user, devices in missing.items()}
        found = await self._http.call("POST", path("keys", "claim"), {"one_time_keys": wanted})
        with in_one_commit(self._client):
            self._receive(KeysClaimResponse.from_dict(found))

    def _receive(self, response: Any) -> None:
        if isinstance(response, ErrorResponse):
            raise MatrixError(f"not understood: {response.message}")
        self._client.receive_response(response)
