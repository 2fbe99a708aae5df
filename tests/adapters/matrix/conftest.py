"""Mycel behind a homeserver in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.app import FEATURES
from tests.support.matrix_stage import MatrixStage, open_matrix_stage


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[MatrixStage]:
    stage = await open_matrix_stage(sqlite_url, FEATURES)
    yield stage
    await stage.close()
