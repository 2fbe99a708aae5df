"""An app that does nothing but what a test tells it, to try the stand-in with."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web

from tests.support.slack.server import Slack
from tests.support.slack.world import Json

Reply = Callable[[Json], Any]


class StubApp:
    """Answers with what `answer` returns for a payload: a body, an HTTP status, or None for an empty 200."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.got: list[Json] = []
        self.headers: list[dict[str, str]] = []
        self.answer: Reply = lambda _: None
        self.pause_s = 0.0
        self._runner: web.AppRunner | None = None
        self._session = aiohttp.ClientSession()
        self._open: list[tuple[aiohttp.ClientWebSocketResponse, asyncio.Task[None] | None]] = []

    async def start(self) -> None:
        server = web.Application()
        server.router.add_post("/slack/events", self._take)
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.slack.app.request_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack/events"

    async def stop(self) -> None:
        for socket, listening in self._open:
            await socket.close()
            if listening is not None:
                await listening
        await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def call(self, method: str, token: str = "", **args: Any) -> Json:
        """The Web API, with JSON; status and Retry-After of a refusal are added to what it answers."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self._session.post(f"{self.slack.api_url}{method}", json=args, headers=headers) as answer:
            found: Json = await answer.json() if answer.content_type == "application/json" else {}
            more = {"status": answer.status} if answer.status != 200 else {}
            waits = {"retry_after": answer.headers["Retry-After"]} if "Retry-After" in answer.headers else {}
            return {**found, **more, **waits}

    async def connect(self, *, acks: bool = True) -> None:
        """Opens a connection of Socket Mode; envelopes are acknowledged with what `answer` returns."""
        opened = await self.call("apps.connections.open", self.slack.app.app_token)
        socket = await self._session.ws_connect(opened["url"])
        self.got.append(await socket.receive_json())
        self._open.append((socket, asyncio.create_task(self._listen(socket)) if acks else None))

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            said = json.loads(message.data)
            self.got.append(said)
            if "envelope_id" in said:
                await socket.send_json({"envelope_id": said["envelope_id"], "payload": self.answer(said["payload"])})

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self._check_signature(request, body)
        if request.content_type == "application/json":
            payload = json.loads(body)
        else:
            payload = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
            payload = json.loads(payload["payload"]) if "payload" in payload else payload
        self.got.append(payload)
        self.headers.append(dict(request.headers))
        await asyncio.sleep(self.pause_s)
        answer = self.answer(payload)
        if isinstance(answer, int):
            return web.Response(status=answer)
        return web.Response() if answer is None else web.json_response(answer)

    def _check_signature(self, request: web.Request, body: bytes) -> None:
        at = request.headers["X-Slack-Request-Timestamp"]
        base = f"v0:{at}:".encode() + body
        digest = hmac.new(self.slack.app.signing_secret.encode(), base, sha256).hexdigest()
        assert request.headers["X-Slack-Signature"] == f"v0={digest}"
