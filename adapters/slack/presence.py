"""Whether Mycel is in the channels that are homes: public ones it enters, into others it asks to be invited."""

from __future__ import annotations

import logging

from adapters.slack import answering
from adapters.slack.errors import SlackError
from adapters.slack.port import PLATFORM, Known
from adapters.slack.voice import Spot, Voice
from adapters.slack.web import Api
from storage import places
from storage.work import Work

log = logging.getLogger("mycel.slack")

REMEMBERED = 10_000


class Presence:
    """Looks once in each channel, when somebody types a command there."""

    def __init__(self, work: Work, voice: Voice) -> None:
        self._work, self._voice = work, voice
        self._inside: set[str] = set()

    def look(self, api: Api, known: Known, spot: Spot) -> None:
        """Looks beside the acknowledgement; a direct conversation is none of its business."""
        if spot.channel not in self._inside and not spot.channel.startswith("D"):
            self._voice.later(lambda: self._look(api, known, spot))

    async def _look(self, api: Api, known: Known, spot: Spot) -> None:
        place = await self._work.read(lambda tx: places.known(tx.db, PLATFORM, known.workspace, spot.channel))
        if place is None:
            return
        if not await self._is_inside(api, spot.channel):
            message = answering.invite_me(await self._voice.words_of(known.workspace, spot.channel))
            await self._voice.say(api, spot, await self._voice.parts(known, spot.channel, message))
            return
        if len(self._inside) >= REMEMBERED:
            self._inside.clear()
        self._inside.add(spot.channel)

    async def _is_inside(self, api: Api, channel: str) -> bool:
        try:
            found = (await api.call("conversations.info", channel=channel)).get("channel") or {}
            if not found.get("is_member") and not found.get("is_private"):
                await api.call("conversations.join", channel=channel)
                return True
        except SlackError as error:
            if not error.permanent and error.code != "channel_not_found":
                raise
            log.info("Mycel is not in the channel %s: %s", channel, error.reason)
            return False
        return bool(found.get("is_member"))
