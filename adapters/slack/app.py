"""One Slack app of Mycel's: Bolt with one listener for each kind of thing, and what it needs to start and to end."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import ENDED, CannotConnect, SlackError
from adapters.slack.handling import Ack, Handling, Tools
from adapters.slack.happenings import Happenings
from adapters.slack.installations import InstallationStore
from adapters.slack.manifest import BOT_SCOPES
from adapters.slack.oauth import SignedStates, oauth_flow
from adapters.slack.own import OwnMessages
from adapters.slack.pacing import Pace
from adapters.slack.pages import Pages
from adapters.slack.profiles import Profiles
from adapters.slack.scenes import Scenes
from adapters.slack.shortcuts import Shortcut
from adapters.slack.socket import SocketMode
from adapters.slack.voice import Voice
from adapters.slack.web import call, web_client
from adapters.slack.workspaces import Workspaces
from bot.core.dispatch import Dispatch
from bot.core.trouble import TROUBLE
from bot.core.vault import Vault
from storage.work import Work

log = logging.getLogger("mycel.slack")
bolt_log = logging.getLogger("mycel.slack.bolt")

EVERYTHING = re.compile(r"[\s\S]*")
NOT_INSTALLED = "Mycel is not installed in this workspace any more. Whoever runs it can install it again."


@dataclass(frozen=True, slots=True)
class Tuning:
    """Numbers that tests make small, in seconds. `lag_s`: how long an accepted message may be missing in a history.

    `is_paced` False: without our own measures, only with what Slack says.
    """

    lag_s: float = 3.0
    ping_s: float = 10.0
    watch_s: float = 300.0
    retry_s: float = 1.0
    timeout_s: float = 10.0
    is_paced: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """One app as it is set up (SLACK_… of interface.md); "" for what is not set. `base_url`: where people reach us."""

    bot_token: str = ""
    app_token: str = ""
    signing_secret: str = ""
    client_id: str = ""
    client_secret: str = ""
    api_url: str = "https://slack.com/api/"
    base_url: str = ""

    @property
    def is_oauth(self) -> bool:
        return bool(self.client_id and self.client_secret)

    @property
    def mode(self) -> str:
        return "Socket Mode" if self.app_token else "HTTP"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the composition root decides: the shortcuts, and what App Home asks."""

    shortcuts: Sequence[Shortcut] = ()
    owed: Sequence[str] = ()
    opened: Sequence[str] = ()
    decided: str = "decisions --group"


@dataclass(frozen=True, slots=True)
class Base:
    """What comes from the composition root. `clock`: aware UTC; `jitter`: from 0 to 1."""

    work: Work
    dispatch: Dispatch
    vault: Vault
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    session: aiohttp.ClientSession
    own: OwnMessages
    asked: Asked
    tuning: Tuning


