"""Random lives of a window, in any order and in twenty zones: the laws of docs/contributors/laws.md hold in each."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.core import telling
from bot.core.calendars import calendar_of
from bot.features import decisions, input_windows
from bot.features.input_windows.ends import own_end
from storage import contributions, directory, events
from storage import input_windows as stored
from storage.contributions import Contribution
from storage.events import Event
from storage.input_windows import Window, WindowGroup
from storage.network import Group
from storage.work import Tx, open_work
from tests.features.input_windows.elsewhere import ELSEWHERE
from tests.features.input_windows.living import IDS, Life
from tests.features.input_windows.threads import HOMES
from tests.support.house import START, Clock, House
from tests.support.tables import make_tables

ZONES = [
    *("Africa/Casablanca", "Africa/Nairobi", "America/Havana", "America/Lima", "America/Los_Angeles"),
    *("America/Nuuk", "America/Santiago", "America/St_Johns", "Asia/Beirut", "Asia/Kathmandu"),
    *("Asia/Tehran", "Asia/Tokyo", "Australia/Lord_Howe", "Australia/Sydney", "Europe/Dublin"),
    *("Europe/Madrid", "Pacific/Apia", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati"),
]
STARTS = [
    START,
    *(
        datetime(2026, month, day, 9, tzinfo=UTC)
        for month, day in ((3, 6), (3, 27), (4, 3), (9, 25), (10, 23), (10, 30))
    ),
]
LENGTHS = ["5bd", "3d", "8h", "1w"]
MONDAY = (START, "5bd", ("America/Los_Angeles", "Africa/Nairobi", "Europe/Madrid", "America/Lima"))

settings_ = st.tuples(st.sampled_from(STARTS), st.sampled_from(LENGTHS), st.tuples(*[st.sampled_from(ZONES)] * 4))
places = st.sampled_from(HOMES)
asked = st.sampled_from([IDS["nairobi"], IDS["bilbao"]])
messages = st.sampled_from([1, 1, 2])
leads = st.sampled_from(["concern: ", "support: ", "data: ", "question: ", ""])
saying = st.one_of(
    st.tuples(st.just("post"), places, messages, leads, st.booleans()),
    st.tuples(st.just("edit"), places, messages, leads, st.integers(-90, 0)),
    st.tuples(st.just("delete"), places, messages),
    st.tuples(st.just("react"), places, st.sampled_from("👍✋❓"), st.booleans()),
)
passing = st.tuples(st.sampled_from(["wait", "wait", "sleep"]), st.integers(1, 80))
steering = st.one_of(
    st.tuples(st.just("hold"), places),
    st.tuples(st.just("extend"), st.sampled_from(["1d", "2bd", "5h"])),
    st.tuples(st.just("close")),
    st.tuples(st.just("change"), st.sampled_from(["", "", "--wording"])),
    st.tuples(st.just("holiday"), asked, st.integers(1, 6)),
    st.tuples(st.just("state"), asked, st.sampled_from(["paused", "active", "paused", "active", "left"])),
    st.tuples(st.just("join")),
    st.tuples(st.just("outcome"), st.sampled_from(["adopted", "withdrawn"])),
)
caring = st.one_of(
    st.tuples(st.just("pass"), places),
    st.tuples(st.just("answer"), st.integers(1, 4)),
    st.tuples(st.just("resolve"), places, st.integers(1, 4)),
    st.tuples(st.just("take_over"), places, st.integers(1, 4)),
    st.tuples(st.just("let_out"), places, st.integers(1, 4)),
    st.tuples(st.just("forget"), places),
)
steps = st.one_of(saying, saying, passing, steering, caring)


@dataclass
class Seen:
    window: Window
    rows: list[WindowGroup]
    said: list[Contribution]
    log: list[Event]
    groups: dict[int, Group]

    @property
    def asked(self) -> list[WindowGroup]:
        return [row for row in self.rows if row.is_asked]

    def happened(self, kind: str, after: int = 0) -> list[Event]:
        return [event for event in self.log[after:] if event.kind == kind]


async def look(house: House) -> Seen:
    def read(tx: Tx) -> Seen:
        window = stored.window(tx.db, 1, 1)
        assert window is not None
        rows = stored.asked(tx.db, 1, 1)
        groups = directory.groups_by_id(tx.db, 1, [row.group_id for row in rows])
        said = contributions.page(tx.db, 1, 1, 0, 1000)
        return Seen(window, rows, said, events.about(tx.db, 1, "D-1"), groups)

    return await house.work.read(read)


def check_nothing_is_lost(life: Life, seen: Seen) -> None:
    counted = [
        c.text for c in seen.said if c.redacted_at is None and c.text and not (c.orphaned_at and c.taken_over_by)
    ]
    wanted = [m.token for m in life.messages.values() if m.is_posted and not m.is_deleted]
    assert sorted(counted) == sorted(wanted)


def check_audience(life: Life) -> None:
    shown = {channel: life.house.shown(channel) for channel in HOMES}
    for message in life.messages.values():
        for channel, there in shown.items():
            if message.token and message.is_private and channel != message.place:
                assert message.token not in there, (message.token, channel)
    for token in filter(None, life.gone):
        assert not any(token in there for there in shown.values())
    if not life.has_joined:
        assert shown["cusco"] == ""


def check_heard(seen: Seen) -> None:
    counting = {c.group_id for c in seen.said if c.redacted_at is None and c.stance != "talk" and not c.is_late}
    heard = counting | {event.group_id for event in seen.happened("group_passed")}
    assert {row.group_id for row in seen.rows if row.heard_at} == heard & {row.group_id for row in seen.rows}


def check_ends(seen: Seen, now: datetime) -> None:
    if seen.window.state != "open":
        return
    for row in seen.asked:
        assert seen.window.closes_at >= row.closes_at
        if row.closes_at > now:
            assert row.closes_at >= own_end(seen.window, row, calendar_of(seen.groups[row.group_id]))
            assert row.zone == seen.groups[row.group_id].zone


def check_closing(step: tuple[Any, ...], before: Seen, after: Seen) -> None:
    assert len(after.happened("input_closed")) == after.window.round - (after.window.state == "open")
    for closed in after.happened("input_closed", len(before.log)):
        if step[0] == "wait":
            assert all(closed.at >= row.closes_at for row in after.asked)
        else:
            assert step[0] in ("close", "outcome")
            assert step[1:] == ("withdrawn",) or all(row.heard_at for row in before.asked)


def check_concerns(seen: Seen) -> None:
    was_concluded = seen.window.state == "concluded" or seen.window.round > 1
    for one in seen.said:
        states = ("open", "answered", "resolved", "carried", "rested") if one.stance == "concern" else ("",)
        assert one.state in states
        if one.is_concern and one.state == "carried":
            assert was_concluded
        if one.is_concern and one.state == "rested":
            assert one.is_orphan


def check_reminders(step: tuple[Any, ...], before: Seen, after: Seen) -> None:
    reminded = after.happened("group_reminded", len(before.log))
    assert not reminded or step[0] == "wait"
    waited_for = {row.group_id for row in before.asked if not row.heard_at}
    assert {event.group_id for event in reminded} <= waited_for
    steps = [(event.group_id, event.data["step"]) for event in after.happened("group_reminded")]
    assert len(steps) == len(set(steps))


def check_end(seen: Seen) -> None:
    assert seen.window.state == "concluded"
    assert seen.window.outcome_at is not None
    said_before = [c for c in seen.said if c.is_concern and c.given_at < seen.window.outcome_at]
    assert {c.state for c in said_before} <= {"resolved", "carried", "rested"}
    unanswered = [event.data["contribution"] for event in seen.happened("concern_left_unanswered")]
    assert len(unanswered) == len(set(unanswered))


async def live(setting: tuple[datetime, str, tuple[str, ...]], plan: list[tuple[Any, ...]], url: str) -> None:
    start, length, zones = setting
    make_tables(url)
    clock = Clock(start)
    work = open_work(url, clock=clock)
    house = House(work, (decisions.FEATURE, input_windows.FEATURE, ELSEWHERE, telling.FEATURE), clock)
    try:
        await house.found({slug: (slug.title(), zone, "KE", []) for slug, zone in zip(HOMES, zones, strict=True)})
        await house.say(
            "oakland", "ana", f"/propose Use it --affects nairobi,bilbao --audience affected --for {length}"
        )
        life = Life(house)
        seen = await look(house)
        for step in plan:
            before = seen
            await life.step(step)
            seen = await look(house)
            check_reminders(step, before, seen)
            check_heard(seen)
            check_ends(seen, clock())
            check_closing(step, before, seen)
            check_concerns(seen)
            check_audience(life)
        before = seen
        await house.wait(days=90)
        seen = await look(house)
        check_closing(("wait", 0), before, seen)
        check_nothing_is_lost(life, seen)
        if seen.window.state == "closed":
            await life.do_outcome("adopted")
        check_end(await look(house))
        check_audience(life)
    finally:
        await work.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(settings_, st.lists(steps, max_size=18))
@example(MONDAY, [("post", "nairobi", 1, "data: ", False), ("edit", "nairobi", 1, "data: ", -30)])
@example(
    MONDAY,
    [("edit", "nairobi", 1, "concern: ", 0), ("delete", "nairobi", 1), ("post", "nairobi", 1, "concern: ", False)],
)
@example(
    MONDAY,
    [("react", "bilbao", "✋", True), ("post", "bilbao", 1, "concern: ", True), ("react", "bilbao", "✋", False)],
)
@example(
    MONDAY,
    [("sleep", 60), ("post", "nairobi", 1, "concern: ", True), ("sleep", 60), ("wait", 60), ("outcome", "adopted")],
)
@example(MONDAY, [("holiday", 3, 4), ("wait", 60), ("wait", 60), ("holiday", 3, 1), ("wait", 60)])
@example(
    MONDAY, [("post", "bilbao", 1, "concern: ", False), ("forget", "bilbao"), ("wait", 80), ("outcome", "adopted")]
)
@example(MONDAY, [("pass", "bilbao"), ("pass", "nairobi"), ("close",), ("outcome", "adopted"), ("join",), ("wait", 80)])
@example(MONDAY, [("hold", "bilbao"), ("state", 3, "paused"), ("wait", 80), ("wait", 80), ("state", 3, "active")])
@example(MONDAY, [("wait", 80), ("wait", 60), ("change", ""), ("extend", "1d"), ("hold", "nairobi"), ("change", "")])
def test_the_laws_hold_in_every_life(
    setting: tuple[datetime, str, tuple[str, ...]], plan: list[tuple[Any, ...]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(setting, plan, f"sqlite:///{folder}/mycel.db"))
