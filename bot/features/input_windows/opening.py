"""A window opens: with a proposal, or for review after a decision that could not wait."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.core import on_call
from bot.core.calendars import calendar_of
from bot.core.context import Context
from bot.core.events import DecisionLogged, DecisionProposed, InputOpened
from bot.core.holding import may_wait
from bot.core.message import Block
from bot.core.working_time import quiet_ends
from bot.features.input_windows import ends, messages, rules
from bot.features.input_windows.reminding import STEPS, owed_times, reminder_times
from bot.features.input_windows.rooms import Room, head_key
from storage import decisions, directory, input_windows
from storage.input_windows import HEAD_VIEW, PAUSED, Window, WindowGroup
from storage.network import Channel, Group

CLOSE, REMINDER, OWED = "input_close", "input_reminder", "outcome_owed"
EDIT_GAP_S = 4
REVIEW_LENGTH = "10bd"


def proposed(ctx: Context, fact: DecisionProposed) -> tuple[Block, ...]:
    """Opens the window of a proposal; what its author is told of it."""
    return open_window(ctx, fact.number, fact.affected_ids, fact.length, is_review=False)


def logged(ctx: Context, fact: DecisionLogged) -> tuple[Block, ...]:
    """Opens a review after an urgent decision that affects others; the decision stands meanwhile."""
    if not fact.is_urgent or not fact.affected_ids:
        return ()
    length = fact.length or REVIEW_LENGTH
    return open_window(ctx, fact.number, fact.affected_ids, length, is_review=True, is_urgent=True)


def open_window(
    ctx: Context,
    number: int,
    affected: Collection[int],
    length: str,
    *,
    is_review: bool,
    is_urgent: bool = False,
) -> tuple[Block, ...]:
    """Opens a window over these groups. `is_urgent`: it is shown at once, whatever the hour, and marked."""
    decision = decisions.find(ctx.db, ctx.network.id, number)
    if decision is None:
        raise LookupError(f"D-{number} is not there to be opened for input")
    ids = rules.asked_ids(decision.group_id, affected)
    groups = directory.groups_by_id(ctx.db, ctx.network.id, [decision.group_id, *ids])
    ctx.know(groups.values())
    calendars = {id: calendar_of(groups[id]) for id in ids}
    window, asked = ends.opened(decision, length, calendars, ctx.now, is_review=is_review)
    window, asked = without_paused(window, asked, groups)
    input_windows.add(ctx.db, window, asked)
    room = Room(decision, window, tuple(asked), groups)
    homes = directory.homes(ctx.db, ctx.network.id, list(groups))
    for channel in homes:
        post_head(ctx, window, channel, is_urgent=is_urgent)
    if is_urgent:
        on_call.mention(ctx, number, HEAD_VIEW, homes)
    set_close(ctx, window)
    for group in asked:
        set_reminders(ctx, room, group)
    opened = InputOpened(
        about=window.about,
        group_id=decision.group_id,
        number=number,
        closes_at=window.closes_at,
        group_ids=tuple(ids),
        is_review=is_review,
    )
    asleep = {} if is_urgent else _asleep(ctx, homes, groups)
    return (*messages.opened(ctx.words, room, homes, asleep), *ctx.publish(opened))


def _asleep(ctx: Context, homes: Sequence[Channel], groups: Mapping[int, Group]) -> dict[int, datetime]:
    """The groups that are shown it later, when their quiet hours end, and when that is."""
    now = {channel.group_id for channel in homes if not may_wait(ctx, channel)}
    later = {channel.group_id for channel in homes} - now
    shown_at = {id: quiet_ends(calendar_of(group), ctx.now) for id, group in groups.items() if id in later}
    return {id: at for id, at in shown_at.items() if at > ctx.now}


def without_paused(
    window: Window, asked: Sequence[WindowGroup], groups: Mapping[int, Group]
) -> tuple[Window, list[WindowGroup]]:
    """A group that is paused is not waited for, and the window does not wait for its end."""
    rows = [replace(row, state=PAUSED) if groups[row.group_id].state == PAUSED else row for row in asked]
    ends_of_others = [row.closes_at for row in rows if row.state != PAUSED]
    return replace(window, closes_at=max(ends_of_others, default=window.closes_at)), rows


def post_head(ctx: Context, window: Window, channel: Channel, *, is_urgent: bool = False) -> None:
    """The head message of a window in one channel: the root of its thread there."""
    ctx.say(
        channel,
        HEAD_VIEW,
        {"number": window.number},
        key=head_key(window.number, channel.id),
        about=window.about,
        edit_gap_s=EDIT_GAP_S,
        is_urgent=is_urgent,
    )


def set_reminders(ctx: Context, room: Room, group: WindowGroup) -> None:
    """Sets a group's reminders that are still ahead, or moves them; those that were given stay given."""
    calendar = calendar_of(room.groups[group.group_id])
    steps = reminder_times(group.joined_at or room.window.opened_at, group.closes_at, calendar)
    next_ones = [*(at for _, at in steps), group.closes_at][1:]
    for (step, at), next_at in zip(steps, next_ones, strict=True):
        if at > ctx.now:
            args = {"step": step, "next": next_at.isoformat()}
            ctx.due(at, REMINDER, room.window.about, group_id=group.group_id, round=STEPS.index(step), **args)


def set_close(ctx: Context, window: Window) -> None:
    """The window closes when it ends: once for each time that it was opened."""
    ctx.due(window.closes_at, CLOSE, window.about, round=window.round - 1)


def set_owed(ctx: Context, window: Window, deciding: Group) -> None:
    """From now on the deciding group owes an outcome; at last the circle sees it."""
    times = owed_times(ctx.now, calendar_of(deciding))
    for n, at in enumerate(times):
        ctx.due(at, OWED, window.about, group_id=deciding.id, round=(window.round - 1) * len(times) + n)


def stop_clocks(ctx: Context, about: str) -> None:
    """Takes back all that was to fall due of a window."""
    ctx.undue(about, CLOSE, REMINDER, OWED)
