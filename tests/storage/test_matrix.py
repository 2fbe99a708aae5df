"""Matrix events in the database: staged with their token or not at all, each once, handed out in order, then blank."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from storage import matrix
from storage.engine import open_engine
from storage.matrix import NewEvent
from tests.support.tables import make_tables

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
MYCEL = "@mycel:example.org"


@pytest.fixture
def db(database_url: str) -> Iterator[sa.Connection]:
    make_tables(database_url)
    engine = open_engine(database_url)
    with engine.begin() as connection:
        matrix.save_account(connection, MYCEL, "https://example.org", "DEVICE", "locked token")
        yield connection
    engine.dispose()


def said(id: str, room: str = "!garden", *, is_locked: bool = False, **more: Any) -> NewEvent:
    return NewEvent(id, room, {"type": "m.room.message", "content": {"body": id}, **more}, is_locked)


def next_ids(db: sa.Connection, room: str = "!garden") -> list[str]:
    return [event.event_id for event in matrix.next_waiting(db, MYCEL, room, 10)]


def test_an_event_is_staged_once_and_the_token_goes_on(db: sa.Connection) -> None:
    assert matrix.stage(db, MYCEL, "s1", [said("$b"), said("$a")], AT) == 2
    assert matrix.stage(db, MYCEL, "s2", [said("$a"), said("$c"), said("$b")], AT) == 1
    row = matrix.account(db, MYCEL)
    assert row is not None
    assert row.next_batch == "s2"
    assert next_ids(db) == ["$b", "$a", "$c"]
    assert matrix.stage_one(db, MYCEL, said("$d"), AT)
    assert not matrix.stage_one(db, MYCEL, said("$d"), AT)
    assert next_ids(db) == ["$b", "$a", "$c", "$d"]


def test_an_account_that_is_not_kept_stages_nothing(db: sa.Connection) -> None:
    with pytest.raises(LookupError):
        matrix.stage(db, "@other:example.org", "s1", [said("$a")], AT)


def test_accounts_have_their_own_events(db: sa.Connection) -> None:
    other = "@other:example.org"
    matrix.save_account(db, other, "https://example.org", "D2", "locked")
    assert matrix.stage(db, MYCEL, "s1", [said("$a")], AT) == 1
    assert matrix.stage(db, other, "s1", [said("$a")], AT) == 1
    matrix.mark_handled(db, other, "$a")
    assert next_ids(db) == ["$a"]
    assert [row.user_id for row in matrix.all_accounts(db)] == [MYCEL, other]


def test_another_device_begins_anew_the_same_one_goes_on(db: sa.Connection) -> None:
    matrix.stage(db, MYCEL, "s1", [], AT)
    matrix.save_signing_keys(db, MYCEL, "locked keys")
    matrix.save_account(db, MYCEL, "https://example.org", "DEVICE", "new token")
    row = matrix.account(db, MYCEL)
    assert row is not None
    assert (row.token, row.next_batch, row.signing_keys) == ("new token", "s1", "locked keys")
    matrix.save_account(db, MYCEL, "https://example.org", "OTHER", "new token")
    row = matrix.account(db, MYCEL)
    assert row is not None
    assert (row.device_id, row.next_batch) == ("OTHER", None)


def test_rooms_wait_in_the_order_of_their_oldest_event(db: sa.Connection) -> None:
    events = [said("$1", "!b"), said("$2", "!a"), said("$3", "!b"), said("$4", "!c", is_locked=True)]
    matrix.stage(db, MYCEL, "s1", events, AT)
    assert matrix.waiting_rooms(db, MYCEL) == ["!b", "!a"]
    matrix.mark_handled(db, MYCEL, "$1")
    assert matrix.waiting_rooms(db, MYCEL) == ["!a", "!b"]


def test_what_was_handled_is_blank_and_what_is_dead_is_kept(db: sa.Connection) -> None:
    matrix.stage(db, MYCEL, "s1", [said("$a"), said("$b")], AT)
    matrix.mark_handled(db, MYCEL, "$a")
    matrix.mark_failed(db, MYCEL, "$b", is_dead=False)
    [event] = matrix.next_waiting(db, MYCEL, "!garden", 10)
    assert (event.attempts, event.type) == (1, "m.room.message")
    matrix.mark_failed(db, MYCEL, "$b", is_dead=True)
    assert next_ids(db) == []
    [dead] = matrix.dead_letters(db, MYCEL, 10)
    assert (dead.attempts, dead.payload["content"]) == (2, {"body": "$b"})
    payloads = dict(db.execute(sa.select(matrix.events.c.event_id, matrix.events.c.payload)).all())
    assert payloads["$a"] is None
    assert matrix.counts(db, MYCEL) == {"handled": 1, "dead": 1}


def test_a_locked_event_waits_for_its_key(db: sa.Connection) -> None:
    matrix.stage(db, MYCEL, "s1", [said("$a", is_locked=True), said("$b")], AT)
    assert next_ids(db) == ["$b"]
    assert matrix.locked_rooms(db, MYCEL, AT - timedelta(seconds=1)) == []
    assert matrix.locked_rooms(db, MYCEL, AT) == ["!garden"]
    [locked] = matrix.locked(db, MYCEL, 10)
    matrix.unlock(db, MYCEL, locked.event_id, {"type": "m.room.message", "content": {"body": "open"}})
    assert next_ids(db) == ["$a", "$b"]
    assert matrix.give_up_locked(db, MYCEL, AT + timedelta(days=1)) == 0


def test_keys_that_never_come_are_given_up(db: sa.Connection) -> None:
    matrix.stage(db, MYCEL, "s1", [said("$a", is_locked=True)], AT)
    assert matrix.give_up_locked(db, MYCEL, AT) == 0
    assert matrix.give_up_locked(db, MYCEL, AT + timedelta(seconds=1)) == 1
    assert [event.event_id for event in matrix.dead_letters(db, MYCEL, 10)] == ["$a"]


def test_a_redaction_blanks_what_lies_about(db: sa.Connection) -> None:
    matrix.stage(db, MYCEL, "s1", [said("$a", is_locked=True), said("$b"), said("$c")], AT)
    matrix.mark_failed(db, MYCEL, "$b", is_dead=True)
    old_way = {"type": "m.room.redaction", "redacts": "$a"}
    new_way = {"type": "m.room.redaction", "content": {"redacts": "$b"}}
    redactions = [NewEvent("$r1", "!garden", old_way), NewEvent("$r2", "!garden", new_way)]
    matrix.stage(db, MYCEL, "s2", redactions, AT)
    assert matrix.locked(db, MYCEL, 10) == matrix.dead_letters(db, MYCEL, 10) == []
    assert next_ids(db) == ["$c", "$r1", "$r2"]


def test_pruning_keeps_what_is_not_done(db: sa.Connection) -> None:
    matrix.stage(db, MYCEL, "s1", [said("$a"), said("$b"), said("$c", is_locked=True)], AT)
    matrix.mark_handled(db, MYCEL, "$a")
    assert matrix.prune(db, AT) == 0
    assert matrix.prune(db, AT + timedelta(days=14)) == 1
    assert matrix.counts(db, MYCEL) == {"waiting": 1, "locked": 1}
