"""A neutral message in the words of Slack: commands begin with "/mycel", offered reactions stand in the text. Pure."""

from __future__ import annotations

import re
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
    Span,
    Spans,
    Table,
    to_plain,
)

REACT = mark("React with: {signs}")
OWN = ("decide", "propose", "conflicts", "mycel")
"""The slash commands that there are; every other command stands behind /mycel."""
_COMMAND = re.compile(r"/(?P<name>[a-z][a-z-]*)(?=\s|$)")


def worded(message: Message, words: Words) -> Message:
    """The same message as a person in Slack has to read it; what people said stays to the letter."""
    blocks = tuple(_block(block) for block in message.blocks)
    shown = to_plain(message)
    missing = [sign for sign in message.reactions if sign not in shown]
    if missing:
        blocks += (Note(words.line(REACT, signs=" ".join(message.reactions))),)
    return Message(blocks, message.reactions)


def typed(command: str) -> str:
    """A command as it is typed in Slack: "/show D-1" is "/mycel show D-1"."""
    found = _COMMAND.match(command)
    return f"/mycel {command[1:]}" if found and found["name"] not in OWN else command


def _block(block: Block) -> Block:
    match block:
        case Heading(spans) | Paragraph(spans) | Note(spans):
            return replace(block, spans=_spans(spans))
        case Bullets(items):
            return Bullets(tuple(_spans(item) for item in items))
        case Fields(rows):
            return Fields(tuple((label, _spans(value)) for label, value in rows))
        case Table(header, rows):
            return Table(header, tuple(tuple(_spans(cell) for cell in row) for row in rows))
        case Actions() | Quote() | Picture():
            return block


def _spans(spans: Spans) -> Spans:
    return tuple(_span(span) for span in spans)


def _span(span: Span) -> Span:
    return Code(typed(span.text)) if isinstance(span, Code) else span
