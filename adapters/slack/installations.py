"""Where installations are kept: slack_sdk's interface on our own tables, tokens encrypted with Mycel's secret key."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore

from bot.core.vault import Vault
from storage import slack
from storage.slack import InstallationRow
from storage.work import Work

INSTALLING = 0
"""Installations belong to no network: the workspace joins one later, with a code."""

log = logging.getLogger("mycel.slack")


class InstallationStore(AsyncInstallationStore):
    """The installations of one app. `on_change` is told that tokens are new or gone; `clock` is aware UTC."""

    def __init__(
        self,
        work: Work,
        vault: Vault,
        client_id: str,
        clock: Callable[[], datetime],
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._work, self._vault, self._client_id, self._clock = work, vault, client_id, clock
        self.on_change = on_change

    @property
    def logger(self) -> logging.Logger:
        return log

    async def async_save(self, installation: Installation) -> None:
        """Keeps what OAuth brought. User tokens are never asked for, and none is kept."""
        await self._save(installation.to_bot(), installation.user_id or "")

    async def async_save_bot(self, bot: Bot) -> None:
        """Keeps a token that was rotated."""
        await self._save(bot, "")

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """The workspace's own installation, else its organisation's. Raises WrongKey."""
        row = await self.find(enterprise_id, None if is_enterprise_install and enterprise_id else team_id)
        return self._bot(row) if row else None

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """As `async_find_bot`: there is one installation a workspace, whoever made it."""
        row = await self.find(enterprise_id, None if is_enterprise_install and enterprise_id else team_id)
        if row is None:
            return None
        bot = self._bot(row)
        return Installation(
            app_id=bot.app_id,
            enterprise_id=bot.enterprise_id,
            team_id=bot.team_id,
            team_name=bot.team_name,
            bot_token=bot.bot_token,
            bot_id=bot.bot_id,
            bot_user_id=bot.bot_user_id,
            bot_scopes=bot.bot_scopes,
            bot_refresh_token=bot.bot_refresh_token,
            bot_token_expires_at=bot.bot_token_expires_at,
            user_id=row.installed_by,
            is_enterprise_install=bot.is_enterprise_install,
            installed_at=bot.installed_at,
        )

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Mycel was uninstalled, or its token revoked: the tokens are gone from here."""
        where = (self._client_id, enterprise_id or "", team_id or "")
        await self._work.write(INSTALLING, lambda tx: slack.drop(tx.db, *where))
        self.on_change()

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Nothing for a single person: no tokens of persons are kept."""
        if user_id is None:
            await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)

    def now_s(self) -> float:
        """Seconds since 1970."""
        return self._clock().timestamp()

    async def find(self, enterprise_id: str | None, team_id: str | None) -> InstallationRow | None:
        """As it is kept, tokens still locked."""
        where = (self._client_id, enterprise_id or "", team_id or "")
        return await self._work.read(lambda tx: slack.find(tx.db, *where))

    async def everything(self) -> list[InstallationRow]:
        return await self._work.read(lambda tx: slack.all_installations(tx.db, self._client_id))

    async def _save(self, bot: Bot, installed_by: str) -> None:
        known = await self.find(bot.enterprise_id, bot.team_id) if not installed_by else None
        row = self._row(bot, installed_by or (known.installed_by if known else ""))
        await self._work.write(INSTALLING, lambda tx: slack.save(tx.db, row))
        self.on_change()

    def _row(self, bot: Bot, installed_by: str) -> InstallationRow:
        scopes = bot.bot_scopes or ""
        expires_at = bot.bot_token_expires_at
        return InstallationRow(
            client_id=self._client_id,
            enterprise_id=bot.enterprise_id or "",
            team_id="" if bot.is_enterprise_install else bot.team_id or "",
            app_id=bot.app_id or "",
            name=(bot.team_name or bot.enterprise_name or "")[:255],
            bot_id=bot.bot_id or "",
            bot_user=bot.bot_user_id or "",
            scopes=scopes if isinstance(scopes, str) else ",".join(scopes),
            token=self._vault.lock(bot.bot_token),
            refresh_token=self._vault.lock(bot.bot_refresh_token) if bot.bot_refresh_token else None,
            expires_at=datetime.fromtimestamp(expires_at, UTC) if expires_at else None,
            installed_by=installed_by,
            installed_at=self._clock(),
        )

    def _bot(self, row: InstallationRow) -> Bot:
        return Bot(
            app_id=row.app_id or None,
            enterprise_id=row.enterprise_id or None,
            team_id=row.team_id or None,
            team_name=row.name or None,
            bot_token=self._vault.unlock(row.token),
            bot_id=row.bot_id,
            bot_user_id=row.bot_user,
            bot_scopes=row.scopes,
            bot_refresh_token=self._vault.unlock(row.refresh_token) if row.refresh_token else None,
            bot_token_expires_at=int(row.expires_at.timestamp()) if row.expires_at else None,
            is_enterprise_install=not row.team_id,
            installed_at=row.installed_at.timestamp(),
        )
