"""Pictures are painted from drawings: real PNG files, the same each time, with what the drawing says at its place."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from bot.core.painting import HEARD, OPEN, SILENT, WIDTH, WindowRow, painted, windows_drawing

NOW = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)


def rows(count: int, groups: int = 2) -> list[WindowRow]:
    who = tuple((f"Group {n}", n % 2 == 0) for n in range(groups))
    opened = NOW - timedelta(days=3)
    return [WindowRow(f"D-{n}", opened, NOW + timedelta(days=4 + n), who) for n in range(1, count + 1)]


def colours(png: bytes) -> set[str]:
    image = Image.open(io.BytesIO(png)).convert("RGB")
    found = image.getcolors(maxcolors=1 << 20) or []
    return {"#{:02x}{:02x}{:02x}".format(*colour) for _, colour in found if isinstance(colour, tuple)}


@pytest.mark.parametrize("count", [1, 3, 8])
def test_windows_on_a_time_line(count: int) -> None:
    png = painted(windows_drawing(rows(count, groups=9), NOW))
    image = Image.open(io.BytesIO(png))
    assert (image.format, image.width) == ("PNG", WIDTH)
    assert {OPEN, HEARD, SILENT} <= colours(png)
    assert len(png) < 40_000


def test_the_same_drawing_is_the_same_picture() -> None:
    assert painted(windows_drawing(rows(2), NOW)) == painted(windows_drawing(rows(2), NOW))
    assert painted(windows_drawing(rows(2), NOW)) != painted(windows_drawing(rows(3), NOW))


def test_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="not known here"):
        painted({"is": "a face"})
