"""Opens encrypted events, and asks for the keys of those that stay closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nio import Client, EncryptionError, Event, MegolmEvent, RoomKeyRequestResponse

from adapters.matrix.http import Http, path
from adapters.matrix.key_store import in_one_commit

Json = Mapping[str, Any]
BROKEN = (ValueError, KeyError, TypeError, AssertionError, AttributeError, EncryptionError)
"""What nio and vodozemac raise over an event that somebody sent broken (vodozemac's errors are ValueErrors)."""


class Opening:
    """`client` is logged in with its key store open. `new_txn` makes transaction ids that are never used twice."""

    def __init__(self, client: Client, http: Http, new_txn: Callable[[], str]) -> None:
        self._client, self._http, self._new_txn = client, http, new_txn
        machine = client.olm
        accepts = machine._should_accept_forward
        machine._should_accept_forward = lambda sender, key, event: (
            self._is_from_its_owner(key, event) or accepts(sender, key, event)
        )

    def decrypt(self, room_id: str, event: Json) -> dict[str, Any] | None:
        """The event as it was meant; None while there is no key for it."""
        try:
            parsed = self._parsed(room_id, event)
            if parsed is None:
                return None
            opened = self._client.olm.decrypt_megolm_event(parsed).source
        except BROKEN:
            return None
        if not isinstance(opened.get("content"), dict) or not isinstance(opened.get("type"), str):
            return None
        return {**event, "type": opened["type"], "content": opened["content"]}

    async def ask_for_key(self, room_id: str, event: Json) -> bool:
        """Asks the sender's devices and our own for the key of an event; False if it was asked for, or cannot be.

        Raises MatrixError.
        """
        client, parsed = self._client, self._parsed(room_id, event)
        if parsed is None or parsed.session_id in client.olm.outgoing_key_requests:
            return False
        for user in {client.user_id, parsed.sender}:
            request = parsed.as_key_request(user, client.device_id)
            body = {"messages": {user: {"*": request.content}}}
            await self._http.call("PUT", path("sendToDevice", "m.room_key_request", self._new_txn()), body)
        asked = RoomKeyRequestResponse(parsed.session_id, parsed.session_id, room_id, parsed.algorithm)
        with in_one_commit(client):
            client.receive_response(asked)
        return True

    def _parsed(self, room_id: str, event: Json) -> MegolmEvent | None:
        """None for what is not encrypted, or not as the specification says."""
        content = event.get("content")
        if not isinstance(content, dict):
            return None
        # Clients may leave out whose device it was (deprecated since Matrix 1.3), which nio wants.
        known = {"sender_key": self._owner_of(room_id, content.get("session_id")), "device_id": ""}
        parsed = Event.parse_event({**event, "content": known | content})
        if not isinstance(parsed, MegolmEvent):
            return None
        parsed.room_id = room_id
        return parsed

    def _owner_of(self, room_id: str, session_id: object) -> str:
        """The device key of the session's maker; empty where we do not have the session."""
        sessions = self._client.olm.inbound_group_store[room_id]
        return next((key for key, found in sessions.items() if session_id in found), "")

    def _is_from_its_owner(self, sender_key: str, event: Any) -> bool:
        """The device that made a session may give its key again; nio takes it only from our own other devices."""
        asked = self._client.olm.outgoing_key_requests.get(event.session_id)
        owner = event.source["content"].get("sender_key")
        return asked is not None and event.room_id == asked.room_id and owner == sender_key
