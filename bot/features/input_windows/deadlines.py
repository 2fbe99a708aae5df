"""What happens when a window's time is up: the close, reminders to groups not heard, reminders of an owed outcome."""

from __future__ import annotations

from datetime import datetime

from bot.core.calendars import calendar_of
from bot.core.context import Context
from bot.core.events import InputClosed, OutcomeOverdue
from bot.core.working_time import next_working_moment
from bot.features.input_windows import opening, rules, tellings
from bot.features.input_windows.reminding import OWED_AFTER, STEPS, owed_times
from bot.features.input_windows.rooms import Room, head_key, room
from storage import contributions, input_windows
from storage.deadlines import Deadline
from storage.input_windows import CLOSED, OPEN


def close(ctx: Context, deadline: Deadline) -> None:
    """The window's time is up, maybe long ago: it closes, and its threads get the summary."""
    found = _room(ctx, deadline)
    if found is None or found.window.state != OPEN:
        return
    if found.window.closes_at > ctx.now:
        raise LookupError(f"{found.window.about} would close before its time")
    close_now(ctx, found, int((ctx.now - deadline.due_at).total_seconds()))


def close_now(ctx: Context, found: Room, late_s: int = 0) -> None:
    """Closes an open window; its threads get the summary, and the deciding group owes an outcome."""
    number = found.window.number
    shut(ctx, found)
    for channel in input_windows.head_channels(ctx.db, ctx.network.id, found.window.about):
        ctx.say(
            channel,
            "window_summary",
            {"number": number, "late_s": late_s, "round": found.window.round},
            key=f"D-{number}:summary:{round_key(found)}{channel.id}",
            about=found.window.about,
            thread_of=head_key(number, channel.id),
        )
    opening.set_owed(ctx, found.window, found.deciding)


def round_key(found: Room) -> str:
    """What a key has in it so that what is said once a window is said again when it was opened again."""
    return f"r{found.window.round}:" if found.window.round > 1 else ""


def shut(ctx: Context, found: Room) -> None:
    """Closes an open window: no more reminders, and the fact is on the record."""
    about, number = found.window.about, found.window.number
    input_windows.close(ctx.db, ctx.network.id, number, ctx.now)
    opening.stop_clocks(ctx, about)
    concerns = contributions.concerns(ctx.db, ctx.network.id, number)
    ctx.publish(
        InputClosed(
            about=about,
            group_id=found.decision.group_id,
            number=number,
            silent_ids=tuple(group.group_id for group in found.asked if group.heard_at is None),
            open_concerns=tuple(concern.id for concern in concerns if concern.is_unsettled),
        )
    )
    ctx.touch(about)


def remind(ctx: Context, deadline: Deadline) -> None:
    """A step of reminding: only a group that was not heard, in its working hours; of several late ones the last."""
    found = _room(ctx, deadline)
    asked = found.row(deadline.group_id) if found else None
    if found is None or asked is None or found.window.state != OPEN:
        return
    group, next_at = found.groups[asked.group_id], datetime.fromisoformat(deadline.args["next"])
    if not rules.wants_reminder(asked, group.state, next_at, ctx.now):
        return
    moment = next_working_moment(calendar_of(group), ctx.now)
    if moment > ctx.now and deadline.round < len(STEPS):
        # It comes late, and nobody works now: once more when they do.
        if moment < asked.closes_at:
            again = deadline.round + len(STEPS)
            ctx.due(moment, opening.REMINDER, deadline.about, group_id=group.id, round=again, **deadline.args)
        return
    tellings.offer_reminder(ctx, found, asked, deadline.args["step"], deadline.round, next_at)


def outcome_owed(ctx: Context, deadline: Deadline) -> None:
    """The deciding group owes an outcome: it is reminded, and at last the circle sees it."""
    found = _room(ctx, deadline)
    if found is None or found.window.state != CLOSED:
        return
    window, step = found.window, deadline.round % len(OWED_AFTER)
    closed_at = window.closed_at or window.closes_at
    if step == len(OWED_AFTER) - 1:
        owed = OutcomeOverdue(
            about=window.about, group_id=found.decision.group_id, number=window.number, since=closed_at
        )
        ctx.publish(owed)
    elif step == len(OWED_AFTER) - 2 or owed_times(closed_at, calendar_of(found.deciding))[step + 1] > ctx.now:
        tellings.offer_owed(ctx, found, deadline.round)


def _room(ctx: Context, deadline: Deadline) -> Room | None:
    return room(ctx.db, ctx.network.id, int(deadline.about.removeprefix("D-")))
