"""One sync after another: what it brought and the token after it are stored in one transaction, then handled."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.matrix import gaps, wanted
from adapters.matrix.crypto import Crypto
from adapters.matrix.errors import MatrixError
from adapters.matrix.http import CLIENT, Http, path
from adapters.matrix.rooms import Rooms
from storage import matrix
from storage.matrix import NewEvent
from storage.work import Work

log = logging.getLogger("mycel.matrix")

Json = dict[str, Any]
STAGING = 0
"""What is written for no network (storage/work.py): a sync is of an account, and its rooms of any network."""


@dataclass(frozen=True, slots=True)
class Since:
    """Where the last sync ended, and when; both None before the first."""

    token: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of a sync: where it ended, whether messages came without their key, whether keys came."""

    since: Since
    has_closed: bool
    has_keys: bool


class Sync:
    """The syncs of the account `rooms.own`. `crypto` None: without end-to-end encryption.

    `timeline_limit`: events per room and sync, the rest is fetched (Synapse gives at most 100); `gap_limit`: how many
    are fetched for a room before the gap is given up. `full_sync_s`: how long a sync of everything may take.
    """

    def __init__(
        self,
        http: Http,
        rooms: Rooms,
        crypto: Crypto | None,
        work: Work,
        clock: Callable[[], datetime],
        *,
        timeline_limit: int = 100,
        gap_limit: int = 5000,
        full_sync_s: float = 300,
    ) -> None:
        self._http, self._rooms, self._crypto, self._work, self._clock = http, rooms, crypto, work, clock
        self._gap_limit, self._full_sync_s = gap_limit, full_sync_s
        self._timeline_limit = timeline_limit

    async def once(self, since: Since, *, is_full: bool, wait_s: float, failures: int = 0) -> Synced:
        """Syncs and stores. Raises MatrixError and database errors; then the same sync has to be made again.

        `failures`: how often it failed before; a slow homeserver is given more time each time.
        """
        # Of the first sync only the rooms' state is used.
        query = {
            "filter": _filter(1 if since.token is None else self._timeline_limit),
            "timeout": str(int(wait_s * 1000)),
        }
        if since.token is not None:
            query["since"] = since.token
        if is_full:
            query["full_state"] = "true"
        # A server may take its time for everything; it still has to end some day.
        longer = self._http.timeout_s * 2.0 ** min(failures, 10)
        patience = self._full_sync_s if is_full else min(wait_s + longer, self._full_sync_s)
        data = await self._http.call("GET", f"{CLIENT}/sync", query=query, timeout_s=patience)
        next_batch = data.get("next_batch")
        if not isinstance(next_batch, str):
            raise MatrixError("a sync without a token")
        has_keys = self._crypto.take(data) if self._crypto else False
        found = await self._take_rooms(data.get("rooms", {}), since, next_batch, is_full=is_full)
        own, now = self._rooms.own, self._clock()
        await self._work.write(STAGING, lambda tx: matrix.stage(tx.db, own, next_batch, found, now))
        if self._crypto:
            self._crypto.forget_taken()
        return Synced(Since(next_batch, now), any(event.is_locked for event in found), has_keys)

    async def _take_rooms(self, rooms: Json, since: Since, next_batch: str, *, is_full: bool) -> list[NewEvent]:
        found: list[NewEvent] = []
        for room_id, room in rooms.get("join", {}).items():
            await self._follow(room_id, room, is_full=is_full)
            found += await self._joined(room_id, room, since)
        for room_id, room in rooms.get("leave", {}).items():
            found += self._left(room_id, room)
        for room_id, room in rooms.get("invite", {}).items():
            found += self._invited(room_id, room, next_batch)
        return found

    async def _follow(self, room_id: str, data: Json, *, is_full: bool) -> None:
        """What the room is now, in the place of what it was."""
        before: list[Json] = data.get("state", {}).get("events", [])
        meanwhile = [event for event in data.get("timeline", {}).get("events", []) if "state_key" in event]
        is_known = room_id in self._rooms.joined and not is_full
        now = await self._state_of(room_id) if is_known and before else None
        room = self._rooms.take(room_id, [*before, *meanwhile]) if now is None else self._rooms.put(room_id, now)
        if self._crypto and "m.room.encryption" in room.state:
            self._crypto.mark_encrypted([room_id])

    async def _state_of(self, room_id: str) -> list[Json] | None:
        """The state as it stands, None where we may not read it any more.

        What a sync says beside its timeline of a room that is known can be how the room was on one branch of its
        history: where somebody joins while somebody else writes, the join can be taken back with the next message,
        and our own as well. Source: https://github.com/matrix-org/matrix-spec-proposals/pull/4222
        """
        try:
            return await self._http.listed(path("rooms", room_id, "state"))
        except MatrixError as error:
            if not error.permanent:
                raise
            log.warning("room %s: its state cannot be read: %s", room_id, error.reason)
            return None

    async def _joined(self, room_id: str, data: Json, since: Since) -> list[NewEvent]:
        timeline = data.get("timeline", {})
        events: list[Json] = timeline.get("events", [])
        if since.token is None:
            return []  # history: it was said before Mycel knew of the room
        joined = gaps.own_join(events, self._rooms.own)
        if joined is not None:
            return self._new(room_id, events[joined:])
        if not timeline.get("limited") or "prev_batch" not in timeline:
            return self._new(room_id, events)
        gap = gaps.Gap(room_id, timeline["prev_batch"], since.token, since.at)
        filled = await gaps.fill(self._http, gap, self._rooms.own, self._gap_limit)
        lost = [] if filled.is_whole else [self._gap(room_id, timeline["prev_batch"], len(filled.events))]
        return [*lost, *self._new(room_id, [*filled.events, *events])]

    def _gap(self, room_id: str, before: str, fetched: int) -> NewEvent:
        log.error("room %s: too much was said meanwhile, only the last %d messages were read", room_id, fetched)
        return NewEvent(f"gap {room_id} {before}"[:600], room_id, {"type": wanted.GAP, "fetched": fetched})

    def _left(self, room_id: str, data: Json) -> list[NewEvent]:
        """We were in the room and are not any more: left, kicked or banned."""
        was_in = room_id in self._rooms.joined
        self._rooms.leave(room_id)
        events = [*data.get("state", {}).get("events", []), *data.get("timeline", {}).get("events", [])]
        ours = [event for event in events if gaps.is_own_membership(event, self._rooms.own, "leave", "ban")]
        return self._new(room_id, [e for e in ours[-1:] if was_in or gaps.membership_before(e) == "join"])

    def _invited(self, room_id: str, data: Json, next_batch: str) -> list[NewEvent]:
        for event in data.get("invite_state", {}).get("events", []):
            if gaps.is_own_membership(event, self._rooms.own, "invite"):
                note = {"type": wanted.INVITED, "sender": event.get("sender"), "content": event.get("content")}
                key = event.get("event_id") or next_batch
                return [NewEvent(f"invite {room_id} {key}"[:600], room_id, wanted.storable(note))]
        return []

    def _new(self, room_id: str, events: Iterable[Json]) -> list[NewEvent]:
        """Those of the events that Mycel wants, decrypted where that is possible now."""
        opened = (self._open(room_id, event) for event in events if wanted.is_wanted(event, self._rooms.own))
        return [
            NewEvent(event["event_id"], room_id, wanted.storable(dict(event)), event["type"] == wanted.ENCRYPTED)
            for event in opened
            if wanted.is_wanted(event, self._rooms.own)
        ]

    def _open(self, room_id: str, event: Json) -> Mapping[str, Any]:
        if event["type"] != wanted.ENCRYPTED or self._crypto is None:
            return event
        return self._crypto.opening.decrypt(room_id, event) or event


def _filter(timeline_limit: int) -> str:
    nothing = {"not_types": ["*"]}
    room = {"timeline": {"limit": timeline_limit}, "ephemeral": nothing, "account_data": nothing}
    return json.dumps({"presence": nothing, "account_data": nothing, "room": room})
