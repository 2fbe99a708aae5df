"""The workspaces of one app: which there are, who Mycel is in each, and the token that it acts with there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import SlackError
from adapters.slack.installations import INSTALLING, InstallationStore
from adapters.slack.pacing import Pace
from adapters.slack.port import Team
from adapters.slack.web import Api, call, web_client
from bot.core.trouble import TROUBLE
from bot.core.vault import WrongKey
from storage import slack
from storage.work import Work

log = logging.getLogger("mycel.slack")

ROTATE_MINUTES_BEFORE = 120
REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Installed:
    """A workspace with its way in. `scopes`: what the token may, where Slack has told."""

    team: Team
    api: Api
    scopes: str = ""
    expires_at: int | None = None


class Workspaces:
    """One app's workspaces: the one of its bot token, or those in which it was installed. Starts knowing none."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        api_url: str,
        pace: Pace,
        *,
        token: str | None = None,
        store: InstallationStore | None = None,
        rotator: AsyncTokenRotator | None = None,
        work: Work | None = None,
    ) -> None:
        self._session, self._api_url, self._pace = session, api_url, pace
        self._token, self._store, self._rotator, self._work = token, store, rotator, work
        self._own: Installed | None = None
        self._found: dict[tuple[str, str], Installed] = {}
        self._rotating = asyncio.Lock()
        if store is not None:
            store.on_change = self._found.clear

    @property
    def own(self) -> Team | None:
        """The workspace of the bot token, once it is known."""
        return self._own.team if self._own else None

    @property
    def is_known(self) -> bool:
        """Whether it is known who the bot token is, or there is none."""
        return self._token is None or self._own is not None

    async def learn_own(self) -> Installed | None:
        """Asks Slack who the bot token is, once; None where there is none. Raises SlackError."""
        if self._token is None or self._own is not None:
            return self._own
        client = web_client(self._api_url, self._session, self._token)
        team = _team_of(await call(client, "auth.test", {}))
        self._own = Installed(team, Api(client, team.team_id, self._pace))
        return self._own

    async def find(self, team_id: str, enterprise_id: str = "") -> Installed | None:
        """The installation for a workspace; None where Mycel is not (or no more) installed. Raises WrongKey."""
        own = self._own
        if own is not None and team_id in ("", own.team.team_id):
            return own
        if self._store is None:
            return None
        known = self._found.get((team_id, enterprise_id))
        if known is not None and not _is_due(known, self._store):
            return known
        return await self._look_up(self._store, team_id, enterprise_id)

    async def _look_up(self, store: InstallationStore, team_id: str, enterprise_id: str) -> Installed | None:
        bot = await store.async_find_bot(enterprise_id=enterprise_id, team_id=team_id)
        if bot is None:
            return None
        if self._rotator is not None and bot.bot_refresh_token:
            bot = await self._rotated(store, self._rotator, bot)
        if bot.is_enterprise_install and team_id and enterprise_id and self._work is not None:
            await self._work.write(INSTALLING, lambda tx: slack.learn_org_team(tx.db, team_id, enterprise_id))
        client = web_client(self._api_url, self._session, bot.bot_token)
        team = await self._team(client, bot, team_id)
        api = Api(client, team.team_id, self._pace)
        scopes = bot.bot_scopes if isinstance(bot.bot_scopes, str) else ",".join(bot.bot_scopes or ())
        found = Installed(team, api, scopes, bot.bot_token_expires_at)
        if len(self._found) >= REMEMBERED:
            self._found.clear()
        self._found[team_id, enterprise_id] = found
        return found

    async def _team(self, client: AsyncWebClient, bot: Bot, team_id: str) -> Team:
        """What is kept of it, and its address, which only Slack tells."""
        name, enterprise_id = bot.team_name or "", bot.enterprise_id or ""
        try:
            told = _team_of(await call(client, "auth.test", {}))
        except SlackError as error:
            log.warning("the workspace %s does not answer: %s", team_id, error.reason)
            told = Team(team_id, bot.bot_user_id, bot.bot_id)
        # An organisation's token tells of one of its workspaces, which need not be this one.
        url = told.url if told.team_id == team_id else ""
        id = team_id or bot.team_id or told.team_id
        return Team(id, bot.bot_user_id or told.bot_user, bot.bot_id or told.bot_id, enterprise_id, name, url)

    async def _rotated(self, store: InstallationStore, rotator: AsyncTokenRotator, bot: Bot) -> Bot:
        """The same with a fresh token, where the old one ends soon. One at a time: a refresh token is good once."""
        async with self._rotating:
            now = await store.async_find_bot(enterprise_id=bot.enterprise_id, team_id=bot.team_id) or bot
            try:
                fresh = await rotator.perform_bot_token_rotation(
                    bot=now, minutes_before_expiration=ROTATE_MINUTES_BEFORE
                )
            except (SlackTokenRotationError, aiohttp.ClientError, OSError) as error:
                # The old one may be good for a while: whether it is, the next call shows.
                log.error("the token of %s could not be rotated: %s", bot.team_id, type(error).__name__)
                return now
            if fresh is None:
                return now
            await store.async_save_bot(fresh)
            log.info("the token of %s was rotated", bot.team_id)
            return fresh

    async def everything(self) -> list[tuple[str, str, str]]:
        """(Workspace, organisation, name) of all that are known, for readiness and `mycel doctor`."""
        found = [(t.team_id, t.enterprise_id, t.name) for t in ([self._own.team] if self._own else [])]
        kept = await self._store.everything() if self._store else []
        return [*found, *((row.team_id, row.enterprise_id, row.name) for row in kept)]

    async def uninstalled(self, team_id: str, enterprise_id: str) -> None:
        """Mycel was taken out of a workspace: nothing of its tokens stays."""
        self._found.clear()
        if self._store is not None:
            await self._store.async_delete_all(enterprise_id=enterprise_id or None, team_id=team_id or None)


class AllWorkspaces:
    """The workspaces of all apps, for sending."""

    def __init__(self, apps: Sequence[Workspaces]) -> None:
        self._apps = tuple(apps)

    async def team_of(self, workspace: str) -> tuple[Team, Api]:
        """Raises SlackError where Mycel is not installed there now, or where that cannot be known."""
        problem = SlackError(f"Mycel is not installed in the workspace {workspace}")
        # Slack may have been away when we started; that is no trouble of an app that knows its own.
        for app in sorted(self._apps, key=lambda app: not app.is_known):
            try:
                await app.learn_own()
                found = await app.find(workspace)
            except SlackError as error:
                problem = SlackError(error.reason)
            except WrongKey:
                problem = SlackError("MYCEL_SECRET_KEY is not the one that the Slack tokens were stored with")
            except TROUBLE as error:
                problem = SlackError(f"the database is busy: {type(error).__name__}")
            else:
                if found is not None:
                    return found.team, found.api
        raise problem


def _is_due(known: Installed, store: InstallationStore) -> bool:
    """Whether its token ends so soon that it has to be rotated."""
    return known.expires_at is not None and known.expires_at <= store.now_s() + ROTATE_MINUTES_BEFORE * 60


def _team_of(answer: Mapping[str, object]) -> Team:
    def text(name: str) -> str:
        return str(answer.get(name) or "")

    return Team(text("team_id"), text("user_id"), text("bot_id"), text("enterprise_id"), text("team"), text("url"))
