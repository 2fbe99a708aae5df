"""Column types that mean the same on SQLite and PostgreSQL, and the metadata that every table belongs to."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

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

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a time zone; this datetime has none.")
        return value if _is_postgres(dialect) else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if _is_postgres(dialect) else _EPOCH + timedelta(microseconds=value)


def compact_json(value: Any) -> str:
    """One line of JSON without spaces. Raises ValueError for NaN and infinity, TypeError for what JSON cannot say."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class JsonText(sa.types.TypeDecorator[Any]):
    """A JSON value: compact text on SQLite, JSONB on PostgreSQL (which does not keep the order of keys).

    None is NULL. Raises as `compact_json` does.
    """

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(JSONB(none_as_null=True) if _is_postgres(dialect) else sa.Text())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        if value is None or _is_postgres(dialect):
            return value
        return compact_json(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        return value if value is None or _is_postgres(dialect) else json.loads(value)


def _is_postgres(dialect: sa.Dialect) -> bool:
    return dialect.name == "postgresql"
