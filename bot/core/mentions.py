"""Whom and what a message mentions, for adapters that look it up before they render. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core import message as m


def addressed(blocks: Iterable[m.Block]) -> frozenset[int]:
    """The people whom the blocks really address."""
    people = (span for span in spans_of(blocks) if isinstance(span, m.PersonMention))
    return frozenset(person.person_id for person in people if person.is_addressed)


def records(blocks: Iterable[m.Block]) -> frozenset[str]:
    """The records that the blocks name."""
    return frozenset(span.id for span in spans_of(blocks) if isinstance(span, m.RecordMention))


def spans_of(blocks: Iterable[m.Block]) -> Iterable[m.Span]:
    for block in blocks:
        match block:
            case m.Heading(spans) | m.Paragraph(spans) | m.Note(spans) | m.Quote(_, spans):
                yield from spans
            case m.Bullets(items):
                yield from (span for item in items for span in item)
            case m.Fields(rows):
                yield from (span for _, value in rows for span in value)
            case m.Table(_, table):
                yield from (span for row in table for cell in row for span in cell)
            case m.Picture() | m.Actions():
                pass
