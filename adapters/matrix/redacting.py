"""Takes an own event back with all that it said before it was edited."""

from __future__ import annotations

from adapters.matrix.port import Event, MatrixPort
from adapters.matrix.reading import latest_edit
from bot.core.delivery import Post
from bot.core.errors import DeliveryError


async def redact(port: MatrixPort, post: Post, event_id: str) -> None:
    """Edits keep the words of a message that is gone, and are found by the message only: so they go first."""
    room_id = post.channel.remote_id
    edit = await edit_of(port, room_id, event_id)
    while edit is not None:
        await port.redact(room_id, edit, _txn(post, edit))
        before, edit = edit, await edit_of(port, room_id, event_id)
        if edit == before:
            raise DeliveryError("the homeserver still shows an edit that was taken back")
    await port.redact(room_id, event_id, _txn(post, event_id))


async def as_shown(port: MatrixPort, room_id: str, event_id: str) -> Event | None:
    """The event, or the edit that stands in its place; None where it cannot be read."""
    event = await port.event(room_id, event_id)
    edit = latest_edit(event) if event is not None else None
    return event if edit is None else await port.event(room_id, edit)


async def edit_of(port: MatrixPort, room_id: str, event_id: str) -> str | None:
    event = await port.event(room_id, event_id)
    return latest_edit(event) if event is not None else None


def _txn(post: Post, event_id: str) -> str:
    return f"{post.key}:{post.rev}:gone:{event_id}"
