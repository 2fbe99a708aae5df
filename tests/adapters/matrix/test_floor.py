"""Answers go before what is delivered meanwhile, and before the next sync."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.matrix import floor as floor_module
from adapters.matrix.floor import Floor
from adapters.matrix.worker import Worker
from storage import matrix
from storage.matrix import NewEvent, StagedEvent
from storage.work import open_work
from tests.support.matrix_bot import eventually
from tests.support.tables import make_tables

ROOM = "!room"


async def settled() -> None:
    """All that can go on has gone on."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_what_is_delivered_waits_for_the_answer_in_its_room() -> None:
    floor, sent = Floor(), list[str]()

    async def deliver(room_id: str) -> None:
        await floor.free(room_id)
        sent.append(room_id)

    with floor.taken(ROOM):
        waiting = [asyncio.create_task(deliver(room)) for room in (ROOM, "!other")]
        await settled()
        assert sent == ["!other"]
        sent.append("answer")
    await asyncio.gather(*waiting)
    assert sent == ["!other", "answer", ROOM]
    await asyncio.wait_for(deliver(ROOM), 1)


async def test_an_answer_that_takes_its_time_holds_nothing_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floor_module, "PATIENCE_S", 0.01)
    floor = Floor()
    with floor.taken(ROOM):
        await asyncio.wait_for(floor.free(ROOM), 5)


async def test_who_is_answered_next_keeps_the_room() -> None:
    floor = Floor()
    first = floor.taken(ROOM)
    first.__enter__()
    with floor.taken(ROOM):
        first.__exit__(None, None, None)
        waiting = asyncio.create_task(floor.free(ROOM))
        await settled()
        assert not waiting.done()
    await waiting


async def test_the_next_sync_waits_until_all_is_handled_but_not_for_ever(sqlite_url: str) -> None:
    make_tables(sqlite_url)

    def now() -> datetime:
        return datetime.now(UTC)

    work, may_end, handled = open_work(sqlite_url, clock=now), asyncio.Event(), list[str]()

    async def handle(event: StagedEvent) -> None:
        await may_end.wait()
        handled.append(event.event_id)

    def stage(tx: Any) -> None:
        matrix.save_account(tx.db, "@mycel:x", "http://x", "D", "locked")
        matrix.stage(tx.db, "@mycel:x", "s1", [NewEvent("$1", ROOM, {"type": "m.room.message"})], tx.now)

    worker = Worker("@mycel:x", work, handle, now)
    await asyncio.wait_for(worker.rest(60), 5)
    await work.write(0, stage)
    running = asyncio.create_task(worker.run())
    worker.wake()
    resting = asyncio.create_task(worker.rest(60))
    await asyncio.wait_for(worker.rest(0.01), 5)
    await eventually(lambda: worker._busy, "the handling to begin")
    assert not resting.done()
    assert handled == []
    may_end.set()
    await asyncio.wait_for(resting, 10)
    assert handled == ["$1"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await work.close()
