"""When a group is reminded: few times, in its working hours, never near the opening, the close or each other."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.durations import ends_at, parse_duration
from bot.core.working_time import WorkingTime, is_quiet, is_working_day, local_date, to_local
from bot.features.input_windows.reminding import STEPS, owed_times, reminder_times

NAIROBI = WorkingTime("Africa/Nairobi", "KE", quiet_from=time(18), quiet_until=time(9))
MONDAY = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)  # 10:00 in Nairobi


def planned(length: str) -> list[tuple[str, str]]:
    end = ends_at(parse_duration(length), MONDAY, NAIROBI)
    times = reminder_times(MONDAY, end, NAIROBI)
    return [(step, f"{to_local(at, NAIROBI.zone):%a %d %H:%M}") for step, at in times]


@pytest.mark.parametrize(
    ("length", "steps"),
    [
        ("10bd", [("half-way", "Mon 09 10:00"), ("last-day", "Fri 13 09:00")]),
        ("8bd", [("two-days", "Tue 10 10:00"), ("last-day", "Wed 11 09:00")]),
        ("1mo", [("half-way", "Tue 17 10:00"), ("two-days", "Mon 30 10:00"), ("last-day", "Tue 01 09:00")]),
        ("3d", [("two-days", "Tue 03 10:00"), ("last-day", "Wed 04 09:00")]),
        ("8h", [("half-way", "Mon 02 14:00")]),
        ("3h", []),
        ("2h", []),
        ("30min", []),
    ],
)
def test_the_steps_fit_the_length(length: str, steps: list[tuple[str, str]]) -> None:
    assert planned(length) == steps


zones = st.sampled_from(["Africa/Nairobi", "America/Los_Angeles", "Asia/Kathmandu", "Europe/Madrid", "Pacific/Apia"])
moments = st.timedeltas(timedelta(), timedelta(days=730)).map(lambda later: datetime(2026, 1, 1, tzinfo=UTC) + later)
lengths = st.timedeltas(timedelta(minutes=1), timedelta(days=120))


@settings(max_examples=150, deadline=None)
@given(zones, moments, lengths)
def test_reminders_keep_their_distance_and_the_groups_hours(zone: str, opened: datetime, length: timedelta) -> None:
    calendar = WorkingTime(zone, None, quiet_from=time(18), quiet_until=time(9))
    closes = opened + length
    times = reminder_times(opened, closes, calendar)
    assert [step for step, _ in times] == [step for step in STEPS if step in dict(times)]
    gap = max(timedelta(hours=2), min(timedelta(hours=20), length / 8))
    moments = [at for _, at in times]
    for earlier, later in zip([opened, *moments], moments, strict=False):
        assert later - earlier >= gap
    for at in moments:
        assert closes - at >= gap / 2
        assert is_working_day(local_date(at, zone), calendar)
        assert not is_quiet(calendar, at)


@given(zones, moments)
def test_an_owed_outcome_is_reminded_in_working_hours(zone: str, closed: datetime) -> None:
    calendar = WorkingTime(zone, None, quiet_from=time(18), quiet_until=time(9))
    first, second, shown = owed_times(closed, calendar)
    assert closed + timedelta(days=2) < first < second < closed + timedelta(days=13)
    assert second < shown < closed + timedelta(days=17)
    assert not is_quiet(calendar, first)
    assert not is_quiet(calendar, second)
