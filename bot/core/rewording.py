"""A neutral message in one platform's words: commands as they are typed there, offered reactions in the text. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.core.language import Words, mark
from bot.core.message import (
    Actions,
    Block,
    Bullets,
    Code,
    Fields,
    Heading,
    Message,
    Note,
    Paragraph,
    Picture,
    Quote,
    Spans,
    Table,
    to_plain,
)

REACT = mark("React with: {signs}")
Typed = Callable[[str], str]
"""A command as declared ("/show D-1") → as it is typed on the platform."""


def reworded(message: Message, typed: Typed, words: Words) -> Message:
    """The same message as a person there has to read it; what people said, and what buttons do, stays to the letter."""
    blocks = tuple(_block(block, typed) for block in message.blocks)
    shown = to_plain(message)
    if any(sign not in shown for sign in message.reactions):
        blocks += (Note(words.line(REACT, signs=" ".join(message.reactions))),)
    return Message(blocks, message.reactions)


def _block(block: Block, typed: Typed) -> Block:
    match block:
        case Heading(spans) | Paragraph(spans) | Note(spans):
            return replace(block, spans=_spans(spans, typed))
        case Bullets(items):
            return Bullets(tuple(_spans(item, typed) for item in items))
        case Fields(rows):
            return Fields(tuple((label, _spans(value, typed)) for label, value in rows))
        case Table(header, rows):
            return Table(header, tuple(tuple(_spans(cell, typed) for cell in row) for row in rows))
        case Actions() | Quote() | Picture():
            return block


def _spans(spans: Spans, typed: Typed) -> Spans:
    return tuple(Code(typed(span.text)) if isinstance(span, Code) else span for span in spans)
