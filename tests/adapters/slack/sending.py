"""Slack's sender behind the stand-in, with as little around it as there can be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from adapters.slack.own import OwnMessages
from adapters.slack.pacing import Pace
from adapters.slack.pictures import Pictures
from adapters.slack.reading_back import Sleep
from adapters.slack.sender import SlackSender
from adapters.slack.workspaces import AllWorkspaces, Workspaces
from bot.core.delivery import Post
from bot.core.message import Message, paragraph
from storage.network import Channel
from storage.work import Work, open_work
from tests.support.slack.people import Team
from tests.support.slack.server import Slack
from tests.support.slack.world import Channel as SlackChannel
from tests.support.tables import make_tables

LAG_S = 0.3


@dataclass
class Stage:
    slack: Slack
    team: Team
    garden: SlackChannel
    session: aiohttp.ClientSession
    work: Work
    own: OwnMessages

    async def sender(self, sleep: Sleep = asyncio.sleep) -> SlackSender:
        """As it is after a start: it remembers nothing."""
        pace = Pace(sleep=_no_sleep)
        workspaces = Workspaces(self.session, self.slack.api_url, pace, token=self.team.token)
        await workspaces.learn_own()
        pictures = Pictures(self.work, self.session)
        return SlackSender(self.work, AllWorkspaces([workspaces]), self.own, pictures, now, lag_s=LAG_S, sleep=sleep)

    def post(self, text: str = "Hello", **more: Any) -> Post:
        channel = Channel(1, 1, "slack", self.team.id, self.garden.id, 1, True, "", "active")
        wanted = datetime.now(UTC) - timedelta(hours=1)
        post = Post(1, channel, "D-1:card", 1, Message((paragraph(text),)), None, None, False, wanted)
        return replace(post, **more)

    def shown(self, thread: str | None = None) -> list[str]:
        return [message.text for message in self.team.shown(self.garden, thread)]


def now() -> datetime:
    return datetime.now(UTC)


async def _no_sleep(_: float) -> None:
    """Our own pace is not what is tested here."""


@asynccontextmanager
async def open_stage(slack: Slack, sqlite_url: str) -> AsyncIterator[Stage]:
    make_tables(sqlite_url)
    work = open_work(sqlite_url, clock=lambda: datetime.now(UTC))
    team = Team(slack, "coop")
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
        yield Stage(slack, team, team.channel("garden"), session, work, OwnMessages())
    await work.close()
