"""When a group's own time in a window ends, and the window with the last of them. Pure; times aware UTC.

A group's end is always derived anew from what is stored, so that a changed calendar, an extension, a hold and a change
of substance can come in any order. It is the latest of:

- the window's length from its opening, and then each extension, by the group's own calendar; a length of hours or
  minutes runs from when its quiet hours end, as it is shown the window then, and any other end leaves it READS_FOR;
- for a group that joined later, JOINS_FOR from then on, or the window's length if that is shorter;
- after a change of substance that left it less, CHANGE_LEAVES from then on, or the window's length if that is shorter;

and, for a group that asked for time, HOLDS_FOR more than that, or as much again as the window's length.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.durations import LONGEST_DAYS, BusinessDays, Duration, Hours, Minutes, Span, ends_at, parse_duration
from bot.core.errors import UserError
from bot.core.working_time import WorkingTime, add_business_days, holidays_used, quiet_ends, to_local
from storage.decisions import Decision
from storage.input_windows import OPEN, Window, WindowGroup

HOLDS_FOR = 5
"""Business days that a hold gives a group: once, whoever else holds."""
JOINS_FOR = 5
"""Business days that a group has from when it came in."""
CHANGE_LEAVES = 2
"""Business days that every group has after a change of substance."""
READS_FOR = timedelta(hours=1)
"""So long at least a group can read what its quiet hours held up, before its time is over."""
LAST_DAYS = timedelta(days=2)
"""A change of substance moves the ends that are nearer than this."""


def own_end(window: Window, asked: WindowGroup, calendar: WorkingTime) -> datetime:
    """A group's own end. UserError for a length that is a date and has passed."""
    typed = parse_duration(window.length)
    length = ends_at(typed, window.opened_at, calendar) - window.opened_at
    is_short = isinstance(typed, (Hours, Minutes))
    least = length if is_short else min(length, READS_FOR)
    end = max(window.opened_at + length, quiet_ends(calendar, window.opened_at) + least)
    for extension in window.extensions:
        end = ends_at(parse_duration(extension), end, calendar)
    for since, days in ((asked.joined_at, JOINS_FOR), (asked.changed_at, CHANGE_LEAVES)):
        if since is not None:
            shown_at = quiet_ends(calendar, since) if is_short else since
            end = max(end, min(add_business_days(calendar, since, days), shown_at + length))
    if asked.held_at is not None:
        end = min(add_business_days(calendar, end, HOLDS_FOR), end + length)
    return end


def with_end(
    window: Window, asked: WindowGroup, calendar: WorkingTime, not_before: datetime | None = None
) -> WindowGroup:
    """The group with its own end, but not before `not_before`, and with what that was derived from."""
    end = own_end(window, asked, calendar)
    if not_before is not None:
        end = max(end, not_before)
    local = to_local(end, calendar.zone).isoformat(timespec="minutes")
    days = tuple((day.isoformat(), name) for day, name in holidays_used(calendar, window.opened_at, end))
    return replace(asked, closes_at=end, closes_local=local, zone=calendar.zone, holidays=days)


def new_group(window: Window, group_id: int, joined_at: datetime | None = None) -> WindowGroup:
    """A group that is asked, before its end is known."""
    return WindowGroup(window.network_id, window.number, group_id, window.opened_at, "", "UTC", (), joined_at=joined_at)


def opened(
    decision: Decision, length: str, calendars: Mapping[int, WorkingTime], now: datetime, *, is_review: bool
) -> tuple[Window, list[WindowGroup]]:
    """A new window over the groups of `calendars`; it ends with the last of them. UserError for a past date."""
    window = Window(decision.network_id, decision.number, is_review, OPEN, length, now, now)
    window = replace(window, substance_version=decision.version)
    asked = [with_end(window, new_group(window, id), calendar) for id, calendar in calendars.items()]
    asked.sort(key=lambda group: (group.closes_at, group.group_id))
    return replace(window, closes_at=asked[-1].closes_at), asked


def window_end(window: Window, asked: Collection[WindowGroup], now: datetime) -> datetime:
    """The window ends with the last group that is waited for, and not in the past; without any, when it would have."""
    ends = [group.closes_at for group in asked if group.is_asked]
    return max([*ends, now]) if ends else max(window.closes_at, now)


def check_extension(window: Window, typed: Duration) -> None:
    """UserError unless it is a length: a date would not be more time for every group."""
    if not isinstance(typed, (BusinessDays, Span)):
        raise UserError("Say by how much: a length such as 3d or 5bd.", f"/extend {window.about} 3d")


def check_latest(window: Window, groups: Collection[WindowGroup]) -> None:
    """UserError for ends that are more than two years after the opening."""
    if any(group.closes_at - window.opened_at > timedelta(days=LONGEST_DAYS) for group in groups):
        raise UserError("That is more than two years after it was opened. Type a shorter length.")


def needs_time(asked: WindowGroup, now: datetime) -> bool:
    """Whether a change of substance at `now` leaves a group too little time."""
    return asked.is_asked and asked.closes_at - now < LAST_DAYS
