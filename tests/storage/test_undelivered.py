"""What was given up, channel by channel, in both databases: found by facilitators of its network and nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from storage import delivery, desk, leaving, undelivered
from storage.audiences import Eyes
from storage.delivery import Lane
from storage.desk import Wanted
from storage.undelivered import Undelivered

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CIRCLE = Eyes(1, frozenset({2}), is_circle=True, person_id=100)


@pytest.fixture
def db(filled: sa.Connection) -> sa.Connection:
    """Channel 1 of both networks was not shown two messages, channel 2 of the first one, which is younger."""
    for network_id, channel_id, count in ((1, 1, 2), (2, 1, 2), (1, 2, 1)):
        for n in range(count):
            give_up(filled, network_id, channel_id, n, NOW + channel_id * DAY + n * DAY, ("absent", "gone")[n])
    return filled


def give_up(db: sa.Connection, network_id: int, channel_id: int, n: int, at: datetime, cause: str) -> None:
    id = 10 * channel_id + n
    row = {"network_id": network_id, "id": id, "key": f"k{id}", "channel_id": channel_id, "thread_of": None}
    row |= {"about": f"D-{n + 1}", "view": "v", "args": {}, "edit_gap_s": 0, "ready_at": at, "created_at": at}
    delivery.want(db, [row], [{"network_id": network_id, "channel_id": channel_id, "platform": "test", "next_at": at}])
    [pending] = delivery.pending(db, Lane(network_id, channel_id), at, 9)
    delivery.mark_failed(db, pending, reason="no", ready_at=at, is_unclear=False, is_dead=True, cause=cause)


def lost(db: sa.Connection, eyes: Eyes, wanted: Wanted) -> list[int]:
    return [waiting.id for waiting in desk.page(db, eyes, wanted, 9)]


def test_a_channel_has_its_sum_its_age_and_its_newest_reason(db: sa.Connection) -> None:
    one = Undelivered(1, "test", "c1", 1, True, 2, NOW + DAY, "gone")
    assert undelivered.of_channel(db, 1, 1) == one
    assert [waiting.undelivered for waiting in desk.page(db, CIRCLE, Wanted(), 1)] == [one]
    assert undelivered.of_channel(db, 1, 3) is None
    assert undelivered.about(db, 1, 1, 9) == ["D-2", "D-1"]
    assert undelivered.channels_of(db, 1, 2) == [2]
    assert (undelivered.count(db, 1), undelivered.count(db, 2), undelivered.count(db, 3)) == (3, 2, 0)


@pytest.mark.parametrize(
    ("eyes", "wanted", "seen"),
    [
        (CIRCLE, Wanted(), [1, 2]),
        (CIRCLE, Wanted(kinds=desk.OF_GROUPS), []),
        (CIRCLE, Wanted(group_id=1), [1]),
        (CIRCLE, Wanted(is_mine=True), [2]),
        (CIRCLE, Wanted(until=NOW + DAY), [1]),
        (CIRCLE, Wanted(host_id=0), []),
        (CIRCLE, Wanted(after=(NOW + DAY, desk.UNDELIVERED, 1)), [2]),
        (CIRCLE, Wanted(after=(NOW + DAY, desk.CONFLICT, 9)), [1, 2]),
        (Eyes(1, frozenset({1, 2}), is_circle=False, person_id=100), Wanted(), []),
        (Eyes(2, frozenset({2}), is_circle=True, person_id=100), Wanted(), [1]),
    ],
)
def test_the_desk_has_it_for_facilitators(db: sa.Connection, eyes: Eyes, wanted: Wanted, seen: list[int]) -> None:
    assert lost(db, eyes, wanted) == seen
    if wanted == Wanted():
        assert desk.numbers(db, eyes)[desk.UNDELIVERED] == len(seen)


def test_tried_again_it_is_sent_at_its_time_and_fails_anew(db: sa.Connection) -> None:
    assert undelivered.try_again(db, 1, 1, NOW + 5 * DAY) == 2
    assert undelivered.try_again(db, 1, 1, NOW + 5 * DAY) == 0
    assert lost(db, CIRCLE, Wanted()) == [2]
    assert lost(db, Eyes(2, frozenset(), is_circle=True), Wanted()) == [1]
    assert delivery.pending(db, Lane(1, 1), NOW + 4 * DAY, 9) == []
    again = delivery.pending(db, Lane(1, 1), NOW + 5 * DAY, 9)
    assert [(row.key, row.attempts) for row in again] == [("k10", 0), ("k11", 0)]
    delivery.mark_failed(db, again[0], reason="no", ready_at=NOW, is_unclear=False, is_dead=True, cause="off")
    found = undelivered.of_channel(db, 1, 1)
    assert found is not None
    assert (found.count, found.cause) == (1, "off")


def test_let_go_it_is_neither_listed_nor_sent_again(db: sa.Connection) -> None:
    assert undelivered.let_go(db, 1, 1) == 2
    assert lost(db, CIRCLE, Wanted()) == [2]
    delivery.touch(db, 1, "D-1", NOW + 5 * DAY)
    assert delivery.pending(db, Lane(1, 1), NOW + 5 * DAY, 9) == []
    assert undelivered.count(db, 2) == 2


def test_what_is_shown_already_is_brought_up_to_date_although_an_edit_was_let_go(db: sa.Connection) -> None:
    undelivered.try_again(db, 1, 2, NOW)
    [row] = delivery.pending(db, Lane(1, 2), NOW, 9)
    delivery.mark_sent(db, row, rev=1, remote_id="r", digest="d", next_edit_at=NOW)
    delivery.touch(db, 1, "D-1", NOW)
    [edit] = delivery.pending(db, Lane(1, 2), NOW, 9)
    delivery.mark_failed(db, edit, reason="no", ready_at=NOW, is_unclear=False, is_dead=True)
    undelivered.let_go(db, 1, 2)
    delivery.touch(db, 1, "D-1", NOW)
    assert [row.key for row in delivery.pending(db, Lane(1, 2), NOW, 9)] == ["k20"]


def test_a_channel_that_was_let_go_is_not_listed(db: sa.Connection) -> None:
    db.execute(sa.text("UPDATE channels SET group_id = NULL, state = :s WHERE id = 1"), {"s": leaving.FREE})
    assert lost(db, CIRCLE, Wanted()) == [2]
    assert undelivered.count(db, 1) == 1
