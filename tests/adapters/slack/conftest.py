"""Slack on loopback, and at its end nothing that people would have been bothered by."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.app import FEATURES
from tests.adapters.contract.slack import SlackStage, open_slack
from tests.support.slack.server import Slack
from tests.support.slack.stub_app import StubApp


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    slack = Slack()
    slack.outgoing.retries_after_s = (0.0, 0.02, 0.02)
    await slack.start()
    yield slack
    await slack.stop()
    assert slack.world.complaints == []


@pytest.fixture
async def stub(slack: Slack) -> AsyncIterator[StubApp]:
    stub = StubApp(slack)
    await stub.start()
    yield stub
    await stub.stop()


@pytest.fixture(params=["http", "socket"])
async def each_stage(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[SlackStage]:
    """Mycel behind Slack with the three groups, over HTTP and through Socket Mode."""
    stage = await open_slack(sqlite_url, FEATURES, is_socket=request.param == "socket")
    stage.slack.outgoing.retries_after_s = (0.0, 0.05, 0.05)
    yield stage
    await stage.close()


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[SlackStage]:
    """Mycel behind Slack with the three groups, over HTTP."""
    stage = await open_slack(sqlite_url, FEATURES)
    stage.slack.outgoing.retries_after_s = (0.0, 0.05, 0.05)
    yield stage
    await stage.close()
