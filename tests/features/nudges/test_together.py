"""Reminders that come together are one message, in which each thing is named once, with all that is asked of it."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import FEATURES
from bot.core import telling
from bot.core.context import ViewContext
from bot.core.feature import Feature, Telling
from bot.core.language import Words
from bot.core.message import Spans, Text, spans_to_plain
from bot.core.registry import Registry
from storage import directory
from storage.tellings import Told
from storage.work import Tx
from tests.features.nudges.test_why import NOW
from tests.support.house import House, plain


@pytest.fixture
def features() -> Sequence[Feature]:
    return FEATURES


async def reminded(house: House) -> str:
    """Oakland's D-1 ends soon, is to be looked at again, and its outcome is owed: all on one morning."""
    await house.say("oakland", "ana", "/decide Cut the power --affects nairobi --urgent water --review 23d")
    await house.say("nairobi", "wanjiku", "/pass D-1")
    await house.wait(days=26)
    return "\n".join(text for text in house.shown("oakland").split("\n\n") if text.startswith("What waits for you:"))


async def test_one_decision_is_one_entry_with_every_reason(house: House) -> None:
    shown = await reminded(house)
    entries = [line for line in shown.splitlines() if line.startswith("• D-1")]
    assert len(entries) == 1, shown
    assert entries[0].startswith("• D-1 Cut the power: ")
    first, second, third = sorted(entries[0].removeprefix("• D-1 Cut the power: ").split("; "))
    assert first == "it ends on Wed 2 Dec 2026, 01:00 (Los Angeles) unless you renew it"
    assert second == "it has closed, and those who were asked wait for the outcome"
    assert third == "it is time to look at it again"


async def test_what_can_be_answered_by_a_button_has_one(house: House) -> None:
    shown = await reminded(house)
    assert "[Keep D-1 for another 90 days] /edit D-1 --review 90d --wording" in shown
    assert "[Renew D-1] /renew D-1" in shown
    await house.say("oakland", "ana", "/renew D-1 --for 60d")
    await house.wait(minutes=5)
    assert "[Renew D-1]" not in house.shown("oakland")


async def test_one_button_tells_each_reason(house: House) -> None:
    shown = await reminded(house)
    button = next(line for line in shown.splitlines() if "[Why did I get this?]" in line).partition("] ")[2]
    why = plain(await house.say("oakland", "ana", button))
    assert "• Your group gets the review of D-1, which is due." in why
    assert "• Your group gets a word in time: D-1 ends unless its group renews it." in why
    assert "• Your group gets a reminder, as the outcome of D-1 is its to say." in why
    assert why.count("Said on") == 1


async def test_what_does_not_hold_any_more_is_not_said(house: House) -> None:
    await reminded(house)
    await house.say("oakland", "ana", "/renew D-1 --for 60d")
    await house.wait(minutes=5)
    shown = house.shown("oakland")
    assert "it is time to look at it again" in shown
    assert "it ends on Wed 2 Dec" not in shown


async def test_what_two_rooms_ask_for_is_asked_once(house: House) -> None:
    await house.say("oakland", "ana", "/propose One newsletter --affects nairobi --for 10bd")

    def entries(tx: Tx) -> list[str]:
        network, channel, group = directory.channel_scope(tx.db, 1, 2)
        words = Words("en", "Africa/Nairobi")
        ctx = ViewContext(tx.db, tx.now, network, channel, group, words, house.dispatch.registry)
        nudge = told(2, "nudge", asks="window", quiet_days=3)
        reminder = told(1, "input_reminder", next="2026-11-09T09:00:00+00:00")
        return [spans_to_plain(line) for line in telling.entries(ctx, telling.still_held(ctx, [reminder, nudge]))]

    assert await house.work.read(entries) == [
        "D-1 One newsletter: you have not been heard yet, and there is time until Mon 16 Nov 2026, 12:00 (Nairobi)"
    ]


def told(id: int, kind: str, about: str = "D-1", **args: Any) -> Told:
    return Told(1, id, 2, kind, about, str(id), args, "told", "", NOW, None, NOW, NOW, "T-1", False)


def _kind(name: str, asks: str) -> Telling:
    def subject(_ctx: Any, row: Told) -> Spans | None:
        return {"gone": None, "nameless": ()}.get(row.about, (Text(row.about),))

    def line(_ctx: Any, row: Told) -> Spans | None:
        return None if row.args.get("over") else (Text(f"{name} {row.about}"),)

    return Telling(is_wanted=lambda *_: True, subject=subject, line=line, why=lambda *_: (), asks=asks)


KINDS = {"a": _kind("a", ""), "b": _kind("b", ""), "c": _kind("c", "same"), "d": _kind("d", "same")}
ROWS = st.lists(
    st.tuples(st.sampled_from(sorted(KINDS)), st.sampled_from(["D-1", "D-2", "gone", "nameless"]), st.booleans())
)


@given(ROWS)
def test_every_thing_is_one_entry_and_nothing_is_left_out(rows: list[tuple[str, str, bool]]) -> None:
    class Here:
        registry = Registry((Feature("kinds", tellings=KINDS),))

    found = [told(n, kind, about, over=over) for n, (kind, about, over) in enumerate(rows)]
    here: Any = Here()
    entries = [spans_to_plain(line) for line in telling.entries(here, telling.still_held(here, found))]
    holds = [(kind, about) for kind, about, over in rows if not over and about != "gone"]
    assert len(entries) == len({about for _, about in holds})
    for about in {about for _, about in holds}:
        asked = {"same" if kind in "cd" else (kind, n) for n, (kind, each) in enumerate(holds) if each == about}
        (entry,) = [each for each in entries if each.endswith(f" {about}")]
        assert entry.count(f" {about}") == len(asked)
        assert entry.startswith(f"{about}: ") or about == "nameless"


async def test_what_asks_for_one_thing_alone_comes_with_its_buttons(house: House) -> None:
    """A review that is due, and a question to a channel that is silent: the same, so no list of one."""
    await house.say("nairobi", "wanjiku", "/decide Meet on Mondays --review 10d")
    await house.wait(days=11)
    shown = house.shown("nairobi")
    assert "What waits for you:" not in shown
    assert shown.count("It is time to look at D-1 Meet on Mondays again.") == 1
    assert "Time to look again at" not in shown
    assert "[Keep it for another 90 days]" in shown
    why = plain(await house.say("nairobi", "wanjiku", "/why-told"))
    assert "the review of D-1, which is due." in why
    assert "nobody had said anything in your channel" in why
