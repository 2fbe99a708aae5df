"""Mycel with its playground as it runs in earnest, in a thread of its own, on a clock that begins on a known day."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.local.http import routes
from adapters.web.server import Server
from bot.app import build_core, build_playground
from storage import migrate

MONDAY = datetime(2026, 11, 2, 17, 5, tzinfo=UTC)
"""Morning in Oakland, evening in Nairobi and Bilbao."""

TICK_S = 0.2


class FlowingClock:
    """Aware UTC that begins at `start` and goes on as time does."""

    def __init__(self, start: datetime) -> None:
        self._start, self._begun = start, time.monotonic()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._begun)


@contextmanager
def served_playground(folder: Path, start: datetime = MONDAY) -> Iterator[str]:
    """The address of a playground with all features, as long as the block lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    ready, stop, failed = threading.Event(), threading.Event(), list[BaseException]()

    def run() -> None:
        try:
            asyncio.run(_serve(f"sqlite:///{folder / 'mycel.db'}", port, FlowingClock(start), ready, stop))
        except BaseException as error:
            failed.append(error)
            ready.set()
            raise

    thread = threading.Thread(target=run, name="mycel")
    thread.start()
    assert ready.wait(20), "Mycel did not start in time"
    try:
        assert not failed
        yield f"http://127.0.0.1:{port}/try"
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive(), "Mycel did not stop in time"


async def _serve(url: str, port: int, clock: FlowingClock, ready: threading.Event, stop: threading.Event) -> None:
    await asyncio.to_thread(migrate.upgrade, url)
    core = await build_core(url, "mycel", clock=clock)
    playground = await build_playground(core)
    await playground.start()
    server = Server("127.0.0.1", port)
    server.add(routes(playground))
    await server.start()
    tasks = [asyncio.create_task(deliverer.run()) for deliverer in core.deliverers]
    ready.set()
    while not stop.is_set():
        await core.tick()
        await asyncio.sleep(TICK_S)
    await playground.close()
    await server.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await core.work.close()
