"""7. Matrix on a real homeserver: a command's way there and back beside a bare message's, bursts, a thousand rooms."""

from __future__ import annotations

import asyncio
import importlib
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.footprint import memory_mb
from bench.matrix_caller import Caller, calling
from bench.places import Places
from bench.process import IDLE_S, cpu_s, started
from bench.report import Figure, Section
from storage import directory, migrate
from storage.engine import open_engine
from storage.network import Channel, Group

TURNS, BURST, ROOMS, FEW = 200, 200, 1000, 30
START_WITHIN_S = 300
_DECIDE = "!decide Use Signal for alerts, case {n} --why more of us have it"


async def run(places: Places) -> Section:
    section = Section("7. Matrix (Synapse on this computer, SQLite; a command is a `!decide`)")
    try:
        start = importlib.import_module("tests.support.synapse").start_synapse
    except ImportError:
        section.notes.append("It is measured from Mycel's own folder after `make setup` only (tests/support).")
        return section
    folder = places.folder / "matrix"
    folder.mkdir()
    with _homeserver(start, folder / "synapse") as server:
        await _measure(section, server, folder)
    return section


@contextmanager
def _homeserver(start: Any, folder: Path) -> Iterator[Any]:
    server = start(folder)
    try:
        yield server
    finally:
        server.stop()


async def _measure(section: Section, server: Any, folder: Path) -> None:
    bot, ana = server.register("mycel"), server.register("ana")
    room = ana.create_room(bot.user_id, name="Oakland")
    await asyncio.to_thread(_found, f"sqlite:///{folder / 'mycel.db'}", server.name, room)
    account = {"MATRIX_HOMESERVER": bot.url, "MATRIX_USER": bot.user_id, "MATRIX_PASSWORD": bot.password}
    with started(folder, **account) as mycel:
        section.add(Figure("mycel run to /readyz, first login with its keys", "s", [mycel.ready_after_s]))
        await asyncio.to_thread(_until_joined, ana, room, bot.user_id)
        async with calling(server.url, ana.token, room) as caller:
            await _round_trips(section, caller)
            await _burst(section, caller)
        section.add(Figure("memory of mycel run, after these", "MB", [memory_mb(str(mycel.process.pid))]))
    await _in_many_rooms(section, server, folder / "many")


async def _in_many_rooms(section: Section, server: Any, folder: Path) -> None:
    """Another account, which was in all the rooms before Mycel came."""
    await asyncio.to_thread(folder.mkdir)
    bot, ana = server.register("many"), server.register("ben")
    await _many_rooms(section, bot)
    room = ana.create_room(bot.user_id, name="Leeds")
    bot.join(room)
    await asyncio.to_thread(_found, f"sqlite:///{folder / 'mycel.db'}", server.name, room)
    account = {"MATRIX_HOMESERVER": bot.url, "MATRIX_USER": bot.user_id, "MATRIX_PASSWORD": bot.password}
    for name in ("first", "second"):
        with started(folder, within_s=START_WITHIN_S, **account) as mycel:
            section.add(Figure(f"mycel run to /readyz, {ROOMS:,} rooms, {name} start", "s", [mycel.ready_after_s]))
            if name == "second":
                async with calling(server.url, ana.token, room) as caller:
                    await _incremental(section, caller, bot, mycel.process.pid)
            section.add(
                Figure(f"memory of mycel run, {ROOMS:,} rooms, {name} start", "MB", [memory_mb(str(mycel.process.pid))])
            )


async def _incremental(section: Section, caller: Caller, bot: Any, pid: int) -> None:
    """What each further sync costs: the homeserver's time for it alone, and Mycel's with the handling of a message."""
    echoes, trips, syncs = [], [], []
    since = bot.call("GET", "/sync", timeout="0")["next_batch"]
    for n in range(FEW):
        echoes.append(await caller.echo())
        began = time.perf_counter()
        since = (await asyncio.to_thread(bot.call, "GET", "/sync", timeout="0", since=since))["next_batch"]
        syncs.append(_since(began))
        trips.append(await caller.command(_DECIDE.format(n=n)))
    _add(section, f"incremental sync with one message, {ROOMS:,} rooms, any client", syncs)
    _add(section, f"bare message there and back, {ROOMS:,} rooms", echoes)
    _add(section, f"command there and back, {ROOMS:,} rooms", trips)
    before = cpu_s(pid)
    for _ in range(FEW):
        await caller.echo()
    await caller.command(_DECIDE.format(n="the last"))  # all before it is handled
    per_message_ms = 1000 * (cpu_s(pid) - before) / (FEW + 1)
    section.add(Figure(f"CPU of mycel run for the sync of a message, {ROOMS:,} rooms", "ms", [per_message_ms]))
    before = cpu_s(pid)
    await asyncio.sleep(IDLE_S)
    idle = 100 * (cpu_s(pid) - before) / IDLE_S
    section.add(Figure(f"CPU of one core while idle, {ROOMS:,} rooms, over {IDLE_S} s", "%", [idle]))


async def _round_trips(section: Section, caller: Caller) -> None:
    """One after the other, in turns, so that both meet the same homeserver."""
    commands, echoes = [], []
    for n in range(TURNS):
        echoes.append(await caller.echo())
        commands.append(await caller.command(_DECIDE.format(n=n)))
    _add(section, "bare message there and back", echoes)
    _add(section, "command there and back", commands)


async def _burst(section: Section, caller: Caller) -> None:
    began = time.perf_counter()
    trips = await asyncio.gather(*(caller.command(_DECIDE.format(n=f"burst {n}")) for n in range(BURST)))
    section.add(Figure(f"burst of {BURST} commands in one room, until all are answered", "s", [_since(began)]))
    _add(section, f"command there and back, in a burst of {BURST}", trips)


def _since(began: float) -> float:
    return time.perf_counter() - began


def _add(section: Section, name: str, seconds: Sequence[float]) -> None:
    section.add(Figure(f"{name}, median", "ms", [1000 * sorted(seconds)[len(seconds) // 2]]))
    section.add(Figure(f"{name}, p99", "ms", [1000 * sorted(seconds)[int(len(seconds) * 0.99)]]))


async def _many_rooms(section: Section, bot: Any) -> None:
    began = time.perf_counter()
    for n in range(ROOMS):
        await asyncio.to_thread(bot.create_room, name=f"Room {n}")
        if n % 100 == 99:
            print(f"  {n + 1} rooms …", file=sys.stderr, flush=True)
    section.notes.append(f"{ROOMS:,} rooms took the homeserver {_since(began):.0f} s to make.")


def _until_joined(ana: Any, room: str, user_id: str) -> None:
    while ana.members(room).get(user_id) != "join":
        time.sleep(0.05)


def _found(url: str, workspace: str, room: str) -> None:
    """A network whose one group is at home in the room."""
    migrate.upgrade(url)
    engine, now = open_engine(url), datetime.now(UTC)
    with engine.begin() as db:
        network = directory.ensure_network(db, "mycel", "en", now)
        group = Group(network, 1, "oakland", "Oakland", "UTC", None, "mon-fri", "off", "en", "active", ())
        directory.add_group(db, group, now)
        directory.add_channel(db, Channel(network, 1, "matrix", workspace, room, 1, True, "", "active"))
    engine.dispose()
