"""The playground over HTTP: who may come in, what the page is told, and live changes that are never missed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, web

from adapters.local.guard import HEADERS, is_from_here
from adapters.local.http import STATIC, routes
from bot.core.painting import WindowRow, windows_drawing
from storage import local_chat, pictures
from tests.support.house import rows
from tests.support.playground import Stage

SAY = {"id": "deed-http-1", "channel": "oakland", "account": "ana", "text": "hello"}


@dataclass
class Site:
    """The playground, served on a port of its own."""

    stage: Stage
    client: ClientSession
    port: int

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
        async with self.client.post(self.url(path), json=body, headers=headers) as response:
            return response.status, await response.json()


@pytest.fixture
async def site(stage: Stage) -> AsyncIterator[Site]:
    app = web.Application()
    app.add_routes(routes(stage.playground, heartbeat_s=0.2))
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stage.deliver()
    async with ClientSession() as client:
        yield Site(stage, client, runner.addresses[0][1])
    stage.playground.changes.close()
    await runner.cleanup()


async def stored(stage: Stage) -> int:
    return await stage.work.read(lambda tx: rows(tx.db, local_chat.happenings))


class TestGuard:
    @pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "LOCALHOST:8080"])
    def test_this_computer_at_our_port_comes_in(self, host: str) -> None:
        assert is_from_here({"Host": host}, 8080)
        assert is_from_here({"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}, 8080)

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Host": "127.0.0.1"},
            {"Host": "127.0.0.1:9090"},
            {"Host": "evil.example:8080"},
            {"Host": "127.0.0.1.evil.example:8080"},
            {"Host": "localhost:8080", "Origin": "https://localhost:8080"},
            {"Host": "localhost:8080", "Origin": "http://127.0.0.1:8080"},
            {"Host": "localhost:8080", "Origin": "http://evil.example"},
            {"Host": "localhost:8080", "Origin": "null"},
            {"Host": "localhost:8080", "Sec-Fetch-Site": "cross-site"},
            {"Host": "localhost:8080", "Sec-Fetch-Site": "same-site"},
        ],
    )
    def test_nobody_else_does(self, headers: dict[str, str]) -> None:
        assert not is_from_here(headers, 8080)

    def test_port_80_needs_no_port(self) -> None:
        assert is_from_here({"Host": "localhost"}, 80)

    @pytest.mark.parametrize("wrong", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
    async def test_a_foreign_page_stores_nothing(self, site: Site, wrong: dict[str, str]) -> None:
        status, answer = await site.post("/try/say", SAY, **wrong)
        assert (status, "only to this computer" in answer["error"]) == (403, True)
        for path in ("/try", "/try/state", "/try/events", "/try/static/app.js"):
            async with site.client.get(site.url(path), headers=wrong) as response:
                assert response.status == 403
        assert await stored(site.stage) == 0

    async def test_only_json_is_taken(self, site: Site) -> None:
        body, plain = json.dumps(SAY), {"Content-Type": "text/plain"}
        async with site.client.post(site.url("/try/say"), data=body, headers=plain) as response:
            assert response.status == 415
        assert await stored(site.stage) == 0

    async def test_every_answer_keeps_the_page_to_itself(self, site: Site) -> None:
        for path in ("/try", "/try/state", "/try/static/app.js", "/try/static/missing.js", "/try/events"):
            async with site.client.get(site.url(path)) as response:
                assert {name: response.headers.get(name) for name in HEADERS} == dict(HEADERS)
        assert "unsafe" not in HEADERS["Content-Security-Policy"]


class TestPage:
    async def test_the_page_and_all_that_it_loads_are_here(self, site: Site) -> None:
        async with site.client.get(site.url("/try")) as response:
            page = await response.text()
        assert response.content_type == "text/html"
        assert "no login; everyone at this computer can speak as anyone" in page
        for file in sorted(STATIC.iterdir()):
            if file.suffix == ".html":
                continue
            async with site.client.get(site.url(f"/try/static/{file.name}")) as response:
                assert (response.status, await response.read()) == (200, file.read_bytes())

    def test_nothing_comes_from_elsewhere_and_no_data_becomes_html(self) -> None:
        for file in STATIC.iterdir():
            text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
            assert "http://" not in text
            assert "https://" not in text
            for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
                assert way not in text

    async def test_a_picture_is_painted_from_what_is_kept_of_it(self, site: Site) -> None:
        now = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)
        row = WindowRow("D-1", now, now + timedelta(days=3), (("Nairobi", True),))
        network_id = site.stage.playground.network_id
        drawing = windows_drawing([row], now)
        await site.stage.work.write(
            network_id, lambda tx: pictures.keep(tx.db, network_id, "digest:7:202646", drawing, tx.now)
        )
        async with site.client.get(site.url("/try/picture/digest:7:202646")) as response:
            assert response.headers["Content-Type"] == "image/png"
            assert (await response.read()).startswith(b"\x89PNG")
        async with site.client.get(site.url("/try/picture/another")) as response:
            assert response.status == 404

    @pytest.mark.parametrize("name", ["..%2fhttp.py", "%2e%2e%2fhttp.py", "index.html", "nothing.js", "..%5chttp.py"])
    async def test_no_other_file_is_served(self, site: Site, name: str) -> None:
        async with site.client.get(site.url(f"/try/static/{name}")) as response:
            assert response.status == 404


class TestDeeds:
    async def test_saying_something_is_answered_and_a_retry_is_answered_alike(self, site: Site) -> None:
        command = {**SAY, "text": "/ask Use Signal"}
        status, answer = await site.post("/try/say", command)
        assert (status, answer["reply"]["is"]) == (200, "answer")
        assert await site.post("/try/say", command) == (status, answer)
        assert await stored(site.stage) == 1

    async def test_a_form_comes_with_its_fields_and_what_is_wrong_with_them(self, site: Site) -> None:
        _, answer = await site.post("/try/say", {**SAY, "text": "/ask"})
        form = answer["reply"]
        assert (form["is"], form["command"]) == ("form", "ask")
        assert form["fields"][2]["options"] == [["bilbao", "Bilbao"], ["nairobi", "Nairobi"]]
        values = {"title": "Use Signal", "affects": "", "mood": "wild"}
        submit = {"id": "deed-http-2", "channel": "oakland", "account": "ana", "command": "ask", "values": values}
        _, answer = await site.post("/try/submit", submit)
        assert (answer["reply"]["is"], list(answer["reply"]["errors"])) == ("invalid", ["mood"])

    @pytest.mark.parametrize("body", [{}, [], {**SAY, "id": "x"}, {**SAY, "text": 7}, {**SAY, "more": 1}, "text"])
    async def test_what_is_not_understood_is_said_in_a_sentence(self, site: Site, body: Any) -> None:
        status, answer = await site.post("/try/say", body)
        assert (status, answer["error"].endswith("Reload it.")) == (400, True)
        assert await stored(site.stage) == 0

    async def test_a_channel_and_a_person_can_be_added(self, site: Site) -> None:
        channel = {"id": "deed-grow-1", "title": "Madrid"}
        assert await site.post("/try/channel", channel) == (200, {"channel": "madrid"})
        person = {"id": "deed-grow-2", "name": "Mo", "channel": "madrid"}
        assert await site.post("/try/person", person) == (200, {"account": "mo"})
        assert (await site.post("/try/channel", channel | {"title": " "}))[0] == 400
        assert (await site.post("/try/person", person | {"channel": "atlantis", "name": "Bo"}))[0] == 409

    async def test_what_is_refused_is_said_in_a_sentence(self, site: Site) -> None:
        status, answer = await site.post("/try/say", {**SAY, "account": "mallory"})
        assert (status, answer["error"]) == (409, "Nobody of that name is here. Choose who speaks below the channel.")


class TestClock:
    async def test_moving_it_says_what_happened(self, site: Site) -> None:
        await site.post("/try/say", {**SAY, "text": "/ask Use Signal"})
        status, answer = await site.post("/try/clock", {"id": "clock-001", "by": "1d", "zone": "Africa/Nairobi"})
        assert (status, answer["fired"]) == (200, 3)
        assert answer["said"] == "It is now Tue 3 Nov 2026, 12:00 (Nairobi). 3 things fell due on the way."
        again = await site.post("/try/clock", {"id": "clock-001", "by": "1d", "zone": "Africa/Nairobi"})
        assert again == (status, answer)
        _, answer = await site.post("/try/clock", {"id": "clock-002", "by": "next", "zone": "No/Where"})
        assert answer["said"] == "It is now Wed 4 Nov 2026, 09:00 (UTC). 1 thing fell due on the way."

    async def test_it_goes_on_to_what_shows(self, site: Site) -> None:
        await site.post("/try/say", {**SAY, "text": "/ask Use Signal"})
        await site.post("/try/say", {**SAY, "id": "deed-http-2", "text": "/muse D-1"})
        _, answer = await site.post("/try/clock", {"id": "clock-001", "by": "next"})
        assert answer["said"] == "It is now Tue 3 Nov 2026, 09:00 (UTC). 4 things fell due on the way."

    async def test_it_stops_where_nothing_more_is_due(self, site: Site) -> None:
        await site.post("/try/say", {**SAY, "text": "/muse D-1"})
        _, answer = await site.post("/try/clock", {"id": "clock-001", "by": "next"})
        assert answer["said"] == "It is now Mon 2 Nov 2026, 10:00 (UTC). 1 thing fell due on the way."

    async def test_where_nothing_is_due_it_says_so(self, site: Site) -> None:
        assert await site.post("/try/clock", {"id": "clock-001", "by": "next"}) == (
            409,
            {"error": "Nothing is due in this network."},
        )


async def next_event(response: ClientResponse) -> tuple[str, dict[str, Any]]:
    """(id, data) of the next event; heartbeats are passed over."""
    event: dict[str, str] = {}
    async with asyncio.timeout(5):
        async for raw in response.content:
            line = raw.decode().rstrip("\n")
            if line.startswith(("id:", "data:")):
                name, _, value = line.partition(": ")
                event[name] = value
            elif not line and "data" in event:
                return event["id"], json.loads(event["data"])
    raise AssertionError("the stream ended")


def texts(data: dict[str, Any]) -> list[Any]:
    return [m["body"] for m in data["messages"] if m["account"]]


class TestEvents:
    async def test_a_browser_that_comes_back_misses_nothing_and_sees_nothing_twice(self, site: Site) -> None:
        async with site.client.get(site.url("/try/state")) as answer:
            since = (await answer.json())["change"]
        async with site.client.get(site.url(f"/try/events?since={since}")) as stream:
            assert stream.content_type == "text/event-stream"
            await next_event(stream)
            await site.post("/try/say", SAY)
            last, data = await next_event(stream)
            assert texts(data) == ["hello"]
        await site.post("/try/say", {**SAY, "id": "deed-http-2", "text": "while you were away"})
        async with site.client.get(site.url("/try/events?since=0"), headers={"Last-Event-ID": last}) as stream:
            _, data = await next_event(stream)
            assert texts(data) == ["while you were away"]

    async def test_the_clock_is_news_too(self, site: Site) -> None:
        async with site.client.get(site.url("/try/events?since=0")) as stream:
            _, data = await next_event(stream)
            assert data["clock"]["ahead"] == 0
            await site.post("/try/clock", {"id": "clock-001", "by": "1h"})
            _, data = await next_event(stream)
            assert data["clock"]["ahead"] == 3600

    async def test_a_quiet_stream_is_kept_alive(self, site: Site) -> None:
        async with site.client.get(site.url("/try/events?since=0")) as stream:
            await next_event(stream)
            async with asyncio.timeout(5):
                assert await stream.content.readline() == b": still here\n"

    @pytest.mark.parametrize("since", ["", "x", "-1", "9" * 30, "٣"])
    async def test_a_number_that_is_none_is_the_beginning(self, site: Site, since: str) -> None:
        await site.post("/try/say", SAY)
        async with site.client.get(site.url("/try/events"), params={"since": since}) as stream:
            _, data = await next_event(stream)
        assert texts(data) == ["hello"]

    async def test_a_browser_that_knows_another_database_starts_anew(self, site: Site) -> None:
        async with site.client.get(site.url("/try/events?since=123456")) as stream:
            assert b"event: reload\n" in await stream.read()

    async def test_closing_ends_the_streams(self, site: Site) -> None:
        async with site.client.get(site.url("/try/events?since=0")) as stream:
            await next_event(stream)
            site.stage.playground.changes.close()
            async with asyncio.timeout(5):
                await stream.read()
            assert stream.content.at_eof()
