"""The playground's chat in the database: shown once, in order, and every change has a number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from storage import local_chat
from storage.engine import open_engine
from storage.local_chat import Account, Happening, LocalChannel
from tests.support.tables import make_tables

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
CARD: dict[str, Any] = {"format": 1, "blocks": [], "reactions": ["👍"]}


@pytest.fixture
def db(database_url: str) -> Iterator[sa.Connection]:
    make_tables(database_url)
    engine = open_engine(database_url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def bodies(db: sa.Connection, network_id: int = 1) -> list[Any]:
    return [m.body for m in local_chat.last_messages(db, network_id, 100)]


def test_a_key_is_posted_once_and_brought_up_to_later_revisions_only(db: sa.Connection) -> None:
    assert local_chat.post(db, 1, "1", "oakland", None, CARD, AT, key="window:D-1") == "1"
    assert local_chat.post(db, 1, "2", "oakland", None, CARD | {"reactions": []}, AT, key="window:D-1") == "1"
    assert bodies(db) == [CARD]
    assert local_chat.show(db, 1, "1", 3, {**CARD, "reactions": ["✋"]})
    assert not local_chat.show(db, 1, "1", 2, CARD)
    assert bodies(db) == [{**CARD, "reactions": ["✋"]}]


def test_the_same_key_in_another_network_is_another_message(db: sa.Connection) -> None:
    local_chat.post(db, 1, "1", "oakland", None, CARD, AT, key="window:D-1")
    assert local_chat.post(db, 2, "2", "oakland", None, "theirs", AT, key="window:D-1") == "2"
    assert bodies(db) == [CARD]
    assert bodies(db, 2) == ["theirs"]
    assert local_chat.message(db, 2, "1") is None


def test_who_asks_what_changed_gets_each_message_once_as_it_is_now(db: sa.Connection) -> None:
    local_chat.post(db, 1, "1", "oakland", None, "one", AT, account="ana")
    local_chat.post(db, 1, "2", "oakland", "1", "two", AT, account="ben")
    seen = local_chat.latest_change(db, 1)
    assert local_chat.changed_since(db, 1, seen, 100) == []
    local_chat.react(db, 1, "1", "👍", "ben", is_on=True)
    local_chat.show(db, 1, "1", 2, "one!")
    [changed] = local_chat.changed_since(db, 1, seen, 100)
    assert (changed.id, changed.body, changed.is_edited) == ("1", "one!", True)
    assert changed.change == local_chat.latest_change(db, 1)
    assert [m.id for m in local_chat.changed_since(db, 1, 0, 1)] == ["2"]


def test_reactions_are_put_on_once_and_taken_off(db: sa.Connection) -> None:
    local_chat.post(db, 1, "1", "oakland", None, "one", AT, account="ana")
    for account in ("ben", "ana", "ben"):
        local_chat.react(db, 1, "1", "👍", account, is_on=True)
    local_chat.react(db, 1, "1", "✋", "ana", is_on=True)
    assert local_chat.reactions_on(db, 1, ["1"]) == {"1": {"👍": ["ben", "ana"], "✋": ["ana"]}}
    local_chat.react(db, 1, "1", "✋", "ana", is_on=False)
    assert local_chat.reactions_on(db, 1, ["1"]) == {"1": {"👍": ["ben", "ana"]}}
    assert local_chat.reactions_on(db, 1, []) == {}


def test_the_newest_messages_come_with_the_roots_of_their_threads(db: sa.Connection) -> None:
    local_chat.post(db, 1, "root", "oakland", None, "root", AT, account="ana")
    for n in range(5):
        local_chat.post(db, 1, f"{n}", "oakland", None, f"{n}", AT, account="ana")
    local_chat.post(db, 1, "reply", "oakland", "root", "reply", AT, account="ben")
    assert [m.id for m in local_chat.last_messages(db, 1, 2)] == ["root", "4", "reply"]


def test_what_happened_waits_in_order_until_it_is_taken_and_is_not_kept_longer(db: sa.Connection) -> None:
    first, second = (Happening(id, "say", {"text": id}, AT) for id in ("b", "a"))
    assert local_chat.happened(db, 1, first)
    assert local_chat.happened(db, 1, second)
    assert not local_chat.happened(db, 1, first)
    assert local_chat.waiting(db, 1) == [first, second]
    assert local_chat.waiting(db, 1, "a") == [second]
    local_chat.taken(db, 1, "b")
    assert local_chat.waiting(db, 1) == [second]
    assert not local_chat.happened(db, 1, first)
    assert db.execute(sa.select(local_chat.happenings.c.data).where(local_chat.happenings.c.id == "b")).scalar() is None


def test_channels_and_people_are_added_once_and_keep_their_order(db: sa.Connection) -> None:
    ana = Account("ana", "Ana", "oakland", "America/Los_Angeles", "steward")
    for _ in range(2):
        local_chat.add_channel(db, 1, LocalChannel("oakland", "Oakland"))
        local_chat.add_channel(db, 1, LocalChannel("bilbao", "Bilbao"))
        local_chat.add_account(db, 1, ana)
    assert local_chat.all_channels(db, 1) == [LocalChannel("oakland", "Oakland"), LocalChannel("bilbao", "Bilbao")]
    assert local_chat.all_accounts(db, 1) == [ana]
    assert local_chat.account(db, 1, "ana") == ana
    assert local_chat.account(db, 2, "ana") is None
    assert (local_chat.has_channel(db, 1, "oakland"), local_chat.has_channel(db, 2, "oakland")) == (True, False)
