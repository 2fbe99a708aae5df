"""What happens in a scene, as Mycel is told of it. Pure; tested on recorded events.

Identities and channels belong to the server of the account that sees them ("matrix.example.org"): one person in rooms
of two accounts of different servers has two identities, which they can link.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from adapters.matrix import reading
from adapters.matrix.addressing import command_in
from adapters.matrix.port import PLATFORM, Event, Scene
from bot.core.conversation import (
    Actor,
    Around,
    CommandTyped,
    Incoming,
    MessagePosted,
    MessageRedacted,
    Place,
    Quoted,
    Reacted,
)

MESSAGE, REACTION, REDACTION = "m.room.message", "m.reaction", "m.room.redaction"
_VARIATIONS = "\ufe0e\ufe0f"
_NONE: Mapping[str, str] = {}


def incoming(
    event: Event, scene: Scene, commands: Collection[str] = (), keys: Mapping[str, str] = _NONE
) -> Incoming | None:
    """What Mycel is told of an event; None for what is not its business, edits too (edits.py understands these).

    `commands`: the names of all commands. `keys`: delivery keys of Mycel's own late messages, by event id.
    """
    if event.get("sender") == scene.bot_user or not event.get("event_id"):
        return None
    match event.get("type"):
        case "m.room.message":
            return _message(event, scene, commands, keys)
        case "m.reaction":
            return _reaction(event, scene, keys)
        case "m.room.redaction":
            gone = reading.redacted_by(event)
            return MessageRedacted(*who(event, scene), message_id=gone) if gone else None
        case _:
            return None


def who(
    event: Event, scene: Scene, thread: str | None = None, keys: Mapping[str, str] = _NONE
) -> tuple[str, Place, Actor, datetime]:
    """Event key, place, actor and time of an event, as every Incoming begins."""
    sender = str(event["sender"])
    name = scene.name_of(sender)
    key = keys.get(thread) if thread else None
    around = tuple(
        Around(each.room_id, each.name, len(each.children), each.may(sender, "m.space.child", is_state=True))
        for each in scene.room.spaces
    )
    place = Place(
        PLATFORM,
        scene.workspace,
        scene.room_id,
        thread,
        key,
        is_direct=scene.is_direct,
        is_restricted=scene.room.is_encrypted,
        may_arrange=scene.room.may(sender, "m.room.name", is_state=True),
        around=around,
    )
    actor = Actor(PLATFORM, scene.workspace, sender, name, scene.zones.get(sender))
    return str(event["event_id"]), place, actor, reading.at(event)


def is_edit(event: Event) -> bool:
    return event.get("type") == MESSAGE and reading.relation(reading.content_of(event), "m.replace") is not None


def thread_in(event: Event) -> str | None:
    """The thread that a message belongs to. A reply outside threads counts as said in the thread of what it answers:
    clients that know no threads have no other way to answer a message.
    """
    content = reading.content_of(event)
    return reading.thread_of(content) or reading.answered(content)


def quoted(event: Event, scene: Scene, asker: str, commands: Collection[str] = ()) -> Quoted | None:
    """A person's message that `asker` answers; None for commands. What others said in an encrypted room stays there."""
    content, sender = reading.content_of(event), event.get("sender")
    words = reading.words_of(content)
    if not isinstance(sender, str) or sender == scene.bot_user or words is None or not words.strip():
        return None
    if command_in(content, scene, commands) is not None:
        return None
    id, _, actor, at = who(event, scene)
    is_kept = not scene.room.is_encrypted or sender == asker
    return Quoted(id, actor, words if is_kept else "", at)


def _message(event: Event, scene: Scene, commands: Collection[str], keys: Mapping[str, str]) -> Incoming | None:
    content = reading.content_of(event)
    words = reading.words_of(content)
    if words is None or not words.strip() or is_edit(event):
        return None
    about = who(event, scene, thread_in(event), keys)
    command = command_in(content, scene, commands)
    if command is not None:
        replied_to = reading.answered(content) or reading.thread_of(content)
        return CommandTyped(*about, text=command, replied_to=replied_to)
    return MessagePosted(*about, message_id=about[0], text=words)


def _reaction(event: Event, scene: Scene, keys: Mapping[str, str]) -> Incoming | None:
    content = reading.content_of(event)
    target = reading.relation(content, "m.annotation")
    sign = reading.sign_of(content)
    if target is None or not sign:
        return None
    emoji = sign.translate({ord(char): None for char in _VARIATIONS})
    return Reacted(*who(event, scene), message_id=target, emoji=emoji, message_key=keys.get(target))
