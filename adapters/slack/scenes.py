"""What has to be looked up before something that came in can be understood: workspace, people, roots of threads."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any

from adapters.slack import inbound, reading
from adapters.slack.errors import SlackError
from adapters.slack.own import OwnMessages, key_of
from adapters.slack.port import PLATFORM, Known, Payload
from adapters.slack.profiles import Profiles
from adapters.slack.workspaces import Installed, Workspaces
from bot.core.commands import Command
from storage import delivery, places, slack
from storage.work import Tx, Work

log = logging.getLogger("mycel.slack")

REMEMBERED = 10_000


class Scenes:
    """Makes what the pure translation needs. `commands`: all that are declared, by name."""

    def __init__(
        self,
        work: Work,
        workspaces: Workspaces,
        profiles: Profiles,
        own: OwnMessages,
        commands: Mapping[str, Command],
    ) -> None:
        self._work, self._workspaces, self._profiles, self._own = work, workspaces, profiles, own
        self._of_people = {name: named for name, command in commands.items() if (named := _of_people(command))}
        self._bound: dict[str, str] = {}
        self._private: dict[str, bool] = {}

    async def installed(self, payload: Payload) -> Installed | None:
        """The installation that a payload is for; None where Mycel is not installed any more."""
        is_event = payload.get("type") == "event_callback"
        team_id, org = reading.authorized_team(payload) if is_event else reading.interacting_team(payload)
        return await self._workspaces.find(team_id, org)

    async def known(self, installed: Installed, payload: Payload, workspace: str) -> Known:
        """`workspace`: under which its channel is known. Raises what reading the database raises."""
        people = await self._profiles.of(installed.team, installed.api, inbound.people_in(payload))
        is_private = await self._is_private(installed, payload)
        return Known(installed.team, workspace, people, self._of_people, self._own.keys, is_private)

    async def _is_private(self, installed: Installed, payload: Payload) -> bool:
        """Whether its channel is a private one. Only mentions do not tell; then Slack is asked, once for a channel."""
        channel, said = _channel_of(payload), inbound.is_private(payload)
        if not channel or channel.startswith("D"):
            return False
        if said is None and channel not in self._private and _is_mention(payload):
            try:
                found = (await installed.api.call("conversations.info", channel=channel)).get("channel") or {}
            except SlackError as error:
                log.warning("whether %s is private is not known: %s", channel, error.reason)
                return True
            said = bool(found.get("is_private"))
        if said is not None:
            if len(self._private) >= REMEMBERED:
                self._private.clear()
            self._private[channel] = said
        return self._private.get(channel, False)

    async def workspace_of(self, installed: Installed, channel: str) -> tuple[str, bool]:
        """Under which workspace a channel is known, and whether it belongs to a network there."""
        if not channel or channel.startswith("D"):
            return installed.team.team_id, False
        known = self._bound.get(channel)
        if known is None:
            found = await self._work.read(lambda tx: slack.workspaces_of(tx.db, channel))
            if not found:
                return installed.team.team_id, False
            known = installed.team.team_id if installed.team.team_id in found else found[0]
            if len(self._bound) >= REMEMBERED:
                self._bound.clear()
            self._bound[channel] = known
        return known, True

    def forget_channels(self) -> None:
        """A channel has another id, or is gone."""
        self._bound.clear()
        self._private.clear()

    async def message(self, installed: Installed, channel: str, root: str) -> Mapping[str, Any] | None:
        """The first message of a thread; None where Slack does not show it."""
        try:
            answer = await installed.api.call("conversations.replies", channel=channel, ts=root, limit=1)
        except SlackError as error:
            log.warning("the message %s could not be read: %s", root, error.reason)
            return None
        return next((each for each in answer.get("messages") or () if each.get("ts") == root), None)

    async def learn_root(self, installed: Installed, what: Payload, workspace: str) -> None:
        """Reads back a root of ours whose id was not stored yet, as somebody answers it already. Raises SlackError."""
        channel, ts = _own_root(what, installed.team.bot_user)
        if not ts or (channel, ts) in self._own.keys:
            return
        if await self._work.read(lambda tx: _is_stored(tx, workspace, channel, ts)):
            return
        answer = await installed.api.call(
            "conversations.replies", channel=channel, ts=ts, limit=1, include_all_metadata=True
        )
        for message in answer.get("messages") or ():
            key = key_of(message) if message.get("ts") == ts else None
            if key is not None:
                log.info("the message %s in %s is known again by what is written on it", ts, channel)
                self._own.learn(channel, ts, key[0])


def _of_people(command: Command) -> Collection[str]:
    fields = (f for f in command.fields if f.kind.widget in ("person", "people"))
    return frozenset("" if f.at is not None else f.option for f in fields)


def _channel_of(payload: Payload) -> str:
    what: Any = payload.get("event") or payload
    found = what.get("channel") or what.get("channel_id") or (what.get("item") or {}).get("channel") or ""
    return str(found.get("id") or "") if isinstance(found, Mapping) else str(found)


def _is_mention(payload: Payload) -> bool:
    return (payload.get("event") or {}).get("type") == "app_mention"


def _own_root(what: Payload, bot_user: str) -> tuple[str, str]:
    """(Channel, id) of the message of ours that something is said under, or that a reaction is put on."""
    if what.get("type") == "message" and what.get("parent_user_id") == bot_user:
        return str(what.get("channel") or ""), str(what.get("thread_ts") or "")
    item: Any = what.get("item") or {}
    if str(what.get("type")).startswith("reaction_") and what.get("item_user") == bot_user:
        return str(item.get("channel") or ""), str(item.get("ts") or "")
    return "", ""


def _is_stored(tx: Tx, workspace: str, channel: str, ts: str) -> bool:
    known = places.known(tx.db, PLATFORM, workspace, channel)
    return known is not None and delivery.about(tx.db, known.network_id, known.channel_id, ts, None) is not None
