"""Lanes and what they have to send, in both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from storage import delivery, held_messages, undelivered
from storage.delivery import Lane, Pending
from storage.held_messages import Held

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
S = timedelta(seconds=1)
LANE = Lane(1, 1)


def want(db: sa.Connection, *keys: str, channel: int = 1, at: datetime = NOW, **changes: Any) -> None:
    rows = []
    for key in keys:
        row = {"network_id": 1, "id": next(_ids), "key": key}
        row |= {"channel_id": channel, "thread_of": None, "about": "D-1", "view": "v", "args": {"k": key}}
        rows.append(row | {"edit_gap_s": 0, "ready_at": at, "created_at": at} | changes)
    delivery.want(db, rows, [{"network_id": 1, "channel_id": channel, "platform": "test", "next_at": at}])


_ids = iter(range(1, 10**6))


def claim(db: sa.Connection, at: datetime = NOW, lease: int = 7) -> list[Lane]:
    return delivery.claim(db, "test", at, at + 60 * S, lease, 10)


def pending(db: sa.Connection, at: datetime = NOW) -> list[Pending]:
    return delivery.pending(db, LANE, at, 20)


def sent(db: sa.Connection, row: Pending, remote_id: str | None = "r", at: datetime = NOW) -> None:
    delivery.mark_sent(db, row, rev=row.wanted_rev, remote_id=remote_id, digest="d", next_edit_at=at)


def test_a_lane_is_leased_by_one_and_free_again_after_its_lease(filled: sa.Connection) -> None:
    want(filled, "a")
    want(filled, "b", channel=2)
    assert sorted(claim(filled), key=lambda x: x.channel_id) == [Lane(1, 1), Lane(1, 2)]
    assert claim(filled) == []
    assert delivery.claim(filled, "other", NOW, NOW, 1, 10) == []
    assert sorted(claim(filled, NOW + 60 * S, 8), key=lambda x: x.channel_id) == [
        Lane(1, 1, was_dropped=True),
        Lane(1, 2, was_dropped=True),
    ]


def test_what_is_wanted_while_a_lane_is_leased_comes_up_when_it_is_given_back(filled: sa.Connection) -> None:
    want(filled, "a")
    claim(filled)
    [row] = pending(filled)
    sent(filled, row)
    want(filled, "b")
    delivery.touch(filled, 1, "D-1", NOW)
    assert delivery.next_at(filled, "test") == NOW + 60 * S
    delivery.release(filled, LANE, 7, None)
    assert delivery.next_at(filled, "test") == NOW
    assert [(r.key, r.wanted_rev) for r in pending(filled)] == [("a", 2), ("b", 2)]
    assert claim(filled) == [LANE]


def test_a_lane_with_nothing_to_send_sleeps(filled: sa.Connection) -> None:
    want(filled, "a")
    claim(filled)
    sent(filled, pending(filled)[0])
    delivery.release(filled, LANE, 7, None)
    assert delivery.next_at(filled, "test") is None


def test_a_held_lane_is_woken_by_nothing(filled: sa.Connection) -> None:
    want(filled, "a")
    claim(filled)
    delivery.release(filled, LANE, 7, NOW + 30 * S)
    want(filled, "b")
    delivery.touch(filled, 1, "D-1", NOW)
    assert delivery.next_at(filled, "test") == NOW + 30 * S
    assert claim(filled, NOW + 30 * S) == [LANE]


def test_only_the_one_who_holds_the_lease_gives_it_back(filled: sa.Connection) -> None:
    want(filled, "a")
    claim(filled, lease=7)
    delivery.release(filled, LANE, 8, None)
    delivery.release(filled, LANE, 8, NOW)
    assert claim(filled) == []


def test_a_reply_waits_for_a_root_that_was_never_brought_up(filled: sa.Connection) -> None:
    want(filled, "reply", thread_of="root")
    want(filled, "root", at=NOW + 10 * S)
    claim(filled)
    assert pending(filled) == []
    delivery.release(filled, LANE, 7, None)
    assert delivery.next_at(filled, "test") == NOW + 10 * S
    [root] = pending(filled, NOW + 10 * S)
    sent(filled, root, "r-1")
    [reply] = pending(filled)
    assert (reply.key, reply.root_remote_id, reply.root_state) == ("reply", "r-1", "live")


@pytest.mark.parametrize("end", ["dead", "gone", "never wanted"])
def test_a_reply_waits_for_no_root_that_will_not_come(filled: sa.Connection, end: str) -> None:
    if end != "never wanted":
        want(filled, "root")
        [root] = pending(filled)
        if end == "dead":
            delivery.mark_failed(filled, root, reason="x" * 400, ready_at=NOW, is_unclear=False, is_dead=True)
        else:
            sent(filled, root, None)
    want(filled, "reply", thread_of="root")
    [reply] = pending(filled)
    assert (reply.key, reply.root_remote_id) == ("reply", None)
    assert len(undelivered.about(filled, 1, 1, 9)) == (end == "dead")


def test_a_failure_is_counted_and_put_off_and_forgotten_when_sent(filled: sa.Connection) -> None:
    want(filled, "a")
    [row] = pending(filled)
    delivery.mark_failed(filled, row, reason="503", ready_at=NOW + 2 * S, is_unclear=True, is_dead=False)
    assert pending(filled) == []
    [again] = pending(filled, NOW + 2 * S)
    assert again == replace(row, attempts=1, is_unclear=True, ready_at=NOW + 2 * S)
    sent(filled, again)
    delivery.touch(filled, 1, "D-1", NOW)
    [edit] = pending(filled)
    assert (edit.attempts, edit.is_unclear, edit.remote_id, edit.sent_digest) == (0, False, "r", "d")


def test_what_a_dropped_lane_had_to_send_is_in_doubt_until_it_is_sent(filled: sa.Connection) -> None:
    want(filled, "shown", "maybe", "maybe too")
    want(filled, "later", at=NOW + 90 * S)
    want(filled, "elsewhere", channel=2)
    sent(filled, pending(filled)[0])
    claim(filled)
    [dropped, _] = sorted(claim(filled, NOW + 60 * S, 8), key=lambda x: x.channel_id)
    delivery.doubt(filled, dropped, NOW + 60 * S)
    delivery.release(filled, dropped, 8, NOW + 61 * S)  # it came to nothing in this turn
    assert claim(filled, NOW + 61 * S, 9) == [LANE]
    rows = pending(filled, NOW + 90 * S)
    assert [(r.key, r.is_unclear, r.ready_at) for r in rows] == [
        ("maybe", True, NOW + 60 * S),
        ("maybe too", True, NOW + 60 * S),
        ("later", False, NOW + 90 * S),
    ]
    [elsewhere] = delivery.pending(filled, Lane(1, 2), NOW, 20)
    assert not elsewhere.is_unclear
    sent(filled, rows[0])
    delivery.touch(filled, 1, "D-1", NOW)
    assert [r.is_unclear for r in pending(filled, NOW + 60 * S)] == [False, False, True]


def test_a_message_is_found_by_the_platforms_id_or_by_its_key(filled: sa.Connection) -> None:
    want(filled, "a")
    sent(filled, pending(filled)[0], "r-9")
    assert delivery.about(filled, 1, 1, "r-9", None) == ("a", "D-1", "v")
    assert delivery.about(filled, 1, 1, None, "a") == ("a", "D-1", "v")
    assert delivery.about(filled, 1, 2, "r-9", "a") is None
    assert delivery.about(filled, 2, 1, "r-9", "a") is None
    assert delivery.about(filled, 1, 1, None, None) is None


def test_what_is_held_comes_up_at_its_time_and_keeps_its_order(filled: sa.Connection) -> None:
    want(filled, "a", "b", ready_at=NOW + 600 * S)
    want(filled, "c")
    assert [one.key for one in held_messages.held(filled, 1, NOW)] == ["a", "b"]
    assert held_messages.held(filled, 2, NOW) == []
    assert held_messages.next_held(filled, 1, NOW) == NOW + 600 * S
    claim(filled)
    [row] = pending(filled)
    assert row.key == "c"
    sent(filled, row)
    delivery.release(filled, LANE, 7, None)
    assert delivery.next_at(filled, "test") == NOW + 600 * S
    assert [row.key for row in pending(filled, NOW + 600 * S)] == ["a", "b"]
    assert held_messages.next_held(filled, 1, NOW + 600 * S) is None


def test_what_is_held_is_let_go_by_what_it_is_about_or_by_its_key(filled: sa.Connection) -> None:
    for key, about in (("a", "D-1"), ("b", "D-2"), ("c", "D-3")):
        want(filled, key, about=about, ready_at=NOW + 600 * S)
    want(filled, "d", channel=2, about="D-1", ready_at=NOW + 600 * S)
    claim(filled)
    delivery.release(filled, LANE, 7, None)
    held_messages.let_go(filled, 1, 1, {"D-1"}, {"c"}, NOW)
    assert [row.key for row in pending(filled)] == ["a", "c"]
    assert [one.key for one in held_messages.held(filled, 1, NOW)] == ["b", "d"]
    assert delivery.next_at(filled, "test") == NOW


def test_said_again_and_at_once_it_is_held_no_more_but_a_failed_one_keeps_its_pause(filled: sa.Connection) -> None:
    want(filled, "a", ready_at=NOW + 600 * S)
    want(filled, "b")
    [row] = pending(filled)
    delivery.mark_failed(filled, row, reason="no", ready_at=NOW + 60 * S, is_unclear=False, is_dead=False)
    want(filled, "a", "b")
    assert [row.key for row in pending(filled)] == ["a"]
    assert held_messages.held(filled, 1, NOW) == []


def test_other_quiet_hours_move_what_is_held_and_nothing_else(filled: sa.Connection) -> None:
    want(filled, "a", ready_at=NOW + 600 * S)
    want(filled, "b")
    [row] = pending(filled)
    sent(filled, row)
    moved = [Held(1, "a", NOW + 60 * S), Held(1, "b", NOW + 60 * S)]
    held_messages.hold_until(filled, 1, moved)
    assert held_messages.held(filled, 1, NOW) == [Held(1, "a", NOW + 60 * S)]
    want(filled, "b")
    assert [row.key for row in pending(filled)] == ["b"]


def test_what_should_have_gone_out_meanwhile_is_known_with_its_group(filled: sa.Connection) -> None:
    want(filled, "a", ready_at=NOW + 60 * S)
    want(filled, "b")
    assert held_messages.overdue(filled, 1, NOW) == []
    [(one, group_id)] = held_messages.overdue(filled, 1, NOW + 60 * S)
    assert (one, group_id) == (Held(1, "a", NOW + 60 * S), 1)
