"""Column types that mean the same on SQLite and PostgreSQL, and the metadata that every table belongs to."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Convert = Callable[[Any], Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment: aware datetime in, aware UTC out, to the microsecond; ValueError for a naive one.

    SQLite keeps microseconds since 1970-01-01 UTC, which sort as numbers; PostgreSQL TIMESTAMP WITH TIME ZONE.
    """

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(sa.TIMESTAMP(timezone=True) if _is_postgres(dialect) else sa.BigInteger())

    def bind_processor(self, dialect: sa.Dialect) -> _Convert:
        return _aware if _is_postgres(dialect) else _to_microseconds

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> _Convert:
        return _in_utc if _is_postgres(dialect) else _from_microseconds


def _aware(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise ValueError("A moment needs a time zone; this datetime has none.")
    return value


def _to_microseconds(value: datetime | None) -> int | None:
    return None if value is None else (cast("datetime", _aware(value)) - _EPOCH) // _MICROSECOND


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def _from_microseconds(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(microseconds=value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def compact_json(value: Any) -> str:
    """One line of JSON without spaces. Raises ValueError for NaN and infinity, TypeError for what JSON cannot say."""
    return _ENCODER.encode(value)


class JsonText(sa.types.TypeDecorator[Any]):
    """A JSON value: compact text on SQLite, JSONB on PostgreSQL (which does not keep the order of keys).

    None is NULL. Raises as `compact_json` does.
    """

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(JSONB(none_as_null=True) if _is_postgres(dialect) else sa.Text())

    def bind_processor(self, dialect: sa.Dialect) -> _Convert | None:
        return super().bind_processor(dialect) if _is_postgres(dialect) else _to_json

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> _Convert | None:
        return super().result_processor(dialect, coltype) if _is_postgres(dialect) else _from_json


def _to_json(value: Any) -> str | None:
    return None if value is None else compact_json(value)


def _from_json(value: str | None) -> Any:
    if value == "[]":  # of most records' lists there is nothing in; a reader's set-up costs more than this
        return []
    return None if value is None else json.loads(value)


def _is_postgres(dialect: sa.Dialect) -> bool:
    return dialect.name == "postgresql"
