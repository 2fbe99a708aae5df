"""A group's calendar: time zone, working days, holidays, quiet hours; what a person types for them is read here too.

Local times become moments by two rules: a time that a clock change skips is shifted forward by the length of the gap,
a time that comes twice is the first of the two.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import cache, lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo, available_timezones

from bot.core.errors import UserError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MON_FRI = frozenset(range(5))
ONE_DAY = timedelta(days=1)
MIDNIGHT = time()
NOON = time(12)
END_OF_WORK = time(18)  # for a group whose quiet hours do not say when its day ends


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """A group's calendar.

    `zone`: IANA name. `region`: whose public holidays are off ("KE", "US-CA"), None for nobody's; one that the
    installed holiday data does not know has none. `working_days`: 0 is Monday. Quiet hours are local and run over
    midnight when `quiet_from` > `quiet_until`; both None: none. `overrides`: (date, is it worked), over holidays and
    weekdays; the last one for a date holds. ValueError for a calendar in which the group would never be reached.
    """

    zone: str
    region: str | None = None
    working_days: frozenset[int] = MON_FRI
    quiet_from: time | None = None
    quiet_until: time | None = None
    overrides: tuple[tuple[date, bool], ...] = ()

    def __post_init__(self) -> None:
        if not self.working_days or not self.working_days <= frozenset(range(7)):
            raise ValueError(f"working days must be some of 0..6, not {sorted(self.working_days)}")
        if (self.quiet_from is None) is not (self.quiet_until is None):
            raise ValueError("quiet hours need both ends")
        if self.quiet_from is not None and self.quiet_from == self.quiet_until:
            raise ValueError("quiet hours must leave some of the day")


def parse_zone(typed: str) -> str:
    """The IANA name as it is written ("Area/City" or UTC), in any case. UserError with the nearest names.

    Names without an area are refused: "EST" has no summer time, which is hardly ever meant.
    """
    zones, wanted = _zones(), "_".join(typed.split()).lower()[:60]
    if wanted in zones:
        return zones[wanted]
    names = ", ".join(_near_zones(wanted))
    if names:
        raise UserError("There is no time zone “{typed}”. Did you mean {names}?", typed=shortened(typed), names=names)
    raise UserError(
        "There is no time zone “{typed}”. Type it as Area/City, for example Africa/Nairobi.", typed=shortened(typed)
    )


def is_zone(name: str) -> bool:
    """Whether this is an IANA name that we know ("Africa/Nairobi"), as platforms give it."""
    return name.lower() in _zones()


def parse_region(typed: str) -> str | None:
    """Whose public holidays are off: "KE", "US-CA", "Kenya"; "none" for nobody's. UserError if the data has no such."""
    country, _, part = (piece.strip() for piece in " ".join(typed.split()).partition("-"))
    if country.lower() in ("none", "off") and not part:
        return None
    codes, wanted = _countries(), country.replace(" ", "").upper()
    if code := codes.get(wanted):
        return f"{code}-{_part_of(code, part)}" if part else code
    near = get_close_matches(wanted[:60], [name for name in codes if len(name) > 3], n=1, cutoff=0.75)
    if near:
        raise UserError(
            "No holidays are known for “{typed}”. Did you mean {country}?",
            typed=shortened(typed),
            country=codes[near[0]],
        )
    raise UserError(
        "No holidays are known for “{typed}”. Type a country such as KE, a part of one such as US-CA, or none.",
        typed=shortened(typed),
    )


def parse_working_days(typed: str) -> frozenset[int]:
    """ "mon-fri", "sat-wed" (over the week's end) or "mon,wed,fri" as numbers, 0 is Monday. UserError for none."""
    parts = re.sub(r"\s*[-\u2010-\u2015]\s*", "-", typed.strip().lower())
    days: set[int] = set()
    for part in filter(None, re.split(r"[,;\s]+", parts)):
        first, dash, last = part.partition("-")
        begin, end = weekday_number(first), weekday_number(last if dash else first)
        if begin is None or end is None:
            days.clear()
            break
        days.update((begin + i) % 7 for i in range((end - begin) % 7 + 1))
    if not days:
        raise UserError(
            "“{typed}” names no working days, and a group needs one. Type for example mon-fri, sun-thu or mon,wed,fri.",
            typed=shortened(typed),
        )
    return frozenset(days)


