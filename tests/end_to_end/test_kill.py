"""Kill -9 at any moment loses no acknowledged command and doubles none; every message is shown once."""

from __future__ import annotations

import asyncio
import json
import random
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic, sleep

import aiohttp
import pytest
import sqlalchemy as sa

from storage import local_chat
from storage.deadlines import deadlines
from storage.decision_tables import decisions
from storage.delivery import HELD
from storage.delivery_tables import lanes, messages
from storage.engine import is_postgres, open_reader
from storage.events import events
from storage.tellings import TOLD, tellings
from tests.end_to_end.kill_points import AFTER, BEFORE, IN_A_GROUP, MIGRATING, POINTS
from tests.end_to_end.living import KILLED, Cradle, Driver

MOST_PASSINGS = 5
"""A point is passed up to this often before the kill: the counts of neighbouring points differ."""
RECURRING = ("digest", "circle_digest", "silence_look", "telling")
"""What falls due again and again as long as there are groups."""
OF_ITS_OWN = re.compile(r"T-|digest:|D-\d+:owed:")
REMINDER = re.compile(r"D-\d+:remind:")
LIVES = 8
PATIENCE_S = 60


@pytest.fixture
async def cradle(tmp_path: Path, database_url: str) -> AsyncIterator[Cradle]:
    async with Cradle(tmp_path, database_url) as cradle:
        yield cradle


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        yield session


@pytest.fixture
def driver(cradle: Cradle) -> Driver:
    return Driver(cradle)


async def live_until_killed(driver: Driver, session: aiohttp.ClientSession, point: str, nth: int) -> None:
    """A life in which people speak and time goes on, until the point is passed."""
    if not await driver.cradle.bear(point, nth):
        return
    end = monotonic() + PATIENCE_S
    while await one_round(driver, session):
        assert monotonic() < end, f"{point!r} was not passed {nth} time(s)"
    await driver.cradle.end(KILLED)


async def one_round(driver: Driver, session: aiohttp.ClientSession) -> bool:
    """Several people speak at once, with a proposal among them now and then; then the clock moves."""
    driver.decide()
    driver.decide()
    driver.talk()
    if next(driver.rounds) % 3 == 0:
        driver.propose()
    return await driver.round(session) and await driver.move_clock(session) is not None


async def live_to_the_end(driver: Driver, session: aiohttp.ClientSession) -> None:
    """A life without a kill: what nobody acknowledged is said again, all falls due, all is delivered; then it stops."""
    assert await driver.cradle.bear()
    assert await driver.round(session)
    while "deadlines" in await asyncio.to_thread(undone, driver.cradle.url):
        assert await driver.move_clock(session)
    assert await asyncio.to_thread(undone_at_last, driver.cradle.url) == {}
    driver.cradle.kill(signal.SIGTERM)
    await driver.cradle.end()


def undone_at_last(url: str) -> dict[str, int]:
    """What is still undone when all had time to be done."""
    end = monotonic() + PATIENCE_S
    while (rest := undone(url)) and monotonic() < end:
        sleep(0.1)
    return rest


def undone(url: str) -> dict[str, int]:
    """What still waits to be sent, to be taken, to be fired, by what it is; nothing of it may stay."""
    waits = {
        "messages": (messages, sa.or_(messages.c.wanted_rev > messages.c.sent_rev, messages.c.state != "live")),
        "lanes": (lanes, sa.or_(lanes.c.next_at.is_not(None), lanes.c.lease.is_not(None))),
        "happenings": (local_chat.happenings, sa.cast(local_chat.happenings.c.data, sa.Text).is_not(None)),
        "deadlines": (deadlines, deadlines.c.state.in_(["pending", "failed"]) & deadlines.c.kind.not_in(RECURRING)),
    }
    engine = open_reader(url, connections=1)
    with engine.connect() as db:
        found = {
            name: db.execute(sa.select(sa.func.count()).select_from(table).where(where)).scalar_one()
            for name, (table, where) in waits.items()
        }
    engine.dispose()
    return {name: count for name, count in found.items() if count}


def check(driver: Driver) -> None:
    """Everything that was said is there once, and so is everything that came of it."""
    assert not driver.open
    engine = open_reader(driver.cradle.url, connections=1)
    with engine.connect() as db:
        check_decisions(db, driver)
        check_deadlines(db)
        check_channels(db, driver)
    engine.dispose()
    lines = [json.loads(line) for line in driver.cradle.log.read_text().splitlines() if line.startswith("{")]
    assert [line for line in lines if line["level"] == "error"] == []


def said(driver: Driver, kind: str) -> list[str]:
    """What was acknowledged, as it is shown: talk whole, of a command the title."""
    texts = [deed.text for deed in driver.acknowledged.values() if deed.id.startswith(kind)]
    return sorted(text.removeprefix(f"/{kind} ").split(" --")[0] for text in texts)


def check_decisions(db: sa.Connection, driver: Driver) -> None:
    found = db.execute(sa.select(decisions.c.number, decisions.c.title).order_by(decisions.c.number)).all()
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    assert sorted(title for _, title in found) == sorted(said(driver, "decide") + said(driver, "propose"))
    ids = db.execute(sa.select(events.c.id).order_by(events.c.id)).scalars().all()
    assert list(ids) == list(range(1, len(ids) + 1))
    logged = db.execute(sa.select(events.c.about).where(events.c.kind == "decision_logged")).scalars().all()
    assert len(logged) == len(set(logged)) == len(said(driver, "decide"))


