"""Random lives of conflicts, in any order: raised, confided, suggested, hosted, proposed, confirmed, left alone.

The laws: a conflict is in exactly one known state; it ends only by a word of those who are part of it, never because
time has passed; what ended by agreement had every group's word; what is in confidence is shown nowhere; what was put
off until a date is open after it; an open one is on the desk of those who may read it.
"""

from __future__ import annotations

import asyncio
import tempfile
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.core.feature import Feature
from bot.features import conflicts, decisions, input_windows, network
from storage import conflicts as records
from storage import desk, events
from storage.audiences import Eyes
from storage.conflicts import Conflict, Party
from storage.work import Tx, open_work
from tests.features.conflicts.scenes import leaving, make_facilitator, meeting_place
from tests.support.house import Clock, House, plain
from tests.support.tables import make_tables

PEOPLE = {"oakland": "ana", "nairobi": "wanjiku", "bilbao": "maite"}
SECRET = "whisper"
ENDED = ("settled", "differing", "values", "dismissed")

places = st.sampled_from(list(PEOPLE))
ids = st.integers(1, 3)
typed = st.one_of(
    st.sampled_from(
        [
            "/conflict D-1 D-2 aloud",
            f"/conflict D-1 D-2 {SECRET} --in-confidence",
            "/conflict D-2 --with trust aloud",
            "/decide Alerts by SMS --tags alerts:sms",
            "/decide Alerts by Signal --tags alerts:signal",
            "/conflicts",
        ]
    ),
    *(
        st.builds((command + " X-{}" + rest).format, ids)
        for command, rest in [
            ("/host", ""),
            ("/host", " --leave"),
            ("/log", " tried"),
            ("/settle", " so"),
            ("/differ", " 20d so"),
            ("/value-conflict", " so"),
            ("/confirm", ""),
            ("/confirm", ""),
            ("/dismiss", " no"),
            ("/take-back", " no"),
            ("/reopen", " again"),
            ("/raise", ""),
        ]
    ),
)
steps = st.one_of(
    st.tuples(st.just("say"), places, typed),
    st.tuples(st.just("say"), places, typed),
    st.tuples(st.just("say"), places, typed),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.tuples(st.just("sleep"), st.integers(1, 40)),
)


class Seen:
    """All conflicts with their parties, as stored."""

    def __init__(self, tx: Tx) -> None:
        found = (records.find(tx.db, 1, id) for id in range(1, 30))
        self.all: dict[int, Conflict] = {one.id: one for one in found if one is not None}
        self.parties: dict[int, tuple[Party, ...]] = {id: records.parties(tx.db, 1, id) for id in self.all}
        eyes = Eyes(1, frozenset({1, 2, 3}), is_circle=True)
        self.desk = {w.conflict.id for w in desk.page(tx.db, eyes, desk.Wanted(), 100) if w.conflict}
        self.private_facts = [
            event.kind for id, one in self.all.items() if one.is_private for event in events.about(tx.db, 1, f"X-{id}")
        ]


async def look(house: House) -> Seen:
    return await house.work.read(Seen)


def check(house: House, seen: Seen) -> None:
    shown = "".join(house.shown(channel) for channel in (*PEOPLE, "circle"))
    for id, one in seen.all.items():
        assert one.state in records.STATES
        assert (one.ended_at is not None) == (one.state in ENDED), one
        assert (one.review_at is not None) == (one.ending in ("differing", "values"))
        if one.state in ("settled", "differing", "values"):
            assert seen.parties[id]
            assert all(party.confirmed_at is not None for party in seen.parties[id])
        if one.state == "open":
            assert id in seen.desk
            assert one.raiser_id is not None
        if one.is_private:
            assert one.state in ("confided", "dismissed")
            assert f"X-{id}" not in shown
            assert id not in seen.desk
    assert seen.private_facts == []
    if all(one.is_private for one in seen.all.values() if SECRET in one.text):
        assert SECRET not in shown


def check_time_alone(before: Seen, after: Seen) -> None:
    """Time opens what was put off until a date, and changes no other state; nothing disappears."""
    assert before.all.keys() == after.all.keys()
    for id, one in before.all.items():
        now = after.all[id]
        if now.state != one.state:
            assert (one.state in ("differing", "values"), now.state) == (True, "open")


async def live(plan: list[tuple[Any, ...]], url: str) -> None:
    make_tables(url)
    clock = Clock()
    work = open_work(url, clock=clock)
    features = (decisions.FEATURE, input_windows.FEATURE, network.FEATURE, conflicts.FEATURE)
    house = House(work, (*features, Feature("elsewhere", commands=(leaving,))), clock)
    try:
        await house.found()
        for channel, who in PEOPLE.items():
            await house.say(channel, who, "hello")
        await make_facilitator(house, "Maite")
        await meeting_place(house)
        await house.say("oakland", "ana", "/decide One thing")
        await house.say("nairobi", "wanjiku", "/decide Another thing")
        for step in plan:
            before = await look(house)
            match step:
                case ("say", channel, text):
                    answer = plain(await house.say(channel, PEOPLE[channel], text))
                    assert "that is our fault" not in answer, answer
                case ("wait", days):
                    await house.wait(days=days)
                    check_time_alone(before, await look(house))
                case ("sleep", days):
                    house.clock.move(days=days)
                    await house.clockwork.fire_due()
                    await house.deliverer.drain()
                    check_time_alone(before, await look(house))
            check(house, await look(house))
        before = await look(house)
        await house.wait(days=200)
        after = await look(house)
        check_time_alone(before, after)
        check(house, after)
        assert not [one for one in after.all.values() if one.state in ("differing", "values")]
    finally:
        await work.close()


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, max_size=14))
@example(
    [
        ("say", "oakland", "/conflict D-1 D-2 aloud"),
        ("say", "bilbao", "/host X-1"),
        ("say", "bilbao", "/differ X-1 20d so"),
        ("say", "nairobi", "/confirm X-1"),
        ("say", "oakland", "/confirm X-1"),
        ("sleep", 40),
        ("say", "nairobi", "/reopen X-1 again"),
        ("say", "bilbao", "/settle X-1 so"),
        ("say", "nairobi", "/confirm X-1"),
        ("say", "oakland", "/confirm X-1"),
    ]
)
@example(
    [
        ("say", "nairobi", f"/conflict D-1 D-2 {SECRET} --in-confidence"),
        ("say", "nairobi", "/take-back X-1 no"),
        ("say", "oakland", "/reopen X-1 again"),
        ("say", "nairobi", "/reopen X-1 again"),
        ("say", "nairobi", f"/conflict D-1 D-2 {SECRET} --in-confidence"),
        ("say", "bilbao", "/raise X-2"),
        ("say", "nairobi", "/raise X-2"),
        ("say", "bilbao", "/host X-2"),
        ("say", "bilbao", "/value-conflict X-2 so"),
        ("say", "nairobi", "/confirm X-2"),
        ("say", "oakland", "/confirm X-2"),
    ]
)
def test_the_laws_hold_in_every_life(plan: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(plan, f"sqlite:///{folder}/mycel.db"))
