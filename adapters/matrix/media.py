"""Files on the homeserver: brought there for a room, encrypted where the room is."""

from __future__ import annotations

import asyncio

from nio.crypto.attachments import encrypt_attachment

from adapters.matrix.errors import MatrixError
from adapters.matrix.http import Http, path
from adapters.matrix.port import Content

UPLOAD = "/_matrix/media/v3/upload"
LIMITS = (path("media", "config").replace("/v3/", "/v1/", 1), "/_matrix/media/v3/config")
"""Where the largest size is said: since Matrix 1.11, and before."""
UPLOAD_S, LIMITS_S = 8, 4
"""Seconds: a message that waits for its file is sent within delivery.SEND_TIMEOUT, or tried again."""


class Media:
    """One account's files."""

    def __init__(self, http: Http) -> None:
        self._http = http
        # None: not known yet.
        self._largest: float | None = None

    async def bring(self, data: bytes, media_type: str, name: str, *, is_encrypted: bool) -> Content:
        """What an event says of where the file is. Raises MatrixError, permanent where the homeserver refuses it.

        Twice is two files: which of them is shown, the event says.
        """
        if len(data) > await self._largest_size():
            raise MatrixError(f"413 a file of {len(data)} bytes is too large here", status=413, permanent=True)
        if not is_encrypted:
            return {"url": await self._upload(data, media_type, {"filename": name})}
        sealed, keys = await asyncio.to_thread(encrypt_attachment, data)
        return {"file": {**keys, "url": await self._upload(sealed, "application/octet-stream", {})}}

    async def _upload(self, data: bytes, media_type: str, query: dict[str, str]) -> str:
        found = await self._http.bring(UPLOAD, data, media_type, query=query, timeout_s=UPLOAD_S)
        where = found.get("content_uri")
        if not isinstance(where, str) or not where.startswith("mxc://"):
            raise MatrixError("the homeserver does not say where the file is")
        return where

    async def _largest_size(self) -> float:
        """In bytes; without an end where the homeserver names none, and asked again where it could not say."""
        for where in LIMITS if self._largest is None else ():
            try:
                found = await self._http.call("GET", where, timeout_s=LIMITS_S)
            except MatrixError as error:
                if error.is_end_of_session:
                    raise
                if error.status in (400, 404, 405):
                    continue
                break
            size = found.get("m.upload.size")
            self._largest = size if isinstance(size, int) and size > 0 else float("inf")
            break
        return self._largest or float("inf")
