"""Every platform in turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import FEATURES
from tests.adapters.contract.local import open_local
from tests.adapters.contract.matrix import open_fake, open_real
from tests.adapters.contract.slack import open_slack
from tests.adapters.contract.stage import Stage
from tests.support.synapse import Synapse
from tests.support.synapse_stage import People, register_people


@pytest.fixture(scope="session")
def people(synapse: Synapse) -> People:
    """Users of the homeserver; every test has its own rooms."""
    return register_people(synapse)


@pytest.fixture(params=["local", "matrix", "slack", "slack socket", "synapse"])
async def stage(request: pytest.FixtureRequest, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    match request.param:
        case "local":
            stage: Stage = await open_local(sqlite_url, FEATURES)
        case "matrix":
            stage = await open_fake(sqlite_url, FEATURES)
        case "slack" | "slack socket":
            stage = await open_slack(sqlite_url, FEATURES, is_socket=request.param == "slack socket")
        case _:
            stage = await open_real(sqlite_url, FEATURES, request.getfixturevalue("people"), tmp_path)
    yield stage
    await stage.close()
