"""A group's calendar from its record."""

from datetime import date, time

from bot.core.calendars import calendar_of
from bot.core.working_time import WorkingTime
from storage.network import Group


def test_a_groups_record_gives_its_calendar() -> None:
    group = Group(
        1, 7, "a", "A", "Africa/Nairobi", "KE", "mon-thu", "18:00-09:00", "en", "active", (("2026-12-24", False),)
    )
    assert calendar_of(group) == WorkingTime(
        "Africa/Nairobi", "KE", frozenset(range(4)), time(18), time(9), ((date(2026, 12, 24), False),)
    )
