"""What other features do, as a test says it: they publish facts; and what is stored of a window and its clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.commands import Args, Who, command
from bot.core.context import Context
from bot.core.events import Fact, GroupChanged, GroupStateChanged
from bot.core.feature import Feature
from bot.core.message import Message
from bot.core.replies import Answer, Reply
from storage import events
from storage import input_windows as stored
from storage.deadlines import deadlines
from storage.events import Event
from storage.network_tables import groups
from tests.support.house import House, plain

told: list[Fact] = []


class NoArgs(Args):
    pass


@command("tell", summary="Publishes what a test has laid ready", who=Who.ALL)
def tell(ctx: Context, args: NoArgs) -> Reply:
    return Answer(Message(tuple(block for fact in told for block in ctx.publish(fact))))


ELSEWHERE = Feature("elsewhere", commands=(tell,))


async def happens(house: House, *facts: Fact) -> str:
    """Another feature publishes facts; what it is answered."""
    told[:] = facts
    return plain(await house.say("oakland", "ben", "/tell"))


async def change_group(house: House, id: int, **values: Any) -> str:
    await house.work.write(1, lambda tx: tx.db.execute(sa.update(groups).where(groups.c.id == id).values(**values)))
    return await happens(house, GroupChanged(about=f"G-{id}", group_id=id, changed=tuple(values)))


async def ends(house: House) -> tuple[datetime, dict[int, str]]:
    window = await house.work.read(lambda tx: stored.window(tx.db, 1, 1))
    asked = await house.work.read(lambda tx: stored.asked(tx.db, 1, 1))
    assert window is not None
    return window.closes_at, {group.group_id: f"{group.closes_local} {group.zone}" for group in asked}


async def pending(house: House, kind: str) -> list[tuple[int, datetime]]:
    def read(tx: Any) -> list[tuple[int, datetime]]:
        found = tx.db.execute(
            sa.select(deadlines.c.group_id, deadlines.c.due_at)
            .where(deadlines.c.kind == kind, deadlines.c.state == "pending")
            .order_by(deadlines.c.group_id, deadlines.c.due_at)
        )
        return [(row[0], row[1]) for row in found]

    return await house.work.read(read)


async def change_state(house: House, id: int, state: str, into_id: int | None = None) -> str:
    """A group is paused, active again, merged or gone."""
    await house.work.write(1, lambda tx: tx.db.execute(sa.update(groups).where(groups.c.id == id).values(state=state)))
    return await happens(house, GroupStateChanged(about=f"group:{id}", group_id=id, state=state, into_id=into_id))


async def log(house: House, *kinds: str) -> list[Event]:
    """What was published about D-1, of these kinds."""
    found = await house.work.read(lambda tx: events.about(tx.db, 1, "D-1"))
    return [event for event in found if event.kind in kinds]
