"""Groups whose end, or part in a window, is another one: stored, its clocks set anew, and said in the threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.calendars import calendar_of
from bot.core.context import Context
from bot.features.input_windows import ends, opening
from bot.features.input_windows.rooms import Room, head_key
from storage import input_windows
from storage.input_windows import Window, WindowGroup

HOLD, EXTENSION, JOINED, MOVED, REOPENED = "hold", "extension", "joined", "moved", "reopened"


def settle(ctx: Context, found: Room, changed: Sequence[WindowGroup], window: Window | None = None) -> Room:
    """Stores changed groups and the end of the window that follows. What has fired is never armed again."""
    new = {group.group_id: group for group in changed}
    rows = tuple(new.get(row.group_id, row) for row in found.rows)
    window = window or found.window
    window = replace(window, closes_at=ends.window_end(window, rows, ctx.now))
    moved = replace(found, window=window, rows=rows)
    for group in changed:
        input_windows.move_group(ctx.db, group)
        ctx.undue(window.about, opening.REMINDER, group_id=group.group_id)
        if group.is_asked:
            opening.set_reminders(ctx, moved, group)
    if window != found.window:
        input_windows.steer(ctx.db, window)
    if window.closes_at != found.window.closes_at:
        opening.set_close(ctx, window)
    ctx.touch(window.about)
    return moved


def recounted(ctx: Context, found: Room, window: Window) -> list[WindowGroup]:
    """All groups that are waited for, with their ends by a changed window."""
    return [ends.with_end(window, row, calendar_of(found.groups[row.group_id])) for row in found.asked]


def tell(ctx: Context, found: Room, cause: str, once: str, group_id: int = 0) -> None:
    """One reply in every thread, as an edit notifies nobody. `once`: what tells one such change from the next."""
    number = found.window.number
    for channel in input_windows.head_channels(ctx.db, ctx.network.id, found.window.about):
        ctx.say(
            channel,
            "window_moved",
            {"number": number, "cause": cause, "group_id": group_id},
            key=f"D-{number}:{cause}:{once}:{channel.id}",
            about=found.window.about,
            thread_of=head_key(number, channel.id),
        )


def tell_if_moved(ctx: Context, before: Room, after: Room, group_id: int) -> None:
    """Where the window ends at another time now, because of a group's calendar or part, all threads are told."""
    if after.window.closes_at != before.window.closes_at:
        tell(ctx, after, MOVED, f"{group_id}-{int(after.window.closes_at.timestamp())}", group_id)