def parse_quiet(typed: str) -> tuple[time, time] | tuple[None, None]:
    """ "18:00-09:00", local and possibly over midnight, as (from, until); "off" as (None, None). Else UserError."""
    if typed.strip().lower() in ("off", "none"):
        return None, None
    ends = [parse_clock(end) for end in re.split(r"[-\u2010-\u2015]", typed.replace("24:00", "00:00"))]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        raise UserError("“{typed}” is no span of hours. Type for example 18:00-09:00, or off.", typed=shortened(typed))
    if ends[0] == ends[1]:
        raise UserError("Quiet hours need to leave some of the day. Type for example 18:00-09:00, or off.")
    return ends[0], ends[1]


def format_region(region: str | None) -> str:
    """What parse_region reads back."""
    return region or "none"


def format_working_days(days: frozenset[int]) -> str:
    """What parse_working_days reads back, as short as it goes: "mon-fri", "sat,sun"."""
    if len(days) == 7:
        return "mon-sun"
    parts: list[str] = []
    for first in sorted(day for day in days if (day - 1) % 7 not in days):
        length = next(n for n in range(1, 7) if (first + n) % 7 not in days)
        run = [WEEKDAYS[(first + n) % 7][:3] for n in range(length)]
        parts += [f"{run[0]}-{run[-1]}"] if length > 2 else run
    return ",".join(parts)


def format_quiet(quiet_from: time | None, quiet_until: time | None) -> str:
    """What parse_quiet reads back."""
    return "off" if quiet_from is None or quiet_until is None else f"{quiet_from:%H:%M}-{quiet_until:%H:%M}"


def parse_clock(typed: str) -> time | None:
    """ "9:00" or "17:30"; None if it is no time of day."""
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", typed.strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return time(int(found[1]), int(found[2]))


def weekday_number(typed: str) -> int | None:
    """0 for "mon", "Monday" and what lies between; None if it is no weekday."""
    word = typed.strip().lower()
    return next((n for n, name in enumerate(WEEKDAYS) if len(word) > 2 and name.startswith(word)), None)


