"""The playground's door: bodies that are too big, broken or unstorable are answered in a sentence."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientSession, web

from adapters.local.guard import HEADERS
from adapters.local.http import routes
from bot.app import FEATURES
from tests.support.house import Clock
from tests.support.playground import Stage, open_stage
from tests.support.traces import left_in_rows

SAY = {"id": "deed-http-1", "channel": "oakland", "account": "ana", "text": "hello"}


@dataclass
class Door:
    client: ClientSession
    port: int

    async def post(self, path: str, body: bytes, kind: str = "application/json") -> tuple[int, str, dict[str, str]]:
        url, headers = f"http://127.0.0.1:{self.port}{path}", {"Content-Type": kind}
        async with self.client.post(url, data=BytesIO(body), headers=headers) as response:
            return response.status, await response.text(), dict(response.headers)


@pytest.fixture
def clock(database_url: str) -> Clock:
    """PostgreSQL writes by its own clock; ours has to be where that is."""
    return Clock(datetime.now(UTC) + timedelta(minutes=1)) if database_url.startswith("postgresql") else Clock()


@pytest.fixture
async def stage(database_url: str, clock: Clock) -> AsyncIterator[Stage]:
    stage = open_stage(database_url, FEATURES, clock)
    await stage.playground.start()
    yield stage
    await stage.close()


@pytest.fixture
async def door(stage: Stage) -> AsyncIterator[Door]:
    app = web.Application(client_max_size=1 << 20)
    app.add_routes(routes(stage.playground, heartbeat_s=0.2))
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession() as client:
        yield Door(client, runner.addresses[0][1])
    stage.playground.changes.close()
    await runner.cleanup()


def said(**changes: Any) -> bytes:
    return json.dumps(SAY | changes).encode()


BODIES = {
    "too big": (b'{"id": "' + b"x" * (2 << 20) + b'"}', "application/json"),
    "no text at all": (b"\xff\xfe\x00", "application/json"),
    "half a character": (
        b'{"id":"deed-http-1","channel":"oakland","account":"ana","text":"\\ud800"}',
        "application/json",
    ),
    "deep": (b"[" * 200_000, "application/json"),
    "a huge number": (b'{"id": ' + b"9" * 100_000 + b"}", "application/json"),
    "a path as channel": (said(channel="../../etc/passwd"), "application/json"),
    "nul as the channel": (said(channel="\x00"), "application/json"),
    "nul in the account": (said(account="an\x00b"), "application/json"),
    "nul in the thread": (said(thread="m\x001"), "application/json"),
}


@pytest.mark.parametrize("body", BODIES)
async def test_what_cannot_be_taken_is_refused_in_a_sentence(door: Door, body: str) -> None:
    status, text, headers = await door.post("/try/say", *BODIES[body])
    assert 400 <= status < 500
    assert json.loads(text)["error"]
    assert {name: headers.get(name) for name in HEADERS} == dict(HEADERS)


@pytest.mark.parametrize("typed", ["hello\x00there", "/decide Use\x00 Signal", "/decide <img src=x onerror=alert(1)>"])
async def test_what_no_database_keeps_is_left_out_of_what_is_said(door: Door, stage: Stage, typed: str) -> None:
    status, text, _ = await door.post("/try/say", said(text=typed))
    assert (status, "our fault" in text) == (200, False)
    status, text, _ = await door.post("/try/say", said(id="deed-http-2", text="hello again"))
    assert status == 200


async def test_forms_and_reactions_are_cleaned_too(door: Door, stage: Stage) -> None:
    form = {"id": "deed-http-1", "channel": "oakland", "account": "ana", "command": "decide"}
    status, text, _ = await door.post("/try/submit", json.dumps(form | {"values": {"title": "a\x00b"}}).encode())
    assert (status, "D-1" in text) == (200, True)


async def test_json_is_read_whatever_its_charset_is_called(door: Door) -> None:
    status, _, _ = await door.post("/try/say", said(), "application/json; charset=nonsense")
    assert status == 200


GROWING = {
    "nul as the title": ("/try/channel", {"id": "deed-http-1", "title": "\x00"}, 400),
    "nul in the title": ("/try/channel", {"id": "deed-http-1", "title": "Sao\x00Paulo"}, 200),
    "nul in the name": ("/try/person", {"id": "deed-http-1", "name": "Jo\x00ao", "channel": "oakland"}, 200),
    "nul in the channel": ("/try/person", {"id": "deed-http-1", "name": "Joao", "channel": "o\x00"}, 409),
}


@pytest.mark.parametrize("case", GROWING)
async def test_new_channels_and_people_are_cleaned_too(door: Door, case: str) -> None:
    path, body, wanted = GROWING[case]
    status, text, _ = await door.post(path, json.dumps(body).encode())
    assert status == wanted, text
    assert (await door.post(path, b"\xff\xfe"))[0] == 400


async def test_a_slow_sender_keeps_nobody_waiting(door: Door) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(b"POST /try/say HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 100\r\n" % door.port)
    writer.write(b"Content-Type: application/json\r\n\r\n{")
    await writer.drain()
    status, _, _ = await asyncio.wait_for(door.post("/try/say", said()), 5)
    assert status == 200
    writer.close()


async def test_what_is_redacted_is_gone_from_the_playgrounds_own_copies(
    door: Door, stage: Stage, clock: Clock, database_url: str
) -> None:
    for n, text in enumerate(
        ("/decide quetzal --tell nairobi --why quetzal", "/edit D-1 --title quetzal-too", "/redact D-1", "/show D-1")
    ):
        status, _, _ = await door.post("/try/say", said(id=f"deed-http-{n}", text=text))
        assert status == 200
        clock.move(seconds=10)
        await stage.playground.drain()
    assert left_in_rows(database_url, "quetzal") == {}
