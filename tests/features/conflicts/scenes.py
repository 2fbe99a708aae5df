"""What tests of conflicts do again and again: make facilitators, give the circle a channel, look at what is stored."""

from __future__ import annotations

from typing import Annotated

from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.events import ConcernLeftUnanswered, GroupStateChanged
from bot.core.kinds import Word
from bot.core.message import Message
from bot.core.replies import Answer, Reply
from storage import circles, conflicts, contributions, directory, events, roles
from storage.circles import Circle
from storage.conflicts import Conflict
from storage.network import Channel
from storage.work import Tx
from tests.support.house import House


class Left(Args):
    what: Annotated[Word, At()]
    number: Annotated[Word, At()]


@command("elsewhere", summary="", who=Who.ALL)
def leaving(ctx: Context, args: Left) -> Reply:
    """What another room would say: an outcome left concern C-n unanswered; group n was merged, or has left."""
    number = int(args.number)
    match args.what:
        case "unanswered":
            concern = contributions.contribution(ctx.db, 1, number)
            assert concern is not None
            ctx.publish(ConcernLeftUnanswered(about=f"D-{concern.number}", number=concern.number, contribution=number))
        case "merged":
            ctx.publish(GroupStateChanged(about=f"group:{number}", group_id=number, state="merged", into_id=3))
        case _:
            ctx.publish(GroupStateChanged(about=f"group:{number}", group_id=number, state="left"))
    return Answer(Message(()))


async def person(house: House, name: str) -> int:
    """Somebody's id."""
    found = await house.work.read(lambda tx: circles.members(tx.db, 1))
    return next(member.person_id for member in found if member.name == name)


async def make_facilitator(house: House, name: str) -> None:
    id = await person(house, name)
    await house.work.write(1, lambda tx: roles.add(tx.db, 1, id, "facilitator", tx.now))


async def propose_end(house: House, typed: str) -> Reply:
    """Maite hosts X-1, if she does not yet, and proposes how it could end: "settle X-1 …"."""
    if (await stored(house)).host_id is None:
        await house.say("bilbao", "maite", "/host X-1")
    return await house.say("bilbao", "maite", typed)


async def settled(house: House) -> None:
    """X-1 was settled by the word of both groups."""
    await propose_end(house, "/settle X-1 Signal first")
    await house.say("oakland", "ana", "/confirm X-1")
    await house.say("nairobi", "otieno", "/confirm X-1")


async def meeting_place(house: House) -> None:
    """The circle meets in a channel of its own, "circle"."""

    def add(tx: Tx) -> None:
        directory.add_channel(tx.db, Channel(1, 50, "test", "w", "circle", None, False, "", "active"))
        circles.store(tx.db, Circle(1, 1, "circle", "Circle", "", (), False, False, 3, "6mo", 50, tx.now))

    await house.work.write(1, add)


async def stored(house: House, id: int = 1) -> Conflict:
    found = await house.work.read(lambda tx: conflicts.find(tx.db, 1, id))
    assert found is not None
    return found


async def facts(house: House, about: str = "X-1") -> list[str]:
    """What is on record of it."""
    logged = await house.work.read(lambda tx: events.about(tx.db, 1, about))
    return [event.kind for event in logged]
