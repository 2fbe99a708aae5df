"""Socket Mode: connections of the app, envelopes, acknowledgements, and the ways in which Slack hangs up."""

from __future__ import annotations

import asyncio
import itertools
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.support.slack.world import App, Json

MOST = 10
DISCONNECTS = ("warning", "refresh_requested", "link_disabled", "too_many_websockets")


@dataclass(eq=False)
class Connection:
    """`is_stalled`: looks alive, and nothing comes through any more."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    is_stalled: bool = False

    def broken(self) -> None:
        for answer in self.waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the connection broke"))


class Sockets:
    """An envelope goes to any one of the app's connections, in turn."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.open: list[Connection] = []
        self.opened = 0
        self.unknown_acks: list[Json] = []
        self._tickets: set[str] = set()
        self._turns: Iterator[int] = itertools.count()
        self._changed = asyncio.Condition()

    def ticket(self) -> str:
        """Lets the app connect once."""
        ticket = uuid.uuid4().hex
        self._tickets.add(ticket)
        return ticket

    async def connected(self, count: int = 1, within_s: float = 10) -> None:
        """Waits until the app has so many connections."""
        async with asyncio.timeout(within_s), self._changed:
            await self._changed.wait_for(lambda: len(self.open) >= count)

    async def send(self, envelope: Json) -> Any:
        """Returns what the acknowledgement brought ("" where nothing). Raises ConnectionError."""
        if not self.open:
            raise ConnectionError("the app has hung up")
        connection = self.open[next(self._turns) % len(self.open)]
        id = str(uuid.uuid4())
        answer = asyncio.get_running_loop().create_future()
        connection.waiting[id] = answer
        try:
            if not connection.is_stalled:
                await connection.socket.send_str(json.dumps({"envelope_id": id, **envelope}))
            return await answer
        finally:
            connection.waiting.pop(id, None)

    async def disconnect(self, reason: str, *, after_s: float = 0) -> None:
        """Slack says that it hangs up, and does so."""
        assert reason in DISCONNECTS
        said = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-stand-in"}}
        for connection in tuple(self.open):
            await connection.socket.send_str(json.dumps(said))
        if reason != "warning":
            await asyncio.sleep(after_s)
            for connection in tuple(self.open):
                await connection.socket.close()

    def drop(self) -> None:
        """Every connection breaks without a word."""
        for connection in tuple(self.open):
            connection.transport.abort()

    def stall(self) -> None:
        """Nothing comes through the connections that there are, which stay open."""
        for connection in self.open:
            connection.is_stalled = True

    async def handle(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or request.query.get("app_id") != self.app.id:
            return web.Response(status=403)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        assert isinstance(request.transport, asyncio.Transport)
        connection = Connection(socket, request.transport)
        if len(self.open) >= MOST:
            await socket.send_str(json.dumps({"type": "disconnect", "reason": "too_many_websockets"}))
            await socket.close()
            return socket
        try:
            await self._entered(connection)
            await self._listen(connection)
        finally:
            connection.broken()
            async with self._changed:
                self.open.remove(connection)
                self._changed.notify_all()
        return socket

    async def close(self) -> None:
        for connection in tuple(self.open):
            await connection.socket.close()

    async def _entered(self, connection: Connection) -> None:
        async with self._changed:
            self.open.append(connection)
            self.opened += 1
            self._changed.notify_all()
        hello = {"type": "hello", "num_connections": len(self.open), "connection_info": {"app_id": self.app.id}}
        debug = {"host": "applink-stand-in", "build_number": 1, "approximate_connection_time": 18_060}
        await connection.socket.send_str(json.dumps({**hello, "debug_info": debug}))

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if connection.is_stalled:
                continue
            if message.type is WSMsgType.PING:
                await connection.socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._acknowledged(connection, json.loads(message.data))

    def _acknowledged(self, connection: Connection, said: Json) -> None:
        answer = connection.waiting.get(str(said.get("envelope_id")))
        if answer is None or answer.done():
            self.unknown_acks.append(said)
        else:
            answer.set_result(said.get("payload") or "")
