"""Which invites are followed, and where a room goes when it is replaced by another."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adapters.matrix.errors import MatrixError
from adapters.matrix.http import Http, path
from adapters.matrix.rooms import Rooms, server_of
from storage.matrix import StagedEvent

log = logging.getLogger("mycel.matrix")

JOIN_S = 120
"""Joining a large room of another server takes long."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Who may invite (MATRIX_ALLOW): everyone, or these users and servers, or anyone into rooms of these spaces."""

    everyone: bool = False
    users: frozenset[str] = frozenset()
    servers: frozenset[str] = frozenset()
    spaces: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: tuple[str, ...], own: str) -> Allowed:
        """`entries` as set; none: the own server of the user `own`."""
        found = {entry.strip() for entry in entries} - {""}
        if not found:
            return cls(servers=frozenset({server_of(own)}))
        users = {entry for entry in found if entry.startswith("@")}
        spaces = {entry for entry in found if entry.startswith("!")}
        return cls("*" in found, frozenset(users), frozenset(found - users - spaces - {"*"}), frozenset(spaces))

    def admits(self, inviter: str, room_id: str, rooms: Rooms) -> bool:
        """A room that replaces one of ours is followed whoever invites: its people trusted Mycel before."""
        if self.everyone or inviter in self.users or server_of(inviter) in self.servers:
            return True
        if room_id in self.spaces or room_id in rooms.successors:
            return True
        return room_id in rooms.children_of(self.spaces)


Bound = Callable[[], Awaitable[frozenset[str]]]
"""Gives the spaces that belong to a group or the network: people may bring Mycel into all rooms of these."""


class Joining:
    """Answers invites, follows tombstones and finds the rooms of spaces, for the account `rooms.own`."""

    def __init__(self, http: Http, rooms: Rooms, allowed: Allowed, bound: Bound) -> None:
        self._http, self._rooms, self._allowed, self._bound = http, rooms, allowed, bound
        self._tried: set[str] = set()

    async def find(self) -> None:
        """Goes into the rooms of the spaces that belong to groups or the network, where no invitation is needed.

        Each is tried once; later it can be invited. Raises MatrixError and database errors.
        """
        if not self._rooms.spaces:
            return
        bound = await self._bound()
        for space in self._rooms.spaces:
            for room_id, via in space.children.items() if space.room_id in bound else ():
                if room_id not in self._rooms.joined and room_id not in self._tried:
                    self._tried.add(room_id)
                    log.info("room %s lies in the space %s; joining", room_id, space.room_id)
                    await self._join(room_id, via[0])

    async def invited(self, event: StagedEvent) -> None:
        """Joins, or declines. Raises MatrixError for what may be tried again."""
        inviter = str(event.payload.get("sender", ""))
        if event.room_id in self._rooms.joined:
            return
        if self._allowed.admits(inviter, event.room_id, self._rooms) or await self._is_of_ours(event.room_id):
            log.info("invited to %s by %s; joining", event.room_id, inviter)
            await self._join(event.room_id, server_of(inviter))
            return
        log.warning("declined an invite to %s: %s is not allowed to (MATRIX_ALLOW)", event.room_id, inviter)
        await self._unless_refused("POST", path("rooms", event.room_id, "leave"))

    async def _is_of_ours(self, room_id: str) -> bool:
        """Whether it lies in a space that belongs to a group or the network."""
        return bool(self._rooms.spaces) and room_id in self._rooms.children_of(await self._bound())

    async def replaced(self, event: StagedEvent) -> None:
        """Goes where the tombstone says, if it can; otherwise an invite to it will be followed."""
        successor = (event.payload.get("content") or {}).get("replacement_room")
        if isinstance(successor, str) and successor and successor not in self._rooms.joined:
            log.info("room %s was replaced by %s; following", event.room_id, successor)
            await self._join(successor, server_of(str(event.payload.get("sender", ""))))

    async def _join(self, room_id: str, via: str) -> None:
        query = {"via": via, "server_name": via} if via else None
        await self._unless_refused("POST", path("join", room_id), query, JOIN_S)

    async def _unless_refused(
        self, method: str, where: str, query: dict[str, str] | None = None, timeout_s: float | None = None
    ) -> None:
        try:
            await self._http.call(method, where, {}, query=query, timeout_s=timeout_s)
        except MatrixError as error:
            if not error.permanent:
                raise
            log.warning("%s was refused: %s", where.rsplit("/", 2)[-1], error.reason)
