"""The pictures of a message, each an event of its own in its thread; the message has their words.

The words come first and stay: a file that is refused, or a client that shows none, takes nothing from anybody. An event
says which picture it shows, so that an edit of the message, also after a restart, sends none that is there.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from adapters.matrix import render
from adapters.matrix.files import LEFT_TO_WORDS, Drawn, Files
from adapters.matrix.own import OwnMessages, txn_id
from adapters.matrix.port import Content, MatrixPort
from adapters.matrix.reading import content_of
from adapters.matrix.redacting import as_shown, redact
from bot.core.delivery import Post
from bot.core.errors import DeliveryError
from storage.work import Work

log = logging.getLogger("mycel.matrix")

MESSAGE = "m.room.message"
UNKNOWN = "?"


@dataclass(slots=True)
class Hung:
    """A picture that a room shows. `print_of`: which; None where it has to be looked up."""

    event_id: str
    print_of: str | None = None


@dataclass(slots=True)
class Shown:
    """What a room shows of a message beside its first event: further parts in order, and pictures by number."""

    parts: list[str] = field(default_factory=list)
    pictures: dict[int, Hung] = field(default_factory=dict)


class Pictures:
    """Brings the pictures of messages up to what they say. A file may be brought twice; an event is not."""

    def __init__(self, work: Work, own: OwnMessages) -> None:
        self._files, self._own = Files(work), own

    async def bring_up(self, port: MatrixPort, post: Post, first: str, shown: Shown) -> None:
        """Adds, changes and takes back the pictures of a message whose words are there. Raises DeliveryError.

        What the homeserver does not take is left to the words.
        """
        wanted = await self._files.drawn(post.network_id, post.message)
        for number, drawn in enumerate(wanted, start=1):
            if drawn is None:
                continue
            try:
                await self._hang(port, post, first, shown, number, drawn)
            except DeliveryError as error:
                if not error.permanent:
                    raise
                log.warning(LEFT_TO_WORDS, _said(post), error.reason)
        for number in [n for n in sorted(shown.pictures, reverse=True) if n > len(wanted)]:
            await redact(port, post, shown.pictures[number].event_id)
            del shown.pictures[number]

    async def _hang(self, port: MatrixPort, post: Post, first: str, shown: Shown, number: int, drawn: Drawn) -> None:
        room_id, hung = post.channel.remote_id, shown.pictures.get(number)
        if hung is not None and hung.print_of is None:
            hung.print_of = await _print_of(port, room_id, hung.event_id)
        if hung is not None and hung.print_of == drawn.print_of:
            return
        content = await self._files.file(port, room_id, drawn, _said(post))
        if content is None:
            return
        placed = _placed(content, post, first, number, hung)
        event_id = await port.send(room_id, MESSAGE, placed, txn_id(post.key, post.rev, picture=number))
        if hung is not None:
            hung.print_of = drawn.print_of
            return
        self._own.learn(event_id, post.key)
        shown.pictures[number] = Hung(event_id, drawn.print_of)


def _placed(content: Content, post: Post, first: str, number: int, hung: Hung | None) -> Content:
    """Another picture takes the place of the one that hangs there, as the words do: nobody is notified."""
    if hung is not None:
        return render.as_edited_picture(content, hung.event_id)
    return render.as_picture(content, post.thread or first, first, number)


async def _print_of(port: MatrixPort, room_id: str, event_id: str) -> str:
    event = await as_shown(port, room_id, event_id)
    content = content_of(event) if event is not None else {}
    return str(content.get("m.new_content", content).get(render.DRAWING) or UNKNOWN)


def _said(post: Post) -> str:
    return f"message {post.key} in channel {post.channel.id}"
