"""What happens to channels, people and installations, and is no conversation."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from adapters.slack import answering
from adapters.slack.installations import INSTALLING
from adapters.slack.port import Payload
from adapters.slack.profiles import Profiles
from adapters.slack.reading import authorized_team
from adapters.slack.render import parts
from adapters.slack.scenes import Scenes
from adapters.slack.voice import Voice
from adapters.slack.wording import worded
from adapters.slack.workspaces import Installed, Workspaces
from bot.core import working_time
from bot.core.language import Words
from storage import slack
from storage.work import Work

log = logging.getLogger("mycel.slack")

STATES = {
    "channel_archive": "archived",
    "group_archive": "archived",
    "channel_deleted": "deleted",
    "group_deleted": "deleted",
    "channel_unarchive": "active",
    "group_unarchive": "active",
}
NOTED = frozenset(("channel_rename", "channel_shared", "channel_unshared", "group_rename"))
"""Names are not kept, and a shared channel stays the one that it was: nothing to do."""


class Happenings:
    """Takes such events up."""

    def __init__(self, work: Work, workspaces: Workspaces, profiles: Profiles, scenes: Scenes, voice: Voice) -> None:
        self._work, self._workspaces, self._profiles = work, workspaces, profiles
        self._scenes, self._voice = scenes, voice

    async def took(self, payload: Payload, what: Payload) -> bool:
        """Whether it was such an event; then it is done with. Raises what writing to the database raises."""
        kind, (team_id, org) = str(what.get("type")), authorized_team(payload)
        match kind:
            case "app_uninstalled":
                await self._workspaces.uninstalled(team_id, org)
                log.warning("Mycel was uninstalled from the workspace %s", team_id or org)
            case "tokens_revoked":
                if (what.get("tokens") or {}).get("bot"):
                    await self._workspaces.uninstalled(team_id, org)
                    log.warning("the token of the workspace %s was revoked", team_id or org)
            case "user_change":
                await self._user(what)
            case "channel_id_changed":
                await self._channel_id(team_id, str(what["old_channel_id"]), str(what["new_channel_id"]))
            case _ if kind in STATES:
                await self._channel_state(team_id, str(what["channel"]), STATES[kind])
            case _:
                return kind in NOTED
        return True

    def greet(self, what: Payload, installed: Installed) -> None:
        """Says hello where Mycel has come into a channel that is nobody's home yet."""
        if what.get("type") != "member_joined_channel" or what.get("user") != installed.team.bot_user:
            return
        channel = str(what["channel"])
        [hello, *_] = parts(worded(answering.greeting(Words()), Words()), answering.NO_NAMES)

        async def say() -> None:
            await installed.api.call("chat.postMessage", channel=channel, text=hello.text, blocks=list(hello.blocks))

        self._voice.later(say)

    async def _user(self, what: Payload) -> None:
        """Slack says so for every change of a status; only a new zone of somebody whom Mycel has met is kept."""
        user: Mapping[str, Any] = what.get("user") or {}
        before = self._profiles.peek(str(user.get("id") or ""))
        profile = self._profiles.learn(user)
        zone = profile.zone if profile else None
        if profile is None or zone is None or not working_time.is_zone(zone) or (before and before.zone == zone):
            return
        home, account = profile.home, profile.user
        if await self._work.read(lambda tx: slack.known_accounts(tx.db, [home], [account])):
            await self._work.write(INSTALLING, lambda tx: slack.change_zone(tx.db, home, account, zone))

    async def _channel_id(self, team_id: str, old_id: str, new_id: str) -> None:
        await self._work.write(INSTALLING, lambda tx: slack.change_channel_id(tx.db, team_id, old_id, new_id))
        self._scenes.forget_channels()

    async def _channel_state(self, team_id: str, channel: str, state: str) -> None:
        await self._work.write(INSTALLING, lambda tx: slack.set_channel_state(tx.db, team_id, channel, state))
        self._scenes.forget_channels()
        log.info("the channel %s is %s", channel, state)
