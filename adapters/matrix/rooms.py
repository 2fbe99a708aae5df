"""What is known of the rooms: kept in memory, built anew by the first sync of a start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.matrix.powers import creators, needed_for, power_of

Event = Mapping[str, Any]

_KEPT = (
    "m.room.create",
    "m.room.power_levels",
    "m.room.name",
    "m.room.canonical_alias",
    "m.room.encryption",
    "m.room.tombstone",
)
VIA = 3


def server_of(user_id: str) -> str:
    """The homeserver of a user id (of users only: room ids need not have one)."""
    return user_id.partition(":")[2]


@dataclass(frozen=True, slots=True)
class RoomInfo:
    """A room at the moment an event of it is handled. `name` is empty where nobody named it.

    `is_joined` False: Mycel is not in it any more. `via`: servers for a permalink. `name_of` gives a member's display
    name, or the user id. `successor`: the room that replaced it; `predecessor`: the one that it says it replaces.
    `children`: of a space, its rooms; `spaces`: those of the account's spaces that have it among their rooms.
    """

    room_id: str
    name: str = ""
    is_joined: bool = True
    is_encrypted: bool = False
    is_direct: bool = False
    is_space: bool = False
    version: str = "1"
    creators: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    via: tuple[str, ...] = ()
    successor: str | None = None
    predecessor: str | None = None
    children: frozenset[str] = frozenset()
    spaces: tuple[RoomInfo, ...] = ()
    create: Event = field(default_factory=dict)
    levels: Mapping[str, Any] | None = None
    name_of: Callable[[str], str] = str

    def power_of(self, user: str) -> int:
        """A creator of a version 12 room is above every number."""
        return power_of(user, self.create, self.levels)

    def may(self, user: str, what: str, *, is_state: bool = False) -> bool:
        """Whether the user may do "invite", "kick", "ban", "redact", or send this type of event."""
        return user in self.members and self.power_of(user) >= needed_for(self.levels, what, is_state=is_state)


@dataclass(slots=True)
class Room:
    """The state events that matter, and the members (user id → display name, None without one)."""

    room_id: str
    state: dict[str, Event] = field(default_factory=dict)
    children: dict[str, tuple[str, ...]] = field(default_factory=dict)
    members: dict[str, str | None] = field(default_factory=dict)
    invited: set[str] = field(default_factory=set)

    def take(self, event: Event) -> None:
        """Follows one state event."""
        kind, key, content = event.get("type"), event.get("state_key"), event.get("content") or {}
        if not isinstance(key, str) or not isinstance(content, Mapping):
            return
        if kind == "m.room.member":
            self._member(key, content)
        elif kind == "m.space.child":
            self._child(key, content)
        elif kind in _KEPT and key == "":
            self.state[kind] = event

    def _member(self, user: str, content: Mapping[str, Any]) -> None:
        membership, name = content.get("membership"), content.get("displayname")
        self.members.pop(user, None)
        self.invited.discard(user)
        if membership == "join":
            self.members[user] = name if isinstance(name, str) and name.strip() else None
        elif membership == "invite":
            self.invited.add(user)

    def _child(self, room_id: str, content: Mapping[str, Any]) -> None:
        """A child without servers to join it by has been taken out."""
        via = content.get("via")
        self.children.pop(room_id, None)
        if isinstance(via, list) and via:
            self.children[room_id] = tuple(str(server) for server in via)

    def content(self, kind: str) -> Mapping[str, Any]:
        found = self.state.get(kind, {}).get("content")
        return found if isinstance(found, Mapping) else {}

    @property
    def name(self) -> str:
        named = self.content("m.room.name").get("name")
        alias = self.content("m.room.canonical_alias").get("alias")
        return next((each for each in (named, alias) if isinstance(each, str) and each.strip()), "")

    @property
    def successor(self) -> str | None:
        found = self.content("m.room.tombstone").get("replacement_room")
        return found if isinstance(found, str) and found else None

    @property
    def predecessor(self) -> str | None:
        """Since room version 12 with a room id only (MSC4291)."""
        found = self.content("m.room.create").get("predecessor")
        room_id = found.get("room_id") if isinstance(found, Mapping) else None
        return room_id if isinstance(room_id, str) and room_id else None

    def name_of(self, user: str) -> str:
        return self.members.get(user) or user

    def info(self, own: str) -> RoomInfo:
        create = self.state.get("m.room.create", {})
        is_space = self.content("m.room.create").get("type") == "m.space"
        levels = self.state.get("m.room.power_levels")
        return RoomInfo(
            room_id=self.room_id,
            name=self.name,
            is_joined=own in self.members,
            is_encrypted="m.room.encryption" in self.state,
            is_direct=not self.name and not is_space and len(self.members) + len(self.invited) <= 2,
            is_space=is_space,
            version=str(self.content("m.room.create").get("room_version", "1")),
            creators=creators(create),
            members=frozenset(self.members),
            via=servers_via(own, self.members, lambda user: power_of(user, create, self.content_or_none(levels))),
            successor=self.successor,
            predecessor=self.predecessor,
            children=frozenset(self.children),
            create=create,
            levels=self.content_or_none(levels),
            name_of=self.name_of,
        )

    @staticmethod
    def content_or_none(event: Event | None) -> Mapping[str, Any] | None:
        content = event.get("content") if event else None
        return content if isinstance(content, Mapping) else None


def servers_via(own: str, members: Iterable[str], power: Callable[[str], int]) -> tuple[str, ...]:
    """Up to three servers by which a stranger can find the room: the mightiest member's, then the fullest, then ours.

    Source: https://spec.matrix.org/latest/appendices/#routing
    """
    users = sorted(members)
    if not users:
        return (server_of(own),)
    found = [server_of(max(users, key=power))]
    found += [server for server, _count in Counter(map(server_of, users)).most_common()]
    return tuple(dict.fromkeys((*found, server_of(own))))[:VIA]


class Rooms:
    """All rooms that the account `own` is in."""

    def __init__(self, own: str) -> None:
        self.own = own
        self.joined: dict[str, Room] = {}
        self._spaces: dict[str, None] = {}

    def take(self, room_id: str, state: Iterable[Event]) -> Room:
        """Follows state events of a room that Mycel is in, in their order."""
        room = self.joined.setdefault(room_id, Room(room_id))
        for event in state:
            room.take(event)
        if room.children:
            self._spaces[room_id] = None
        return room

    def put(self, room_id: str, state: Iterable[Event]) -> Room:
        """Forgets what was known of a room; this is its whole state now."""
        self.joined.pop(room_id, None)
        return self.take(room_id, state)

    def leave(self, room_id: str) -> None:
        self.joined.pop(room_id, None)

    def info(self, room_id: str) -> RoomInfo:
        """The room; with `is_joined` False for one that Mycel is not in."""
        room = self.joined.get(room_id)
        if room is None:
            return RoomInfo(room_id, is_joined=False)
        around = [space.info(self.own) for space in self.spaces if room_id in space.children]
        return replace(room.info(self.own), spaces=tuple(sorted(around, key=lambda space: space.name)))

    @property
    def spaces(self) -> list[Room]:
        """Those of the rooms that are spaces with rooms in them."""
        return [self.joined[room_id] for room_id in self._spaces if room_id in self.joined]

    @property
    def successors(self) -> frozenset[str]:
        """Rooms that have replaced one that Mycel is in."""
        return frozenset(room.successor for room in self.joined.values() if room.successor)

    def children_of(self, spaces: Iterable[str]) -> frozenset[str]:
        """The rooms of these spaces, as far as Mycel is in the spaces."""
        return frozenset(child for space in spaces if space in self.joined for child in self.joined[space].children)
