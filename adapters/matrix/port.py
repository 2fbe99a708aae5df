"""What the rest of the adapter asks of a Matrix client: one account, and what it knows of its rooms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from adapters.matrix.rooms import Event, RoomInfo, server_of

__all__ = ["PLATFORM", "Content", "Event", "MatrixPort", "RoomInfo", "Scene", "localpart_of", "server_of"]

PLATFORM = "matrix"

Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """A room as one account of Mycel's sees it. `zones`: IANA names by user id, where profiles tell them."""

    room: RoomInfo
    bot_user: str
    bot_name: str = "Mycel"
    prefix: str = "!"
    zones: Mapping[str, str] = field(default_factory=dict)

    @property
    def room_id(self) -> str:
        return self.room.room_id

    @property
    def is_direct(self) -> bool:
        return self.room.is_direct

    @property
    def workspace(self) -> str:
        """The server of the account, which is Mycel's word for where identities and channels belong."""
        return server_of(self.bot_user)

    def name_of(self, user_id: str) -> str:
        """A display name, else the name in the user id."""
        name = self.room.name_of(user_id).strip()
        return name if name and name != user_id else localpart_of(user_id)


class MatrixPort(Protocol):
    """An account's way to its homeserver. Every method raises DeliveryError and nothing else, but where it is said."""

    @property
    def user_id(self) -> str:
        """The account's own; empty before the first login."""

    async def scene(self, room_id: str) -> Scene:
        """The room as it is now, after the first sync; a permanent DeliveryError where the account is not in it."""

    async def send(self, room_id: str, event_type: str, content: Content, txn_id: str) -> str:
        """Sends an event and returns its id; the same `txn_id` again is the same event."""

    async def upload(self, room_id: str, data: bytes, media_type: str, name: str) -> Content:
        """Brings a file there, encrypted where the room is; what an event says of it: its `url`, or its `file`."""

    async def redact(self, room_id: str, event_id: str, txn_id: str) -> None:
        """Takes an event back; one that is gone already is no error."""

    async def event(self, room_id: str, event_id: str) -> Event | None:
        """One event as it was first sent, decrypted; None where it is not there or cannot be read."""

    async def related(self, room_id: str, event_id: str) -> Sequence[Event]:
        """The account's own events in the thread of `event_id`, oldest first; `m.relates_to` is enough of them."""

    async def sent(self, room_id: str, txn_prefix: str) -> Sequence[Event]:
        """The account's own late events whose `unsigned.transaction_id` begins so, oldest first, redacted ones too."""

    async def direct_room(self, user_id: str) -> str:
        """The room of this person alone with the account, which is opened and the person invited if there is none."""

    async def typing(self, room_id: str, is_typing: bool) -> None:
        """Shows that the account is at work. Never raises: it is a courtesy."""

    async def mark_read(self, room_id: str, event_id: str) -> None:
        """Shows that the account has seen an event. Never raises."""


def localpart_of(user_id: str) -> str:
    """The name in a user id: "ana" of "@ana:example.org"."""
    return user_id.partition(":")[0].removeprefix("@")
