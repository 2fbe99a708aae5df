"""The event log, its cursors, and what has come in, in both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage import events, inbox

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def row(network_id: int, about: str, **changes: Any) -> dict[str, Any]:
    base = {"network_id": network_id, "at": NOW, "kind": "decision_logged", "about": about, "person_id": 100}
    return base | {"group_id": 1, "data": {"number": 1, "ids": [1, 2]}, "is_past": False} | changes


def test_events_are_numbered_without_gaps_in_each_network(filled: sa.Connection) -> None:
    events.append(filled, [row(1, "D-1"), row(1, "D-2")])
    events.append(filled, [row(2, "D-1", is_past=True)])
    events.append(filled, [row(1, "D-1", person_id=None, group_id=None, data={})])
    assert [e.id for e in events.after(filled, 1, 0, 10)] == [1, 2, 3]
    assert [e.id for e in events.after(filled, 1, 1, 1)] == [2]
    assert [e.id for e in events.about(filled, 1, "D-1")] == [1, 3]
    assert events.last_ids(filled) == {1: 3, 2: 1}
    [first] = events.after(filled, 2, 0, 10)
    assert (first.at, first.data, first.is_past) == (NOW, {"number": 1, "ids": [1, 2]}, True)


def test_a_cursor_belongs_to_one_follower_in_one_network(filled: sa.Connection) -> None:
    assert events.cursor_of(filled, "notes", 1) == (0, 0)
    events.move_cursor(filled, "notes", 1, 0, 1)
    events.move_cursor(filled, "notes", 1, 7, 0)
    events.move_cursor(filled, "notes", 2, 1, 2)
    assert events.cursor_of(filled, "notes", 1) == (7, 0)
    assert events.cursor_of(filled, "notes", 2) == (1, 2)
    assert events.cursor_of(filled, "other", 1) == (0, 0)


def test_an_event_is_accepted_once_for_each_source(filled: sa.Connection) -> None:
    assert inbox.accept(filled, "slack:w", "k", 1, NOW, 0, "")
    assert not inbox.accept(filled, "slack:w", "k", 1, NOW, 5, "D-1")
    assert inbox.accept(filled, "slack:v", "k", 1, NOW, 0, "")


def repeated(db: sa.Connection, fingerprint: int, since: datetime, network_id: int = 1) -> str | None:
    values = {"network": network_id, "fingerprint": fingerprint, "repeated_since": since}
    found: str | None = db.execute(sa.select(inbox.recent_subject), values).scalar_one()
    return found


def test_the_same_words_a_moment_ago_are_known_until_undone(filled: sa.Connection) -> None:
    inbox.accept(filled, "s", "1", 1, NOW, 5, "D-1")
    inbox.accept(filled, "s", "2", 1, NOW + timedelta(seconds=1), 5, "D-2")
    inbox.accept(filled, "s", "3", 1, NOW + timedelta(seconds=2), 0, "")
    assert repeated(filled, 5, NOW) == "D-2"
    assert repeated(filled, 5, NOW + timedelta(seconds=2)) is None
    assert repeated(filled, 0, NOW) is None
    assert repeated(filled, 5, NOW, network_id=2) is None
    inbox.forget_subject(filled, 1, "D-2")
    assert repeated(filled, 5, NOW) == "D-1"


def test_old_rows_are_pruned(filled: sa.Connection) -> None:
    for day in range(3):
        inbox.accept(filled, "s", str(day), 1, NOW + timedelta(days=day), 0, "")
    assert inbox.prune(filled, NOW + timedelta(days=2)) == 2
    assert not inbox.accept(filled, "s", "2", 1, NOW, 0, "")
    assert inbox.accept(filled, "s", "0", 1, NOW, 0, "")
