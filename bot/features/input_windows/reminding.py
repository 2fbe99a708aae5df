"""When groups that have not been heard are reminded, and who owes an outcome. Pure; times aware UTC."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.core.working_time import (
    WorkingTime,
    add_business_days,
    last_working_day_before,
    next_working_moment,
    to_utc,
)

HALF_WAY, TWO_DAYS, LAST_DAY = "half-way", "two-days", "last-day"
STEPS = (HALF_WAY, TWO_DAYS, LAST_DAY)
OWED_AFTER = (3, 7, 10)
"""Business days of the deciding group after which it is reminded that an outcome is owed; at the last one nobody is
addressed any more, and the facilitation circle sees it."""
_LEAST, _MOST = timedelta(hours=2), timedelta(hours=20)


def reminder_times(opened_at: datetime, closes_at: datetime, calendar: WorkingTime) -> tuple[tuple[str, datetime], ...]:
    """The steps of reminding a group, as they fit its length, in order. The opening itself is the first word.

    Each is in the group's working hours; two of them, and the first and the opening, lie at least an eighth of the
    length apart (from 2 to 20 hours), half-way and the next one twice, the last and the close half of that. The later
    step wins.
    """
    gap = min(_MOST, max(_LEAST, (closes_at - opened_at) / 8))
    day = datetime.combine(last_working_day_before(calendar, closes_at), time())
    wanted = {
        LAST_DAY: to_utc(day, calendar.zone),
        TWO_DAYS: closes_at - timedelta(days=2),
        HALF_WAY: opened_at + (closes_at - opened_at) / 2,
    }
    kept: list[tuple[str, datetime]] = []
    latest = closes_at - gap / 2
    for step, at in wanted.items():
        moment = next_working_moment(calendar, at)
        distance = gap if step == HALF_WAY and kept else timedelta()
        if opened_at + gap <= moment <= latest - distance:
            kept.append((step, moment))
            latest = moment - gap
    return tuple(reversed(kept))


def owed_times(closed_at: datetime, calendar: WorkingTime) -> tuple[datetime, ...]:
    """When the deciding group is reminded of the outcome that it owes, in its working hours; last, when it is shown."""
    return tuple(next_working_moment(calendar, add_business_days(calendar, closed_at, n)) for n in OWED_AFTER)
