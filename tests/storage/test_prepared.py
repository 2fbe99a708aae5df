"""Statements that are written once do what SQLAlchemy's own execution of them does, in both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.engine import open_engine
from storage.prepared import Prepared
from storage.statements import insert_new
from storage.types import JsonText, UtcDateTime

NOW = datetime(2026, 11, 2, 9, 0, 0, 123, tzinfo=UTC)
things = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(20), nullable=False),
    sa.Column("is_open", sa.Boolean, nullable=False),
    sa.Column("data", JsonText),
    sa.Column("at", UtcDateTime),
)
ADD = Prepared(sa.insert(things).values(is_open=True))
ADD_NEW = Prepared(insert_new(things))
FIND = Prepared(sa.select(things).where(things.c.id >= bindparam("least")).order_by(things.c.id))
NAME = Prepared(
    sa.update(things).where(things.c.id == bindparam("this")).values(name=bindparam("new")).returning(things.c.at)
)
FIRST = {"id": 1, "name": "D-1", "data": {"a": [1, "é"]}, "at": NOW}
SECOND = {"id": 2, "name": "D-2", "data": None, "at": None}


@pytest.fixture
def db(database_url: str) -> Iterator[sa.Connection]:
    engine = open_engine(database_url)
    with engine.connect() as connection, connection.begin():
        things.create(connection)
        yield connection
    engine.dispose()


def test_rows_come_back_in_their_types(db: sa.Connection) -> None:
    ADD.run_each(db, [FIRST, SECOND])
    assert [tuple(row) for row in FIND.rows(db, {"least": 1})] == [
        (1, "D-1", True, {"a": [1, "é"]}, NOW),
        (2, "D-2", True, None, None),
    ]
    assert FIND.rows(db, {"least": 3}) == []
    assert [tuple(row) for row in db.execute(sa.select(things)).all()] == [
        tuple(row) for row in FIND.rows(db, {"least": 0})
    ]


def test_the_number_of_rows_is_told(db: sa.Connection) -> None:
    row = {**FIRST, "is_open": False}
    assert ADD_NEW.run(db, row) == 1
    assert ADD_NEW.run(db, row) == 0


def test_what_a_change_returns_comes_back(db: sa.Connection) -> None:
    assert ADD.run(db, FIRST) == 1
    assert [tuple(row) for row in NAME.rows(db, {"this": 1, "new": "D-9"})] == [(NOW,)]
    assert FIND.rows(db, {"least": 1})[0][1] == "D-9"


def test_errors_are_sqlalchemys_and_say_no_values(db: sa.Connection) -> None:
    ADD.run(db, FIRST)
    with pytest.raises(sa.exc.IntegrityError) as caught, db.begin_nested():
        ADD.run(db, FIRST)
    assert "D-1" not in str(caught.value).replace("(1)", "")
    other = sa.table("nowhere", sa.column("id"))
    with pytest.raises(sa.exc.ProgrammingError), db.begin_nested():
        Prepared(sa.select(other.c.id)).rows(db, {})
    with pytest.raises(sa.exc.DBAPIError), db.begin_nested():
        ADD.run_each(db, [{**FIRST, "id": 7}, {**FIRST, "id": 7}])


def test_what_has_to_be_written_anew_each_time_is_refused(database_url: str) -> None:
    engine = open_engine(database_url)
    listed = Prepared(sa.select(things).where(things.c.id.in_(bindparam("ids", expanding=True))))
    forgotten = Prepared(sa.select(things).where(things.c.id == bindparam("this")))
    with engine.begin() as db:
        things.create(db)
        if engine.dialect.name == "sqlite":
            with pytest.raises(ValueError, match="anew"):
                listed.rows(db, {"ids": [1]})
            with pytest.raises(ValueError, match="this"):
                forgotten.rows(db, {})
        else:
            assert listed.rows(db, {"ids": [1]}) == []
    engine.dispose()


def test_the_first_statement_begins_the_transaction(database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as db:
        things.create(db)
    with engine.connect() as db:
        ADD.run(db, FIRST)
        assert db.in_transaction()
        ADD.run(db, SECOND)
        db.rollback()
        assert FIND.rows(db, {"least": 1}) == []
    engine.dispose()
