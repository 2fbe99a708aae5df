"""Alone with Mycel: what waits for somebody comes there once a week, whatever happens while it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from storage import delivery
from tests.adapters.contract.stage import Stage

PLATFORMS = pytest.mark.parametrize("stage", ["local", "matrix", "slack"], indirect=True)


async def digests(stage: Stage, direct: str) -> list[str]:
    return [shown for shown in await stage.everything(direct) if "You asked for this once a week." in shown]


def kill_once(monkeypatch: pytest.MonkeyPatch, view: str) -> list[str]:
    """The process is killed when it has sent a message of this view, before that is noted; returns which one."""
    mark_sent, killed = delivery.mark_sent, list[str]()

    def mark(db: Any, row: delivery.Pending, **more: Any) -> None:
        if row.view == view and not killed:
            killed.append(row.key)
            raise RuntimeError("killed")
        mark_sent(db, row, **more)

    monkeypatch.setattr(delivery, "mark_sent", mark)
    return killed


@PLATFORMS
async def test_a_digest_of_ones_own_comes_once_a_week_even_when_it_is_killed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    direct = await stage.direct("wanjiku")
    await stage.say("nairobi", "wanjiku", "Good morning")  # who speaks in a home is a member
    assert "type this in a direct message" in await stage.say("nairobi", "wanjiku", "/my-digest on")
    assert "every week on Monday at 09:00" in await stage.say(direct, "wanjiku", "/my-digest on")
    await stage.say("oakland", "ana", "/propose Use Signal --affects nairobi --for 10bd")
    killed = kill_once(monkeypatch, "personal_digest")
    await stage.wait(days=8)
    assert len(killed) == 1
    [first] = await digests(stage, direct)
    assert "D-1 Use Signal, for Nairobi, until" in first
    assert await digests(stage, "nairobi") == []
    # A start ends the leases of the process before it, and looks at the clock.
    await stage.work.write(0, lambda tx: delivery.end_leases(tx.db, tx.now))
    await stage.clockwork.fire_due()
    await stage.deliverer.drain()
    assert await digests(stage, direct) == [first]
    await stage.wait(days=7)
    assert len(await digests(stage, direct)) == 2
    await stage.say(direct, "wanjiku", "/my-digest off")
    await stage.wait(days=14)
    assert len(await digests(stage, direct)) == 2
