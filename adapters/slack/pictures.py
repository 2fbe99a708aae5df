"""Pictures as files of Slack's: no address of ours has to be public. Where that fails, their words stand instead."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import aiohttp

from adapters.slack import limits
from adapters.slack.errors import SlackError
from adapters.slack.port import Team
from adapters.slack.web import Api, upload
from bot.core.message import Block, Picture
from bot.core.painting import painted
from storage import pictures
from storage.work import Work

log = logging.getLogger("mycel.slack")

REMEMBERED = 500


class Pictures:
    """Uploads each picture once for a workspace, as a file that nobody sees until a message shows it.

    So what is sent again shows the same file; after a restart it may be uploaded again, which nobody sees either.
    """

    def __init__(self, work: Work, session: aiohttp.ClientSession) -> None:
        self._work, self._session = work, session
        # (Workspace, what is painted) → file.
        self._files: dict[tuple[str, str], str] = {}

    async def files(self, team: Team, api: Api, network_id: int, blocks: Iterable[Block]) -> Mapping[str, str]:
        """Name → file of the pictures that can be shown. Raises what reading the database raises."""
        found: dict[str, str] = {}
        for block in blocks:
            if isinstance(block, Picture) and 0 < len(block.alternative.strip()) <= limits.ALTERNATIVE:
                file = await self._file(team, api, network_id, block)
                if file is not None:
                    found[block.name] = file
        return found

    async def _file(self, team: Team, api: Api, network_id: int, picture: Picture) -> str | None:
        drawing = await self._work.read(lambda tx: pictures.find(tx.db, network_id, picture.name))
        if drawing is None:
            return None
        key = (team.team_id, sha256(json.dumps(drawing, sort_keys=True).encode()).hexdigest())
        if key not in self._files:
            try:
                file = await self._uploaded(api, drawing, picture.alternative.strip())
            except (SlackError, ValueError) as error:
                log.warning("a picture is said in words: %s", error)
                return None
            while len(self._files) >= REMEMBERED:
                del self._files[next(iter(self._files))]
            self._files[key] = file
        return self._files[key]

    async def _uploaded(self, api: Api, drawing: Mapping[str, Any], alternative: str) -> str:
        """The file's id. Raises SlackError; ValueError for a drawing that this version cannot paint."""
        png = await asyncio.to_thread(painted, drawing)
        place = await api.call("files.getUploadURLExternal", filename="mycel.png", length=len(png), alt_txt=alternative)
        await upload(self._session, str(place["upload_url"]), png)
        file = str(place["file_id"])
        # Without a channel: the message that shows it is the one that Mycel posts, with its key.
        await api.call("files.completeUploadExternal", files=json.dumps([{"id": file, "title": "Mycel"}]))
        return file
