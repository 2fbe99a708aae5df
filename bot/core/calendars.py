"""A group's calendar, from the words that it is kept in."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from bot.core.working_time import WorkingTime, parse_quiet, parse_working_days
from storage.network import Group


def calendar_of(group: Group) -> WorkingTime:
    """The working time of a group. UserError if what is stored is none (it was checked when it was typed)."""
    return _calendar(group.zone, group.region, group.working_days, group.quiet, group.day_overrides)


@lru_cache(maxsize=1024)
def _calendar(
    zone: str, region: str | None, days: str, quiet: str, overrides: tuple[tuple[str, bool], ...]
) -> WorkingTime:
    quiet_from, quiet_until = parse_quiet(quiet)
    worked = tuple((date.fromisoformat(day), is_worked) for day, is_worked in overrides)
    return WorkingTime(zone, region, parse_working_days(days), quiet_from, quiet_until, worked)
