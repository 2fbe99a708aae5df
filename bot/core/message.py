"""Neutral messages: blocks and spans that every platform renders in its own way.

Text is data: escaping, mass mentions and length limits are the renderer's business. Every action carries the command
that does the same, so that a platform without buttons can show it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Bold:
    text: str


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class PersonMention:
    """A person: addressed where `is_addressed`, otherwise only named."""

    person_id: int
    name: str
    is_addressed: bool = False


@dataclass(frozen=True, slots=True)
class GroupMention:
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class RecordMention:
    """A record by its id, for example "D-12"; platforms that can link it do."""

    id: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment shown in the reader's zone where the platform knows it, else in `zone` with the zone named.

    `shown` is that second form, written out in the channel's language.
    """

    at: datetime
    zone: str
    shown: str


Span = Text | Bold | Code | Link | PersonMention | GroupMention | RecordMention | Moment
Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    spans: Spans


@dataclass(frozen=True, slots=True)
class Paragraph:
    spans: Spans


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[Spans, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """Label and value, side by side where there is room."""

    rows: tuple[tuple[str, Spans], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words, to the letter."""

    text: str
    source: Spans = ()


@dataclass(frozen=True, slots=True)
class Table:
    header: tuple[str, ...]
    rows: tuple[tuple[Spans, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by its place in our own storage, with the words that say the same."""

    name: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Action:
    """A button. `command` does the same when typed; `style` is "primary", "danger" or ""."""

    label: str
    command: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Actions:
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Small print."""

    spans: Spans


Block = Heading | Paragraph | Bullets | Fields | Quote | Table | Picture | Actions | Note


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel shows. `reactions` are emoji offered as ways to answer, in order."""

    blocks: tuple[Block, ...]
    reactions: tuple[str, ...] = ()


def text(*parts: str | Span) -> Spans:
    """Spans from strings and spans."""
    return tuple(Text(part) if isinstance(part, str) else part for part in parts)


def paragraph(*parts: str | Span) -> Paragraph:
    return Paragraph(text(*parts))


def span_to_plain(span: Span) -> str:
    match span:
        case Text(words) | Bold(words):
            return words
        case Code(words):
            return f"`{words}`"
        case Link(words, url):
            return f"{words} <{url}>"
        case PersonMention(_, name, is_addressed):
            return f"@{name}" if is_addressed else name
        case GroupMention(name, _):
            return name
        case RecordMention(id):
            return id
        case Moment(_, _, shown):
            return shown
        case _:
            assert_never(span)


def spans_to_plain(spans: Iterable[Span]) -> str:
    return "".join(span_to_plain(span) for span in spans)


def block_to_plain(block: Block) -> str:
    match block:
        case Heading(spans) | Paragraph(spans) | Note(spans):
            return spans_to_plain(spans)
        case Bullets(items):
            return "\n".join(f"• {spans_to_plain(item)}" for item in items)
        case Fields(rows):
            return "\n".join(f"{label}: {spans_to_plain(value)}" for label, value in rows)
        case Quote(words, source):
            quoted = "\n".join(f"> {line}" for line in words.splitlines() or [""])
            return f"{quoted}\n— {spans_to_plain(source)}" if source else quoted
        case Table(header, table_rows):
            lines = [header, *(tuple(spans_to_plain(cell) for cell in row) for row in table_rows)]
            return "\n".join(" | ".join(line) for line in lines)
        case Picture(_, alternative):
            return alternative
        case Actions(actions):
            return "\n".join(f"[{action.label}] {action.command}" for action in actions)
        case _:
            assert_never(block)


def to_plain(message: Message) -> str:
    """The whole message as plain text; what is shown where nothing else can be, and what tests compare."""
    return "\n".join(block_to_plain(block) for block in message.blocks)
