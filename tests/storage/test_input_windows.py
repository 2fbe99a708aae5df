"""Input windows and contributions in both databases: what is found, counted, taken out, and what comes too early."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from storage import (
    contributions,
    decisions,
    delivery,
    directory,
    early_changes,
    gone_people,
    input_windows,
    window_channels,
    window_rounds,
)
from storage.contributions import Contribution, Tally
from storage.decisions import Decision
from storage.early_changes import EarlyChange
from storage.engine import open_engine
from storage.input_windows import Window, WindowGroup
from storage.network import Channel, Group
from storage.window_channels import ChannelChoice
from tests.support.tables import make_tables

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
END = NOW + timedelta(days=3)
WINDOW = Window(1, 1, False, "open", "3d", NOW, END)
HOLIDAYS = (("2026-11-03", "Día de la ciudad"),)
ASKED = [WindowGroup(1, 1, id, END - timedelta(hours=4 - id), "2026-11-05T12:00", "UTC", HOLIDAYS) for id in (2, 3)]
GIVEN = Contribution(1, 1, 1, 11, 2, "concern", "no phones", "open", False, NOW, NOW, None, None, 1, "message", 2, "m1")


@pytest.fixture
def db(database_url: str) -> Iterator[sa.Connection]:
    """Two networks, each with three groups, their home channels, three people and decision D-1 with its window."""
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
    for id in (1, 2, 3):
        group = Group(n, id, f"g{id}", f"G{id}", "UTC", None, "mon-fri", "off", "en", "active", ())
        directory.add_group(db, group, NOW)
        directory.add_channel(db, Channel(n, id, "test", f"w{n}", f"c{id}", id, True, "", "active"))
        directory.add_person(db, n, 10 + id, f"P{id}", None, NOW)
    decisions.add(
        db,
        Decision(
            *(n, 1, 1, 11, "proposed", "network", "T", "", "", "", "", False, (), (), 1, NOW, None, None, None, ""),
            affected_ids=(2, 3),
        ),
    )
    input_windows.add(db, replace(WINDOW, network_id=n), [replace(group, network_id=n) for group in ASKED])


def heard(db: sa.Connection) -> dict[int, str]:
    return {group.group_id: group.heard_how for group in input_windows.asked(db, 1, 1) if group.heard_at}


def test_a_window_comes_back_as_it_was(db: sa.Connection) -> None:
    assert input_windows.window(db, 1, 1) == WINDOW
    assert input_windows.asked(db, 1, 1) == ASKED
    assert input_windows.window(db, 1, 2) is None
    assert input_windows.asked(db, 1, 2) == []


def test_open_windows_of_a_group(db: sa.Connection) -> None:
    assert input_windows.open_of_group(db, 1, 2) == [WINDOW]
    assert input_windows.open_of_group(db, 1, 1) == []
    input_windows.close(db, 1, 1, END)
    assert input_windows.open_of_group(db, 1, 2) == []


def test_ends_move(db: sa.Connection) -> None:
    moved = replace(ASKED[0], closes_at=END + timedelta(days=1), closes_local="2026-11-06T00:00", zone="X", holidays=())
    input_windows.move_group(db, moved)
    input_windows.steer(db, replace(WINDOW, closes_at=moved.closes_at))
    assert input_windows.asked(db, 1, 1) == [ASKED[1], moved]
    window = input_windows.window(db, 1, 1)
    assert window is not None
    assert window.closes_at == moved.closes_at
    assert input_windows.asked(db, 2, 1)[0].zone == "UTC"


def test_a_window_closes_once(db: sa.Connection) -> None:
    assert input_windows.close(db, 1, 1, END)
    assert not input_windows.close(db, 1, 1, END + timedelta(days=1))
    input_windows.conclude(db, 1, 1, outcome="adopted", text="yes", by=11, at=END)
    assert input_windows.window(db, 1, 1) == Window(
        1, 1, False, "concluded", "3d", NOW, END, END, "adopted", "yes", 11, END
    )
    input_windows.relink_person(db, 1, 11, 12)
    assert input_windows.forget_person(db, 1, 11) == []
    assert input_windows.forget_person(db, 1, 12) == [1]
    concluded, other = input_windows.window(db, 1, 1), input_windows.window(db, 2, 1)
    assert concluded is not None
    assert other is not None
    assert concluded.outcome_text == ""
    assert other.state == "open"


def test_hearing_and_passing(db: sa.Connection) -> None:
    assert input_windows.hear(db, 1, 1, 2, NOW)
    assert not input_windows.hear(db, 1, 1, 2, END)
    assert not input_windows.hear(db, 1, 1, 1, NOW)
    assert heard(db) == {2: "contribution"}
    assert input_windows.hear_pass(db, 1, 1, 2, END)
    assert not input_windows.hear_pass(db, 1, 1, 2, END)
    assert input_windows.hear_pass(db, 1, 1, 3, END)
    assert heard(db) == {2: "pass", 3: "pass"}
    assert [group.heard_at for group in input_windows.asked(db, 1, 1)] == [NOW, END]


@pytest.mark.parametrize(
    ("left", "is_unheard"),
    [
        ({}, False),
        ({"stance": "talk"}, True),
        ({"redacted_at": NOW}, True),
        ({"is_late": True}, True),
        ({"group_id": 3}, True),
    ],
)
def test_a_group_is_heard_only_by_what_counts(db: sa.Connection, left: dict[str, object], is_unheard: bool) -> None:
    contributions.add(db, replace(GIVEN, **left))  # type: ignore[arg-type]  # any field of the record
    input_windows.hear(db, 1, 1, 2, NOW)
    assert input_windows.unhear(db, 1, 1, 2) is is_unheard
    assert heard(db) == ({} if is_unheard else {2: "contribution"})


def test_a_pass_is_not_unheard(db: sa.Connection) -> None:
    input_windows.hear_pass(db, 1, 1, 2, NOW)
    assert not input_windows.unhear(db, 1, 1, 2)


def test_contributions_are_found_by_number_message_and_person(db: sa.Connection) -> None:
    contributions.add(db, GIVEN)
    assert contributions.contribution(db, 1, 1) == GIVEN
    assert contributions.by_message(db, 1, 2, "m1") == GIVEN
    assert contributions.of_person(db, 1, 1, 11, "concern") == GIVEN
    assert contributions.contribution(db, 2, 1) is None
    assert contributions.by_message(db, 1, 3, "m1") is None
    assert contributions.of_person(db, 1, 1, 11, "support") is None
    assert contributions.reaction(db, 1, 1, 11, "concern", 2) is None
    sign = replace(GIVEN, id=2, via="reaction", text="", message_id="")
    contributions.add(db, sign)
    assert contributions.reaction(db, 1, 1, 11, "concern", 2) == sign


def test_listing_and_counting(db: sa.Connection) -> None:
    rows = [
        GIVEN,
        replace(GIVEN, id=2, stance="support", state="", text="", message_id=""),
        replace(GIVEN, id=3, stance="support", state="", text="yes", person_id=11),
        replace(GIVEN, id=4, stance="talk", state="", text="hm"),
        replace(GIVEN, id=5, stance="data", state="", text="41", group_id=3, is_late=True),
        replace(GIVEN, id=6, stance="data", state="", text="", redacted_at=NOW),
        replace(GIVEN, id=7, text="and no power"),
    ]
    for row in rows:
        contributions.add(db, row)
    assert [c.id for c in contributions.concerns(db, 1, 1)] == [1, 7]
    assert [c.id for c in contributions.newest(db, 1, 1, 5, None)] == [5, 3]
    assert [c.id for c in contributions.page(db, 1, 1, 2, 3)] == [3, 4, 5]
    assert set(contributions.tally(db, 1, 1)) == {
        Tally(2, "concern", False, False, 2, 1),
        Tally(2, "support", False, False, 2, 1),
        Tally(2, "talk", False, False, 1, 1),
        Tally(3, "data", True, False, 1, 1),
    }
    assert contributions.concerns(db, 2, 1) == []
    assert contributions.tally(db, 2, 1) == []


def test_a_redaction_is_final_and_happens_once(db: sa.Connection) -> None:
    contributions.add(db, GIVEN)
    gone = contributions.redact(db, 1, 1, END)
    assert gone == replace(GIVEN, text="", redacted_at=END)
    assert contributions.redact(db, 1, 1, END) is None
    assert contributions.redact(db, 1, 9, END) is None
    assert contributions.concerns(db, 1, 1) == []


def test_a_change_is_stored(db: sa.Connection) -> None:
    contributions.add(db, GIVEN)
    new = replace(GIVEN, stance="support", text="yes", state="", said_at=END, edited_at=END, via="command")
    contributions.change(db, new)
    assert contributions.contribution(db, 1, 1) == new


def test_every_open_or_answered_concern_is_carried(db: sa.Connection) -> None:
    states = ("open", "answered", "resolved", "open")
    for id, state in enumerate(states, start=1):
        contributions.add(db, replace(GIVEN, id=id, state=state, redacted_at=NOW if id == 4 else None))
    assert contributions.carry(db, 1, 1) == [1, 2]
    assert [c.state for c in contributions.page(db, 1, 1, 0, 9)] == ["carried", "carried", "resolved", "open"]


def test_answers_are_numbered_and_in_order(db: sa.Connection) -> None:
    contributions.add(db, GIVEN)
    assert contributions.add_answer(db, 1, 1, "first", 12, NOW) == 1
    assert contributions.add_answer(db, 1, 1, "second", 13, END) == 2
    assert [(a.text, a.by_id) for a in contributions.answers(db, 1, [1])[1]] == [("first", 12), ("second", 13)]
    assert contributions.answers(db, 1, []) == {}
    gone_people.relink(db, 1, 12, 13)
    assert {a.by_id for a in contributions.answers(db, 1, [1])[1]} == {13}


def test_a_person_is_forgotten_in_one_network_only(db: sa.Connection) -> None:
    contributions.add(db, GIVEN)
    contributions.add(db, replace(GIVEN, network_id=2))
    contributions.add_answer(db, 1, 1, "mine", 11, NOW)
    contributions.add(db, replace(GIVEN, id=2, stance="data", state=""))
    gone = gone_people.forget(db, 1, 11, END)
    assert gone.redacted == (replace(GIVEN, id=2, stance="data", state="", text="", redacted_at=END),)
    assert gone.orphaned == (replace(GIVEN, text="", orphaned_at=END),)
    assert gone.answered == (1,)
    assert contributions.answers(db, 1, [1])[1][0].text == ""
    assert contributions.contribution(db, 2, 1) == replace(GIVEN, network_id=2)


def test_what_comes_before_its_message_waits_for_it(db: sa.Connection) -> None:
    third, second = EarlyChange(END, False, "third"), EarlyChange(NOW, False, "second")
    early_changes.leave(db, 1, 2, "m1", third)
    early_changes.leave(db, 1, 2, "m1", second)
    assert early_changes.meet(db, 1, 2, "m2") is None
    assert early_changes.meet(db, 2, 2, "m1") is None
    assert early_changes.meet(db, 1, 2, "m1") == third
    assert early_changes.meet(db, 1, 2, "m1") is None


def test_an_early_redaction_stays_and_keeps_no_words(db: sa.Connection) -> None:
    gone = EarlyChange(NOW, True, "")
    early_changes.leave(db, 1, 2, "m1", EarlyChange(END, False, "secret"))
    early_changes.leave(db, 1, 2, "m1", gone)
    early_changes.leave(db, 1, 2, "m1", EarlyChange(END, False, "secret again"))
    assert early_changes.meet(db, 1, 2, "m1") == gone
    assert early_changes.meet(db, 1, 2, "m1") == gone


def test_what_waited_in_vain_is_pruned(db: sa.Connection) -> None:
    early_changes.leave(db, 1, 2, "m1", EarlyChange(NOW, True, ""))
    early_changes.leave(db, 1, 2, "m2", EarlyChange(END, True, ""))
    assert early_changes.prune(db, END) == 1
    assert early_changes.meet(db, 1, 2, "m1") is None


def test_channels_with_a_thread_of_the_window(db: sa.Connection) -> None:
    def message(id: int, channel_id: int, view: str) -> dict[str, object]:
        row: dict[str, object] = {"network_id": 1, "id": id, "key": f"k{id}", "channel_id": channel_id}
        row |= {"thread_of": None, "about": "D-1", "view": view, "args": {}, "ready_at": NOW}
        return row | {"edit_gap_s": 0, "created_at": NOW}

    rows = [message(1, 3, "window_head"), message(2, 2, "window_head"), message(3, 1, "decision_card")]
    delivery.want(db, rows, [{"network_id": 1, "channel_id": 2, "platform": "test", "next_at": NOW}])
    assert [channel.id for channel in input_windows.head_channels(db, 1, "D-1")] == [2, 3]
    assert input_windows.head_channels(db, 2, "D-1") == []


@pytest.mark.parametrize(
    ("state", "is_kept"), [("open", True), ("carried", True), ("rested", True), ("resolved", False)]
)
def test_a_concern_that_stands_outlives_its_raiser_without_words(db: sa.Connection, state: str, is_kept: bool) -> None:
    contributions.add(db, replace(GIVEN, state=state))
    gone_people.forget(db, 1, 11, END)
    left = contributions.contribution(db, 1, 1)
    assert left is not None
    assert left.text == ""
    assert (left.redacted_at is None, left.orphaned_at == END) == (is_kept, is_kept)


def test_words_of_who_took_a_concern_over_go_with_them(db: sa.Connection) -> None:
    taken = replace(GIVEN, text="Otieno's words", orphaned_at=NOW, taken_over_by=12)
    contributions.add(db, taken)
    assert gone_people.forget(db, 1, 12, END).orphaned == (
        replace(taken, text="", taken_over_by=None, orphaned_at=END),
    )


def test_a_raisers_words_outlive_who_took_them_over(db: sa.Connection) -> None:
    contributions.add(db, replace(GIVEN, taken_over_by=12))
    assert gone_people.forget(db, 1, 12, END).orphaned == (GIVEN,)


def test_a_window_that_is_opened_again_keeps_what_became_of_it(db: sa.Connection) -> None:
    input_windows.close(db, 1, 1, END)
    input_windows.conclude(db, 1, 1, outcome="adopted", text="yes", by=11, at=END)
    old = input_windows.window(db, 1, 1)
    assert old is not None
    later = END + timedelta(days=9)
    new = replace(WINDOW, is_review=True, opened_at=later, closes_at=later, length="10bd", round=2)
    window_rounds.reopen(db, old, new)
    assert input_windows.window(db, 1, 1) == new
    assert [(r.round, r.outcome, r.outcome_text) for r in window_rounds.rounds(db, 1, 1)] == [(1, "adopted", "yes")]
    assert {group.state for group in input_windows.asked(db, 1, 1)} == {"done"}
    assert {group.state for group in input_windows.asked(db, 2, 1)} == {"asked"}
    window_rounds.relink_person(db, 1, 11, 12)
    window_rounds.forget_person(db, 2, 12)
    assert window_rounds.rounds(db, 1, 1)[0].outcome_text == "yes"
    window_rounds.forget_person(db, 1, 12)
    assert window_rounds.rounds(db, 1, 1)[0].outcome_text == ""


def test_a_group_that_is_asked_anew_was_not_heard(db: sa.Connection) -> None:
    input_windows.hear(db, 1, 1, 2, NOW)
    input_windows.ask_anew(db, 1, 1, 2)
    assert heard(db) == {}


def test_a_hold_is_kept_and_its_reason_is_its_authors(db: sa.Connection) -> None:
    held = replace(ASKED[0], held_at=NOW, held_by=12, held_why="We meet on Friday", state="paused", changed_at=NOW)
    input_windows.move_group(db, held)
    assert held in input_windows.asked(db, 1, 1)
    assert input_windows.forget_person(db, 1, 12) == [1]
    assert replace(held, held_why="") in input_windows.asked(db, 1, 1)


def test_an_extended_window_comes_back_as_it_was(db: sa.Connection) -> None:
    longer = replace(WINDOW, extensions=("3d", "5bd"), substance_version=4, closes_at=END + timedelta(days=9))
    input_windows.steer(db, longer)
    assert input_windows.window(db, 1, 1) == longer
    assert input_windows.window(db, 2, 1) == replace(WINDOW, network_id=2)


def test_owed_outcomes_are_found_the_oldest_first(db: sa.Connection) -> None:
    assert window_rounds.owed(db, 1, END) == []
    input_windows.close(db, 1, 1, NOW)
    assert window_rounds.owed(db, 1, END) == [(1, NOW)]
    assert window_rounds.owed(db, 1, NOW - timedelta(seconds=1)) == []
    assert window_rounds.owed(db, 2, END) == []


def test_earlier_support_is_counted_apart_until_it_is_given_again(db: sa.Connection) -> None:
    support = replace(GIVEN, stance="support", state="")
    contributions.add(db, support)
    contributions.add(db, replace(support, id=2, person_id=12))
    assert [c.id for c in contributions.earlier_support(db, 1, 1, 2)] == [1, 2]
    contributions.add(db, replace(support, id=3, person_id=12, version=2))
    assert [c.id for c in contributions.earlier_support(db, 1, 1, 2)] == [1]
    assert set(contributions.tally(db, 1, 1, 2)) == {
        Tally(2, "support", False, True, 2, 2),
        Tally(2, "support", False, False, 1, 1),
    }


def test_what_a_channel_chose_is_its_own(db: sa.Connection) -> None:
    assert window_channels.choice(db, 1, 2) == ChannelChoice()
    window_channels.choose(db, 1, 2, ChannelChoice("digest", True))
    window_channels.choose(db, 1, 3, ChannelChoice("off", False))
    assert window_channels.choice(db, 1, 2) == ChannelChoice("digest", True)
    assert window_channels.choices(db, 1, [1, 2, 3]).keys() == {2, 3}
    assert window_channels.choice(db, 2, 2) == ChannelChoice()


def test_channels_that_want_a_digest_are_those_with_a_thread(db: sa.Connection) -> None:
    for id in (2, 3):
        window_channels.choose(db, 1, id, ChannelChoice("digest"))
    heads = [
        {
            **{"network_id": 1, "id": 7, "key": "D-1:head:2", "channel_id": 2, "thread_of": None, "about": "D-1"},
            **{"view": "window_head", "args": {}, "ready_at": NOW, "edit_gap_s": 0, "created_at": NOW},
        }
    ]
    delivery.want(db, heads, [{"network_id": 1, "channel_id": 2, "platform": "test", "next_at": NOW}])
    assert [channel.id for channel in window_channels.digesting(db, 1, "D-1")] == [2]
    assert window_channels.digesting(db, 1, "D-2") == []


def test_what_was_said_between_two_moments(db: sa.Connection) -> None:
    for id, (stance, at) in enumerate(
        [("data", NOW), ("data", END), ("concern", END), ("talk", END), ("support", END + timedelta(1))], start=1
    ):
        contributions.add(db, replace(GIVEN, id=id, stance=stance, given_at=at))
    assert [c.id for c in contributions.between(db, 1, 1, NOW, END)] == [2]


def test_whether_something_counts_for_a_group(db: sa.Connection) -> None:
    assert not contributions.counts_for(db, 1, 1, 2, NOW)
    contributions.add(db, replace(GIVEN, stance="talk"))
    contributions.add(db, replace(GIVEN, id=2, is_late=True))
    assert not contributions.counts_for(db, 1, 1, 2, NOW)
    contributions.add(db, replace(GIVEN, id=3))
    assert contributions.counts_for(db, 1, 1, 2, NOW)
    assert not contributions.counts_for(db, 1, 1, 2, END)
