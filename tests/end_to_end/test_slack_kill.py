"""Kill -9 while people work in Slack and Slack itself fails: nothing lost, nothing doubled, in both its modes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.end_to_end.kill_points import AFTER, BEFORE, SENDING
from tests.end_to_end.living import KILLED
from tests.end_to_end.slack_life import FAULTS, SlackLife, open_life
from tests.support.slack.faults import How

DEEDS = ("a command", "a claim of lanes", "marking a message as sent", "giving a lane back")
POINTS = (*(f"{when} {deed}" for deed in DEEDS for when in (BEFORE, AFTER)), SENDING)
ROUNDS, LIVES, PATIENCE_S = 3, 3, 20


# Mode and database do not meet: each is once with each of the two tests.
NAMED_IN = [("http", "sqlite_url"), ("socket", "postgresql_url")]
ANY_IN = [("http", "postgresql_url"), ("socket", "sqlite_url")]


@pytest.fixture
async def life(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SlackLife]:
    mode, url = request.param
    life = await open_life(tmp_path, request.getfixturevalue(url), is_socket=mode == "socket")
    async with life.cradle:
        yield life
    await life.slack.stop()
    assert life.slack.world.complaints == []


async def propose(life: SlackLife) -> None:
    """A first life, in which there comes to be a window to give input into."""
    assert await life.bear()
    await life.types("ana", "oakland", "/propose One newsletter --affects bilbao,nairobi --for 10bd")
    for _ in range(100):
        if life.team.shown(life.channels["bilbao"]):
            break
        await asyncio.sleep(0.05)
    life.cradle.kill()
    await life.cradle.end(KILLED)


async def live_until_killed(life: SlackLife, point: str, nth: int, how: How) -> None:
    """People go on speaking also over its death: the next life hears them."""
    if not await life.bear(point, nth, how):
        return
    dying = asyncio.create_task(life.cradle.end(KILLED))
    for _ in range(ROUNDS):
        life.open.append(asyncio.create_task(life.round()))
        await asyncio.wait([dying, life.open[-1]], return_when=asyncio.FIRST_COMPLETED)
        if dying.done():
            break
    # What was said is still being shown.
    await asyncio.wait([dying], timeout=PATIENCE_S)
    if not dying.done():
        pytest.fail(f"{point!r} was not passed {nth} time(s)")
    await dying


@pytest.mark.parametrize("life", NAMED_IN, ids="-".join, indirect=True)
async def test_a_kill_at_every_named_point_loses_and_doubles_nothing(life: SlackLife) -> None:
    await propose(life)
    points = POINTS if not life.is_socket else POINTS[::2]
    for n, point in enumerate(points):
        await live_until_killed(life, point, 1 + n % 3, FAULTS[n % len(FAULTS)])
    await life.end_of_all()
    life.check()
    happened = {how for method, how in life.slack.faults.used if method == "chat.postMessage"}
    assert happened == set(FAULTS[: len(points)])


@pytest.mark.parametrize("life", ANY_IN, ids="-".join, indirect=True)
async def test_a_kill_at_any_moment_loses_and_doubles_nothing(life: SlackLife) -> None:
    await propose(life)
    moments = random.Random(20261126)
    for n in range(LIVES):
        assert await life.bear(how=FAULTS[n % len(FAULTS)])
        life.open.append(asyncio.create_task(life.round()))
        await asyncio.sleep(moments.uniform(0.02, 0.6))
        life.cradle.kill()
        await life.cradle.end(KILLED)
    await life.end_of_all()
    life.check()