def check_deadlines(db: sa.Connection) -> None:
    """Each had its effect once: a window closed, its outcome was asked for twice, and was overdue at last."""
    fired = Counter(db.execute(sa.select(deadlines.c.kind).where(deadlines.c.state == "fired")).scalars())
    closed = db.execute(sa.select(events.c.about).where(events.c.kind == "input_closed")).scalars().all()
    proposed = db.execute(sa.select(events.c.about).where(events.c.kind == "decision_proposed")).scalars().all()
    assert sorted(closed) == sorted(proposed) == sorted(set(proposed))
    assert fired["input_close"] == len(proposed) > 0
    views = Counter(db.execute(sa.select(messages.c.view)).scalars())
    overdue = db.execute(sa.select(events.c.about).where(events.c.kind == "outcome_overdue")).scalars().all()
    assert sorted(overdue) == sorted(proposed)
    owed = db.execute(
        sa.select(tellings.c.state, tellings.c.message_key).where(tellings.c.kind == "outcome_owed")
    ).all()
    assert (fired["outcome_owed"], len(owed)) == (3 * len(proposed), 2 * len(proposed))
    said = {key.rpartition(":")[0] for key in db.execute(sa.select(messages.c.key)).scalars()}
    assert {row.message_key for row in owed if row.state == TOLD} <= said
    assert views["window_summary"] == 2 * len(proposed)


def check_channels(db: sa.Connection, driver: Driver) -> None:
    shown = db.execute(sa.select(local_chat.messages)).all()
    wanted = {row.key: row for row in db.execute(sa.select(messages))}
    ours = [row for row in shown if row.key is not None]
    # A reminder that came up when its window was over already had nothing to say any more, and was never posted.
    unsaid = {key for key, row in wanted.items() if REMINDER.match(key) and row.remote_id is None}
    assert Counter(row.key for row in ours) == Counter(wanted.keys() - (unsaid - {row.key for row in ours}))
    for row in ours:  # what was taken back is nobody's message any more
        assert wanted[row.key].remote_id == (None if row.is_removed else row.id), row.key
        assert row.rev <= wanted[row.key].sent_rev, row.key
    # What Mycel says of its own accord may be what it said before, and speaks of decisions too.
    caused = [row for row in shown if not OF_ITS_OWN.match(row.key or "")]
    once = [(row.channel, row.thread, json.dumps(row.body)) for row in caused]
    assert Counter(once).most_common(1)[0][1] == 1
    assert sorted(row.body for row in shown if row.key is None) == said(driver, "talk")
    for title in said(driver, "decide"):
        where = sorted(row.channel for row in caused if row.key and title in json.dumps(row.body))
        assert where == ["bilbao", "nairobi", "oakland"], title


async def test_a_kill_at_every_named_point_loses_and_doubles_nothing(
    driver: Driver, session: aiohttp.ClientSession
) -> None:
    for n, point in enumerate(POINTS):
        if point == IN_A_GROUP and is_postgres(driver.cradle.url):
            continue  # only SQLite's writer commits commands in groups
        await live_until_killed(driver, session, point, 1 + n % MOST_PASSINGS)
    await live_to_the_end(driver, session)
    check(driver)


async def test_a_kill_at_any_moment_loses_and_doubles_nothing(driver: Driver, session: aiohttp.ClientSession) -> None:
    moments = random.Random(20261122)
    for _ in range(LIVES):
        assert await driver.cradle.bear()
        asyncio.get_running_loop().call_later(moments.uniform(0.02, 0.6), driver.cradle.kill)
        while await one_round(driver, session):
            pass
        await driver.cradle.end(KILLED)
    await live_to_the_end(driver, session)
    check(driver)


async def test_a_kill_while_migrating_leaves_a_database_that_starts(
    driver: Driver, session: aiohttp.ClientSession
) -> None:
    for nth in (1, 10, 40):
        assert not await driver.cradle.bear(MIGRATING, nth)
    assert await driver.cradle.bear()
    driver.propose()
    driver.decide()
    assert await driver.round(session)
    driver.cradle.kill(signal.SIGTERM)
    await driver.cradle.end()
    await live_to_the_end(driver, session)
    check(driver)


async def test_a_stop_loses_nothing_and_waits_for_nobody(driver: Driver, session: aiohttp.ClientSession) -> None:
    """Again and again at another moment, with people speaking, lanes under way, and a page that listens."""
    for n in range(6):
        assert await driver.cradle.bear()
        page = await session.get(f"http://127.0.0.1:{driver.cradle.port}/try/events")
        for _ in range(8):
            driver.decide()
        driver.propose()
        speaking = asyncio.create_task(driver.round(session))
        await asyncio.sleep(0.02 * n)
        driver.cradle.kill(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_S):
            await driver.cradle.end()
        await speaking
        page.close()
        assert leased(driver.cradle.url) == 0
    await live_to_the_end(driver, session)
    check(driver)


def leased(url: str) -> int:
    """Lanes that somebody holds; one that a stopped Mycel holds would sleep until its lease runs out."""
    engine = open_reader(url, connections=1)
    with engine.connect() as db:
        found: int = db.execute(sa.select(sa.func.count()).select_from(lanes).where(lanes.c.lease > HELD)).scalar_one()
    engine.dispose()
    return found


def test_the_points_are_those_that_matter() -> None:
    assert {f"{BEFORE} a command", f"{AFTER} a command", f"{AFTER} a claim of lanes", f"{BEFORE} a deadline"} <= set(
        POINTS
    )
