"""Which of Mycel's messages Slack shows: looked up before anything is sent again of which it is unclear if it arrived.

Source of the lag: a message that was accepted 0.15 s ago was missing in a history, after 2.5 s none was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from adapters.slack import own
from adapters.slack.errors import NOT_FOUND, SlackError
from adapters.slack.port import Team
from adapters.slack.web import Api
from bot.core.delivery import Post

PAGE = 100
PAGES = 20
CLOCKS_APART = timedelta(minutes=2)
"""So far Slack's clock and the database's may differ."""
REMEMBERED = 100

Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], datetime]
Parts = Mapping[int, str]
"""Number of a part (0: the message itself) → its id."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a channel or thread showed of ours at a moment: key → parts. `since`: nothing older was looked at."""

    at: datetime
    since: datetime | None
    found: Mapping[str, Parts]

    def answers(self, since: datetime | None, settled_at: datetime) -> bool:
        """Whether it was made late enough, and reaches back far enough."""
        is_whole = self.since is None or (since is not None and self.since <= since)
        return is_whole and self.at >= settled_at


class ReadBack:
    """Looks. `lag_s`: so long after it was accepted a message may be missing; `clock`: the real one, aware UTC.

    One look answers for all that was in doubt before it: after a kill that may be a whole backlog.
    """

    def __init__(self, lag_s: float, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
        self._lag, self._clock, self._sleep = timedelta(seconds=lag_s), clock, sleep
        self._looks: dict[tuple[str, str, str], Look] = {}

    async def find(self, team: Team, api: Api, post: Post) -> Parts:
        """What of a message is there. Waits until all that may have arrived can be seen. Raises SlackError."""
        settled_at = await self._settled(post)
        shown = (await self._look(team, api, post, settled_at)).found.get(post.key, {})
        if post.thread is not None or 0 not in shown:
            return shown
        return {**await self._parts(team, api, post, shown[0]), 0: shown[0]}

    async def parts(self, team: Team, api: Api, post: Post, first: str) -> Parts:
        """The further parts of a message that is there, in its thread. Waits as `find`. Raises SlackError."""
        if post.is_unclear:
            await self._settled(post)
        return await self._parts(team, api, post, first)

    async def _parts(self, team: Team, api: Api, post: Post, first: str) -> Parts:
        replies = await self._pages(api, "conversations.replies", post, ts=post.thread or first)
        found = own.by_key(replies, team.bot_user).get(post.key, {})
        return {number: ts for number, ts in found.items() if number}

    async def _settled(self, post: Post) -> datetime:
        """Waits for the moment from which on a look shows all that earlier tries may have brought; returns it."""
        settled_at = (post.unclear_by or self._clock()) + self._lag
        wait = min(settled_at - self._clock(), self._lag)
        if wait > timedelta():
            await self._sleep(wait.total_seconds())
        return settled_at

    async def _look(self, team: Team, api: Api, post: Post, settled_at: datetime) -> Look:
        place = (team.team_id, post.channel.remote_id, post.thread or "")
        since = post.wanted_at - CLOCKS_APART if post.wanted_at else None
        known = self._looks.get(place)
        if known is not None and known.answers(since, settled_at):
            return known
        at = self._clock()
        args: dict[str, Any] = {"oldest": f"{since.timestamp():.6f}" if since else None}
        if post.thread is None:
            messages = await self._pages(api, "conversations.history", post, **args)
        else:
            messages = await self._pages(api, "conversations.replies", post, ts=post.thread, **args)
        self._looks.pop(place, None)
        self._looks[place] = look = Look(at, since, own.by_key(messages, team.bot_user))
        while len(self._looks) > REMEMBERED:
            del self._looks[next(iter(self._looks))]
        return look

    async def _pages(self, api: Api, method: str, post: Post, **args: Any) -> list[Mapping[str, Any]]:
        """All messages of a channel or a thread. Raises SlackError, also where there are too many to be sure."""
        messages: list[Mapping[str, Any]] = []
        cursor = None
        for _ in range(PAGES):
            place = {"channel": post.channel.remote_id, "limit": PAGE, "include_all_metadata": True}
            try:
                answer = await api.call(method, cursor=cursor, **place, **args)
            except SlackError as error:
                if error.code in NOT_FOUND:
                    return []
                raise
            messages += answer.get("messages") or []
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return messages
        raise SlackError(f"{method}: too many messages to look through", unclear=True)
