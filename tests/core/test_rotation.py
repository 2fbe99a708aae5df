"""The laws of a role that goes round: fair over groups, then over people; sums; newcomers; opting out."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.rotation import Candidate, Pick, Step, Turn, ended, fill, notices, pick, tally, upcoming

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
MONTH = timedelta(days=30)
NORD, SUED, OST = 1, 2, 3


def someone(person: int, *groups: int, day: int = 0, is_out: bool = False) -> Candidate:
    return Candidate(person, frozenset(groups), MONDAY + timedelta(days=day), is_out)


def turn(person: int, group: int, month: int, months: int = 1) -> Turn:
    return Turn(person, group, MONDAY + month * MONTH, MONDAY + (month + months) * MONTH)


def order(candidates: list[Candidate], count: int, past: tuple[Turn, ...] = ()) -> list[int]:
    return [t.person_id for t in upcoming(candidates, past, MONDAY + 100 * MONTH, MONTH, count)]


def test_it_goes_round_the_groups_and_within_each_round_its_people() -> None:
    everybody = [someone(10, NORD), someone(11, NORD), someone(12, NORD), someone(20, SUED), someone(30, OST)]
    assert order(everybody, 7) == [10, 20, 30, 11, 20, 30, 12]


def test_who_came_later_stands_at_the_end_of_the_queue() -> None:
    past = (turn(10, NORD, 0), turn(20, SUED, 1))
    late = someone(30, OST, day=45)
    assert pick([someone(10, NORD), someone(20, SUED), late], past, MONDAY + 2 * MONTH) == Pick(10, NORD)
    assert pick([someone(20, SUED), late], past, MONDAY + 2 * MONTH) == Pick(30, OST)


def test_who_opted_out_is_passed_over_and_loses_nothing() -> None:
    out = [someone(10, NORD, is_out=True), someone(11, NORD, day=1), someone(20, SUED)]
    assert order(out, 3) == [20, 11, 20]
    back = [someone(10, NORD), *out[1:]]
    past = (turn(20, SUED, 0), turn(11, NORD, 1), turn(20, SUED, 2))
    assert pick(back, past, MONDAY + 3 * MONTH) == Pick(10, NORD)


def test_a_group_has_a_second_seat_only_where_no_other_has_anybody() -> None:
    everybody = [someone(10, NORD), someone(11, NORD), someone(20, SUED), someone(30, OST, is_out=True)]
    seated = fill(everybody, (), 5, MONDAY, MONDAY + MONTH)
    assert [(t.person_id, t.group_id) for t in seated] == [(10, NORD), (20, SUED), (11, NORD)]


def test_who_has_a_seat_that_goes_on_is_not_picked_and_their_group_waits() -> None:
    past = (turn(10, NORD, 0, months=6), turn(20, SUED, 0))
    everybody = [someone(10, NORD), someone(11, NORD), someone(20, SUED)]
    assert pick(everybody, past, MONDAY + MONTH) == Pick(20, SUED)


def test_somebody_of_two_groups_takes_it_for_the_one_that_waited_longer() -> None:
    past = (turn(20, SUED, 0), turn(10, NORD, 1))
    assert pick([someone(40, NORD, SUED)], past, MONDAY + 2 * MONTH) == Pick(40, SUED)


def test_nobody_is_picked_where_nobody_can() -> None:
    assert pick([], (), MONDAY) is None
    assert pick([someone(10, NORD, is_out=True), someone(11)], (), MONDAY) is None
    assert pick([someone(10, NORD, day=1)], (), MONDAY) is None
    assert fill([someone(10, NORD)], (), 2, MONDAY, MONDAY + MONTH) == (turn(10, NORD, 0),)


def test_a_change_is_said_before_at_and_after_it() -> None:
    assert notices(turn(10, NORD, 0)) == (
        (Step.BEFORE, MONDAY + timedelta(days=23)),
        (Step.CHANGE, MONDAY + timedelta(days=30)),
        (Step.AFTER, MONDAY + timedelta(days=32)),
    )
    week = Turn(10, NORD, MONDAY, MONDAY + timedelta(days=4))
    assert [at - week.ends_at for _, at in notices(week)] == [timedelta(days=-1), timedelta(0), timedelta(days=1)]


def test_a_turn_that_is_given_back_ends_then() -> None:
    given_back = ended(turn(10, NORD, 0), MONDAY + timedelta(days=3))
    assert given_back.ends_at == MONDAY + timedelta(days=3)
    assert ended(turn(10, NORD, 1), MONDAY).ends_at == MONDAY + MONTH
    assert ended(turn(10, NORD, 0), MONDAY + 5 * MONTH) == turn(10, NORD, 0)


networks = st.dictionaries(st.integers(1, 6), st.integers(1, 4), min_size=1)
"""group → how many people."""


def people_of(network: dict[int, int]) -> list[Candidate]:
    return [someone(10 * group + n, group, day=n) for group, size in network.items() for n in range(size)]


@given(networks, st.integers(1, 6), st.integers(1, 12), st.randoms(use_true_random=False))
def test_no_group_ever_had_two_turns_more_than_another(network: dict[int, int], seats: int, rounds: int, rng) -> None:  # type: ignore[no-untyped-def]
    """… however many people each has, whichever order they are listed in, and with several seats at once."""
    everybody, had = people_of(network), list[Turn]()
    seats = min(seats, len(network))
    for number in range(rounds):
        rng.shuffle(everybody)
        rng.shuffle(had)
        start = MONDAY + (10 + number) * MONTH
        given_now = fill(everybody, had, seats, start, start + MONTH)
        assert len({t.person_id for t in given_now}) == len({t.group_id for t in given_now}) == seats
        had += given_now
        by_group, by_person = tally(had)
        counts = [by_group[group] for group in network]
        assert max(counts) - min(counts) <= 1
        for group in network:
            of_group = [by_person[c.person_id] for c in everybody if group in c.group_ids]
            assert max(of_group) - min(of_group) <= 1
        assert by_group.total() == by_person.total() == (number + 1) * seats


@given(networks, st.integers(2, 20))
def test_between_two_turns_of_a_group_every_other_one_had_its_own(network: dict[int, int], count: int) -> None:
    turns = upcoming(people_of(network), (), MONDAY + 10 * MONTH, MONTH, count)
    groups = [t.group_id for t in turns]
    for first in range(len(groups) - len(network) + 1):
        assert set(groups[first : first + len(network)]) == set(network)


@given(networks, st.sets(st.integers(0, 63)), st.integers(1, 20))
def test_who_opted_out_never_has_it_and_the_rest_share_it_alike(
    network: dict[int, int], out: set[int], count: int
) -> None:
    everybody = [Candidate(c.person_id, c.group_ids, c.since, is_out=c.person_id in out) for c in people_of(network)]
    turns = upcoming(everybody, (), MONDAY + 10 * MONTH, MONTH, count)
    assert not {t.person_id for t in turns} & out
    groups = {group for c in everybody if not c.is_out for group in c.group_ids}
    by_group, by_person = tally(turns)
    assert by_group.total() == by_person.total() == (count if groups else 0)
    assert not groups or max(by_group[g] for g in groups) - min(by_group[g] for g in groups) <= 1
