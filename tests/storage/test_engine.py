"""How the databases are opened."""

from pathlib import Path

import pytest

from storage.engine import is_postgres, open_engine, open_reader


def test_sqlite_is_opened_so_that_nothing_is_lost(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/data/deep/mycel.db")
    with engine.connect() as db:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        settings = {name: db.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names}
    engine.dispose()
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "secure_delete": 1,
    }


def test_a_rolled_back_transaction_is_gone(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    with engine.connect() as db:
        db.exec_driver_sql("CREATE TABLE t (a)")
        db.rollback()
        assert db.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one() == 0
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:m?mode=memory&uri=true",
        "sqlite+aiosqlite:///m.db",
        "mysql://root:hunter2@host/m",
        "postgresql+asyncpg://root:hunter2@host/m",
        "hunter2",
    ],
)
def test_other_databases_are_refused_without_a_word_of_the_password(url: str) -> None:
    for open_it in (open_engine, open_reader, is_postgres):
        with pytest.raises(ValueError, match=r"use sqlite:///data/mycel\.db or postgresql") as refused:
            open_it(url)
        assert "hunter2" not in str(refused.value)


def test_postgresql_needs_no_driver_in_its_name() -> None:
    engine = open_engine("postgresql://user@host/mycel")
    assert engine.url.drivername == "postgresql+psycopg"
    assert is_postgres("postgresql://user@host/mycel")
