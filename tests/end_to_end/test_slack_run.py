"""`mycel run`, `doctor` and `manifest` with Slack: from nothing to `/decide`, as docs/operators/slack.md says."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.end_to_end.test_process import Home
from tests.support.slack.people import Team
from tests.support.slack.server import Slack


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    slack = Slack()
    await slack.start()
    yield slack
    await slack.stop()
    assert slack.world.complaints == []


@asynccontextmanager
async def running(home: Home) -> AsyncIterator[str]:
    """Mycel at work, in a process of its own; Slack has to answer meanwhile."""
    held = home.running()
    announced = await asyncio.to_thread(held.__enter__)
    try:
        yield announced
    finally:
        await asyncio.to_thread(held.__exit__, None, None, None)


async def test_from_nothing_to_decide(slack: Slack, tmp_path: Path) -> None:
    slack.outgoing.ack_within_s = 20
    team = Team(slack, "coop")
    ana = team.person("ana", "America/Los_Angeles")
    channel = team.channel("oakland", ana)
    tokens = {"SLACK_BOT_TOKEN": team.token, "SLACK_APP_TOKEN": slack.app.app_token, "SLACK_API_URL": slack.api_url}
    home = Home(tmp_path, settings=tokens)
    slack.app.take(json.loads((await asyncio.to_thread(home.mycel, "manifest")).stdout))
    doctor = (await asyncio.to_thread(home.mycel, "doctor")).stdout
    assert "✓ Slack over Socket Mode" in doctor
    assert f"✓ Mycel is mycel in the workspace Coop ({team.id})" in doctor
    assert "✓ Socket Mode can connect" in doctor
    code = re.search(r"/steward (\S+)", (await asyncio.to_thread(home.mycel, "init")).stdout)
    assert code is not None
    async with running(home) as announced:
        assert announced.startswith("On Slack (Socket Mode)")
        await slack.sockets.connected()
        for typed in (
            f"/mycel steward {code[1]}",
            "/mycel group Oakland --tz America/Los_Angeles --quiet off",
            "/decide Use Signal",
        ):
            ack = await ana.types(channel, typed)
            assert ack.is_ok, ack.error
        assert "D-1" in ana.sees(channel)[-1].text
        doctor = (await asyncio.to_thread(home.mycel, "doctor")).stdout
        assert f"✓ Homes in the workspace {team.id}: 1 channel(s)" in doctor
        assert "is ready" in doctor
    said = home.log.read_text()
    assert "Use Signal" not in said
    assert "xoxb-" not in said


async def test_a_token_that_slack_does_not_take_is_said_plainly(slack: Slack, tmp_path: Path) -> None:
    wrong = {"SLACK_BOT_TOKEN": "xoxb-wrong", "SLACK_APP_TOKEN": slack.app.app_token, "SLACK_API_URL": slack.api_url}
    home = Home(tmp_path, settings=wrong)
    done = await asyncio.to_thread(home.mycel, "run")
    assert done.returncode == 1
    assert "Slack does not take SLACK_BOT_TOKEN" in done.stderr
    assert "Traceback" not in done.stderr
    assert "xoxb-wrong" not in done.stderr
    doctor = await asyncio.to_thread(home.mycel, "doctor")
    assert doctor.returncode == 1
    assert "✗ Slack does not take the bot token: " in doctor.stdout


async def test_missing_scopes_and_an_address_that_slack_cannot_reach_are_told(slack: Slack, tmp_path: Path) -> None:
    slack.app.scopes = [scope for scope in slack.app.scopes if scope != "reactions:read"]
    team = Team(slack, "coop")
    settings = {"SLACK_BOT_TOKEN": team.token, "SLACK_SIGNING_SECRET": "s" * 32, "SLACK_API_URL": slack.api_url}
    doctor = await asyncio.to_thread(Home(tmp_path, settings=settings).mycel, "doctor")
    assert doctor.returncode == 1
    assert "✗ The bot token lacks scopes: reactions:read" in doctor.stdout
    assert "✗ Slack cannot reach http://127.0.0.1" in doctor.stdout
