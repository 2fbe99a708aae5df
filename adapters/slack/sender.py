"""Shows Mycel's messages in channels, each once. Slack knows no idempotency key: what may have arrived is read back.

A message that is too long for one is continued in its thread; the key and the number of the part stand on each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from adapters.slack import own
from adapters.slack.errors import NOT_FOUND, SlackError
from adapters.slack.markup import Names
from adapters.slack.own import OwnMessages
from adapters.slack.pictures import Pictures
from adapters.slack.port import PLATFORM, Team
from adapters.slack.reading_back import Clock, ReadBack, Sleep
from adapters.slack.render import Part, parts
from adapters.slack.web import Api
from adapters.slack.wording import worded
from bot.core import mentions
from bot.core.delivery import Post
from bot.core.errors import DeliveryError
from bot.core.language import Words
from bot.core.message import Message
from bot.core.trouble import TROUBLE
from storage import places
from storage.work import Tx, Work

REMEMBERED = 2000
FILE_PAUSES_S = (0.5, 1.0, 2.0, 4.0)
"""Slack looks an uploaded file over before a message can show it, and does not tell when it has."""


class Teams(Protocol):
    """Finds the way into a workspace."""

    async def team_of(self, workspace: str) -> tuple[Team, Api]:
        """Raises SlackError where there is none now."""


class SlackSender:
    """Slack's way out. `lag_s`, `clock`: as in ReadBack."""

    platform = PLATFORM

    def __init__(
        self,
        work: Work,
        teams: Teams,
        own_messages: OwnMessages,
        pictures: Pictures,
        clock: Clock,
        *,
        lag_s: float = 3.0,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._work, self._teams, self._own = work, teams, own_messages
        self._pictures, self._sleep = pictures, sleep
        self._back = ReadBack(lag_s, clock, sleep)
        # (Channel, first message) → ids of its further parts, of those sent or looked up lately.
        self._parts: dict[tuple[str, str], list[str]] = {}

    async def post(self, post: Post) -> str:
        """Shows a message and returns its (first) id. Where an earlier try may have arrived, it looks first."""
        team, api = await self._teams.team_of(post.channel.workspace)
        shown = await self._rendered(team, api, post)
        if post.is_unclear:
            found = await self._back.find(team, api, post)
            if 0 in found:
                first = found[0]
                self._learn(post, first, [found[n] for n in sorted(found) if n])
                await self._bring_up(api, post, first, shown)
                return first
        first = await self._send(api, post, shown[0], 0, post.thread)
        self._learn(post, first, [])
        try:
            await self._bring_up_parts(api, post, first, shown[1:])
        except DeliveryError as error:
            # The beginning is there: the next try has to find it.
            raise DeliveryError(
                error.reason,
                permanent=error.permanent,
                unclear=True,
                retry_after=error.retry_after,
                cause=error.cause,
            ) from error
        return first

    async def edit(self, post: Post) -> None:
        """Changes a message in place."""
        team, api = await self._teams.team_of(post.channel.workspace)
        first = _shown(post)
        self._forget_unclear(post, first)
        await self._bring_up(api, post, first, await self._rendered(team, api, post))

    async def remove(self, post: Post) -> None:
        """Takes all parts of a message back, if it arrived; what is gone already is no error."""
        team, api = await self._teams.team_of(post.channel.workspace)
        if post.remote_id is None:
            found = await self._back.find(team, api, post)
            for number in sorted(found, reverse=True):
                await self._delete(api, post, found[number])
            return
        first = post.remote_id
        self._forget_unclear(post, first)
        for ts in (*await self._parts_of(team, api, post, first), first):
            await self._delete(api, post, ts)
        self._parts.pop((post.channel.remote_id, first), None)

    async def _delete(self, api: Api, post: Post, ts: str) -> None:
        try:
            await api.call("chat.delete", channel=post.channel.remote_id, ts=ts)
        except SlackError as error:
            if error.code not in NOT_FOUND:
                raise

    async def _send(self, api: Api, post: Post, part: Part, number: int, thread: str | None) -> str:
        args = {
            "channel": post.channel.remote_id,
            "thread_ts": thread,
            "metadata": own.metadata(post.key, post.rev, number),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            answer = await self._call(api, "chat.postMessage", part, **args)
        except SlackError as error:
            if error.code != "not_in_channel":
                raise
            # A public channel can be entered by oneself; of a private one, joining says what is wrong.
            await api.call("conversations.join", channel=post.channel.remote_id)
            answer = await self._call(api, "chat.postMessage", part, **args)
        return str(answer["ts"])

    async def _bring_up(self, api: Api, post: Post, first: str, shown: Sequence[Part]) -> None:
        await self._update(api, post, first, shown[0], 0)
        await self._bring_up_parts(api, post, first, shown[1:])

    async def _update(self, api: Api, post: Post, ts: str, part: Part, number: int) -> None:
        marks = own.metadata(post.key, post.rev, number)
        await self._call(api, "chat.update", part, channel=post.channel.remote_id, ts=ts, metadata=marks)

    async def _call(self, api: Api, method: str, part: Part, **args: Any) -> dict[str, Any]:
        """With the part's words and blocks (without blocks Slack would take them away). Raises SlackError.

        A picture that Slack does not come to show is said in words.
        """
        for pause_s in FILE_PAUSES_S if part.has_picture else ():
            try:
                return await api.call(method, text=part.text, blocks=list(part.blocks), **args)
            except SlackError as error:
                if error.code != "invalid_blocks":
                    raise
            await self._sleep(pause_s)
        shown = part.in_words() if part.has_picture else part
        return await api.call(method, text=shown.text, blocks=list(shown.blocks), **args)

    async def _bring_up_parts(self, api: Api, post: Post, first: str, wanted: Sequence[Part]) -> None:
        """Further parts are edited where they are, added where they are missing, taken back where there are fewer."""
        if not wanted and not self._may_have_parts(post, first):
            return
        team, _ = await self._teams.team_of(post.channel.workspace)
        known = await self._parts_of(team, api, post, first)
        for number, part in enumerate(wanted, start=1):
            if number <= len(known):
                await self._update(api, post, known[number - 1], part, number)
            else:
                known.append(await self._send(api, post, part, number, post.thread or first))
                self._own.learn(post.channel.remote_id, known[-1], post.key)
        while len(known) > len(wanted):
            await self._delete(api, post, known[-1])
            known.pop()

    def _may_have_parts(self, post: Post, first: str) -> bool:
        """Whether it is known to have none: of messages from an earlier run, only Slack can tell."""
        return self._parts.get((post.channel.remote_id, first), [""]) != []

    async def _parts_of(self, team: Team, api: Api, post: Post, first: str) -> list[str]:
        key = (post.channel.remote_id, first)
        if key not in self._parts:
            found = await self._back.parts(team, api, post, first)
            self._remember(key, [found[n] for n in sorted(found)])
        return self._parts[key]

    async def _rendered(self, team: Team, api: Api, post: Post) -> tuple[Part, ...]:
        message = worded(post.message, Words(post.channel.language or "en"))
        try:
            names = await names_for(self._work, team, post.network_id, post.channel.id, post.channel.remote_id, message)
            files = await self._pictures.files(team, api, post.network_id, message.blocks)
        except TROUBLE as error:
            raise DeliveryError(f"the database is busy: {type(error).__name__}") from error
        return parts(message, replace(names, files=files))

    def _learn(self, post: Post, first: str, further: list[str]) -> None:
        for ts in (first, *further):
            self._own.learn(post.channel.remote_id, ts, post.key)
        self._remember((post.channel.remote_id, first), further)

    def _forget_unclear(self, post: Post, first: str) -> None:
        """A part that was added may be there although its answer was lost."""
        if post.is_unclear:
            self._parts.pop((post.channel.remote_id, first), None)

    def _remember(self, key: tuple[str, str], further: list[str]) -> None:
        self._parts[key] = further
        while len(self._parts) > REMEMBERED:
            del self._parts[next(iter(self._parts))]


async def names_for(
    work: Work, team: Team, network_id: int, channel_id: int | None, remote_id: str, message: Message
) -> Names:
    """Accounts of the people who are addressed, and links to the messages in the channel that show records."""
    people, records = mentions.addressed(message.blocks), mentions.records(message.blocks)
    if not people and not records:
        return Names()

    def look_up(tx: Tx) -> Names:
        accounts: dict[int, str] = {}
        for home in reversed(team.homes):
            found = places.accounts_of(tx.db, network_id, PLATFORM, home, people)
            accounts |= {id: users[0] for id, users in found.items()}
        roots = places.roots_about(tx.db, network_id, channel_id, records) if channel_id is not None else {}
        links = {id: team.link(remote_id, ts) for id, ts in roots.items()}
        return Names(accounts, {id: link for id, link in links.items() if link})

    return await work.read(look_up)


def _shown(post: Post) -> str:
    if post.remote_id is None:
        raise DeliveryError("the message has never been shown", permanent=True)
    return post.remote_id
