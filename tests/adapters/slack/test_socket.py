"""Socket Mode: connections that end, stall or are replaced lose nothing; a wrong token is told; a stop finishes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from itertools import pairwise

import aiohttp
import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack.errors import CannotConnect
from adapters.slack.socket import SocketMode
from adapters.slack.web import call, web_client
from bot.app import FEATURES
from tests.adapters.contract.slack import CALM, SlackStage, open_slack
from tests.adapters.contract.test_dialogues import record
from tests.support.slack.faults import How
from tests.support.slack.people import Team
from tests.support.slack.server import Slack


@pytest.fixture
async def socket_stage(sqlite_url: str) -> AsyncIterator[SlackStage]:
    stage = await open_slack(sqlite_url, FEATURES, is_socket=True)
    stage.slack.outgoing.retries_after_s = (0.0, 0.05, 0.05)
    yield stage
    await stage.close()


async def titles(stage: SlackStage) -> list[str]:
    return [title for _, title, *_ in (await record(stage))["decisions"]]


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "too_many_websockets"])
async def test_another_connection_is_opened_before_slack_closes_this_one(socket_stage: SlackStage, reason: str) -> None:
    stage = socket_stage
    before = len(stage.slack.called("apps.connections.open"))
    await stage.slack.sockets.disconnect(reason, after_s=0.1)
    await _until(lambda: len(stage.slack.called("apps.connections.open")) > before)
    await stage.slack.sockets.connected()
    assert "D-1" in await stage.say("oakland", "ana", "/decide Meet on Tuesdays")
    assert stage.mycel.platform.problem() == ""


async def test_a_lost_connection_is_opened_again_and_events_are_taken_once(socket_stage: SlackStage) -> None:
    stage = socket_stage
    before = stage.slack.sockets.opened
    stage.slack.sockets.drop()
    await _until(lambda: stage.slack.sockets.opened > before and len(stage.slack.sockets.open) == 1)
    await stage.people["ana"].mentions(stage.channels["oakland"], "decide Meet on Tuesdays")
    await stage.mycel.settled()
    assert await titles(stage) == ["Meet on Tuesdays"]


async def test_a_connection_that_stalls_is_noticed_and_replaced(sqlite_url: str) -> None:
    watchful = replace(CALM, ping_s=1, watch_s=1)
    stage = await open_slack(sqlite_url, FEATURES, is_socket=True, tuning=watchful)
    sockets = stage.slack.sockets
    sockets.stall()
    await _until(lambda: bool(sockets.open) and not any(connection.is_stalled for connection in sockets.open))
    assert "D-1" in await stage.say("oakland", "ana", "/decide Meet on Tuesdays")
    await stage.close()


async def test_socket_mode_that_is_switched_off_is_said_and_taken_up_again_when_it_is_on(
    socket_stage: SlackStage,
) -> None:
    stage = socket_stage
    stage.slack.faults.add("apps.connections.open", How.REFUSED, 3, error="forbidden_team")
    await stage.slack.sockets.disconnect("link_disabled")
    await _until(lambda: "switched off in the app's settings" in stage.mycel.platform.problem())
    await _until(lambda: stage.slack.faults.all_used)
    await stage.slack.sockets.connected()
    await _until(lambda: stage.mycel.platform.problem() == "")
    assert "D-1" in await stage.say("oakland", "ana", "/decide Meet on Tuesdays")


@pytest.mark.parametrize("reason", ["link_disabled", "too_many_websockets"])
async def test_who_is_hung_up_on_again_and_again_comes_back_ever_more_rarely(slack: Slack, reason: str) -> None:
    async with aiohttp.ClientSession() as session:
        behind = Behind(slack, session, slack.app.app_token)
        running = asyncio.create_task(behind.socket.run())
        for _ in range(6):
            await slack.sockets.connected()
            await slack.sockets.disconnect(reason)
        await slack.sockets.connected()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    began = [call.at for call in slack.called("apps.connections.open")]
    pauses = [later - earlier for earlier, later in pairwise(began)]
    assert pauses[-1] > 0.01 * 2**5 / 2
    assert sum(pauses) > 0.01 * (2**6 - 1) / 2


async def test_a_command_that_nobody_declared_is_answered_too(socket_stage: SlackStage) -> None:
    """What is not acknowledged over Socket Mode leaves people with an error of Slack's."""
    stage = socket_stage
    stage.slack.app.commands["/other"] = True
    ana, oakland = stage.people["ana"], stage.channels["oakland"]
    assert (await ana.types(oakland, "/other thing")).is_ok
    assert "other" in ana.sees(oakland)[-1].text
    assert (await ana.types(oakland, "/mycel nonsense")).is_ok
    assert "nonsense" in ana.sees(oakland)[-1].text


class Behind:
    """A socket with a handler that can be held up."""

    def __init__(self, slack: Slack, session: aiohttp.ClientSession, token: str) -> None:
        client = web_client(slack.api_url, session, token)

        async def open_url() -> str:
            return str((await call(client, "apps.connections.open", {}))["url"])

        async def check() -> None:
            await call(client, "auth.test", {})

        self.handled: list[str] = []
        self.may_go_on = asyncio.Event()
        self.socket = SocketMode(
            self.dispatch, open_url, check, session, lambda: 0.5, ping_s=1, watch_s=60, retry_s=0.01
        )

    async def dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        await self.may_go_on.wait()
        self.handled.append(str(request.body.get("command")))
        return BoltResponse(status=200, body="")


async def test_a_token_that_slack_does_not_take_is_said_at_once(slack: Slack) -> None:
    async with aiohttp.ClientSession() as session:
        behind = Behind(slack, session, "xapp-wrong")
        with pytest.raises(CannotConnect, match="SLACK_APP_TOKEN"):
            await behind.socket.run()
        assert behind.socket.problem


async def test_a_stop_finishes_what_was_taken_up_and_takes_up_nothing_new(slack: Slack) -> None:
    team = Team(slack, "coop")
    ana = team.person("ana")
    garden = team.channel("garden", ana)
    async with aiohttp.ClientSession() as session:
        behind = Behind(slack, session, slack.app.app_token)
        running = asyncio.create_task(behind.socket.run())
        await slack.sockets.connected()
        await _until(lambda: behind.socket.problem == "")
        taken = asyncio.create_task(ana.types(garden, "/decide one"))
        await _until(lambda: len(behind.socket._handling) == 1)
        behind.socket.stop()
        slack.outgoing.ack_within_s = 0.2
        late = await ana.types(garden, "/mycel help")
        running.cancel()
        behind.may_go_on.set()
        assert (await taken).is_ok
        assert not late.is_ok
        await asyncio.gather(running, return_exceptions=True)
        assert behind.handled == ["/decide"]


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while True:
            if is_so():
                return
            await asyncio.sleep(0.01)
