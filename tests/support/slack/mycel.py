"""Mycel behind the stand-in, put together as the composition root does it, in the test's own process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from aiohttp import web
from pydantic import SecretStr

from adapters.slack.app import SlackApp, Tuning
from adapters.slack.port import PLATFORM
from bot.app import FEATURES, build_core
from bot.core.delivery import Deliverer
from bot.core.feature import Feature
from bot.parts import Core, Platform
from bot.settings import SlackAccount
from bot.slack import manifest_of, put_together
from storage import directory
from storage.network import Channel, Group
from storage.work import Tx
from tests.end_to_end.living import free_port
from tests.support.house import GROUPS, Clock
from tests.support.slack.people import Team
from tests.support.slack.server import Slack
from tests.support.tables import make_tables

SECRET = b"secret of the tests, 32 bytes long"
QUICK = Tuning(lag_s=0.05, ping_s=0.3, watch_s=0.3, retry_s=0.02, timeout_s=1)


@dataclass
class Mycel:
    """Mycel with one Slack app, HTTP or Socket Mode; `close` stops it as at the end of a run."""

    slack: Slack
    core: Core
    platform: Platform
    apps: list[SlackApp]
    runner: web.AppRunner
    base_url: str
    clock: Clock
    running: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def deliverer(self) -> Deliverer:
        return self.core.deliverers[0]

    async def settled(self) -> None:
        """All that came in is answered, all that is to be shown is shown, and Slack has told of it."""
        await self.slack.outgoing.settled()
        for app in self.apps:
            await app.voice.finish()
        await self.core.drain()
        await self.slack.outgoing.settled()

    async def close(self) -> None:
        self.platform.before_stop()
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)
        if self.platform.close is not None:
            await self.platform.close()
        await self.runner.cleanup()
        await self.core.work.close()


def account(slack: Slack, token: str = "", *, is_socket: bool = False, is_oauth: bool = False) -> SlackAccount:
    """Settings for the stand-in's app: one workspace by its token, or installing in several."""
    app = slack.app
    return SlackAccount(
        bot_token=SecretStr(token) if token else None,
        app_token=SecretStr(app.app_token) if is_socket else None,
        signing_secret=None if is_socket else SecretStr(app.signing_secret),
        client_id=app.client_id if is_oauth else "",
        client_secret=SecretStr(app.client_secret) if is_oauth else None,
        api_url=slack.api_url,
    )


async def open_mycel(
    slack: Slack,
    settings: SlackAccount,
    url: str,
    *,
    clock: Clock | None = None,
    features: Sequence[Feature] = FEATURES,
    tuning: Tuning = QUICK,
    is_paced: bool = False,
    others: Sequence[tuple[Slack, SlackAccount]] = (),
) -> Mycel:
    """On a fresh database with the network 1; the stand-in's app is configured by Mycel's own manifest.

    `others`: further apps, each with a stand-in of its own.
    """
    tuning = replace(tuning, is_paced=is_paced)
    make_tables(url)
    clock = clock or Clock()
    core = await build_core(url, "mycel", clock=clock, features=features)
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    pairs = [(slack, settings), *others]
    platform, apps = await put_together(core, [each for _, each in pairs], SECRET, base_url, lambda: 0.5, tuning)
    for its_slack, its_settings in pairs:
        address = "" if its_settings.app_token else base_url
        is_oauth = bool(its_settings.client_id)
        its_slack.app.take(manifest_of(dict(core.dispatch.registry.commands), base_url=address, is_oauth=is_oauth))
    assert platform.start is not None
    await platform.start()
    server = web.Application()
    server.add_routes(platform.routes)
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    running = [asyncio.create_task(work()) for work in platform.run]
    for its_slack, its_settings in pairs:
        its_slack.app.request_url = "" if its_settings.app_token else f"{base_url}/slack/events"
        if its_settings.app_token:
            await its_slack.sockets.connected()
    return Mycel(slack, core, platform, apps, runner, base_url, clock, running)


async def found(mycel: Mycel, homes: Mapping[str, tuple[Team, str]]) -> None:
    """The groups of GROUPS, each at home in a channel: slug → (workspace, the channel's id)."""

    def seed(tx: Tx) -> None:
        for id, (slug, (team, channel)) in enumerate(homes.items(), start=1):
            name, zone, region, _ = GROUPS[slug]
            directory.add_workspace(tx.db, PLATFORM, team.id, 1, tx.now)
            group = Group(1, id, slug, name, zone, region, "mon-fri", "off", "en", "active", ())
            directory.add_group(tx.db, group, tx.now)
            home = Channel(1, id, PLATFORM, team.id, channel, id, True, "", "active")
            directory.add_channel(tx.db, home)

    await mycel.core.work.write(1, seed)
