"""Exactly one digest in each local week, in every zone, through changes of the clock, days off and days of downtime."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.core.working_time import WorkingTime, is_quiet, is_zone, local_date, next_working_moment, to_local
from bot.features.digests.schedule import Schedule, moment_of, monday_of, next_at, week_after, week_of

ZONES = sorted(zone for zone in available_timezones() if is_zone(zone))
QUIET = (time(18), time(9))
MONDAY = Schedule()


def calendar(zone: str, days: frozenset[int] = frozenset(range(5)), quiet: tuple[time, time] = QUIET) -> WorkingTime:
    return WorkingTime(zone, None, days, *quiet)


@pytest.mark.parametrize(
    ("now", "schedule", "sent"),
    [
        ("2026-11-02 08:59", MONDAY, "Mon 02 09:00"),
        ("2026-11-02 12:00", MONDAY, "Mon 02 12:00"),  # the bot was down at nine
        ("2026-11-02 19:00", MONDAY, "Tue 03 09:00"),
        ("2026-11-07 12:00", MONDAY, "Sat 07 12:00"),  # no working day is left in this week
        ("2026-11-07 07:00", MONDAY, "Sat 07 09:00"),
        ("2026-11-08 19:00", MONDAY, "Mon 09 09:00"),  # the week is over: the next one tells of both
        ("2026-11-02 08:59", Schedule(4, time(16, 30)), "Fri 06 16:30"),
        ("2026-11-02 08:59", Schedule(6, time(11)), "Sun 08 11:00"),  # the group chose a day off
        ("2026-11-02 08:59", Schedule(6, time(23)), "Mon 02 09:00"),  # in quiet hours by now: a good moment of the week
    ],
)
def test_when_it_comes(now: str, schedule: Schedule, sent: str) -> None:
    madrid = calendar("Europe/Madrid")
    at = datetime.fromisoformat(f"{now}+01:00").astimezone(UTC)
    last_week = week_of(at, madrid.zone) - 1
    assert f"{to_local(next_at(last_week, schedule, madrid, at), madrid.zone):%a %d %H:%M}" == sent


def test_a_holiday_moves_it_to_the_next_working_day() -> None:
    nairobi = WorkingTime("Africa/Nairobi", "KE", quiet_from=QUIET[0], quiet_until=QUIET[1])
    jamhuri = week_of(datetime(2022, 12, 12, tzinfo=UTC), nairobi.zone)  # Monday 12 December
    assert f"{to_local(moment_of(jamhuri, MONDAY, nairobi), nairobi.zone):%a %d %H:%M}" == "Tue 13 09:00"


schedules = st.builds(Schedule, st.integers(0, 6), st.times().map(lambda t: t.replace(second=0, microsecond=0, fold=0)))
quiets = st.sampled_from([QUIET, (time(22), time(7)), (time(12), time(11)), (time(0), time(23, 30))])
days = st.frozensets(st.integers(0, 6), min_size=1)
# Where the world's clocks change, and any other time.
CHANGES = [
    datetime(2026, *day, tzinfo=UTC)
    for day in [(3, 8), (3, 29), (4, 5), (4, 24), (9, 6), (9, 27), (10, 4), (10, 25), (11, 1)]
]
begins = st.one_of(
    st.tuples(st.sampled_from(CHANGES), st.timedeltas(timedelta(), timedelta(days=9))).map(
        lambda both: both[0] - both[1]
    ),
    st.timedeltas(timedelta(), timedelta(days=1500)).map(lambda later: datetime(2023, 1, 1, tzinfo=UTC) + later),
)
downtimes = st.lists(
    st.tuples(st.timedeltas(timedelta(), timedelta(days=50)), st.timedeltas(timedelta(), timedelta(days=5))), max_size=4
)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(ZONES), schedules, quiets, days, begins)
def test_the_moment_lies_in_its_week_and_never_in_quiet_hours(
    zone: str, schedule: Schedule, quiet: tuple[time, time], worked: frozenset[int], begin: datetime
) -> None:
    group = calendar(zone, worked, quiet)
    week = week_of(begin, zone)
    moment = moment_of(week, schedule, group)
    assert week_of(moment, zone) == week
    assert not is_quiet(group, moment)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(ZONES), schedules, quiets, days, begins, downtimes)
def test_exactly_one_in_each_local_week(
    zone: str,
    schedule: Schedule,
    quiet: tuple[time, time],
    worked: frozenset[int],
    begin: datetime,
    downs: list[tuple[timedelta, timedelta]],
) -> None:
    """What the deadline does: it looks at its time, or as soon as the bot is back; it sends or is set anew."""
    group = calendar(zone, worked, quiet)
    down = [(begin + after, begin + after + length) for after, length in downs]
    last_week, sent, now = week_of(begin, zone), [], begin
    for _ in range(10):
        due = next_at(last_week, schedule, group, now)
        assert due > now or last_week < week_of(now, zone)
        now = _up_again(max(due, now), down)
        if next_at(last_week, schedule, group, now) <= now:
            last_week = week_of(now, zone)
            sent.append(last_week)
            assert not is_quiet(group, now)
    assert len(set(sent)) == len(sent)
    for week in _weeks(sent[0], sent[-1]) - set(sent):
        # Only where the bot was up at no time from its moment on at which its group worked in that week.
        at = moment_of(week, schedule, group)
        while week_of(at, zone) == week:
            is_up = _up_again(at, down) == at
            assert not (is_up and next_working_moment(group, at) == at)
            at += timedelta(minutes=30)


def _up_again(at: datetime, down: list[tuple[datetime, datetime]]) -> datetime:
    for _ in down:
        for begin, end in down:
            if begin <= at < end:
                at = end
    return at


def _weeks(first: int, last: int) -> set[int]:
    found = {first}
    while first < last:
        first = week_after(first)
        found.add(first)
    return found


@settings(max_examples=50, deadline=None)
@given(begins, st.sampled_from(ZONES))
def test_weeks_follow_each_other(begin: datetime, zone: str) -> None:
    week = week_of(begin, zone)
    assert monday_of(week_after(week)) - monday_of(week) == timedelta(days=7)
    assert monday_of(week) <= local_date(begin, zone) < monday_of(week_after(week))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(ZONES), begins)
def test_by_default_it_comes_in_working_hours_on_monday_morning(zone: str, begin: datetime) -> None:
    group = calendar(zone)
    moment = moment_of(week_of(begin, zone), MONDAY, group)
    assert next_working_moment(group, moment) == moment
    local = to_local(moment, zone)
    assume(local.time() == time(9))
    assert local.weekday() == 0
