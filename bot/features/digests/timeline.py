"""The picture of a digest: open windows on a time line, and who gave input. Kept as a drawing, painted when shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from bot.core.context import Context
from bot.core.language import Words
from bot.core.painting import Legend, WindowRow, windows_drawing
from storage import directory, input_windows, pictures
from storage.network import Group

LEAST, MOST = 3, 8
"""From so many windows on a picture says more than a list; more than so many are not read."""


def keep(ctx: Context, words: Words, args: Mapping[str, Any], shown: str) -> dict[str, Any]:
    """Stores the drawing where it says more than the text; what the message keeps of it."""
    numbers = [*args.get("closing", ()), *args.get("open", ())][:MOST]
    if len(numbers) < LEAST:
        return {}
    legend = Legend(words("gave input"), words("not heard yet"), words("now"))
    drawing = windows_drawing(_rows(ctx, numbers), ctx.now, legend)
    pictures.keep(ctx.db, ctx.network.id, shown, drawing, ctx.real_now)
    return {"picture": shown}


def heard(db: sa.Connection, network_id: int, name: str) -> dict[str, tuple[int, int]]:
    """What a kept picture says in numbers: id → (groups that gave input, groups asked)."""
    drawing = pictures.find(db, network_id, name) or {}
    return {row["id"]: (sum(1 for _, is_heard in row["groups"] if is_heard), len(row["groups"]))
            for row in drawing.get("rows", ())}  # fmt: skip


def _rows(ctx: Context, numbers: list[int]) -> list[WindowRow]:
    rows = []
    for number in numbers:
        window = input_windows.window(ctx.db, ctx.network.id, number)
        asked = [g for g in input_windows.asked(ctx.db, ctx.network.id, number) if g.is_asked]
        groups = directory.groups_by_id(ctx.db, ctx.network.id, [g.group_id for g in asked])
        heard = tuple((_written(groups[g.group_id]), g.heard_at is not None) for g in asked if g.group_id in groups)
        if window is not None:
            rows.append(WindowRow(window.about, window.opened_at, window.closes_at, heard))
    return rows


def _written(group: Group) -> str:
    """A group's name in the letters that the painter has; else its short name."""
    plain = unicodedata.normalize("NFKD", group.name).encode("ascii", "ignore").decode()
    return plain if len(plain) >= len(group.name) - 1 else group.slug