def shortened(typed: str) -> str:
    """What a person typed, in one line and short enough to be said back."""
    line = " ".join(typed.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def to_utc(local: datetime, zone: str) -> datetime:
    """The moment (UTC) of a naive local time: skipped → shifted forward, twice → the first. Years 2 to 9998."""
    if local.tzinfo is not None:
        raise ValueError("a local time has no zone of its own")
    # PEP 495: fold=0 takes the offset before a change, which is the first of two and the shift forward over a gap.
    return local.replace(tzinfo=_zone(zone), fold=0).astimezone(UTC)


def to_local(moment: datetime, zone: str) -> datetime:
    """The wall clock at an aware moment, naive."""
    return moment.astimezone(_zone(zone)).replace(tzinfo=None)


def local_date(moment: datetime, zone: str) -> date:
    """The date on the wall at an aware moment."""
    return moment.astimezone(_zone(zone)).date()


def is_working_day(day: date, calendar: WorkingTime) -> bool:
    """Overrides, then holidays, then weekdays. A date that its zone never had (Apia, 30 Dec 2011) is not worked."""
    return _is_meant_to_work(day, calendar) and not _is_skipped(day, calendar.zone)


def is_quiet(calendar: WorkingTime, at: datetime) -> bool:
    """Whether the moment is in the group's quiet hours: the first minute is, the end is not."""
    if calendar.quiet_from is None or calendar.quiet_until is None:
        return False
    wall = to_local(at, calendar.zone).time()
    if calendar.quiet_from < calendar.quiet_until:
        return calendar.quiet_from <= wall < calendar.quiet_until
    return wall >= calendar.quiet_from or wall < calendar.quiet_until


def quiet_ends(calendar: WorkingTime, at: datetime) -> datetime:
    """The first moment (UTC) from `at` on that is outside quiet hours, on whatever day."""
    if not is_quiet(calendar, at):
        return at.astimezone(UTC)
    day = local_date(at, calendar.zone) - ONE_DAY  # a clock set back over midnight returns to the day before
    while True:
        for moment in _beginnings(calendar, day):
            if moment >= at and not is_quiet(calendar, moment):
                return moment
        day += ONE_DAY


def end_of_work(calendar: WorkingTime) -> time:
    """Local time at which a day's work ends: where the evening's quiet hours begin, else 18:00."""
    begin, until = calendar.quiet_from, calendar.quiet_until
    if begin is None or until is None:
        return END_OF_WORK
    return begin if begin > until or begin <= END_OF_WORK < until else END_OF_WORK


def add_business_days(calendar: WorkingTime, start: datetime, n: int) -> datetime:
    """The moment (UTC) after `n` ≥ 1 of the group's own full working days.

    The day of `start` does not count: the end is at the same local time on the n-th working day after it. A start on a
    day off counts as made at that hour of the next working day, so that the group has all n days also then.
    A skipped hour is shifted forward (in Nuuk even past midnight).
    """
    if n < 1:
        raise ValueError(f"{n} business days do not end")
    opening = to_local(start, calendar.zone)
    day = _working_day(calendar, opening.date(), ONE_DAY)
    for _ in range(n):
        day = _working_day(calendar, day + ONE_DAY, ONE_DAY)
    return to_utc(datetime.combine(day, opening.time()), calendar.zone)


def last_working_day(calendar: WorkingTime, day: date) -> date:
    """The last working day that is not after `day`."""
    return _working_day(calendar, day, -ONE_DAY)


def last_working_day_before(calendar: WorkingTime, end: datetime) -> date:
    """The last working day before the local date of `end`: the last one that the group has in full."""
    return last_working_day(calendar, local_date(end, calendar.zone) - ONE_DAY)


def next_working_moment(calendar: WorkingTime, at: datetime) -> datetime:
    """The first moment (UTC) from `at` on that is on a working day and outside quiet hours."""
    if _is_reachable(calendar, at):
        return at.astimezone(UTC)
    day = local_date(at, calendar.zone) - ONE_DAY  # a clock set back over midnight returns to the day before
    while True:
        day = _working_day(calendar, day, ONE_DAY)
        for moment in _beginnings(calendar, day):
            if moment >= at and _is_reachable(calendar, moment):
                return moment
        day += ONE_DAY


def holidays_used(calendar: WorkingTime, start: datetime, end: datetime) -> tuple[tuple[date, str], ...]:
    """Days off from the local date of `start` to that of `end`, both included, that would be worked by their weekday.

    A holiday has its name (English where the data has it), a day off by the group's own override has "". Kept with what
    was computed from them, so that a change can be seen and said.
    """
    day, last = local_date(start, calendar.zone), local_date(end, calendar.zone)
    used = []
    while day <= last:
        if day.weekday() in calendar.working_days and not _is_meant_to_work(day, calendar):
            used.append((day, "" if _override(day, calendar) is False else _holidays(calendar.region, day.year)[day]))
        day += ONE_DAY
    return tuple(used)


def warm(regions: Iterable[str], years: Iterable[int]) -> None:
    """Loads holidays ahead: the first load takes 0.5 s. Call it off the loop, and not in a transaction."""
    wanted = tuple(years)
    for region in regions:
        for year in wanted:
            _holidays(region, year)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=4096)
def _holidays(region: str | None, year: int) -> Mapping[date, str]:
    if region is None:
        return {}
    import holidays  # 0.2 s: only a network that has regions pays for it

    country, _, part = region.partition("-")
    try:
        # Without a language, names would follow the machine's LANG.
        found = holidays.country_holidays(country, part or None, years=year, expand=False, language="en_US")
    except NotImplementedError:
        return {}
    return MappingProxyType(dict(found))


