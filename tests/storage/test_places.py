"""What an adapter looks up for a place; two networks in one database never see each other."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from storage import delivery, delivery_tables, directory, inbox, places
from storage.engine import open_engine
from storage.network import Channel, Group
from tests.support.tables import make_tables

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def db(database_url: str) -> Iterator[sa.Connection]:
    """Two networks, each with a Spanish-speaking group, two channels and a person with two accounts."""
    make_tables(database_url)
    engine = open_engine(database_url)
    with engine.begin() as db:
        for n in (1, 2):
            directory.add_network(db, n, f"net{n}", "en", NOW)
            directory.add_group(
                db, Group(n, 1, "bilbao", "Bilbao", "Europe/Madrid", None, "mon-fri", "off", "es", "active", ()), NOW
            )
            directory.add_channel(db, Channel(n, 1, "matrix", f"w{n}", "!home", 1, True, "", "active"))
            directory.add_channel(db, Channel(n, 2, "matrix", f"w{n}", "!all", None, False, "", "active"))
            directory.add_channel(db, Channel(n, 3, "matrix", f"w{n}", "!own", 1, False, "eu", "active"))
            directory.add_person(db, n, 7, "Ana", None, NOW)
            for account in ("@ana:b", "@ana:a"):
                directory.add_identity(db, n, "matrix", f"w{n}", account, 7, "Ana")
            directory.add_identity(db, n, "slack", f"w{n}", "U1", 7, "Ana")
        yield db
    engine.dispose()


def test_accounts_are_those_of_the_place(db: sa.Connection) -> None:
    assert places.accounts_of(db, 1, "matrix", "w1", {7, 8}) == {7: ["@ana:a", "@ana:b"]}
    assert places.accounts_of(db, 1, "slack", "w1", {7}) == {7: ["U1"]}
    assert places.accounts_of(db, 1, "matrix", "w2", {7}) == {}
    assert places.accounts_of(db, 1, "matrix", "w1", set()) == {}


def message(id: int, key: str, about: str, **more: Any) -> dict[str, Any]:
    row = {"network_id": 1, "id": id, "key": key, "channel_id": 1, "thread_of": None, "about": about, "view": "v"}
    return {**row, "args": {}, "ready_at": NOW, "edit_gap_s": 0, "created_at": NOW, **more}


def test_a_record_is_linked_to_its_first_message_in_the_channel(db: sa.Connection) -> None:
    rows = [
        message(1, "D-1:head", "D-1"),
        message(2, "D-1:later", "D-1"),
        message(3, "D-2:reply", "D-2", thread_of="D-1:head"),
        message(4, "D-3:elsewhere", "D-3", channel_id=2),
        message(5, "D-4:unsent", "D-4"),
        message(6, "D-5:other", "D-5", network_id=2),
    ]
    delivery.want(db, rows, [{"network_id": 1, "channel_id": 1, "platform": "matrix", "next_at": NOW}])
    sent = sa.update(delivery_tables.messages).where(delivery_tables.messages.c.key != "D-4:unsent")
    db.execute(sent.values(remote_id=delivery_tables.messages.c.key))
    wanted = {f"D-{n}" for n in range(1, 6)}
    assert places.roots_about(db, 1, 1, wanted) == {"D-1": "D-1:head"}
    assert places.roots_about(db, 1, 2, wanted) == {"D-3": "D-3:elsewhere"}
    assert places.roots_about(db, 1, 1, set()) == {}


def test_a_channel_speaks_its_own_language_else_its_group_s_else_the_network_s(db: sa.Connection) -> None:
    def language(remote_id: str) -> str | None:
        found = places.known(db, "matrix", "w1", remote_id)
        return found.language if found else None

    assert [language(each) for each in ("!own", "!home", "!all", "!nowhere")] == ["eu", "es", "en", None]
    assert places.known(db, "matrix", "w2", "!home") == places.Known(2, 1, "es")


def test_an_event_is_known_by_what_came_of_it(db: sa.Connection) -> None:
    inbox.accept(db, "matrix:w1", "$1", 1, NOW, 0, "D-1")
    inbox.accept(db, "matrix:w1", "$2", 1, NOW, 0, "")
    found = [places.handled_as(db, "matrix:w1", each) for each in ("$1", "$2", "$3")]
    assert found == ["D-1", "", None]
    assert places.handled_as(db, "matrix:w2", "$1") is None
