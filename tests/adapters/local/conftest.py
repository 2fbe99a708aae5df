"""A whole playground in a test: real dispatch, delivery and SQLite, a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.adapters.local import fake_feature
from tests.support.playground import Stage, open_stage


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[Stage]:
    """A playground with the fake feature, started."""
    fake_feature.heard.clear()
    stage = open_stage(sqlite_url, [fake_feature.FEATURE])
    await stage.playground.start()
    yield stage
    await stage.close()
