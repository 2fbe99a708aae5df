"""A neutral message in the words of Matrix: commands begin with "!", offered reactions stand in the text. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.core.language import Words, mark
from bot.core.message import (
    Action,
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
    Span,
    Spans,
    Table,
    to_plain,
)

REACT = mark("React with: {signs}")
_COMMAND = re.compile(r"/(?=[a-z][a-z-]*(?:\s|$))")


def worded(message: Message, prefix: str = "!", words: Words | None = None) -> Message:
    """The same message as a person in a room has to read it; what people said stays to the letter."""
    blocks = tuple(_block(block, prefix) for block in message.blocks)
    missing = [sign for sign in message.reactions if sign not in to_plain(message)]
    if missing:
        blocks += (Note((words or Words()).line(REACT, signs=" ".join(message.reactions))),)
    return Message(blocks, message.reactions)


def typed(command: str, prefix: str = "!") -> str:
    """A command as it is typed in a room: clients keep what begins with "/" to themselves."""
    return _COMMAND.sub(prefix, command, count=1) if _COMMAND.match(command) else command


def _block(block: Block, prefix: str) -> Block:
    match block:
        case Heading(spans) | Paragraph(spans) | Note(spans):
            return replace(block, spans=_spans(spans, prefix))
        case Bullets(items):
            return Bullets(tuple(_spans(item, prefix) for item in items))
        case Fields(rows):
            return Fields(tuple((label, _spans(value, prefix)) for label, value in rows))
        case Table(header, rows):
            return Table(header, tuple(tuple(_spans(cell, prefix) for cell in row) for row in rows))
        case Actions(actions):
            return Actions(tuple(Action(a.label, typed(a.command, prefix), a.style) for a in actions))
        case Quote() | Picture():
            return block


def _spans(spans: Spans, prefix: str) -> Spans:
    return tuple(_span(span, prefix) for span in spans)


def _span(span: Span, prefix: str) -> Span:
    return Code(typed(span.text, prefix)) if isinstance(span, Code) else span
