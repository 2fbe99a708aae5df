"""Sends to the app over HTTP, signed, or through Socket Mode; watches the three seconds; repeats events."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.support.slack.sockets import Sockets
from tests.support.slack.world import Json, World

ACK_WITHIN_S = 3.0
RETRIES_AFTER_S = (0.0, 60.0, 300.0)
COMMAND, INTERACTIVE, EVENT = "slash_commands", "interactive", "events_api"


@dataclass(frozen=True, slots=True)
class Ack:
    """What the app answered; `error`: why that does not count ("http_error", "http_timeout", "connection_failed")."""

    status: int
    body: Any
    took_s: float
    error: str = ""

    @property
    def is_ok(self) -> bool:
        return not self.error


@dataclass(frozen=True, slots=True)
class Sent:
    kind: str
    payload: Json
    attempt: int
    ack: Ack


class Outgoing:
    """`retries_after_s`: the pauses before an event comes again."""

    def __init__(self, world: World, sockets: Sockets) -> None:
        self.world, self.sockets = world, sockets
        self.ack_within_s = ACK_WITHIN_S
        self.retries_after_s: tuple[float, ...] = RETRIES_AFTER_S
        self.sent: list[Sent] = []
        self.given_up: list[Json] = []
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        self._session = aiohttp.ClientSession(connector=connector)

    async def stop(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def send(self, kind: str, payload: Json, attempt: int = 0, reason: str = "") -> Ack:
        """One delivery, and what came of it."""
        began = time.monotonic()
        if self.world.app.request_url:
            ack = await self._post(kind, payload, attempt, reason, began)
        else:
            ack = await self._through_socket(kind, payload, attempt, reason, began)
        self.sent.append(Sent(kind, payload, attempt, ack))
        return ack

    def event(self, payload: Json) -> asyncio.Task[Ack]:
        """Sends an event, and again while it is not acknowledged; `settled` waits for it."""
        task = asyncio.create_task(self._until_acknowledged(payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def settled(self) -> None:
        """Returns when nothing is on its way to the app any more."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    async def _until_acknowledged(self, payload: Json) -> Ack:
        ack = await self.send(EVENT, payload)
        for attempt, pause in enumerate(self.retries_after_s, start=1):
            if ack.is_ok:
                return ack
            await asyncio.sleep(pause)
            ack = await self.send(EVENT, payload, attempt, ack.error)
        if not ack.is_ok:
            self.given_up.append(payload)
        return ack

    async def _post(self, kind: str, payload: Json, attempt: int, reason: str, began: float) -> Ack:
        assert self._session is not None, "Slack is not started"
        body, headers = encoded(kind, payload)
        headers |= signed(body, self.world.app.signing_secret, int(self.world.real()))
        if attempt:
            headers |= {"x-slack-retry-num": str(attempt), "x-slack-retry-reason": reason}
        timeout = aiohttp.ClientTimeout(total=self.ack_within_s)
        try:
            async with self._session.post(
                self.world.app.request_url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                text = await answer.text()
                took = time.monotonic() - began
                return Ack(answer.status, _read(text), took, "" if 200 <= answer.status < 300 else "http_error")
        except TimeoutError:
            return Ack(0, "", time.monotonic() - began, "http_timeout")
        except aiohttp.ClientError:
            return Ack(0, "", time.monotonic() - began, "connection_failed")

    async def _through_socket(self, kind: str, payload: Json, attempt: int, reason: str, began: float) -> Ack:
        envelope: Json = {"payload": payload, "type": kind, "accepts_response_payload": kind != EVENT}
        if kind == EVENT:
            # Also the first delivery says so.
            envelope |= {"retry_attempt": attempt, "retry_reason": reason.replace("http_", "")}
        try:
            answer = await asyncio.wait_for(self.sockets.send(envelope), self.ack_within_s)
        except TimeoutError:
            return Ack(0, "", time.monotonic() - began, "http_timeout")
        except ConnectionError:
            return Ack(0, "", time.monotonic() - began, "connection_failed")
        return Ack(200, answer, time.monotonic() - began)


def encoded(kind: str, payload: Json) -> tuple[bytes, dict[str, str]]:
    """Body and headers as Slack sends them: forms for commands and clicks, JSON for events."""
    headers = {"User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)", "Accept": "application/json,*/*"}
    if kind == EVENT:
        return json.dumps(payload).encode(), {**headers, "Content-Type": "application/json"}
    fields = payload if kind == COMMAND else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), {**headers, "Content-Type": "application/x-www-form-urlencoded"}


def signed(body: bytes, secret: str, at: int) -> dict[str, str]:
    """The headers that show that a request is Slack's."""
    digest = hmac.new(secret.encode(), b"v0:%d:%b" % (at, body), sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


def _read(text: str) -> Any:
    try:
        return json.loads(text) if text else ""
    except ValueError:
        return text
