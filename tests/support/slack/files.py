"""files.*: what the app uploads, and when a message can show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from tests.support.slack.calling import Call, Refused
from tests.support.slack.chat import Chat
from tests.support.slack.world import Json, Upload, World

FORMS_ONLY = ("files.getUploadURLExternal", "files.completeUploadExternal")
"""These do not read JSON bodies."""
ALTERNATIVE = 1000


class Files:
    """`url`: where this Slack is, once it is started."""

    def __init__(self, world: World, chat: Chat, url: Callable[[], str]) -> None:
        self._world, self._chat, self._url = world, chat, url

    def methods(self) -> Mapping[str, Callable[[Call], Json]]:
        return {"files.getUploadURLExternal": self.address, "files.completeUploadExternal": self.complete}

    def address(self, call: Call) -> Json:
        if len(str(call["alt_txt"] or "")) > ALTERNATIVE:
            raise Refused("alt_txt_too_large")
        id = self._world.id("F")
        self._world.uploads[id] = Upload(call.team.id, str(call["filename"]), int(call["length"]))
        return {"file_id": id, "upload_url": f"{self._url()}/upload/{id}"}

    async def receive(self, request: web.Request) -> web.Response:
        """Takes the content, once, and as much as was said."""
        upload, content = self._world.uploads.get(request.match_info["id"]), await request.read()
        if upload is None or upload.content or len(content) != upload.length:
            return web.Response(status=400, text="bad upload")
        upload.content = content
        return web.Response(text=f"OK - {len(content)}")

    def complete(self, call: Call) -> Json:
        files: Any = call.parsed("files", "invalid_arguments") or []
        uploads = [self._world.uploads.get(str(f.get("id"))) for f in files]
        if any(u is None or not u.content or u.team != call.team.id or u.is_complete for u in uploads):
            raise Refused("file_not_found")
        for upload in uploads:
            assert upload is not None
            upload.shown_at = self._world.real() + self._world.file_lag_s
        if call["channel_id"]:
            channel = call.channel("channel_id", as_member=True)
            text = str(call["initial_comment"] or ", ".join(u.name for u in uploads if u))
            self._chat.put(self._world, channel, call.team, text, None, thread=call["thread_ts"])
        return {"files": [{"id": f["id"], "title": f.get("title", "")} for f in files]}
