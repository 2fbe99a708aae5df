"""3. What the clock costs: looking for what is due, firing it, and finding channels that have something to send."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import perf_counter
from typing import Any

import sqlalchemy as sa

from bench.measuring import timed_ms
from bench.places import Places
from bench.playing import PLATFORM, Playing, playing
from bench.report import Figure, Section
from bot.core.feature import Feature
from storage import delivery
from storage.deadlines import deadlines
from storage.delivery import Lane
from storage.delivery_tables import lanes, messages
from storage.work import Tx

KIND = "bench_due"
FEATURE = Feature("bench", deadlines={KIND: lambda _ctx, _deadline: None})
SIZES = (1_000, 100_000)
BACKLOG, OTHERS, BLOCKED = 20_000, 50, 1_000
_REPETITIONS = 20


async def run(places: Places) -> Section:
    section = Section("3. The clock: a tick, what falls due, and lanes to send")
    for database in places.databases:
        async with playing(url := places.fresh(database), more=(FEATURE,)) as mycel:
            stored = 0
            for size in SIZES:
                await _add_deadlines(mycel, stored, size - stored, in_days=1)
                stored = size
                await _ticks(mycel, section, f"{database}, {size:,} pending")
            await _claims(mycel, section, database)
        places.drop(url)
    section.notes.append("100 due: each in a transaction of its own, without any effect but its completion.")
    section.notes.append(f"Lanes: one channel waits with {BACKLOG:,} messages, {OTHERS} others have three each.")
    return section


async def _ticks(mycel: Playing, section: Section, name: str) -> None:
    idle = [await _ms(mycel.core.clockwork.fire_due) for _ in range(_REPETITIONS)]
    section.add(Figure(f"what is due? nothing; {name}", "ms", idle))
    whole = [await _ms(mycel.core.tick) for _ in range(_REPETITIONS)]
    section.add(Figure(f"a whole tick, nothing to do; {name}", "ms", whole))
    fired = []
    for turn in range(5):
        await _add_deadlines(mycel, -1000 * (turn + 1), 100, in_days=-1)
        fired.append(await _ms(mycel.core.clockwork.fire_due))
    section.add(Figure(f"100 due; {name}", "ms", fired))


async def _ms(do: Callable[[], Awaitable[object]]) -> float:
    began = perf_counter()
    await do()
    return (perf_counter() - began) * 1e3


async def _add_deadlines(mycel: Playing, first: int, count: int, *, in_days: int) -> None:
    """Deadlines of a made-up kind, a minute apart, from `in_days` on."""

    def add(tx: Tx) -> None:
        tx.db.execute(sa.delete(deadlines).where(deadlines.c.state == "fired"))
        rows = [
            {
                "network_id": mycel.networks[0],
                "about": f"X-{first + i}",
                "kind": KIND,
                "group_id": 0,
                "round": 0,
                "due_at": tx.now + timedelta(days=in_days, minutes=i if in_days > 0 else 0),
                "state": "pending",
                "args": {},
            }
            for i in range(count)
        ]
        tx.db.execute(sa.insert(deadlines), rows)

    await mycel.core.work.write(mycel.networks[0], add)
    await mycel.core.work.write(mycel.networks[0], lambda tx: tx.db.execute(sa.text("ANALYZE")) and None)


async def _claims(mycel: Playing, section: Section, database: str) -> None:
    work, network_id = mycel.core.work, mycel.networks[0]
    await work.write(network_id, lambda tx: _fill_lanes(tx, network_id))
    blocked = Lane(network_id, BLOCKED)
    for name, measure in (
        (f"claim {OTHERS} lanes beside the waiting one", _claim),
        ("read 20 of the waiting lane", lambda tx: timed_ms(lambda: delivery.pending(tx.db, blocked, tx.now, 20))),
        ("give the waiting lane back", lambda tx: _give_back(tx, blocked)),
    ):
        took = [await work.write(network_id, measure) for _ in range(_REPETITIONS)]
        section.add(Figure(f"{name}; {database}", "ms", took))


def _claim(tx: Tx) -> float:
    """Claims what may be sent, and lets it go again. Raises RuntimeError where it is not all but the waiting lane."""
    claimed: list[Lane] = []
    took = timed_ms(
        lambda: claimed.extend(delivery.claim(tx.db, PLATFORM, tx.now, tx.now + timedelta(minutes=1), 5, 100))
    )
    if len(claimed) != OTHERS or any(lane.channel_id == BLOCKED for lane in claimed):
        raise RuntimeError(f"{len(claimed)} lanes were claimed, {OTHERS} have something to send now")
    again = {"next_at": tx.now - timedelta(minutes=1), "lease": None}
    tx.db.execute(sa.update(lanes).where(lanes.c.channel_id != BLOCKED).values(again))
    return took


def _give_back(tx: Tx, lane: Lane) -> float:
    """Gives a lane back that is leased."""
    this = (lanes.c.network_id == lane.network_id, lanes.c.channel_id == lane.channel_id)
    later = tx.now + timedelta(hours=1)
    tx.db.execute(sa.update(lanes).where(*this).values(lease=7, next_at=later))
    took = timed_ms(lambda: delivery.release(tx.db, lane, 7, None))
    tx.db.execute(sa.update(lanes).where(*this).values(lease=None, next_at=later))
    return took


def _fill_lanes(tx: Tx, network_id: int) -> None:
    tx.db.execute(sa.delete(lanes))
    waiting: list[dict[str, Any]] = [_message(tx, network_id, i, BLOCKED) for i in range(BACKLOG)]
    waiting += [_message(tx, network_id, BACKLOG + i, BLOCKED + 1 + i % OTHERS) for i in range(3 * OTHERS)]
    tx.db.execute(sa.insert(messages), waiting)
    now, later = tx.now - timedelta(minutes=1), tx.now + timedelta(hours=1)
    tx.db.execute(
        sa.insert(lanes),
        [
            {
                "network_id": network_id,
                "channel_id": BLOCKED + i,
                "platform": PLATFORM,
                "next_at": now if i else later,
                "lease": None,
            }
            for i in range(OTHERS + 1)
        ],
    )
    tx.db.execute(sa.text("ANALYZE"))


def _message(tx: Tx, network_id: int, i: int, channel_id: int) -> dict[str, Any]:
    return {
        "network_id": network_id,
        "id": i,
        "key": f"bench:{i}",
        "channel_id": channel_id,
        "thread_of": None,
        "about": f"X-{i}",
        "view": "decision_card",
        "args": {"number": i},
        "wanted_rev": 1,
        "sent_rev": 0,
        "sent_digest": "",
        "remote_id": None,
        "state": "live",
        "ready_at": tx.now,
        "edit_gap_s": 0,
        "attempts": 0,
        "is_unclear": False,
        "error": "",
        "created_at": tx.now,
    }
