"""The same thing three times at once, two hands on one record, the last moment: once, in order, nothing lost."""

import asyncio
from datetime import timedelta

import pytest

from bot.core.conversation import CommandTyped, MessageEdited, MessagePosted, MessageRedacted, Reacted
from bot.core.replies import Answer, Invalid, Reply
from storage import contributions, decisions, events, input_windows
from storage.decision_tables import decisions as decisions_table
from storage.work import Busy
from tests.support.house import House, plain, rows


def typed(house: House, channel: str, who: str, text: str, key: str = "") -> CommandTyped:
    place = house.place(channel)
    return CommandTyped(key or house.event_key(), place, house.actor(who), house.clock(), text)


async def at_once(house: House, *incoming: CommandTyped) -> list[Reply]:
    return list(await asyncio.gather(*(house.dispatch.handle(each) for each in incoming)))


@pytest.mark.parametrize("text", ["decide Use Signal", "propose Use Signal --affects nairobi --for 3d"])
async def test_one_event_three_times_is_one_decision(each_house: House, text: str) -> None:
    replies = await at_once(each_house, *[typed(each_house, "oakland", "ana", text, "same")] * 3)
    assert sum(isinstance(reply, Answer) for reply in replies) == 1
    assert await each_house.work.read(lambda tx: rows(tx.db, decisions_table)) == 1


async def test_a_button_pressed_twice_opens_one_window(each_house: House) -> None:
    await each_house.say("oakland", "ana", "/decide Use Signal --affects nairobi")
    press = [typed(each_house, "oakland", "ana", "draft 1 open") for _ in range(3)]
    await at_once(each_house, *press)
    assert await each_house.work.read(lambda tx: rows(tx.db, decisions_table)) == 1


async def test_a_concern_is_not_raised_twice_by_one_event(each_house: House) -> None:
    await each_house.say("oakland", "ana", "/propose Use Signal --affects nairobi --for 3d")
    await at_once(each_house, *[typed(each_house, "nairobi", "wanjiku", "input D-1 concern no phones", "same")] * 3)
    found = await each_house.work.read(lambda tx: contributions.concerns(tx.db, 1, 1))
    assert [concern.text for concern in found] == ["no phones"]


async def test_of_two_outcomes_the_first_stands(each_house: House) -> None:
    await each_house.say("oakland", "ana", "/propose Use Signal --affects nairobi --for 3d")
    await each_house.say("nairobi", "wanjiku", "/input D-1 support")
    one, other = (
        typed(each_house, "oakland", "ana", "outcome D-1 adopted"),
        typed(each_house, "oakland", "ben", "outcome D-1 withdrawn"),
    )
    replies = await at_once(each_house, one, other)
    assert sorted(isinstance(reply, Invalid) for reply in replies) == [False, True]
    found = await each_house.work.read(lambda tx: events.after(tx.db, 1, 0, 100))
    assert [event.kind for event in found].count("decision_concluded") == 1


async def test_undo_and_input_at_once_leave_no_window_without_decision(each_house: House) -> None:
    await each_house.say("oakland", "ana", "/propose Use Signal --affects nairobi --for 3d")
    give = typed(each_house, "nairobi", "wanjiku", "input D-1 concern no phones")
    await at_once(each_house, typed(each_house, "oakland", "ana", "undo D-1"), give)
    window = await each_house.work.read(lambda tx: input_windows.window(tx.db, 1, 1))
    decision = await each_house.work.read(lambda tx: decisions.find(tx.db, 1, 1))
    assert window is not None
    assert decision is not None
    assert (window.state, decision.status) == ("cancelled", "undone")


async def test_what_is_said_at_the_last_moment_is_in_time_or_late_but_never_lost(house: House) -> None:
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi --for 2h")
    house.clock.move(hours=2)
    said = [
        MessagePosted(
            f"last{n}", house.place("nairobi", "D-1:head:2"), house.actor("wanjiku"), house.clock(), f"m{n}", "data: x"
        )
        for n in range(5)
    ]
    await asyncio.gather(house.clockwork.fire_due(), *(house.dispatch.handle(each) for each in said))
    house.clock.move(seconds=1)
    late = MessagePosted(
        "late", house.place("nairobi", "D-1:head:2"), house.actor("wanjiku"), house.clock(), "late", "data: y"
    )
    await house.handle(late)
    found = await house.work.read(lambda tx: contributions.page(tx.db, 1, 1, 0, 100))
    assert sorted((given.text, given.is_late) for given in found) == [("x", False)] * 5 + [("y", True)]


async def test_edits_and_a_redaction_in_any_order_leave_it_redacted(house: House) -> None:
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi --for 2h")
    place, who, at = house.place("nairobi", "D-1:head:2"), house.actor("wanjiku"), house.clock()
    await house.handle(MessageRedacted("r", place, who, at + timedelta(seconds=3), "m1"))
    await house.handle(MessageEdited("e", place, who, at + timedelta(seconds=5), "m1", "concern: quetzal edited"))
    await house.handle(MessagePosted("p", place, who, at, "m1", "concern: quetzal"))
    await house.handle(MessageEdited("e2", place, who, at + timedelta(seconds=9), "m1", "concern: quetzal again"))
    assert "quetzal" not in house.shown("oakland") + house.shown("nairobi")
    assert await house.work.read(lambda tx: contributions.page(tx.db, 1, 1, 0, 100)) == []


async def test_a_reaction_of_somebody_else_takes_nothing_back(house: House) -> None:
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi --for 2h")
    place, at = house.place("nairobi"), house.clock()
    await house.handle(Reacted("a", place, house.actor("wanjiku"), at, "D-1:head:2", "👍"))
    await house.handle(Reacted("b", place, house.actor("otieno"), at, "D-1:head:2", "👍", is_added=False))
    await house.wait(minutes=1)
    assert "1 in support" in house.shown("oakland")


async def test_a_flood_of_one_person_is_refused_in_words_and_others_get_through(house: House) -> None:
    """What was answered is stored, what was refused is not; nothing in between."""
    flood = [house.dispatch.handle(typed(house, "oakland", "ana", f"decide plan {n}")) for n in range(1500)]
    done = asyncio.gather(*flood, return_exceptions=True)
    await asyncio.sleep(0)
    other = await house.dispatch.handle(typed(house, "nairobi", "wanjiku", "decide ours"))
    assert isinstance(other, Answer), plain(other)
    replies = await done
    assert all(isinstance(reply, (Answer, Invalid, Busy)) for reply in replies)
    logged = sum(isinstance(reply, Answer) for reply in replies)
    assert await house.work.read(lambda tx: rows(tx.db, decisions_table)) == logged + 1
