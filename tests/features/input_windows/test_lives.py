"""Random lives of a window, in any order: contributions, edits, redactions, passes, closings, times without a program.

The laws: no contribution is lost and none outlives its redaction; a window closes once, and not before a group's own
end; who was heard is not reminded; every concern is in exactly one state, and none stays open through an outcome.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.core import telling
from bot.core.commands import Args, Who, command
from bot.core.context import Context
from bot.core.events import GroupChanged
from bot.core.feature import Feature
from bot.core.message import Message
from bot.core.replies import Answer, Reply
from bot.features import decisions, input_windows
from storage import contributions, events
from storage import input_windows as stored
from storage.contributions import Contribution
from storage.engine import open_engine
from storage.events import Event
from storage.input_windows import Window, WindowGroup
from storage.network_tables import groups
from storage.types import metadata
from storage.work import Tx, open_work
from tests.features.input_windows.threads import CHANNELS, delete, edit, propose, react, reply
from tests.support.house import Clock, House

PEOPLE = {"oakland": "ana", "nairobi": "wanjiku", "bilbao": "iker"}
HOLIDAYS = ("2026-11-04", "2026-11-05", "2026-11-06")

places = st.sampled_from(CHANNELS)
messages = st.sampled_from([1, 1, 2])
leads = st.sampled_from(["concern: ", "support: ", "data: ", "question: ", ""])
saying = st.one_of(
    st.tuples(st.just("post"), places, messages, leads),
    st.tuples(st.just("edit"), places, messages, leads, st.integers(-90, 0)),
    st.tuples(st.just("delete"), places, messages),
)
steps = st.one_of(
    saying,
    saying,
    saying,
    st.tuples(st.just("react"), places, st.sampled_from("👍✋❓"), st.booleans()),
    st.tuples(st.just("pass"), places),
    st.tuples(st.just("wait"), st.integers(1, 60)),
    st.tuples(st.just("sleep"), st.integers(1, 60)),
    st.tuples(st.just("answer"), st.integers(1, 4)),
    st.tuples(st.just("resolve"), places, st.integers(1, 4)),
    st.tuples(st.just("holiday"), st.integers(2, 3), st.sampled_from(HOLIDAYS)),
    st.tuples(st.just("outcome"), st.sampled_from(["adopted", "withdrawn"])),
)


class NoArgs(Args):
    pass


@command("recount", summary="The calendars of groups 2 and 3 have changed", who=Who.ALL)
def recount(ctx: Context, args: NoArgs) -> Reply:
    for id in (2, 3):
        ctx.publish(GroupChanged(about=f"G-{id}", group_id=id, changed=("days",)))
    return Answer(Message(()))


@dataclass
class Posted:
    """A message as its platform knows it."""

    text: str = ""
    said_at: datetime | None = None
    is_posted: bool = False
    is_deleted: bool = False

    def say(self, text: str, at: datetime) -> None:
        if self.said_at is None or at >= self.said_at:
            self.text, self.said_at = text, at


@dataclass
class Life:
    house: House
    messages: dict[str, Posted] = field(default_factory=dict)
    redacted: list[str] = field(default_factory=list)
    n: int = 0

    def token(self) -> str:
        self.n += 1
        return f"words{self.n}end"

    async def step(self, step: tuple[Any, ...]) -> None:
        await getattr(self, f"do_{step[0]}")(*step[1:])
        await self.house.deliverer.drain()

    def message(self, place: str, id: int) -> Posted:
        return self.messages.setdefault(f"{place}{id}", Posted())

    async def do_post(self, place: str, id: int, lead: str) -> None:
        message, text, at = self.message(place, id), self.token(), self.house.clock()
        if message.is_posted:
            return
        message.is_posted = True
        message.say(lead + text, at)
        await reply(self.house, place, PEOPLE[place], lead + text, id=f"{place}{id}")

    async def do_edit(self, place: str, id: int, lead: str, minutes: int) -> None:
        message, text, at = self.message(place, id), self.token(), self.house.clock() + timedelta(minutes=minutes)
        message.say(lead + text, at)
        await edit(self.house, place, PEOPLE[place], f"{place}{id}", lead + text, at=at)

    async def do_delete(self, place: str, id: int) -> None:
        self.message(place, id).is_deleted = True
        await delete(self.house, place, PEOPLE[place], f"{place}{id}")

    async def do_react(self, place: str, emoji: str, is_added: bool) -> None:
        await react(self.house, place, PEOPLE[place], emoji, is_added=is_added)

    async def do_pass(self, place: str) -> None:
        await self.house.say(place, PEOPLE[place], "/pass D-1")

    async def do_wait(self, hours: int) -> None:
        await self.house.wait(hours=hours)

    async def do_sleep(self, hours: int) -> None:
        self.house.clock.move(hours=hours)

    async def do_answer(self, id: int) -> None:
        await self.house.say("oakland", "ana", f"/answer C-{id} as follows")

    async def do_resolve(self, place: str, id: int) -> None:
        await self.house.say(place, PEOPLE[place], f"/resolve C-{id}")

    async def do_holiday(self, group_id: int, day: str) -> None:
        off = sa.update(groups).where(groups.c.id == group_id).values(day_overrides=[[day, False]])
        await self.house.work.write(1, lambda tx: tx.db.execute(off))
        await self.house.say("oakland", "ana", "/recount")

    async def do_outcome(self, outcome: str) -> None:
        await self.house.say("oakland", "ana", f"/outcome D-1 {outcome}")


@dataclass
class Seen:
    window: Window
    asked: list[WindowGroup]
    said: list[Contribution]
    log: list[Event]


async def look(house: House) -> Seen:
    def read(tx: Tx) -> Seen:
        window = stored.window(tx.db, 1, 1)
        assert window is not None
        said = contributions.page(tx.db, 1, 1, 0, 1000)
        return Seen(window, stored.asked(tx.db, 1, 1), said, events.about(tx.db, 1, "D-1"))

    return await house.work.read(read)


def check_nothing_is_lost(life: Life, seen: Seen) -> None:
    counted = [given.text for given in seen.said if given.redacted_at is None and given.text]
    wanted = [m.text.rpartition(" ")[2] for m in life.messages.values() if m.is_posted and not m.is_deleted]
    assert sorted(counted) == sorted(wanted)
    shown = "".join(life.house.shown(channel) for channel in CHANNELS)
    for message in life.messages.values():
        if message.is_deleted and message.text:
            assert message.text.rpartition(" ")[2] not in shown


def check_heard(seen: Seen) -> None:
    counting = {c.group_id for c in seen.said if c.redacted_at is None and c.stance != "talk" and not c.is_late}
    passed = {event.group_id for event in seen.log if event.kind == "group_passed"}
    assert {g.group_id for g in seen.asked if g.heard_at} == (counting | passed) & {2, 3}


def check_closing(seen: Seen, now: datetime) -> None:
    closings = [event for event in seen.log if event.kind == "input_closed"]
    assert len(closings) == (0 if seen.window.state == "open" else 1)
    assert seen.window.closes_at == max(group.closes_at for group in seen.asked)
    is_early = any(event.kind == "decision_concluded" and event.at < seen.window.closes_at for event in seen.log)
    for event in closings:
        assert is_early or all(event.at >= group.closes_at for group in seen.asked)
    if seen.window.state == "open":
        assert not [event for event in seen.log if event.kind == "decision_concluded"]


def check_concerns(seen: Seen) -> None:
    for one in seen.said:
        states = ("open", "answered", "resolved", "carried") if one.stance == "concern" else ("",)
        assert one.state in states
        if one.is_concern and one.state == "carried":
            assert seen.window.state == "concluded"


def check_reminders(seen: Seen, was_heard: set[int], before: int) -> None:
    reminded = [e for e in seen.log[before:] if e.kind == "group_reminded"]
    assert not [event for event in reminded if event.group_id in was_heard]
    steps = [(e.group_id, e.data["step"]) for e in seen.log if e.kind == "group_reminded"]
    assert len(steps) == len(set(steps))


async def live(plan: list[tuple[Any, ...]], url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as db:
        metadata.create_all(db)
    engine.dispose()
    clock = Clock()
    work = open_work(url, clock=clock)
    features = (
        decisions.FEATURE,
        input_windows.FEATURE,
        Feature("elsewhere", commands=(recount,)),
        telling.FEATURE,
    )
    house = House(work, features, clock)
    try:
        await house.found()
        await propose(house, length="5bd")
        life = Life(house)
        for step in plan:
            before = await look(house)
            await life.step(step)
            seen = await look(house)
            if step[0] == "wait":
                check_reminders(seen, {g.group_id for g in before.asked if g.heard_at}, len(before.log))
            check_heard(seen)
            check_closing(seen, clock())
            check_concerns(seen)
        await house.wait(days=60)
        seen = await look(house)
        assert seen.window.state in ("closed", "concluded")
        check_closing(seen, clock())
        check_nothing_is_lost(life, seen)
    finally:
        await work.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, max_size=14))
@example([("post", "nairobi", 1, "data: "), ("edit", "nairobi", 1, "data: ", -30)])
@example([("edit", "nairobi", 1, "concern: ", 0), ("delete", "nairobi", 1), ("post", "nairobi", 1, "concern: ")])
@example([("react", "bilbao", "✋", True), ("post", "bilbao", 1, "concern: "), ("react", "bilbao", "✋", False)])
@example([("sleep", 60), ("post", "nairobi", 1, "concern: "), ("sleep", 60), ("wait", 60), ("outcome", "adopted")])
@example([("holiday", 3, "2026-11-06"), ("wait", 60), ("wait", 60), ("holiday", 3, "2026-11-04"), ("wait", 60)])
def test_the_laws_hold_in_every_life(plan: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(plan, f"sqlite:///{folder}/mycel.db"))
