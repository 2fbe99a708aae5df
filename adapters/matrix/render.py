"""A neutral message as the contents of Matrix events. Pure: accounts and links are looked up before.

Everything is a notice, so that bots do not answer bots. `m.mentions` is always there: without it a client would look
for names and "@room" in the text.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Sequence

from adapters.matrix.markup import Names, block_html, block_plain
from adapters.matrix.port import Content, Event
from adapters.matrix.reading import content_of
from bot.core import message as m
from bot.core.mentions import addressed
from bot.core.painting import SCALE
from bot.core.splitting import halves

LARGEST = 40_000
"""Bytes of a content before it is put into a thread or an edit. An event may have 65,536, and encryption takes a
third more than the text and every character beyond ASCII as its escape, so this stays below 60 kB in every room."""
SHORT = 200
CAPTION = 4000
PART = "org.mycel.part"
DRAWING = "org.mycel.drawing"


def contents(message: m.Message, names: Names) -> tuple[Content, ...]:
    """The message as one content, or as several where one event cannot hold it; cut between blocks if possible."""
    parts: list[list[m.Block]] = [[]]
    waiting = list(reversed(message.blocks))
    while waiting:
        block = waiting.pop()
        if _fits((*parts[-1], block), names):
            parts[-1].append(block)
        elif parts[-1] and _fits((block,), names):
            parts.append([block])
        else:
            cut = halves(block)
            if cut is None:
                parts.append([block])
            else:
                waiting += reversed(cut)
    return tuple(_content(part, names) for part in parts)


def _fits(blocks: Sequence[m.Block], names: Names) -> bool:
    return size(_content(blocks, names)) <= LARGEST


def size(content: Content) -> int:
    """Bytes as they are sent at worst."""
    return len(json.dumps(content, separators=(",", ":")))


def _content(blocks: Sequence[m.Block], names: Names) -> Content:
    return {
        "msgtype": "m.notice",
        "body": "\n".join(block_plain(block) for block in blocks) or " ",
        "format": "org.matrix.custom.html",
        "formatted_body": "".join(block_html(block, names) for block in blocks),
        "m.mentions": mentions(addressed(blocks), names),
    }


def mentions(people: Iterable[int], names: Names) -> Content:
    users = sorted({names.accounts[id] for id in people if id in names.accounts})
    return {"user_ids": users} if users else {}


def in_thread(content: Content, root: str, replied_to: str | None = None) -> Content:
    """The content as a message in the thread of `root`; clients without threads see it as a reply."""
    related = {
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": replied_to or root},
    }
    return {**content, "m.relates_to": related}


def as_reply(content: Content, replied_to: str) -> Content:
    """The content as a reply outside threads."""
    return {**content, "m.relates_to": {"m.in_reply_to": {"event_id": replied_to}}}


def as_part(content: Content, root: str, first: str, number: int) -> Content:
    """A further part (from 1) of the message that begins in the event `first`.

    Which one it is stands in the relation, which is in the clear where everything else is encrypted.
    """
    placed = in_thread(content, root)
    placed["m.relates_to"][PART] = {"of": first, "number": number}
    return placed


def as_edit(content: Content, event_id: str) -> Content:
    """The content in the place of an earlier one. It notifies nobody: those mentioned are not mentioned anew."""
    return {
        "msgtype": content["msgtype"],
        "body": f"* {content['body'][:SHORT]}",
        "m.new_content": content,
        "m.mentions": {},
        "m.relates_to": {"rel_type": "m.replace", "event_id": event_id},
    }


def picture(words: str, png: bytes, where: Content, drawing: str) -> Content:
    """A picture that lies on the homeserver (`where`: its `url`, or its `file` in an encrypted room).

    `words` are its caption, and what is read to those who do not see it; `drawing` says which one it is.
    """
    width, height = struct.unpack(">II", png[16:24])
    info = {"mimetype": "image/png", "w": width // SCALE, "h": height // SCALE, "size": len(png)}
    said = words.strip()[:CAPTION]
    file_name = "mycel.png"
    return {
        "msgtype": "m.image",
        "body": said or file_name,
        "filename": file_name,
        "info": info,
        "m.mentions": {},
        DRAWING: drawing,
        **where,
    }


def as_picture(content: Content, root: str, first: str, number: int) -> Content:
    """A picture (from 1) of the message that begins in the event `first`, in the thread of `root`."""
    placed = in_thread(content, root)
    placed["m.relates_to"][PART] = {"of": first, "picture": number}
    return placed


def as_edited_picture(content: Content, event_id: str) -> Content:
    """The picture in the place of an earlier one; clients that know no edits show it beside that one."""
    related = {"rel_type": "m.replace", "event_id": event_id}
    return {**content, "body": f"* {content['body'][:SHORT]}", "m.new_content": content, "m.relates_to": related}


def parts_among(events: Iterable[Event], first: str) -> list[str]:
    """The event ids of a message's further parts, in their order."""
    found = _among(events, first, "number")
    return [found[number] for number in sorted(found)]


def pictures_among(events: Iterable[Event], first: str) -> dict[int, str]:
    """The event ids of a message's pictures by their number."""
    return _among(events, first, "picture")


def _among(events: Iterable[Event], first: str, what: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for event in events:
        related = content_of(event).get("m.relates_to")
        part = related.get(PART) if isinstance(related, dict) else None
        if isinstance(part, dict) and part.get("of") == first and isinstance(part.get(what), int):
            found[part[what]] = str(event["event_id"])
    return found