class SlackApp:
    """One app: give its requests to `dispatch`, or `run` Socket Mode. `start` first, `close` in the end."""

    def __init__(self, account: Account, base: Base) -> None:
        self.account, self._base = account, base
        client = web_client(account.api_url, base.session)
        self._client = client
        self.store = (
            InstallationStore(base.work, base.vault, account.client_id, base.clock) if account.is_oauth else None
        )
        self.workspaces = Workspaces(
            base.session,
            account.api_url,
            Pace(is_measured=base.tuning.is_paced),
            token=account.bot_token or None,
            store=self.store,
            rotator=_rotator(account, client) if account.is_oauth else None,
            work=base.work,
        )
        self.flow = self._flow(client) if self.store is not None else None
        self.voice = Voice(base.work, base.session)
        self._handling = self._handlers()
        self._bolt = self._listening(client)
        self.socket = self._socket() if account.app_token else None
        self.is_stopping = False
        self._problem = "not started yet"
        self._refused = ""

    @property
    def problem(self) -> str:
        """Why it cannot be used now, "" if it can."""
        return self._problem or (self.socket.problem if self.socket else "")

    async def start(self) -> None:
        """Learns who the bot token is. Where Slack does not take it, `run` says so."""
        try:
            await self.workspaces.learn_own()
        except SlackError as error:
            if error.code in ENDED or error.permanent:
                self._refused = self._problem = _wrong_token(error.code)
                return
            # Slack may be away for a while; the first thing that comes in asks again.
            log.warning("Slack does not answer yet: %s", error.reason)
            self._problem = error.reason
        else:
            self._problem = ""

    async def run(self) -> None:
        """Until it is cancelled, in Socket Mode connected. Raises CannotConnect."""
        if self._refused:
            raise CannotConnect(self._refused)
        if self.socket is not None:
            await self.socket.run()
        await asyncio.Event().wait()

    def stop(self) -> None:
        """From now on nothing new is taken up."""
        self.is_stopping = True
        if self.socket is not None:
            self.socket.stop()

    async def close(self) -> None:
        """What was answered later is finished."""
        await self.voice.finish()

    async def authorized(self, team_id: str, enterprise_id: str) -> AuthorizeResult | None:
        """Who we are in a workspace, without asking Slack each time; None where Mycel is not installed."""
        if self._problem:
            await self.start()
        found = await self.workspaces.find(team_id, enterprise_id)
        if found is None:
            return None
        team, token = found.team, found.api.client.token
        return AuthorizeResult(
            enterprise_id=enterprise_id or None,
            team_id=team.team_id,
            bot_user_id=team.bot_user,
            bot_id=team.bot_id,
            bot_token=token,
        )

    async def dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        """Hands a request to Bolt; 500 where nothing was stored, 503 at a stop: Slack sends events again."""
        if self.is_stopping:
            return BoltResponse(status=503, body="")
        return await self._bolt.async_dispatch(request)

    def _handlers(self) -> Handling:
        base, profiles = self._base, Profiles(self._base.work)
        scenes = Scenes(base.work, self.workspaces, profiles, base.own, base.dispatch.registry.commands)
        pages = Pages(base.work, base.dispatch, base.asked.owed, base.asked.opened, base.asked.decided)
        happenings = Happenings(base.work, self.workspaces, profiles, scenes, self.voice)
        tools = Tools(base.work, base.dispatch, base.clock, scenes, self.voice, pages, base.asked.shortcuts, happenings)
        return Handling(tools)

    def _listening(self, client: AsyncWebClient) -> AsyncApp:
        bolt_log.setLevel(max(bolt_log.getEffectiveLevel(), logging.INFO))  # at debug it would log what people say
        authorize: Any = _Authorize(self)  # the SDK's types know plain functions only
        app = AsyncApp(
            name="mycel",
            logger=bolt_log,
            client=client,
            signing_secret=self.account.signing_secret,
            authorize=authorize,
            process_before_response=True,
            user_facing_authorize_error_message=NOT_INSTALLED,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        handling = self._handling
        app.command(EVERYTHING)(_acknowledging(handling.command))
        app.action(EVERYTHING)(_acknowledging(handling.press))
        app.shortcut(EVERYTHING)(_acknowledging(handling.shortcut))
        app.view_submission(EVERYTHING)(_acknowledging(handling.submission))
        app.event(EVERYTHING)(_acknowledging(handling.event))
        app.error(_failed)
        return app

    def _socket(self) -> SocketMode:
        account, base, tuning = self.account, self._base, self._base.tuning
        client = web_client(account.api_url, base.session, account.app_token)

        async def open_url() -> str:
            return str((await call(client, "apps.connections.open", {}))["url"])

        async def check() -> None:
            await call(client, "auth.test", {})

        return SocketMode(
            self.dispatch,
            open_url,
            check,
            base.session,
            base.jitter,
            ping_s=tuning.ping_s,
            watch_s=tuning.watch_s,
            retry_s=tuning.retry_s,
        )

    def _flow(self, client: AsyncWebClient) -> AsyncOAuthFlow:
        assert self.store is not None
        return oauth_flow(
            client,
            client_id=self.account.client_id,
            client_secret=self.account.client_secret,
            scopes=BOT_SCOPES,
            base_url=self.account.base_url,
            store=self.store,
            states=SignedStates(self._base.vault),
        )


class _Authorize(AsyncAuthorize):
    """Bolt's question who we are, handed on."""

    def __init__(self, app: SlackApp) -> None:
        self._app = app

    async def __call__(
        self, *, enterprise_id: str | None = None, team_id: str | None = None, **_: Any
    ) -> AuthorizeResult | None:
        return await self._app.authorized(team_id or "", enterprise_id or "")


def _acknowledging(handle: Callable[[Mapping[str, Any]], Awaitable[Ack]]) -> Callable[..., Awaitable[None]]:
    """A Bolt listener that acknowledges with what the handler answers, after it has done its work."""

    async def listen(body: Mapping[str, Any], ack: AsyncAck) -> None:
        answer = await handle(body)
        if answer:
            await ack(dict(answer))
        else:
            await ack()

    return listen


async def _failed(error: Exception) -> BoltResponse:
    """Nothing was stored, and Slack is told so. What people said is not logged."""
    if isinstance(error, (*TROUBLE, SlackError)):
        log.warning("not handled: %s", type(error).__name__)
    else:
        log.error("a bug in handling what came from Slack", exc_info=error)
    return BoltResponse(status=500, body="")


def _rotator(account: Account, client: AsyncWebClient) -> AsyncTokenRotator:
    return AsyncTokenRotator(client_id=account.client_id, client_secret=account.client_secret, client=client)


def _wrong_token(code: str) -> str:
    return (
        f"Slack does not take SLACK_BOT_TOKEN ({code}).\n"
        "It begins with xoxb- and stands under “OAuth & Permissions” of the app, once the app is installed."
    )
