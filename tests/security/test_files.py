"""Files with people's words are for the one who runs Mycel, whatever the machine's usual habit is."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.engine import open_engine


@pytest.fixture
def open_habit() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_habit")
def test_nobody_else_on_the_machine_reads_the_database(tmp_path: Path, sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    with engine.begin() as db:
        db.execute(sa.text("CREATE TABLE words (said TEXT)"))
        db.execute(sa.text("INSERT INTO words VALUES ('quetzal')"))
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    engine.dispose()
    assert "mycel.db-wal" in modes
    assert set(modes.values()) == {0o600}
