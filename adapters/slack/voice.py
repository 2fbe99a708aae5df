"""What is said at once, to one person: after the acknowledgement, never twice, and not lost at a stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import aiohttp

from adapters.slack import answering
from adapters.slack.errors import SlackError
from adapters.slack.port import PLATFORM, Known
from adapters.slack.render import Part, parts
from adapters.slack.sender import names_for
from adapters.slack.web import Api, respond
from adapters.slack.wording import worded
from bot.core.language import Words
from bot.core.message import Message
from bot.core.trouble import TROUBLE
from storage import places
from storage.work import Work

log = logging.getLogger("mycel.slack")

STOP_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody is answered. `response_url`: good for a while, and works where Mycel is no member.

    `replaces`: the answer takes the place of the message, which only they see, on which they pressed a button.
    """

    channel: str
    user: str
    thread: str | None = None
    response_url: str = ""
    replaces: bool = False


class Voice:
    """Answers in one app's workspaces. Nothing here raises: what was done is stored, and its answer may be lost."""

    def __init__(self, work: Work, session: aiohttp.ClientSession) -> None:
        self._work, self._session = work, session
        self._tasks: set[asyncio.Task[None]] = set()

    def later(self, do: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Does it beside the acknowledgement; a stop waits for it."""
        task = asyncio.create_task(self._done(do))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Waits for what is under way, a few seconds at most."""
        if self._tasks:
            _, pending = await asyncio.wait(self._tasks, timeout=STOP_WITHIN_S)
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)

    async def words_of(self, workspace: str, channel: str) -> Words:
        """The words of the channel's language. Raises what reading the database raises."""
        known = await self._work.read(lambda tx: places.known(tx.db, PLATFORM, workspace, channel))
        return Words(known.language) if known else Words()

    async def parts(self, known: Known, channel: str, message: Message) -> tuple[Part, ...]:
        """The message as Slack shows it there. Raises what reading the database raises."""
        place = await self._work.read(lambda tx: places.known(tx.db, PLATFORM, known.workspace, channel))
        shown = worded(message, Words(place.language) if place else Words())
        if place is None:
            return parts(shown, answering.NO_NAMES)
        names = await names_for(self._work, known.team, place.network_id, place.channel_id, channel, shown)
        return parts(shown, names)

    async def say(self, api: Api, spot: Spot, said: tuple[Part, ...]) -> None:
        """Says it to one person alone: by the address that came with what they did, in the channel, or in private."""
        if spot.response_url:
            try:
                for number, part in enumerate(said):
                    replaces = spot.replaces and number == 0
                    body = answering.body(part, replaces=replaces, thread=spot.thread)
                    await respond(self._session, spot.response_url, body)
                return
            except SlackError as error:
                if error.unclear:
                    raise
                log.info("an answer goes another way: %s", error.reason)
        await self._say_in_channel(api, spot, said)

    async def _say_in_channel(self, api: Api, spot: Spot, said: tuple[Part, ...]) -> None:
        is_direct = spot.channel.startswith("D")
        try:
            for part in said:
                if is_direct:
                    await self._post(api, spot.channel, part, spot.thread)
                else:
                    await self._post_ephemeral(api, spot, part)
        except SlackError as error:
            if error.unclear or is_direct:
                raise
            # Mycel is not in the channel: then in the person's own direct channel.
            opened = await api.call("conversations.open", users=spot.user)
            for part in said:
                await self._post(api, str(opened["channel"]["id"]), part, None)

    async def _post(self, api: Api, channel: str, part: Part, thread: str | None) -> None:
        blocks = list(part.blocks) or None
        await api.call(
            "chat.postMessage",
            channel=channel,
            text=part.text,
            blocks=blocks,
            thread_ts=thread,
            unfurl_links=False,
            unfurl_media=False,
        )

    async def _post_ephemeral(self, api: Api, spot: Spot, part: Part) -> None:
        blocks = list(part.blocks) or None
        await api.call(
            "chat.postEphemeral",
            channel=spot.channel,
            user=spot.user,
            text=part.text,
            blocks=blocks,
            thread_ts=spot.thread,
        )

    async def _done(self, do: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await do()
        except SlackError as error:
            log.warning("an answer was lost: %s", error.reason)
        except TROUBLE as error:
            log.warning("an answer was lost: %s", type(error).__name__)
