"""What an edited message means: other words for what was said, a command after all, or a command too late. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from adapters.matrix import reading
from adapters.matrix.addressing import command_in
from adapters.matrix.inbound import thread_in, who
from adapters.matrix.port import Event, Scene
from bot.core.conversation import CommandTyped, MessageEdited

WITHIN = timedelta(minutes=1)
"""So long an edit makes a message the command that it says now."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing that Mycel has to know of."""


@dataclass(frozen=True, slots=True)
class Reworded:
    """Somebody changed what they said."""

    incoming: MessageEdited


@dataclass(frozen=True, slots=True)
class Retyped:
    """A command was mended in time. `original` is the message's id: what came of it has to be taken back first."""

    incoming: CommandTyped
    original: str


@dataclass(frozen=True, slots=True)
class TooLate:
    """A command was changed after its time; who typed it is told how to change what came of it."""

    original: str


Meaning = Ignored | Reworded | Retyped | TooLate


def meaning(
    edit: Event,
    original: Event | None,
    scene: Scene,
    commands: Collection[str] = (),
    keys: Mapping[str, str] | None = None,
) -> Meaning:
    """What an edit means. Only its author changes a message: servers do not hold people to that, so we do."""
    if original is None or edit.get("sender") == scene.bot_user or original.get("sender") != edit.get("sender"):
        return Ignored()
    content = {**reading.new_content(edit), "m.relates_to": reading.content_of(original).get("m.relates_to")}
    words, before = reading.words_of(content), reading.words_of(reading.content_of(original))
    if words is None or before is None or not words.strip():
        return Ignored()
    about = who(edit, scene, thread_in(original), keys or {})
    command = command_in(content, scene, commands)
    if command is None:
        return Reworded(MessageEdited(*about, message_id=str(original["event_id"]), text=words))
    if command == command_in(reading.content_of(original), scene, commands):
        return Ignored()
    if reading.at(edit) - reading.at(original) > WITHIN:
        return TooLate(str(original["event_id"]))
    replied_to = reading.answered(content) or reading.thread_of(content)
    return Retyped(CommandTyped(*about, text=command, replied_to=replied_to), str(original["event_id"]))
