"""What falls due, in both databases: found by each network's clock, moved, taken back, never armed again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from storage import deadlines, directory
from storage.deadlines import Deadline

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE = Deadline(1, "D-1", "close", 0, NOW + HOUR, {"a": 1})


def due(db: sa.Connection, at: datetime, most: int = 10) -> list[str]:
    return [f"{d.network_id}:{d.about}:{d.group_id}:{d.round}" for d in deadlines.due(db, at, most)]


def test_the_oldest_come_first_and_only_when_due(filled: sa.Connection) -> None:
    deadlines.set_all(filled, [ONE, replace(ONE, about="D-2", due_at=NOW), replace(ONE, network_id=2, group_id=7)])
    assert due(filled, NOW - HOUR) == []
    assert due(filled, NOW) == ["1:D-2:0:0"]
    assert due(filled, NOW + HOUR)[0] == "1:D-2:0:0"
    assert set(due(filled, NOW + HOUR)) == {"1:D-1:0:0", "1:D-2:0:0", "2:D-1:7:0"}
    assert len(due(filled, NOW + HOUR, most=2)) == 2
    assert deadlines.next_due(filled, 1) == NOW
    assert deadlines.still_pending(filled, ONE) == ONE


def test_a_network_ahead_is_looked_at_by_its_own_clock(filled: sa.Connection) -> None:
    deadlines.set_all(filled, [ONE, replace(ONE, network_id=2)])
    directory.set_clock(filled, 2, HOUR)
    assert due(filled, NOW) == ["2:D-1:0:0"]
    assert sorted(due(filled, NOW + HOUR)) == ["1:D-1:0:0", "2:D-1:0:0"]


def test_set_again_it_moves_until_it_has_fired(filled: sa.Connection) -> None:
    deadlines.set_all(filled, [ONE])
    deadlines.set_all(filled, [replace(ONE, due_at=NOW, args={"b": 2})])
    assert deadlines.still_pending(filled, ONE) == replace(ONE, due_at=NOW, args={"b": 2})
    deadlines.finish(filled, ONE, "fired", 0)
    deadlines.set_all(filled, [ONE, replace(ONE, round=1)])
    assert due(filled, NOW + HOUR) == ["1:D-1:0:1"]


def test_what_was_taken_back_may_be_set_again(filled: sa.Connection) -> None:
    deadlines.set_all(filled, [ONE, replace(ONE, group_id=5), replace(ONE, kind="remind"), replace(ONE, network_id=2)])
    deadlines.cancel(filled, 1, "D-1", ["close"], group_id=5)
    assert due(filled, NOW + HOUR).count("1:D-1:5:0") == 0
    deadlines.cancel(filled, 1, "D-1", ["close", "remind"])
    assert due(filled, NOW + HOUR) == ["2:D-1:0:0"]
    deadlines.set_all(filled, [ONE])
    assert sorted(due(filled, NOW + HOUR)) == ["1:D-1:0:0", "2:D-1:0:0"]


def test_a_failed_try_is_counted_and_put_off(filled: sa.Connection) -> None:
    deadlines.set_all(filled, [ONE])
    deadlines.finish(filled, ONE, "pending", 1)
    deadlines.postpone(filled, ONE, NOW + 2 * HOUR)
    assert deadlines.still_pending(filled, ONE) == replace(ONE, attempts=1, due_at=NOW + 2 * HOUR)
    deadlines.finish(filled, ONE, "failed", 5)
    assert deadlines.next_due(filled, 1) is None
