"""Lengths and moments as people type them: `10bd`, `3d`, `2026-12-04 17:00`, `fri 17:00`, `eow`. A strict grammar.

Upper and lower case and spaces are free ("10 Business Days"). A bare `m` is refused: it could be a minute or a month.
`str()` gives the text that reads back as the same value.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar, Literal, assert_never

from bot.core.errors import UserError
from bot.core.working_time import (
    ONE_DAY,
    WEEKDAYS,
    WorkingTime,
    add_business_days,
    end_of_work,
    last_working_day,
    local_date,
    parse_clock,
    shortened,
    to_local,
    to_utc,
    weekday_number,
)


@dataclass(frozen=True, slots=True)
class _Counted:
    n: int
    unit: ClassVar[str]

    def __str__(self) -> str:
        return f"{self.n}{self.unit}"


@dataclass(frozen=True, slots=True)
class BusinessDays(_Counted):
    """Full working days of the group whose calendar it is, holidays counted."""

    unit: ClassVar[str] = "bd"


@dataclass(frozen=True, slots=True)
class Days(_Counted):
    """Calendar days; the local time of day stays."""

    unit: ClassVar[str] = "d"


@dataclass(frozen=True, slots=True)
class Weeks(_Counted):
    """Seven calendar days each; the local time of day stays."""

    unit: ClassVar[str] = "w"


@dataclass(frozen=True, slots=True)
class Months(_Counted):
    """Calendar months; the local time of day stays, and a day that the month does not have is its last."""

    unit: ClassVar[str] = "mo"


@dataclass(frozen=True, slots=True)
class Hours(_Counted):
    """Elapsed time, whatever the clocks do."""

    unit: ClassVar[str] = "h"


@dataclass(frozen=True, slots=True)
class Minutes(_Counted):
    """Elapsed time, whatever the clocks do."""

    unit: ClassVar[str] = "min"


@dataclass(frozen=True, slots=True)
class OnDate:
    """A local date and time; without a time, when the group's work ends that day."""

    day: date
    at: time | None = None

    def __str__(self) -> str:
        return f"{self.day}{_clock(self.at)}"


@dataclass(frozen=True, slots=True)
class OnWeekday:
    """The next such weekday (0 is Monday), today if its time is still ahead; without a time, when work ends."""

    weekday: int
    at: time | None = None

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday][:3]}{_clock(self.at)}"


@dataclass(frozen=True, slots=True)
class EndOf:
    """When work ends today, or on the last working day of this week or month."""

    unit: Literal["day", "week", "month"]

    def __str__(self) -> str:
        return next(word for word, unit in _ENDS.items() if unit == self.unit)


Span = Days | Weeks | Months | Hours | Minutes
Duration = BusinessDays | Span | OnDate | OnWeekday | EndOf

_ENDS: dict[str, Literal["day", "week", "month"]] = {"eod": "day", "eow": "week", "eom": "month"}
_UNITS: dict[str, type[BusinessDays | Span]] = {
    **dict.fromkeys(("bd", "business day", "business days", "working day", "working days"), BusinessDays),
    **dict.fromkeys(("d", "day", "days"), Days),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), Weeks),
    **dict.fromkeys(("mo", "mos", "month", "months"), Months),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), Hours),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), Minutes),
}
# About two years: what is meant to last longer is reviewed, not waited for.
LONGEST_DAYS = 731
_LONGEST = {BusinessDays: 520, Days: 730, Weeks: 104, Months: 24, Hours: 730 * 24, Minutes: 730 * 24 * 60}
_YEARS = range(1900, 3000)

_LENGTH = re.compile(r"([+-]?[0-9]+(?:[.,][0-9]+)?) ?([a-z ]*)")
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?: ?t ?| )([0-9:]+))?")
_WEEKDAY = re.compile(r"([a-z]+)(?: ([0-9:]+))?")


def parse_duration(typed: str) -> Duration:
    """A length or a moment, for `--for` and the like. UserError, and nothing else, for all other texts."""
    text = " ".join(typed.lower().split())
    if text in _ENDS:
        return EndOf(_ENDS[text])
    if found := _LENGTH.fullmatch(text):
        return _length(found[1], found[2])
    if found := _DATE.fullmatch(text):
        return OnDate(_date(int(found[1]), int(found[2]), int(found[3])), _time(found[4]))
    if (found := _WEEKDAY.fullmatch(text)) and (weekday := weekday_number(found[1])) is not None:
        return OnWeekday(weekday, _time(found[2]))
    raise UserError(
        "“{typed}” is no length of time or date. Type for example 10bd, 3d, 2w, 30min, 1mo, 2026-12-04 or fri 17:00.",
        typed=shortened(typed),
    )


def is_unit(word: str) -> bool:
    """Whether this is a unit of time as it may stand behind a number: "weeks", "bd", and "m", which is asked about."""
    return word.lower() in _UNITS or word.lower() == "m"


def parse_span(typed: str) -> Span:
    """A plain length (`7d`, `2w`, `1mo`, `12h`, `30min`), the same for every group. UserError otherwise."""
    duration = parse_duration(typed)
    if isinstance(duration, Span):
        return duration
    raise UserError("“{typed}” is no plain length of time. Type for example 7d, 2w or 1mo.", typed=shortened(typed))


