"""Socket Mode: what Slack sends comes over a connection that we open, so that no address has to be public.

Not slack_sdk's own client: after a lost connection it may try the same used-up address for ever, and at a stop it
drops what it was handling. Here a connection is replaced before it ends, and what was taken up is finished.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any

import aiohttp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack.errors import ENDED, CannotConnect, SlackError
from bot.core.backoff import Backoff

log = logging.getLogger("mycel.slack")

WRONG_TOKEN = ENDED | {"not_allowed_token_type", "no_permission", "missing_scope"}
UNWANTED = {
    "link_disabled": "Socket Mode is switched off in the app's settings",
    "too_many_websockets": "too many connections of this app are open: does another Mycel run on it?",
}
"""Reasons for which Slack hangs up on us at once, and would do so again."""
CONNECT_WITHIN_S = 10.0
STOP_WITHIN_S = 5.0
LEFT_OPEN_S = 30.0
"""So long a connection that Slack wants replaced may still deliver."""

Dispatch = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]


class SocketMode:
    """One app's connection. `open_url` asks Slack where to connect, `check` whether Slack answers at all.

    `ping_s`: how often the line is tried; `watch_s`: after so long without a word it is checked and replaced, as a
    connection can stall without being closed.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        open_url: Callable[[], Awaitable[str]],
        check: Callable[[], Awaitable[None]],
        session: aiohttp.ClientSession,
        jitter: Callable[[], float],
        *,
        ping_s: float = 10,
        watch_s: float = 300,
        retry_s: float = 1,
    ) -> None:
        self._dispatch, self._open_url, self._check, self._session = dispatch, open_url, check, session
        self._ping_s, self._watch_s = ping_s, watch_s
        self._backoff, self._patience = Backoff(jitter, retry_s), Backoff(jitter, retry_s)
        self._live: dict[asyncio.Task[None], aiohttp.ClientWebSocketResponse] = {}
        self._handling: set[asyncio.Task[None]] = set()
        self._renew = asyncio.Event()
        self._unwanted = ""
        self._seen_at = monotonic()
        self._is_stopping = False
        self._problem = "not connected yet"

    @property
    def problem(self) -> str:
        """Empty while it is connected; else what is wrong, for readiness."""
        return self._problem

    def stop(self) -> None:
        """From now on nothing new is taken up: Slack sends it again."""
        self._is_stopping = True

    async def run(self) -> None:
        """Until it is cancelled. Raises CannotConnect where the app token is of no use."""
        watching = asyncio.create_task(self._watch())
        try:
            while True:
                self._renew.clear()
                connection = await self._connected()
                if connection is not None:
                    await self._until_needed(connection)
                if self._unwanted:
                    await self._pause(self._unwanted, self._patience.next_s())
        finally:
            watching.cancel()
            await self._finish()
            await asyncio.gather(watching, return_exceptions=True)

    async def _until_needed(self, connection: asyncio.Task[None]) -> None:
        """Waits until another connection is needed: this one has ended, or ends soon."""
        renew = asyncio.create_task(self._renew.wait())
        try:
            await asyncio.wait((connection, renew), return_when=asyncio.FIRST_COMPLETED)
        finally:
            renew.cancel()
        if not connection.done():
            asyncio.get_running_loop().call_later(LEFT_OPEN_S, connection.cancel)

    async def _connected(self) -> asyncio.Task[None] | None:
        """A new connection; None after a failure and the pause that follows it."""
        try:
            url = await self._open_url()
            async with asyncio.timeout(CONNECT_WITHIN_S):
                ws = await self._session.ws_connect(url, heartbeat=self._ping_s, max_msg_size=16 << 20)
        except SlackError as error:
            if error.code in WRONG_TOKEN:
                raise CannotConnect(_wrong_token(error.code)) from error
            await self._pause(error.reason, self._backoff.next_s(error.retry_after))
            return None
        except (aiohttp.ClientError, OSError) as error:
            await self._pause(f"cannot connect: {type(error).__name__}", self._backoff.next_s())
            return None
        self._seen_at = monotonic()
        connection = asyncio.create_task(self._serve(ws))
        self._live[connection] = ws
        connection.add_done_callback(self._ended)
        return connection

    def _ended(self, connection: asyncio.Task[None]) -> None:
        self._live.pop(connection, None)
        if not self._live:
            self._problem = self._problem or "the connection was lost"
        if not connection.cancelled() and connection.exception() is not None:
            log.error("a connection to Slack failed", exc_info=connection.exception())

    async def _pause(self, why: str, wait_s: float) -> None:
        if not self._live or self._unwanted:
            self._problem = self._unwanted or why
        log.warning("Slack: %s; again in %.1f s", why, wait_s)
        await asyncio.sleep(wait_s)

    async def _serve(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        """Reads one connection until it ends."""
        try:
            async for message in ws:
                self._seen_at = monotonic()
                if message.type == aiohttp.WSMsgType.TEXT:
                    await self._took(ws, message.data)
        finally:
            await _close(ws)

    async def _took(self, ws: aiohttp.ClientWebSocketResponse, text: str) -> None:
        envelope = _json(text)
        match envelope.get("type"):
            case "hello":
                self._problem = self._unwanted = ""
                self._backoff.reset()
                log.info("connected to Slack (%s connections of this app)", envelope.get("num_connections", "?"))
            case "disconnect":
                await self._disconnect(str(envelope.get("reason") or ""))
            case "slash_commands" | "interactive" | "events_api" if not self._is_stopping:
                self._patience.reset()
                task = asyncio.create_task(self._handle(ws, envelope))
                self._handling.add(task)
                task.add_done_callback(self._handling.discard)
            case _:
                pass

    async def _disconnect(self, reason: str) -> None:
        """Slack closes the connection soon, or has done so: another one is opened beside it."""
        log.info("Slack asks for another connection (%s)", reason)
        self._unwanted = UNWANTED.get(reason, "")
        if not self._unwanted:
            self._patience.reset()
        self._renew.set()

    async def _handle(self, ws: aiohttp.ClientWebSocketResponse, envelope: Mapping[str, Any]) -> None:
        """Handles an envelope, and only then says that it was received; what failed is not acknowledged."""
        payload = envelope.get("payload")
        if not isinstance(payload, dict):
            return
        answer = await self._dispatch(AsyncBoltRequest(mode="socket_mode", body=payload))
        if answer.status != 200:
            log.warning("envelope %s was not handled (%d)", envelope.get("envelope_id"), answer.status)
            return
        ack: dict[str, Any] = {"envelope_id": envelope.get("envelope_id")}
        body = _json(answer.body) if answer.body else {}
        if body and envelope.get("accepts_response_payload"):
            ack["payload"] = body
        try:
            await ws.send_str(json.dumps(ack))
        except (ConnectionError, RuntimeError, aiohttp.ClientError) as error:
            # Events come again, and are known; the answer to a command is lost with the connection.
            log.warning("could not acknowledge %s: %s", envelope.get("envelope_id"), type(error).__name__)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(min(self._watch_s, 30))
            if not self._live or monotonic() - self._seen_at < self._watch_s:
                continue
            try:
                await self._check()
            except SlackError as error:
                log.warning("Slack is silent, and does not answer: %s", error.reason)
                continue
            log.info("Slack has been silent for %.0f s: the connection is replaced", monotonic() - self._seen_at)
            self._seen_at = monotonic()
            self._renew.set()

    async def _finish(self) -> None:
        """What was taken up is finished and acknowledged before the connections are closed."""
        self._is_stopping = True
        if self._handling:
            await asyncio.wait(self._handling, timeout=STOP_WITHIN_S)
        connections = dict(self._live)
        for task in (*self._handling, *connections):
            task.cancel()
        await asyncio.gather(*self._handling, *connections, return_exceptions=True)
        for ws in connections.values():  # a task that was cancelled before its first step has closed nothing
            await _close(ws)


async def _close(ws: aiohttp.ClientWebSocketResponse) -> None:
    """Nothing more where it is closed already."""
    with contextlib.suppress(ConnectionError, asyncio.TimeoutError):
        await ws.close()


def _json(text: str) -> dict[str, Any]:
    """Empty for what is no JSON object."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _wrong_token(code: str) -> str:
    return (
        f"Slack does not take SLACK_APP_TOKEN ({code}).\n"
        "It begins with xapp-, has the scope connections:write, and is made under “Basic Information” of the app; "
        "Socket Mode has to be switched on there."
    )