def _override(day: date, calendar: WorkingTime) -> bool | None:
    return next((is_worked for set_on, is_worked in reversed(calendar.overrides) if set_on == day), None)


def _is_meant_to_work(day: date, calendar: WorkingTime) -> bool:
    override = _override(day, calendar)
    if override is not None:
        return override
    return day.weekday() in calendar.working_days and day not in _holidays(calendar.region, day.year)


def _is_skipped(day: date, zone: str) -> bool:
    return local_date(to_utc(datetime.combine(day, NOON), zone), zone) != day


def _working_day(calendar: WorkingTime, day: date, step: timedelta) -> date:
    while not is_working_day(day, calendar):
        day += step
    return day


def _is_reachable(calendar: WorkingTime, at: datetime) -> bool:
    return not is_quiet(calendar, at) and is_working_day(local_date(at, calendar.zone), calendar)


def _beginnings(calendar: WorkingTime, day: date) -> list[datetime]:
    """Every moment of a local day at which a reachable stretch can begin, in order: midnight, the end of quiet hours
    (each of them twice where the clock is set back), and a change of the clock itself."""
    first, last = _both(day, MIDNIGHT, calendar.zone)[0], _both(day + ONE_DAY, MIDNIGHT, calendar.zone)[1]
    moments = {*_both(day, MIDNIGHT, calendar.zone), *_both(day, calendar.quiet_until or MIDNIGHT, calendar.zone)}
    if _offset(first, calendar.zone) != _offset(last, calendar.zone):
        moments.add(_clock_change(first, last, calendar.zone))
    return sorted(moments)


def _both(day: date, wall: time, zone: str) -> list[datetime]:
    return sorted(datetime.combine(day, wall, _zone(zone)).replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def _offset(moment: datetime, zone: str) -> timedelta | None:
    return moment.astimezone(_zone(zone)).utcoffset()


def _clock_change(first: datetime, last: datetime, zone: str) -> datetime:
    before = _offset(first, zone)
    seconds = range(1, int((last - first).total_seconds()) + 1)
    found = bisect_left(seconds, True, key=lambda s: _offset(first + timedelta(seconds=s), zone) != before)
    return first + timedelta(seconds=seconds[found])


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in sorted(available_timezones()) if "/" in name or name == "UTC"}


def _near_zones(wanted: str) -> list[str]:
    zones = _zones()
    cities = {key.rpartition("/")[2]: name for key, name in zones.items()}
    if wanted in cities:
        return [cities[wanted]]
    either = cities | zones
    # Short words are mostly abbreviations ("EST"): what looks like them is elsewhere.
    near = get_close_matches(wanted, either, n=3, cutoff=0.75) if len(wanted) > 4 else []
    if not near and len(wanted) > 3:
        near = [key for key in zones if wanted in key][:3]
    return list(dict.fromkeys(either[key] for key in near))


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    from holidays.registry import COUNTRIES  # (class name, two letters, three letters, older names …)

    return {name.upper(): names[1] for names in COUNTRIES.values() for name in names}


def _part_of(country: str, typed: str) -> str:
    import holidays

    entity = holidays.country_holidays(country)
    parts = {alias.upper(): part for alias, part in entity.subdivisions_aliases.items()}
    parts |= {part.upper(): part for part in entity.subdivisions}
    found = parts.get(typed.upper())
    if found is not None:
        return found
    if not parts:
        raise UserError("The holidays of {country} are the same everywhere. Type just {country}.", country=country)
    near = get_close_matches(typed.upper()[:60], parts, n=3) or list(parts)[-3:]
    names = ", ".join(f"{country}-{parts[key]}" for key in near)
    raise UserError(
        "No holidays are known for “{typed}” in {country}. Type for example {names}.",
        typed=shortened(typed),
        country=country,
        names=names,
    )
