"""Pictures from drawings: what a table would say, painted when it is shown. Pure: the same drawing is the same PNG.

A picture is as narrow as a telephone shows it without making its letters smaller, and painted twice as large as it is
meant to be seen, so that it is sharp. Its paper is its own: it reads the same on a light and on a dark page.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

SCALE = 2
"""Pixels of the file for one that is meant to be seen; all other measures are in the latter."""
WIDTH, MARGIN, LABELS = 520, 12, 64
BAR, TOP, LINE, GAP = 14, 30, 17, 10
LETTERS = 12
PAPER, INK, FAINT, OPEN, HEARD, SILENT = "#ffffff", "#1f2933", "#c3ccd5", "#4c7fb8", "#2f8f5b", "#c05a00"
MOST_NAMES, LONGEST_NAME = 6, 40


@dataclass(frozen=True, slots=True)
class WindowRow:
    """A window on a time line. `groups`: (name, whether it was heard)."""

    id: str
    opened_at: datetime
    closes_at: datetime
    groups: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Legend:
    """What the signs mean, in the letters that the painter has (ASCII)."""

    heard: str
    silent: str
    now: str

    @property
    def can_be_painted(self) -> bool:
        return f"{self.heard}{self.silent}{self.now}".isascii()


def windows_drawing(rows: Sequence[WindowRow], now: datetime, legend: Legend | None = None) -> dict[str, Any]:
    """Windows on a time line, and who gave input, as JSON values: ids and names of groups, no words of people."""
    drawing: dict[str, Any] = {
        "is": "windows",
        "now": now.isoformat(),
        "rows": [
            {
                "id": row.id,
                "opened": row.opened_at.isoformat(),
                "closes": row.closes_at.isoformat(),
                "groups": [list(group) for group in row.groups],
            }
            for row in rows
        ],
    }
    if legend is not None and legend.can_be_painted:
        drawing["legend"] = {"heard": legend.heard, "silent": legend.silent, "now": legend.now}
    return drawing


def painted(drawing: Mapping[str, Any]) -> bytes:
    """The PNG of a drawing; ValueError for a kind that this version does not know."""
    if drawing.get("is") != "windows":
        raise ValueError(f"a drawing of kind {drawing.get('is')!r} is not known here")
    from PIL import Image  # 9 MB that most processes never need

    rows, now = drawing["rows"], datetime.fromisoformat(drawing["now"])
    lines = [_name_lines(row["groups"]) for row in rows]
    bottom = TOP + sum(_height(each) for each in lines)
    height = bottom + (LINE if "legend" in drawing else 0) + MARGIN
    image = Image.new("RGB", (WIDTH * SCALE, height * SCALE), PAPER)
    paper, scale = _Paper(image), _Scale(rows, now)
    _weeks(paper, scale, bottom)
    top = TOP
    for row, names in zip(rows, lines, strict=True):
        _bar(paper, scale, top, row)
        top += _height(names)
    paper.upright(scale.x(now), TOP - 6, bottom, SILENT, width=2)
    top = TOP
    for names in lines:
        _names(paper, top + BAR + 3, names)
        top += _height(names)
    if "legend" in drawing:
        _legend(paper, bottom, drawing["legend"])
    file = io.BytesIO()
    image.quantize(32).save(file, "PNG", optimize=True)
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class _Name:
    """A group's name at its place in a line; without a mark it counts those that are not named."""

    x: float
    text: str
    is_heard: bool | None


def _height(lines: Sequence[Sequence[_Name]]) -> int:
    return BAR + LINE * len(lines) + GAP


def _name_lines(groups: Sequence[tuple[str, bool]]) -> list[list[_Name]]:
    """The names in as many lines as they need: none runs out of the picture."""
    lines: list[list[_Name]] = [[]]
    x = float(LABELS)
    shown: list[tuple[str, bool | None]] = [(_within(name), is_heard) for name, is_heard in groups[:MOST_NAMES]]
    more = len(groups) - len(shown)
    for text, is_heard in (*shown, *(((f"+{more}", None),) if more > 0 else ())):
        width = (0 if is_heard is None else LETTERS) + _length(text)
        if lines[-1] and x + width > WIDTH - MARGIN:
            lines.append([])
            x = float(LABELS)
        lines[-1].append(_Name(x, text, is_heard))
        x += width + LETTERS
    return lines


