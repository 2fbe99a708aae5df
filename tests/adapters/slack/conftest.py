"""Slack on loopback, and at its end nothing that people would have been bothered by."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

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
