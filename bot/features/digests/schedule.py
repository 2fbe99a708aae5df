"""When a group's digest comes: once in each of its local weeks. Pure; moments aware UTC, weeks as 202649 (ISO)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.core.working_time import WorkingTime, is_quiet, local_date, next_working_moment, to_local, to_utc

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """`day` 0 is Monday; `at` is the group's wall clock."""

    day: int = 0
    at: time = time(9)


def week_of(moment: datetime, zone: str) -> int:
    """The ISO week of a moment on the wall of a zone."""
    return _number(local_date(moment, zone))


def week_after(week: int) -> int:
    return _number(monday_of(week) + 7 * ONE_DAY)


def monday_of(week: int) -> date:
    return date.fromisocalendar(week // 100, week % 100, 1)


def moment_of(week: int, schedule: Schedule, calendar: WorkingTime) -> datetime:
    """When the digest of a week comes: at its hour, or at the first moment of the week after it that is worked.

    Where it does not work any more in that week: on a day off, outside quiet hours; where the hour itself lies in the
    quiet end of a week, at the first good moment of that week.
    """
    wanted = to_utc(datetime.combine(monday_of(week) + schedule.day * ONE_DAY, schedule.at), calendar.zone)
    begin, end = _bounds(week, calendar.zone)
    for earliest in (wanted, begin):
        found = _good_moment(calendar, earliest, end)
        if found is not None:
            return found
    return wanted


def next_at(last_week: int, schedule: Schedule, calendar: WorkingTime, now: datetime) -> datetime:
    """When to send the next digest after that of `last_week`; not after `now` where it is to be sent now.

    One that is late comes as soon as its group works, still in its week; a week that ends before is left to the next.
    """
    week = week_of(now, calendar.zone)
    if last_week >= week:
        return moment_of(week_after(last_week), schedule, calendar)
    regular = moment_of(week, schedule, calendar)
    if regular >= now:
        return regular
    late = _good_moment(calendar, now, _bounds(week, calendar.zone)[1])
    return late if late is not None else moment_of(week_after(week), schedule, calendar)


def _good_moment(calendar: WorkingTime, earliest: datetime, end: datetime) -> datetime | None:
    """The first moment from `earliest` on that is worked, else the first outside quiet hours; None from `end` on."""
    for moment in (next_working_moment(calendar, earliest), _waking(calendar, earliest)):
        if moment < end:
            return moment
    return None


def _waking(calendar: WorkingTime, at: datetime) -> datetime:
    """The first moment outside quiet hours from `at` on."""
    if not is_quiet(calendar, at) or calendar.quiet_until is None:
        return at.astimezone(UTC)
    day = to_local(at, calendar.zone).date()
    while True:
        end = to_utc(datetime.combine(day, calendar.quiet_until), calendar.zone)
        if end >= at and not is_quiet(calendar, end):
            return end
        day += ONE_DAY


def _bounds(week: int, zone: str) -> tuple[datetime, datetime]:
    monday = monday_of(week)
    ends = (datetime.combine(monday, time()), datetime.combine(monday + 7 * ONE_DAY, time()))
    return to_utc(ends[0], zone), to_utc(ends[1], zone)


def _number(day: date) -> int:
    year, week, _ = day.isocalendar()
    return year * 100 + week