def _within(name: str) -> str:
    """A long name ends in dots, so that it is seen to be longer."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 3].rstrip()}..."


class _Scale:
    """From moments to places on the paper."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
        opened = [datetime.fromisoformat(row["opened"]) for row in rows]
        closes = [datetime.fromisoformat(row["closes"]) for row in rows]
        self.first, self.last = min([now, *opened]), max([now, *closes]) + timedelta(hours=6)

    def x(self, at: datetime) -> float:
        part = (at - self.first) / (self.last - self.first)
        return LABELS + part * (WIDTH - LABELS - MARGIN)


class _Paper:
    """Draws in the measures that are seen."""

    def __init__(self, image: Any) -> None:
        from PIL import ImageDraw

        self._draw: ImageDraw.ImageDraw = ImageDraw.Draw(image)

    def upright(self, x: float, top: float, bottom: float, colour: str, width: int = 1) -> None:
        self._draw.line([(x * SCALE, top * SCALE), (x * SCALE, bottom * SCALE)], fill=colour, width=width * SCALE)

    def bar(self, left: float, right: float, top: float) -> None:
        box = [left * SCALE, top * SCALE, right * SCALE, (top + BAR) * SCALE]
        self._draw.rounded_rectangle(box, 4 * SCALE, fill=OPEN)

    def dot(self, x: float, top: float, *, is_heard: bool) -> None:
        box = [x * SCALE, (top + 4) * SCALE, (x + 8) * SCALE, (top + 12) * SCALE]
        fill, outline = (HEARD, HEARD) if is_heard else (PAPER, SILENT)
        self._draw.ellipse(box, fill=fill, outline=outline, width=2 * SCALE)

    def clear(self, left: float, right: float, top: float) -> None:
        """Takes lines away from where something is written."""
        box = [(left - 2) * SCALE, top * SCALE, (right + 2) * SCALE, (top + LINE - 1) * SCALE]
        self._draw.rectangle(box, fill=PAPER)

    def write(self, x: float, top: float, text: str) -> None:
        self._draw.text((x * SCALE, top * SCALE), text, fill=INK, font=_font())


def _weeks(paper: _Paper, scale: _Scale, bottom: int) -> None:
    """A faint line at each Monday with its date, as far apart as they can be read."""
    day = (scale.first + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    written_to = 0.0
    while day < scale.last:
        if day.weekday() == 0:
            x = scale.x(day)
            paper.upright(x, TOP - 8, bottom, FAINT)
            left = x + 3 if x <= WIDTH - MARGIN - 72 else x - 69  # at the edge before its line
            if left >= written_to:
                paper.write(left, 6, f"{day:%Y-%m-%d}")
                written_to = left + 81
        day += timedelta(days=1)


def _bar(paper: _Paper, scale: _Scale, top: int, row: Mapping[str, Any]) -> None:
    opened, closes = (datetime.fromisoformat(row[name]) for name in ("opened", "closes"))
    paper.write(MARGIN, top, row["id"])
    paper.bar(scale.x(opened), max(scale.x(closes), scale.x(opened) + 4), top)


def _names(paper: _Paper, top: int, lines: Sequence[Sequence[_Name]]) -> None:
    for line in lines:
        for name in line:
            x = name.x if name.is_heard is None else name.x + LETTERS
            paper.clear(name.x, x + _length(name.text), top)
            if name.is_heard is not None:
                paper.dot(name.x, top, is_heard=name.is_heard)
            paper.write(x, top, name.text)
        top += LINE


def _legend(paper: _Paper, top: int, words: Mapping[str, str]) -> None:
    x = float(LABELS)
    for is_heard, name in ((True, "heard"), (False, "silent")):
        paper.dot(x, top, is_heard=is_heard)
        paper.write(x + LETTERS, top, words[name])
        x += 2 * LETTERS + _length(words[name])
    paper.upright(x + 4, top + 2, top + LINE - 3, SILENT, width=2)
    paper.write(x + LETTERS, top, words["now"])


def _length(text: str) -> float:
    """How wide it is written."""
    return float(_font().getlength(text)) / SCALE


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size=LETTERS * SCALE)
