"""The rotation in the circle: fair over groups, then over their people; one seat a group; nobody who opted out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.working_time import WorkingTime
from bot.features.circle import rules
from bot.features.circle.rules import Round
from storage.circles import ON, Circle, Member, Said, Seat

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
JOINED = BEGIN - timedelta(days=100)
UTC_TIME = WorkingTime("UTC")


def a_round(people: list[int], seats: int, out: Collection[int] = (), *, volunteers: bool = False) -> Round:
    """`people`: how many each group has; persons are numbered through."""
    circle = Circle(1, 1, "circle", "", "", (), False, volunteers, seats, "6mo", None, BEGIN)
    members, number = [], 0
    for group, count in enumerate(people, start=1):
        for _ in range(count):
            number += 1
            members.append(Member(number, f"P{number}", group, JOINED + timedelta(hours=number)))
    return Round(circle, [], members, {id: Said(id, False, JOINED) for id in out})


def with_seat(round: Round, at: datetime, *, leaving: Seat | None = None) -> Round:
    """The round after a seat was filled, or has changed hands."""
    kept = [seat if leaving is None or seat.n != leaving.n else rules.over(seat, at) for seat in round.seats]
    round = replace(round, seats=kept)
    picked = rules.next_pick(round, at, leaving=leaving.n if leaving else None)
    if picked is None:
        return round
    end = rules.staggered(round, at, rules.term_end(round.circle, at, UTC_TIME))
    n = len(kept) + 1
    follows = leaving.n if leaving else None
    return replace(round, seats=[*kept, Seat(1, 1, n, picked.person_id, picked.group_id, at, end, ON, None, follows)])


def lived(round: Round, changes: int) -> Round:
    """The circle after so many changes of hands, each at its term's end."""
    while round.free_seats and len(after := with_seat(round, BEGIN).seats) > len(round.seats):
        round = replace(round, seats=after)
    for _ in range(changes):
        first = rules.first_to_end(round)
        if first is None:
            break
        round = with_seat(round, first.ends_at, leaving=first)
        check_one_seat_a_group(round)
    return round


def check_one_seat_a_group(round: Round) -> None:
    groups = [seat.group_id for seat in round.sitting]
    assert len(groups) == len(set(groups)) <= round.circle.seats


sizes = st.lists(st.integers(1, 4), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(sizes, st.integers(1, 4), st.integers(0, 25))
def test_no_group_has_ever_had_two_turns_more_than_another(people: list[int], seats: int, changes: int) -> None:
    round = lived(a_round(people, seats), changes)
    had = rules.sums(round, BEGIN + timedelta(days=100_000))
    assert max(had.values()) - min(had.values()) <= 1
    assert sum(had.values()) == len(round.seats)


@settings(max_examples=60, deadline=None)
@given(sizes, st.integers(1, 4), st.integers(0, 25))
def test_within_a_group_the_turns_go_round_too(people: list[int], seats: int, changes: int) -> None:
    round = lived(a_round(people, seats), changes)
    for group in range(1, len(people) + 1):
        own = {member.person_id for member in round.members if member.group_id == group}
        had = [sum(seat.person_id == id for seat in round.seats) for id in own]
        assert max(had) - min(had) <= 1


@settings(max_examples=60, deadline=None)
@given(sizes, st.integers(1, 4), st.sets(st.integers(1, 12)), st.integers(0, 15))
def test_who_opted_out_has_no_turn_and_all_others_have(
    people: list[int], seats: int, out: set[int], changes: int
) -> None:
    round = lived(a_round(people, seats, out), changes)
    assert not {seat.person_id for seat in round.seats} & out
    willing = {member.group_id for member in round.members if member.person_id not in out}
    assert len(round.sitting) == min(seats, len(willing))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 3), min_size=2, max_size=6), st.integers(2, 4))
def test_never_all_seats_change_at_once(people: list[int], seats: int) -> None:
    round = lived(a_round(people, seats), 0)
    ends = sorted(seat.ends_at for seat in round.sitting)
    assert all(later - earlier >= timedelta(days=180) / (2 * seats) for earlier, later in pairwise(ends))


def test_only_volunteers_where_it_takes_them() -> None:
    round = a_round([1, 1], 1, volunteers=True)
    assert rules.next_pick(round, BEGIN) is None
    willing = replace(round, said={2: Said(2, True, JOINED)})
    picked = rules.next_pick(willing, BEGIN)
    assert picked is not None
    assert picked.person_id == 2


def test_who_is_away_is_not_asked_until_they_are_back() -> None:
    away = Said(1, True, JOINED, away_until=BEGIN + timedelta(days=3))
    round = replace(a_round([1], 1), said={1: away})
    assert rules.next_pick(round, BEGIN) is None
    assert rules.next_pick(round, BEGIN + timedelta(days=3)) is not None