def parse_moment_past(typed: str, now: datetime, zone: str, *, is_end: bool = False) -> datetime:
    """The moment (UTC) meant by a date, or by a length counted back from `now`, for `--since` and `--until`.

    A date without a time is the beginning of that local day, with `is_end` the end, which may be ahead. UserError for
    a beginning that is.
    """
    duration = parse_duration(typed)
    if isinstance(duration, Span):
        return _moved(duration, now, zone, -1)
    if not isinstance(duration, OnDate):
        raise UserError(
            "“{typed}” is no date to look back to. Type for example 90d or 2026-01-31.", typed=shortened(typed)
        )
    begin = to_utc(datetime.combine(duration.day, duration.at or time()), zone)
    if begin > now and not is_end:
        raise UserError(
            "{date} is still ahead. Type a date that has passed, or a length such as 90d.", date=str(duration)
        )
    if is_end and duration.at is None:
        return to_utc(datetime.combine(duration.day + ONE_DAY, time()), zone)
    return begin


def ends_at(duration: Duration, start: datetime, calendar: WorkingTime) -> datetime:
    """The moment (UTC) at which `duration` ends for a group when it begins at `start` (aware); always after `start`.

    UserError, with the date it came to, for a moment that has passed or is more than two years away.
    """
    if isinstance(duration, BusinessDays):
        return add_business_days(calendar, start, duration.n)
    if isinstance(duration, Span):
        return _moved(duration, start, calendar.zone, 1)
    wall = _wall(duration, start, calendar)
    shown = {"moment": wall.isoformat(" ", "minutes"), "zone": calendar.zone}
    if wall.date() > local_date(start, calendar.zone) + timedelta(days=LONGEST_DAYS):
        raise UserError("{moment} ({zone}) is more than two years away. Type an earlier date.", **shown)
    end = to_utc(wall, calendar.zone)
    if end <= start:
        raise UserError("{moment} ({zone}) has passed. Type a later date, or a length such as 3d.", **shown)
    return end


def _clock(at: time | None) -> str:
    return "" if at is None else f" {at:%H:%M}"


def _length(number: str, word: str) -> BusinessDays | Span:
    if word == "m":
        n = shortened(number)
        raise UserError("“{n}m”: minute or month? Type {n}min or {n}mo.", n=n, wrong=f"{n}m", near=f"{n}min")
    if not word:
        raise UserError(
            "“{n}” of what? Type {n}d for days, {n}bd for business days, {n}h for hours.", n=shortened(number)
        )
    unit = _UNITS.get(word.strip())
    if unit is None:
        raise UserError(
            "“{unit}” is no unit of time. Type bd, d, w, mo, h or min behind the number.", unit=shortened(word)
        )
    longest = _LONGEST[unit]
    if not number.isdigit() or not number.strip("0"):
        raise UserError("A length is a whole number from 1 up. Type for example {least}.", least=str(unit(1)))
    if len(number) > 9 or int(number) > longest:
        raise UserError(
            "{typed} is more than two years. Type {most} or less.",
            typed=shortened(number + word),
            most=str(unit(longest)),
        )
    return unit(int(number))


def _date(year: int, month: int, day: int) -> date:
    if year in _YEARS and month in range(1, 13):
        last = monthrange(year, month)[1]
        if day in range(1, last + 1):
            return date(year, month, day)
        raise UserError(
            "{month} has no day {day}. Type for example {last}.",
            month=f"{year}-{month:02}",
            day=day,
            last=str(date(year, month, last)),
        )
    raise UserError(
        "There is no date {date}. Type it as year-month-day: 2026-12-04.", date=f"{year:04}-{month:02}-{day:02}"
    )


def _time(typed: str | None) -> time | None:
    at = None if typed is None else parse_clock(typed)
    if typed is not None and at is None:
        raise UserError(
            "“{typed}” is no time of day. Type it from 00:00 to 23:59, for example 17:00.", typed=shortened(typed)
        )
    return at


def _moved(span: Span, start: datetime, zone: str, direction: Literal[1, -1]) -> datetime:
    amount = direction * span.n
    match span:
        case Hours():
            return start.astimezone(UTC) + timedelta(hours=amount)
        case Minutes():
            return start.astimezone(UTC) + timedelta(minutes=amount)
        case Days():
            return to_utc(to_local(start, zone) + timedelta(days=amount), zone)
        case Weeks():
            return to_utc(to_local(start, zone) + timedelta(weeks=amount), zone)
        case Months():
            return to_utc(_months_later(to_local(start, zone), amount), zone)
        case _:
            assert_never(span)


def _months_later(local: datetime, n: int) -> datetime:
    years, month = divmod(local.year * 12 + local.month - 1 + n, 12)
    return local.replace(year=years, month=month + 1, day=min(local.day, monthrange(years, month + 1)[1]))


def _wall(duration: OnDate | OnWeekday | EndOf, start: datetime, calendar: WorkingTime) -> datetime:
    now = to_local(start, calendar.zone)
    if isinstance(duration, EndOf):
        return datetime.combine(_last_day(duration.unit, now.date(), calendar), end_of_work(calendar))
    at = end_of_work(calendar) if duration.at is None else duration.at
    if isinstance(duration, OnDate):
        return datetime.combine(duration.day, at)
    wall = datetime.combine(now.date() + timedelta(days=(duration.weekday - now.weekday()) % 7), at)
    return wall if to_utc(wall, calendar.zone) > start else wall + timedelta(days=7)


def _last_day(unit: Literal["day", "week", "month"], today: date, calendar: WorkingTime) -> date:
    match unit:
        case "day":
            return today
        case "week":
            last = (_last_weekday(calendar.working_days) - today.weekday()) % 7
            return last_working_day(calendar, today + timedelta(days=last))
        case "month":
            return last_working_day(calendar, today.replace(day=monthrange(today.year, today.month)[1]))
        case _:
            assert_never(unit)


def _last_weekday(working_days: frozenset[int]) -> int:
    """The working day before the week's longest rest: Friday for mon-fri, Thursday for sun-thu."""

    def rest(day: int) -> int:
        return next(n for n in range(1, 8) if (day + n) % 7 in working_days)

    return max(working_days, key=lambda day: (rest(day), day))
