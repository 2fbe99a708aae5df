"""A simple Matrix client that measures: sends, and waits until its own event or Mycel's answer comes with its sync."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp

_CLIENT = "/_matrix/client/v3"
_FILTER = json.dumps({"room": {"timeline": {"limit": 500}, "ephemeral": {"not_types": ["*"]}}})
PATIENCE_S = 300


@dataclass
class Caller:
    """One person in one room. `echo` and `command` give seconds."""

    session: aiohttp.ClientSession
    room: str
    _arrivals: dict[str, asyncio.Future[float]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(time.time_ns()))

    async def echo(self) -> float:
        """A message, until its sender's own client shows it."""
        began = time.perf_counter()
        id = await self._send("hello")
        return await self._arrival(f"event {id}") - began

    async def command(self, text: str) -> float:
        """A command, until the client of who typed it shows the answer."""
        began = time.perf_counter()
        id = await self._send(text)
        return await self._arrival(f"answer {id}") - began

    async def _send(self, body: str) -> str:
        where = f"{_CLIENT}/rooms/{quote(self.room)}/send/m.room.message/{next(self._numbers)}"
        async with self.session.put(where, json={"msgtype": "m.text", "body": body}) as answer:
            answer.raise_for_status()
            return str((await answer.json())["event_id"])

    async def _arrival(self, what: str) -> float:
        return await asyncio.wait_for(self._future(what), PATIENCE_S)

    def _future(self, what: str) -> asyncio.Future[float]:
        return self._arrivals.setdefault(what, asyncio.get_running_loop().create_future())

    async def sync(self, since: str = "") -> None:
        """Until it is cancelled."""
        while True:
            query = {"timeout": "30000", "filter": _FILTER} | ({"since": since} if since else {})
            async with self.session.get(f"{_CLIENT}/sync", params=query) as answer:
                answer.raise_for_status()
                found = await answer.json()
            since, now = found["next_batch"], time.perf_counter()
            for event in (
                found.get("rooms", {}).get("join", {}).get(self.room, {}).get("timeline", {}).get("events", [])
            ):
                self._take(event, now)

    def _take(self, event: dict[str, Any], now: float) -> None:
        replied_to = event.get("content", {}).get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")
        arrived = [f"event {event['event_id']}", *([f"answer {replied_to}"] if replied_to else [])]
        for what in arrived:
            future = self._future(what)
            if not future.done():
                future.set_result(now)


@asynccontextmanager
async def calling(url: str, token: str, room: str) -> AsyncIterator[Caller]:
    """A client that is there as long as the block lasts."""
    timeout = aiohttp.ClientTimeout(total=60)
    headers = {"Authorization": f"Bearer {token}"}
    connector = aiohttp.TCPConnector(limit=32)
    async with aiohttp.ClientSession(url, headers=headers, timeout=timeout, connector=connector) as session:
        caller = Caller(session, room)
        syncing = asyncio.create_task(caller.sync())
        try:
            await caller.echo()
            yield caller
        finally:
            syncing.cancel()
            await asyncio.gather(syncing, return_exceptions=True)
