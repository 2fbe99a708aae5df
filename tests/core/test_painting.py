"""Pictures are painted from drawings: real PNG files, the same each time, with what the drawing says at its place."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from bot.core.painting import (
    HEARD,
    INK,
    LABELS,
    LONGEST_NAME,
    MARGIN,
    OPEN,
    PAPER,
    SCALE,
    SILENT,
    WIDTH,
    Legend,
    WindowRow,
    painted,
    windows_drawing,
)

NOW = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)


def rows(count: int, groups: int = 2) -> list[WindowRow]:
    who = tuple((f"Group {n}", n % 2 == 0) for n in range(groups))
    opened = NOW - timedelta(days=3)
    return [WindowRow(f"D-{n}", opened, NOW + timedelta(days=4 + n), who) for n in range(1, count + 1)]


def colours(image: Image.Image) -> set[str]:
    found = image.getcolors(maxcolors=1 << 20) or []
    return {"#{:02x}{:02x}{:02x}".format(*colour) for _, colour in found if isinstance(colour, tuple)}


@pytest.mark.parametrize("count", [1, 3, 12])
def test_windows_on_a_time_line(count: int) -> None:
    png = painted(windows_drawing(rows(count, groups=9), NOW))
    image = Image.open(io.BytesIO(png))
    assert (image.format, image.width) == ("PNG", WIDTH * SCALE)
    assert {OPEN, HEARD, SILENT} <= colours(pixels(png))
    assert len(png) < 60_000


def pixels(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


@pytest.mark.parametrize("count", [1, 12, 40])
def test_nothing_runs_out_of_the_picture(count: int) -> None:
    """Names are as long as people make them; a margin is left on every side, whatever is written."""
    who = tuple((f"{'Wide' * n} {n}", n % 2 == 0) for n in range(3, 14))
    opened = NOW - timedelta(days=30)
    many = [WindowRow(f"D-{n}000", opened, NOW + timedelta(hours=n), who) for n in range(1, count + 1)]
    image = pixels(painted(windows_drawing(many, NOW, Legend("gave input", "not heard yet", "now"))))
    edge = (MARGIN - 4) * SCALE
    for box in (
        (0, 0, edge, image.height),
        (image.width - edge, 0, image.width, image.height),
        (0, image.height - edge, image.width, image.height),
    ):
        assert colours(image.crop(box)) == {PAPER}


def test_a_long_name_is_seen_to_be_longer_and_no_line_crosses_it() -> None:
    long = "N" * (LONGEST_NAME + 1)
    short = windows_drawing([WindowRow("D-1", NOW, NOW + timedelta(days=9), ((f"{long[:-4]}...", True),))], NOW)
    assert painted(windows_drawing([WindowRow("D-1", NOW, NOW + timedelta(days=9), ((long, True),))], NOW)) == painted(
        short
    )
    image = pixels(painted(short))
    # The line of "now" stands where the names begin: it is there beside the bar, not beside the name.
    column = [image.getpixel((LABELS * SCALE, y)) for y in range(image.height)]
    silent = tuple(bytes.fromhex(SILENT[1:]))
    marked = [y for y, colour in enumerate(column) if colour == silent]
    written = [y for y in range(image.height) if tuple(bytes.fromhex(INK[1:])) in row_of(image, y)]
    assert marked
    assert not set(marked) & {y for y in written if y > max(written) - 8 * SCALE}


def row_of(image: Image.Image, y: int) -> set[object]:
    return {image.getpixel((x, y)) for x in range((LABELS + 14) * SCALE, image.width)}


def test_signs_are_explained_where_the_letters_are_there() -> None:
    plain = painted(windows_drawing(rows(2), NOW))
    explained = painted(windows_drawing(rows(2), NOW, Legend("gave input", "not heard yet", "now")))
    assert pixels(explained).height > pixels(plain).height
    assert painted(windows_drawing(rows(2), NOW, Legend("ответили", "ещё нет", "сейчас"))) == plain


def test_the_same_drawing_is_the_same_picture() -> None:
    assert painted(windows_drawing(rows(2), NOW)) == painted(windows_drawing(rows(2), NOW))
    assert painted(windows_drawing(rows(2), NOW)) != painted(windows_drawing(rows(3), NOW))


def test_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="not known here"):
        painted({"is": "a face"})
