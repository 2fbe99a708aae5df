"""Moments and JSON come back from both databases as they went in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import exc

from storage.engine import open_engine
from storage.types import JsonText, UtcDateTime, metadata

tables = sa.MetaData()
moments = sa.Table("moments", tables, sa.Column("at", UtcDateTime), sa.Column("n", sa.Integer))
values = sa.Table("json_values", tables, sa.Column("value", JsonText))
FIRST = datetime(2026, 10, 25, 0, 30, 0, 1, tzinfo=UTC)


@pytest.fixture
def db(database_url: str) -> Iterator[sa.Connection]:
    engine = open_engine(database_url)
    with engine.begin() as db:
        tables.create_all(db)
        yield db
    engine.dispose()


def put_and_get(db: sa.Connection, column: sa.Column[Any], value: object) -> Any:
    db.execute(column.table.delete())
    db.execute(sa.insert(column.table).values({column: value}))
    return db.execute(sa.select(column)).scalar_one()


@pytest.mark.parametrize(
    "moment",
    [
        FIRST,
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
        datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
    ],
)
def test_a_moment_comes_back_in_utc_to_the_microsecond(db: sa.Connection, moment: datetime) -> None:
    back = put_and_get(db, moments.c.at, moment)
    assert back == moment.astimezone(UTC)
    assert back.tzinfo is UTC


def test_no_moment_is_none(db: sa.Connection) -> None:
    assert put_and_get(db, moments.c.at, None) is None


def test_a_moment_without_a_zone_is_refused(db: sa.Connection) -> None:
    with pytest.raises(exc.StatementError, match="needs a time zone") as refused:
        put_and_get(db, moments.c.at, datetime(2026, 1, 1))  # noqa: DTZ001  # what is to be refused
    assert isinstance(refused.value.orig, ValueError)


def test_moments_sort_and_compare_as_moments(db: sa.Connection) -> None:
    for n in (2, 0, 1):
        db.execute(moments.insert().values(at=FIRST + timedelta(hours=n), n=n))
    limit = (FIRST + timedelta(hours=1)).astimezone(ZoneInfo("Asia/Kathmandu"))
    due = sa.select(moments.c.n).where(moments.c.at <= limit).order_by(moments.c.at)
    assert list(db.execute(due).scalars()) == [0, 1]
    assert db.execute(sa.select(sa.func.max(moments.c.at))).scalar_one() == FIRST + timedelta(hours=2)


@given(moment=st.datetimes(timezones=st.just(UTC)))
def test_every_moment_of_the_calendar_survives_sqlite(moment: datetime) -> None:
    dialect = sa.create_engine("sqlite://").dialect
    put, get = UtcDateTime().bind_processor(dialect), UtcDateTime().result_processor(dialect, None)
    assert get(put(moment)) == moment


@pytest.mark.parametrize(
    "value", [{"v": 1, "blocks": [{"text": "Öl & <b> – “ok” 🌱"}]}, [], {}, "", "5", 5, 1.5, True, False, [None]]
)
def test_json_comes_back(db: sa.Connection, value: object) -> None:
    back = put_and_get(db, values.c.value, value)
    assert back == value
    assert type(back) is type(value)


def test_no_json_is_null(db: sa.Connection) -> None:
    put_and_get(db, values.c.value, None)
    assert db.execute(sa.select(values.c.value.is_(None))).scalar_one()


@pytest.mark.parametrize("value", [float("nan"), {"x": float("inf")}])
def test_json_has_no_such_numbers(db: sa.Connection, value: object) -> None:
    with pytest.raises((exc.StatementError, ValueError)) as refused:
        put_and_get(db, values.c.value, value)
    assert "not JSON compliant" in str(refused.value)


def test_json_is_stored_compactly_as_text_on_sqlite(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    with engine.begin() as db:
        tables.create_all(db)
        db.execute(values.insert().values(value={"a": [1, "ö"]}))
        assert db.exec_driver_sql("SELECT value, typeof(value) FROM json_values").one() == ('{"a":[1,"ö"]}', "text")
    engine.dispose()


def test_constraints_have_names_that_a_migration_can_rely_on() -> None:
    assert set(metadata.naming_convention) == {"ix", "uq", "ck", "fk", "pk"}
    table = sa.Table("t", sa.MetaData(naming_convention=metadata.naming_convention), sa.Column("a", sa.Integer))
    assert sa.UniqueConstraint(table.c.a).name == "uq_t_a"
