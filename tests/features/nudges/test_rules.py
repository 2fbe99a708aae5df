"""When a silent group is asked: by its own pace, ever more rarely, in its working hours; and who is asked after it."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.working_time import WorkingTime, is_quiet, is_working_day, local_date
from bot.features.nudges import rules
from bot.features.nudges.rules import CONCERN, LEAST, LONGEST, MOST, WINDOW, Pace
from storage.network import Group
from storage.nudges import Silence

NAIROBI = WorkingTime("Africa/Nairobi", "KE", quiet_from=time(18), quiet_until=time(9))
MONDAY = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)
NOBODY = Silence(1, 1, MONDAY)


def weekdays(step: int, count: int) -> list[date]:
    """Every `step`-th working day from a Monday on."""
    days = (date(2026, 8, 3) + timedelta(days=n) for n in range(400))
    return [day for day in days if day.weekday() < 5][::step][:count]


@pytest.mark.parametrize(
    ("days", "pace"),
    [
        ([], Pace(None, 5)),
        (weekdays(1, 3), Pace(None, 5)),  # too few to tell
        (weekdays(1, 30), Pace(1, 3)),  # somebody speaks every day
        (weekdays(2, 15), Pace(2, 6)),
        (weekdays(5, 8), Pace(5, 15)),  # a weekly channel is not silent on Friday
        (weekdays(10, 4), Pace(10, 15)),
    ],
)
def test_a_channel_has_its_own_pace(days: list[date], pace: Pace) -> None:
    assert rules.pace(days, WorkingTime("Africa/Nairobi")) == pace


@given(st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), unique=True).map(sorted))
def test_no_pace_makes_nudges_endless_or_never(days: list[date]) -> None:
    found = rules.pace(days, WorkingTime("Africa/Nairobi"))
    assert LEAST <= found.threshold <= MOST


@settings(max_examples=60, deadline=None)
@given(st.integers(LEAST, MOST), st.integers(1, 12), st.sampled_from(["Africa/Nairobi", "Pacific/Apia"]))
def test_pauses_grow_while_nobody_answers(threshold: int, nudges: int, zone: str) -> None:
    """A year of silence: each question comes later than the one before it did, and in working hours."""
    calendar = WorkingTime(zone, None, quiet_from=time(18), quiet_until=time(9))
    silence, asked = NOBODY, [MONDAY]
    for _ in range(nudges):
        at = rules.next_at(silence, MONDAY, threshold, WINDOW, calendar, None)
        assert not is_quiet(calendar, at)
        assert is_working_day(local_date(at, zone), calendar)
        asked.append(at)
        silence = rules.nudged(silence, WINDOW, "D-1", at)
    waits = [rules.working_days(calendar, local_date(a, zone), local_date(b, zone)) for a, b in pairwise(asked)]
    questions = [n for step, n in enumerate(waits) if step not in (rules.CONTACT_STEP, rules.NEIGHBOUR_STEP)]
    assert questions == sorted(questions)
    assert threshold <= waits[0] <= threshold + 1  # it may begin at night
    assert all(threshold <= n <= LONGEST for n in waits[1:])
    assert len(waits) < 7 or waits[-1] == LONGEST


@given(st.integers(0, 10), st.integers(LEAST, MOST), st.integers(0, 10))
def test_what_nobody_answers_comes_more_rarely(step: int, threshold: int, unanswered: int) -> None:
    before, after = rules.pause(step, threshold, unanswered), rules.pause(step, threshold, unanswered + 1)
    assert threshold <= before <= after
    assert rules.is_slowed(unanswered) == (unanswered >= 2)


def test_a_channel_that_speaks_begins_anew_and_an_answer_ends_the_slowness() -> None:
    silence = NOBODY
    for n in range(3):
        silence = rules.nudged(silence, WINDOW, f"D-{n}", MONDAY)
    assert (silence.step, silence.unanswered_of(WINDOW)) == (3, 3)
    spoken = rules.heard(silence)
    assert (spoken.step, spoken.unanswered_of(WINDOW)) == (0, 3)
    assert rules.answered(spoken).unanswered_of(WINDOW) == 0


def test_what_is_left_unanswered_gives_way_to_other_questions() -> None:
    silence = rules.nudged(NOBODY, WINDOW, "D-1", MONDAY)
    assert rules.best_kind([WINDOW, CONCERN], NOBODY) == WINDOW
    assert rules.best_kind([WINDOW, CONCERN], silence) == CONCERN
    assert rules.best_kind([], silence) is None


def test_quiet_that_was_asked_for_is_kept() -> None:
    until = datetime(2026, 12, 5, 7, 0, tzinfo=UTC)  # a Saturday
    at = rules.next_at(NOBODY, MONDAY, 3, WINDOW, NAIROBI, until)
    assert at == datetime(2026, 12, 7, 6, 0, tzinfo=UTC)


def test_holidays_are_no_silence() -> None:
    friday = datetime(2026, 12, 18, 7, 0, tzinfo=UTC)
    at = rules.next_at(NOBODY, friday, 5, WINDOW, NAIROBI, None)
    assert at == datetime(2026, 12, 28, 7, 0, tzinfo=UTC)  # Christmas lies between, and a weekend


def group(id: int, zone: str, state: str = "active") -> Group:
    return Group(1, id, f"g{id}", f"G{id}", zone, None, "mon-fri", "off", "en", state, ())


def test_the_neighbour_is_who_works_on_the_same_things() -> None:
    silent = group(1, "Africa/Nairobi")
    others = [silent, group(2, "Europe/Madrid"), group(3, "America/Lima"), group(4, "Africa/Kampala", "paused")]
    assert rules.neighbour(silent, others, {3: (4, 7), 2: (1, 9)}, (), (), MONDAY) == others[2]
    assert rules.neighbour(silent, others, {}, (), (), MONDAY) == others[1]  # else the nearest in time
    assert rules.neighbour(silent, others, {3: (4, 7)}, (3,), (), MONDAY) == others[1]  # not one that is silent itself
    assert rules.neighbour(silent, others, {3: (4, 7)}, (), (3,), MONDAY) == others[1]  # nor one that was asked
    assert rules.neighbour(silent, others, {}, (), (2, 3), MONDAY) is None
