"""What tests of every kind share: a database to write to, of each sort that Mycel runs on."""

import gc
import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.machine import compile_once, keep_in_memory
from tests.support.postgres import Postgres, start_postgres
from tests.support.synapse import Synapse, shared_synapse

keep_in_memory()
compile_once()
# No law has to hold within a time: machines are busy. All else stays as the profile of the place has it (CI's own).
settings.register_profile("untimed", settings(settings.get_profile(settings.get_current_profile_name()), deadline=None))
settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """Of what is imported and collected nothing is garbage: it is not looked through again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, one for all workers of a run; not in pytest's folder, which is closed to its system user."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
    server = start_postgres(Path(tempfile.gettempdir()) / f"mycel-postgres-{run}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def synapse() -> Iterator[Synapse]:
    """A Matrix homeserver without rate limits, one for all workers of a run; tests make their own users and rooms."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
    with shared_synapse(Path(tempfile.gettempdir()) / f"mycel-synapse-{run}") as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'mycel.db'}"


@pytest.fixture(scope="session")
def postgresql_database(postgres: Postgres) -> str:
    """The URL of this worker's PostgreSQL database; `postgresql_url` is what tests ask for."""
    return postgres.fresh_database()


@pytest.fixture
def postgresql_url(postgres: Postgres, postgresql_database: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    yield postgresql_database
    postgres.empty_database(postgresql_database)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database; the test runs once on each sort."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
