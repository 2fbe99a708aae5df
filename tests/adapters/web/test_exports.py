"""A group's export over HTTP: a look takes nothing, the button gives the file, a wrong code gives nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from adapters.web.exports import File, export_routes

GOOD = "7F3A-9KQM-2X"


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """Where the routes are served; one code is good."""
    asked: list[str] = []

    async def fetch(code: str) -> File | None:
        asked.append(code)
        return File("bilbao.jsonl", ['{"a": "ñ"}\n', '{"b": 1}\n']) if code == GOOD else None

    app = web.Application()
    app.add_routes(export_routes(fetch))
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/exports/"
    await runner.cleanup()


async def test_a_look_shows_a_button_and_does_not_tell_whether_the_code_is_good(url: str) -> None:
    async with ClientSession() as client:
        pages = []
        for code in (GOOD, "AAAA-AAAA-AA"):
            async with client.get(url + code) as response:
                pages.append(await response.text())
                assert response.status == 200
                assert response.headers["Referrer-Policy"] == "no-referrer"
                assert response.headers["Cache-Control"] == "no-store"
    assert pages[0] == pages[1]
    assert '<form method="post">' in pages[0]
    assert "ñ" not in pages[0]


async def test_the_button_gives_the_file(url: str) -> None:
    async with ClientSession() as client, client.post(url + GOOD) as response:
        assert await response.text() == '{"a": "ñ"}\n{"b": 1}\n'
        assert response.headers["Content-Disposition"] == 'attachment; filename="bilbao.jsonl"'
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("code", ["AAAA-AAAA-AA", "x", "../../etc/passwd", "a" * 100])
async def test_a_wrong_code_gives_nothing(url: str, code: str) -> None:
    async with ClientSession() as client, client.post(url + code) as response:
        assert response.status in (404, 405)
        assert "ñ" not in await response.text()
