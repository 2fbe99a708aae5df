"""Blocks that are too long for one event, cut in two: at items, lines and words before anywhere else. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.core import message as m

Halves = tuple[m.Block, m.Block]


def halves(block: m.Block) -> Halves | None:
    """Two blocks that together say what the one did; None where there is nothing to cut."""
    match block:
        case m.Heading(spans) | m.Paragraph(spans) | m.Note(spans):
            cut = halves_of_spans(spans)
            return (replace(block, spans=cut[0]), m.Paragraph(cut[1])) if cut else None
        case m.Bullets(items):
            return _bullets(items)
        case m.Fields(rows):
            return _fields(rows)
        case m.Quote(words, source):
            return _quote(words, source)
        case m.Table(header, rows):
            return _table(header, rows)
        case m.Picture(_, alternative):
            spoken = halves_of_text(alternative)
            return (m.paragraph(spoken[0]), m.paragraph(spoken[1])) if spoken else None
        case m.Actions(actions):
            return _actions(actions)


def halves_of_text(text: str) -> tuple[str, str] | None:
    """Cut at the line or word that is nearest before the middle; None for what is too short to be cut."""
    if len(text) < 2:
        return None
    middle = len(text) // 2
    for border in ("\n", " "):
        at = text.rfind(border, middle // 2, middle + 1)
        if 0 < at < len(text) - 1:
            return text[: at + 1], text[at + 1 :]
    return text[:middle], text[middle:]


def halves_of_spans(spans: m.Spans) -> tuple[m.Spans, m.Spans] | None:
    if len(spans) > 1:
        middle = len(spans) // 2
        return spans[:middle], spans[middle:]
    return _halves_of_span(spans[0]) if spans else None


def _halves_of_span(span: m.Span) -> tuple[m.Spans, m.Spans] | None:
    match span:
        case m.Text() | m.Bold() | m.Code():
            cut = halves_of_text(span.text)
            return ((replace(span, text=cut[0]),), (replace(span, text=cut[1]),)) if cut else None
        case _:
            return _halves_of_span(m.Text(m.span_to_plain(span)))


def _bullets(items: tuple[m.Spans, ...]) -> Halves | None:
    if len(items) > 1:
        middle = len(items) // 2
        return m.Bullets(items[:middle]), m.Bullets(items[middle:])
    cut = halves_of_spans(items[0]) if items else None
    return (m.Bullets((cut[0],)), m.Paragraph(cut[1])) if cut else None


def _fields(rows: tuple[tuple[str, m.Spans], ...]) -> Halves | None:
    if len(rows) > 1:
        middle = len(rows) // 2
        return m.Fields(rows[:middle]), m.Fields(rows[middle:])
    if not rows:
        return None
    label, value = rows[0]
    cut = halves_of_spans(value)
    if cut:
        return m.Fields(((label, cut[0]),)), m.Paragraph(cut[1])
    named = halves_of_text(label)
    return (m.paragraph(named[0]), m.Fields(((named[1], value),))) if named else None


def _quote(words: str, source: m.Spans) -> Halves | None:
    cut = halves_of_text(words)
    if cut:
        return m.Quote(cut[0]), m.Quote(cut[1], source)
    return (m.Quote(words), m.Paragraph(source)) if source else None


def _table(header: tuple[str, ...], rows: tuple[tuple[m.Spans, ...], ...]) -> Halves | None:
    """A table of one row that is still too long is told cell by cell."""
    if len(rows) > 1:
        middle = len(rows) // 2
        return m.Table(header, rows[:middle]), m.Table(header, rows[middle:])
    cells = [m.Paragraph(cell) for row in rows for cell in row]
    said: list[m.Block] = [m.paragraph(" | ".join(header)), *cells]
    return (said[0], m.Bullets(tuple(cell.spans for cell in cells))) if cells else halves(said[0])


def _actions(actions: tuple[m.Action, ...]) -> Halves | None:
    if len(actions) > 1:
        middle = len(actions) // 2
        return m.Actions(actions[:middle]), m.Actions(actions[middle:])
    if not actions:
        return None
    return m.paragraph(f"{actions[0].label}:"), m.Paragraph((m.Code(actions[0].command),))
