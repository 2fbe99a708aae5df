"""7. A signed /decide over HTTP, beside a bare Bolt app that writes one row for it."""

from __future__ import annotations

import asyncio
import itertools
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import sqlalchemy as sa
from aiohttp import web
from pydantic import SecretStr
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier

from bench.measuring import Load, Sample, in_turn
from bench.places import SQLITE, Places
from bench.playing import DECIDE, GROUPS, PEOPLE, NotDone, Playing, playing
from bench.report import Aim, Figure, Section
from bot.settings import SlackAccount
from bot.slack import put_together
from storage import directory
from storage.decision_tables import decisions
from storage.network import Channel
from storage.work import Tx

PLATFORM, TEAM, BOT, SECRET = "slack", "T1", "UBOT", "secret of the measurement"
AT_ONCE = 64
EVENTS = "/slack/events"
P99_AIM = Aim(3000)
"""Slack waits so long, in ms, and then says that it failed."""


@dataclass(slots=True)
class Caller:
    """Slack as it sends a command: as a form, signed, with a trigger that never comes again."""

    url: str
    api: str
    session: aiohttp.ClientSession
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def decide(self) -> None:
        """Raises NotDone where it is not acknowledged."""
        n = next(self.numbers)
        typed = DECIDE.removeprefix("decide ").replace("{n}", str(n))
        person = f"U{n % PEOPLE:04}"
        fields = {"team_id": TEAM, "channel_id": "C1", "user_id": person, "user_name": person.lower(), "text": typed}
        fields |= {"command": "/decide", "trigger_id": f"{n}.{time.time_ns()}", "response_url": f"{self.api}/answers"}
        body = urlencode(fields)
        at = str(int(time.time()))
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Slack-Request-Timestamp": at}
        headers["X-Slack-Signature"] = _VERIFIER.generate_signature(timestamp=at, body=body) or ""
        async with self.session.post(f"{self.url}{EVENTS}", data=body, headers=headers) as answer:
            await answer.read()
            if answer.status != 200:
                raise NotDone(f"Slack would say that it failed: {answer.status}")


_VERIFIER = SignatureVerifier(SECRET)


async def run(places: Places) -> Section:
    section = Section("7. A signed /decide over HTTP, acknowledged after the commit (SQLite FULL)")
    url = places.fresh(SQLITE)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        api = await stack.enter_async_context(
            _served([web.post("/api/{method}", _api), web.get("/api/{method}", _api), web.post("/answers", _heard)])
        )
        mycel = await stack.enter_async_context(playing(url))
        mine = Caller(await stack.enter_async_context(_mycel(mycel, api)), api, session)
        bare = Caller(await stack.enter_async_context(_bare(places.folder / "bare.db")), api, session)
        found = await in_turn(
            {
                "Mycel, 1 caller": Load(1, 60, _one(mine)),
                "bare Bolt, 1 caller": Load(1, 60, _one(bare)),
                "Mycel, 64 callers": Load(AT_ONCE, 256, _one(mine)),
                "bare Bolt, 64 callers": Load(AT_ONCE, 256, _one(bare)),
            },
            rounds=3,
        )
        await _check(mycel, next(mine.numbers))
    places.drop(url)
    _report(section, found)
    return section


async def _check(mycel: Playing, typed: int) -> None:
    """Raises NotDone where what was acknowledged is not there."""
    count = sa.select(sa.func.count()).select_from(decisions)
    stored = await mycel.core.work.read(lambda tx: tx.db.execute(count).scalar_one())
    if stored != typed:
        raise NotDone(f"{stored} of {typed} decisions were stored")


def _one(caller: Caller) -> Callable[[int, int], Awaitable[object]]:
    return lambda _caller, _n: caller.decide()


def _report(section: Section, found: dict[str, list[Sample]]) -> None:
    for name, samples in found.items():
        middle = sorted(samples, key=lambda s: s.median_ms)[len(samples) // 2]
        note = f"median {middle.median_ms:.3g} ms, CPU {middle.cpu_us:,.0f} µs each"
        section.add(Figure(name, "per s", [s.per_s for s in samples], note=note, more_is_better=True))
        section.add(Figure("   its p99", "ms", [s.p99_ms for s in samples], P99_AIM))
    for callers in ("1 caller", "64 callers"):
        pairs = zip(found[f"Mycel, {callers}"], found[f"bare Bolt, {callers}"], strict=True)
        ratios = [mine.cpu_us / bare.cpu_us for mine, bare in pairs]
        section.add(Figure(f"CPU, Mycel / bare Bolt, {callers}", "×", ratios))
    section.notes.append("Both run in this process together with the caller, whose CPU is in both figures.")
    section.notes.append("The bare app checks the signature, writes one row with a commit of its own, and answers.")


@asynccontextmanager
async def _mycel(mycel: Playing, api: str) -> AsyncIterator[str]:
    """Mycel behind one workspace; its address."""
    await mycel.core.work.write(mycel.networks[0], lambda tx: _found(tx, mycel.networks[0]))
    account = SlackAccount(bot_token=SecretStr("xoxb-bench"), signing_secret=SecretStr(SECRET), api_url=f"{api}/api/")
    platform, _ = await put_together(mycel.core, [account], SECRET.encode(), "", random.random)
    assert platform.start is not None
    assert platform.close is not None
    await platform.start()
    async with _served(platform.routes) as url:
        yield url
    await platform.close()


def _found(tx: Tx, network_id: int) -> None:
    """The first group is at home in a channel of Slack too, and its people are known there."""
    directory.add_workspace(tx.db, PLATFORM, TEAM, network_id, tx.now)
    home = Channel(network_id, len(GROUPS) + 1, PLATFORM, TEAM, "C1", 1, True, "", "active")
    directory.add_channel(tx.db, home)
    for person in range(PEOPLE):
        directory.add_identity(tx.db, network_id, PLATFORM, TEAM, f"U{person:04}", person, f"person{person}")


@asynccontextmanager
async def _bare(file: Path) -> AsyncIterator[str]:
    """A Bolt app as one writes it on the first day."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_user_id=BOT, bot_id="B1", bot_token="xoxb-bench")

    app = AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=True)
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("CREATE TABLE decisions (id INTEGER PRIMARY KEY, channel TEXT, author TEXT, title TEXT)")
        db.commit()

        async def decide(ack: AsyncAck, command: dict[str, str]) -> None:
            values = (command["channel_id"], command["user_id"], command["text"])
            row = db.execute("INSERT INTO decisions (channel, author, title) VALUES (?, ?, ?)", values)
            db.commit()
            await ack(f"Logged as D-{row.lastrowid}")

        app.command("/decide")(decide)

        async def events(request: web.Request) -> web.Response:
            return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

        async with _served([web.post(EVENTS, events)]) as url:
            yield url


async def _api(request: web.Request) -> web.Response:
    """What Slack answers, as far as somebody asks."""
    about = {"user_id": BOT, "bot_id": "B1", "team_id": TEAM, "team": "Bench", "url": "https://bench.slack.com/"}
    channel = {"id": "C1", "name": "bench", "is_member": True}
    return web.json_response({"ok": True, **about, "channel": channel, "method": request.match_info["method"]})


async def _heard(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


@asynccontextmanager
async def _served(routes: Sequence[web.RouteDef]) -> AsyncIterator[str]:
    """The address of a server with these routes."""
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await asyncio.shield(runner.cleanup())
