"""Pictures from drawings: what a table would say, painted when it is shown. Pure: the same drawing is the same PNG."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

WIDTH, MARGIN, LABELS = 760, 16, 64
ROW, BAR, TOP, LINE = 46, 14, 30, 15
PAPER, INK, FAINT, OPEN, HEARD, SILENT = "#ffffff", "#1f2933", "#c3ccd5", "#4c7fb8", "#2f8f5b", "#d9822b"
MOST_NAMES = 6


@dataclass(frozen=True, slots=True)
class WindowRow:
    """A window on a time line. `groups`: (name, whether it was heard)."""

    id: str
    opened_at: datetime
    closes_at: datetime
    groups: tuple[tuple[str, bool], ...]


def windows_drawing(rows: Sequence[WindowRow], now: datetime) -> dict[str, Any]:
    """Windows on a time line, and who gave input, as JSON values: ids and names of groups, no words of people."""
    return {
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


def painted(drawing: Mapping[str, Any]) -> bytes:
    """The PNG of a drawing; ValueError for a kind that this version does not know."""
    if drawing.get("is") != "windows":
        raise ValueError(f"a drawing of kind {drawing.get('is')!r} is not known here")
    from PIL import Image, ImageDraw  # 9 MB that most processes never need

    rows, now = drawing["rows"], datetime.fromisoformat(drawing["now"])
    image = Image.new("RGB", (WIDTH, TOP + ROW * len(rows) + MARGIN), PAPER)
    paper = ImageDraw.Draw(image)
    scale = _Scale(rows, now)
    _weeks(paper, scale, image.height)
    for place, row in enumerate(rows):
        _row(paper, scale, TOP + place * ROW, row)
    paper.line([(scale.x(now), TOP - 6), (scale.x(now), image.height - MARGIN)], fill=SILENT, width=2)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


class _Scale:
    """From moments to places on the paper."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
        opened = [datetime.fromisoformat(row["opened"]) for row in rows]
        closes = [datetime.fromisoformat(row["closes"]) for row in rows]
        self.first, self.last = min([now, *opened]), max([now, *closes]) + timedelta(hours=6)

    def x(self, at: datetime) -> float:
        part = (at - self.first) / (self.last - self.first)
        return LABELS + part * (WIDTH - LABELS - MARGIN)


def _weeks(paper: ImageDraw.ImageDraw, scale: _Scale, height: int) -> None:
    """A faint line at each Monday with its date, as far apart as they can be read."""
    day = (scale.first + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    written_to = 0.0
    while day < scale.last:
        if day.weekday() == 0:
            x = scale.x(day)
            paper.line([(x, TOP - 8), (x, height - MARGIN)], fill=FAINT)
            if x > written_to:
                paper.text((x + 3, 6), f"{day:%Y-%m-%d}", fill=INK, font=_font())
                written_to = x + 84
        day += timedelta(days=1)


def _row(paper: ImageDraw.ImageDraw, scale: _Scale, top: int, row: Mapping[str, Any]) -> None:
    opened, closes = (datetime.fromisoformat(row[name]) for name in ("opened", "closes"))
    paper.text((MARGIN, top), row["id"], fill=INK, font=_font())
    paper.rounded_rectangle([scale.x(opened), top, max(scale.x(closes), scale.x(opened) + 4), top + BAR], 4, fill=OPEN)
    x, y = float(LABELS), top + BAR + 4
    groups = row["groups"]
    for name, is_heard in groups[:MOST_NAMES]:
        dot = [x, y + 4, x + 8, y + 12]
        paper.ellipse(dot, fill=HEARD if is_heard else PAPER, outline=HEARD if is_heard else SILENT, width=2)
        paper.text((x + 12, y), name[:20], fill=INK, font=_font())
        x += 24 + paper.textlength(name[:20], font=_font())
    if len(groups) > MOST_NAMES:
        paper.text((x, y), f"+{len(groups) - MOST_NAMES}", fill=INK, font=_font())


def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size=12)
