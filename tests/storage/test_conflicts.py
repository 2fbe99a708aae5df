"""Conflicts, the desk and circles in both databases: what is stored comes back, and what is hidden is not found."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from storage import (
    circles,
    conflict_candidates,
    conflict_people,
    conflicts,
    contributions,
    decisions,
    desk,
    directory,
    input_windows,
    roles,
)
from storage.audiences import Eyes
from storage.circles import Circle, Said, Seat
from storage.conflicts import Conflict, Entry, Party
from storage.contributions import Contribution
from storage.decisions import Decision
from storage.desk import Wanted
from storage.engine import open_engine
from storage.input_windows import Window, WindowGroup
from storage.network import Channel, Group
from tests.support.tables import make_tables

NOW = datetime(2026, 11, 2, 9, 0, 0, 123456, tzinfo=UTC)
DAY = timedelta(days=1)
ALL = Eyes(1, frozenset({1, 2}), is_circle=True, person_id=13)


@pytest.fixture
def db(database_url: str) -> Iterator[sa.Connection]:
    """Two networks with two groups, three people and decisions D-1 (network), D-2 (group 2's), D-3 (proposed)."""
    make_tables(database_url)
    engine = open_engine(database_url)
    with engine.begin() as db:
        for network_id in (1, 2):
            found(db, network_id)
        yield db
        db.rollback()
    engine.dispose()


def found(db: sa.Connection, n: int) -> None:
    directory.add_network(db, n, f"network-{n}", "en", NOW)
    for id in (1, 2):
        group = Group(n, id, f"g{id}", f"G{id}", "UTC", None, "mon-fri", "off", "en", "active", ())
        directory.add_group(db, group, NOW)
        directory.add_channel(db, Channel(n, id, "test", f"w{n}", f"c{id}", id, True, "", "active"))
    for id in (11, 12, 13):
        directory.add_person(db, n, id, f"P{id}", None, NOW)
        directory.add_membership(db, n, id, 1 if id == 11 else 2, NOW)
    for number, group_id, audience, status in (
        *((1, 1, "network", "taken"), (2, 2, "group", "taken"), (3, 1, "network", "proposed")),
    ):
        one = Decision(
            *(n, number, group_id, 11, status, audience, f"T{number}", "", "", "", "", False),
            *(("alerts:x", "plain"), (), 1, NOW, NOW, None, None, ""),
        )
        decisions.add(db, one)
        conflict_candidates.keep_resources(db, one)


def conflict(id: int = 1, state: str = "open", second: int | None = None, **more: object) -> Conflict:
    base = Conflict(1, id, state, "", 1, second, "trust", None, "words", 11, 1, None, None, NOW, NOW, round=1)
    return replace(base, **more)  # type: ignore[arg-type]


def ids(found: list[desk.Waiting]) -> list[str]:
    return [f"{waiting.kind} {waiting.id}" for waiting in found]


def test_a_conflict_comes_back_as_it_was_and_as_it_was_changed(db: sa.Connection) -> None:
    conflicts.add(db, conflict(), (1, 2))
    assert conflicts.find(db, 1, 1) == conflict()
    assert conflicts.find(db, 2, 1) is None
    changed = conflict(state="differing", review_at=NOW + DAY, ended_at=NOW, host_id=13, ending="differing", step=3)
    conflicts.update(db, changed)
    assert conflicts.find(db, 1, 1) == changed
    conflicts.set_party(db, 1, 1, Party(2, NOW, 12))
    assert conflicts.parties(db, 1, 1) == (Party(1), Party(2, NOW, 12))
    conflicts.add_party(db, 1, 1, 2)
    assert len(conflicts.parties(db, 1, 1)) == 2
    conflicts.drop_party(db, 1, 1, 2)
    assert conflicts.parties(db, 1, 1) == (Party(1),)


def test_the_log_is_in_order_and_forgetting_takes_only_ones_own_words(db: sa.Connection) -> None:
    one = conflict(host_id=12)
    conflicts.add(db, one, (1,))
    assert conflicts.write(db, one, "tried", NOW, text="first", by_id=11, group_id=1) == 1
    assert conflicts.write(db, one, "tried", NOW, text="second", by_id=12) == 2
    assert conflict_people.counts(db, 1, 11) == (1, 1)
    assert conflict_people.forget(db, 1, 11) == [1]
    assert conflicts.log(db, 1, 1) == (
        Entry(1, "tried", "", 11, 1, NOW),
        Entry(2, "tried", "second", 12, None, NOW),
    )
    forgotten = conflicts.find(db, 1, 1)
    assert forgotten is not None
    assert (forgotten.text, forgotten.other) == ("", "")
    conflict_people.relink(db, 1, 12, 13)
    assert [found.id for found in conflicts.held_by(db, 1, 13)] == [1]
    assert conflicts.held_by(db, 1, 12) == []
    assert conflicts.load(db, 1) == {13: 1}


def test_it_is_found_by_decision_group_and_concern_in_its_network_only(db: sa.Connection) -> None:
    conflicts.add(db, conflict(1, second=2), (1, 2))
    conflicts.add(db, conflict(2, contribution_id=7), (1,))
    assert [one.id for one in conflicts.of_decision(db, 1, 2)] == [1]
    assert [one.id for one in conflicts.of_decision(db, 1, 1)] == [1, 2]
    assert [one.id for one in conflicts.of_group(db, 1, 2)] == [1]
    found = conflicts.of_concern(db, 1, 1, 7)
    assert found is not None
    assert found.id == 2
    assert conflicts.of_decision(db, 2, 1) == conflicts.of_group(db, 2, 1) == []


@pytest.mark.parametrize(
    ("eyes", "seen"),
    [
        (Eyes(1, frozenset({2}), is_circle=False), [1, 2]),
        (Eyes(1, frozenset({1}), is_circle=True), [1]),
        (Eyes(1, frozenset({1}), is_circle=False, person_id=11), [1, 3]),
        (Eyes(1, frozenset({1}), is_circle=True, person_id=13), [1, 3]),
        (Eyes(1, frozenset({1, 2}), is_circle=True, person_id=12), [1, 2]),
        (Eyes(2, frozenset({1, 2}), is_circle=True, person_id=11), []),
    ],
)
def test_the_desk_shows_what_these_eyes_may_read(db: sa.Connection, eyes: Eyes, seen: list[int]) -> None:
    conflicts.add(db, conflict(1), (1,))
    conflicts.add(db, conflict(2, second=2), (1, 2))
    conflicts.add(db, conflict(3, "confided", confidant_id=13, round=0), (1,))
    assert [waiting.id for waiting in desk.page(db, eyes, Wanted(), 10)] == seen
    assert desk.numbers(db, eyes)[desk.CONFLICT] == len(seen)


def with_a_window(db: sa.Connection) -> None:
    asked = WindowGroup(1, 3, 2, NOW + DAY, "2026-11-03T09:00", "UTC", ())
    input_windows.add(db, Window(1, 3, False, "closed", "3d", NOW, NOW + DAY, NOW + 2 * DAY), [asked])
    given = Contribution(
        *(1, 1, 3, 12, 2, "concern", "no phones", "open", False, NOW + DAY, NOW, None, None, 1, "command", None, "")
    )
    contributions.add(db, given)


def test_conflicts_concerns_and_outcomes_are_one_list_page_by_page(db: sa.Connection) -> None:
    with_a_window(db)
    conflicts.add(db, conflict(1), (1,))
    conflicts.add(db, conflict(2, raised_at=NOW + 3 * DAY), (1,))
    conflicts.add(db, conflict(3, "settled"), (1,))
    every = ["conflict 1", "concern 1", "outcome 3", "conflict 2"]
    assert ids(desk.page(db, ALL, Wanted(), 10)) == every
    seen, after = [], None
    while page := desk.page(db, ALL, Wanted(after=after), 1):
        seen += ids(page)
        after = (page[-1].since, page[-1].kind, page[-1].id)
    assert seen == every
    every.insert(1, "conflict 3")
    assert ids(desk.page(db, ALL, Wanted(is_ended=True), 10)) == every


@pytest.mark.parametrize(
    ("wanted", "seen"),
    [
        (Wanted(group_id=2), ["conflict 2", "concern 1"]),
        (Wanted(group_id=1), ["conflict 1", "concern 1", "outcome 3"]),
        (Wanted(until=NOW + DAY), ["conflict 1", "conflict 2", "concern 1"]),
        (Wanted(host_id=13), ["conflict 2"]),
        (Wanted(host_id=0), ["conflict 1"]),
        (Wanted(is_mine=True), ["conflict 1", "conflict 2", "concern 1", "outcome 3"]),
    ],
)
def test_the_desk_by_group_age_host_and_whose_it_is(db: sa.Connection, wanted: Wanted, seen: list[str]) -> None:
    with_a_window(db)
    conflicts.add(db, conflict(1), (1,))
    conflicts.add(db, conflict(2, host_id=13), (2,))
    assert ids(desk.page(db, ALL, wanted, 10)) == seen


def test_what_is_about_the_same_resource_or_tag_is_found(db: sa.Connection) -> None:
    assert [d.number for d in conflict_candidates.of_resources(db, 1, 9, ["alerts"])] == [3, 2, 1]
    assert [d.number for d in conflict_candidates.of_resources(db, 1, 3, ["plain"])] == [2, 1]
    assert conflict_candidates.of_resources(db, 1, 9, ["alert", "x"]) == []
    decisions.set_status(db, 1, 1, "superseded")
    assert [d.number for d in conflict_candidates.of_resources(db, 1, 9, ["alerts"])] == [3, 2]


def test_a_circle_its_turns_and_what_people_said_come_back(db: sa.Connection) -> None:
    one = Circle(1, 5, "board", "Board", "money", ("Who pays?", "¿Quién?"), False, True, 2, "6mo", 1, NOW)
    circles.store(db, one)
    assert circles.every(db, 1) == [one]
    assert circles.every(db, 2) == []
    circles.store(db, replace(one, seats=3, questions=()))
    assert circles.find(db, 1, 5) == replace(one, seats=3, questions=())
    seat = Seat(1, 5, 1, 11, 1, NOW, NOW + DAY, "on")
    circles.set_seat(db, seat)
    circles.set_seat(db, replace(seat, state="over"))
    circles.set_seat(db, replace(seat, n=2, person_id=12, follows=1, gave_role=True))
    assert circles.seats(db, 1, 5) == [
        replace(seat, state="over"),
        replace(seat, n=2, person_id=12, follows=1, gave_role=True),
    ]
    assert [found.n for found in circles.seats_of(db, 1, 12)] == [2]
    circles.say(db, 1, 5, Said(11, is_in=True, since=NOW))
    circles.say(db, 1, 5, Said(11, is_in=False, since=NOW, away_until=NOW + DAY))
    assert circles.said(db, 1, 5) == {11: Said(11, is_in=False, since=NOW, away_until=NOW + DAY)}
    circles.relink(db, 1, 11, 12)
    assert circles.count_of(db, 1, 12) == 2
    assert list(circles.said(db, 1, 5)) == [12]
    circles.forget_said(db, 1, 12)
    assert circles.said(db, 1, 5) == {}


def test_who_can_be_asked_who_facilitates_and_where_circles_meet(db: sa.Connection) -> None:
    assert [(m.person_id, m.group_id) for m in circles.members(db, 1)] == [(11, 1), (12, 2), (13, 2)]
    roles.add(db, 1, 12, "facilitator", NOW)
    assert circles.facilitators(db, 1) == {12: frozenset({2})}
    assert circles.facilitators(db, 2) == {}
    circles.store(db, Circle(1, 5, "a", "", "", (), False, False, 2, "6mo", 1, NOW))
    circles.store(db, Circle(1, 6, "b", "", "", (), True, False, 2, "6mo", 2, NOW))
    assert [channel.id for channel in circles.meeting_places(db, 1)] == [1]
