"""What a killed process had sent is shown once, whatever comes to the next one's turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.core.delivery import LEASE, Deliverer
from tests.adapters.contract.slack import SlackStage
from tests.support.house import Clock
from tests.support.slack.faults import How


class BusyMachine:
    """Half a minute passes whenever somebody looks at the clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self) -> datetime:
        self._clock.move(seconds=30)
        return self._clock()


def life(stage: SlackStage, *, is_busy: bool = False) -> Deliverer:
    core = stage.mycel.core
    clock = BusyMachine(stage.clock) if is_busy else stage.clock
    return Deliverer(core.work, stage.deliverer._sender, core.dispatch.registry, clock, core.new_id)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while True:
            if is_so():
                return
            await asyncio.sleep(0.01)


async def test_the_next_life_may_be_too_busy_to_look_and_the_one_after_it_looks(stage: SlackStage) -> None:
    oakland = stage.channels["oakland"]
    await stage.people["ana"].types(oakland, "/decide Meet on Tuesdays")
    stage.slack.faults.add("chat.postMessage", How.HANG_AFTER, channel=oakland.id)
    killed = life(stage)
    await killed._begin_turns()
    await until(lambda: stage.slack.faults.all_used)
    for turn in killed._turns:
        turn.cancel()
    await asyncio.wait(killed._turns)
    shown = [message.text for message in stage.team.shown(oakland)]
    assert len(shown) == 1

    stage.clock.now += LEASE
    busy = life(stage, is_busy=True)
    await busy._begin_turns()
    await asyncio.wait(busy._turns)
    assert [message.text for message in stage.team.shown(oakland)] == shown

    await life(stage).drain()
    assert [message.text for message in stage.team.shown(oakland)] == shown
    assert len(stage.slack.called("chat.postMessage")) == 1
    assert len(stage.slack.called("conversations.history")) == 1
