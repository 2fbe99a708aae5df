"""Groups that come into a window, pause, come back, merge or leave while it is open, or after it closed."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.core.events import GroupAffected
from storage.decision_tables import decision_groups
from tests.features.input_windows.elsewhere import change_group, change_state, ends, happens, log, pending
from tests.features.input_windows.threads import head, replies, reply, settle
from tests.support.house import House, plain

ONLY_NAIROBI = "/propose Use Signal for alerts --affects nairobi --for 10bd"


async def affected(house: House, id: int, number: int = 1) -> str:
    """A group said that a decision affects it, and is one of its affected groups since."""
    row = {"network_id": 1, "number": number, "group_id": id, "part": "affected"}
    await house.work.write(1, lambda tx: tx.db.execute(sa.insert(decision_groups), row))
    return await happens(house, GroupAffected(about=f"D-{number}", group_id=id, number=number, by_id=1))


@pytest.fixture
async def open_window(house: House) -> House:
    """Oakland's D-1, which asks Nairobi alone; Iker of Bilbao is a member."""
    await house.say("bilbao", "iker", "hello")
    await house.say("oakland", "ana", ONLY_NAIROBI)
    return house


async def test_a_group_joins_an_open_window_with_time_of_its_own(open_window: House) -> None:
    house = open_window
    await house.wait(days=11)  # Friday; it closes on Monday
    answer = await affected(house, 3)
    assert "Bilbao has its say on D-1 until Fri 20 Nov 2026, 10:00 (Madrid)." in answer
    closes_at, own = await ends(house)
    assert closes_at == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert own[2] == "2026-11-16T12:00 Africa/Nairobi"
    await settle(house)
    assert "Asked: Nairobi and Bilbao" in head(house, "bilbao")
    assert "Bilbao says that D-1 affects it, and joins." in replies(house, "nairobi")[-1]
    await reply(house, "bilbao", "iker", "concern: who pays?")
    assert "who pays?" in house.shown("nairobi")
    await house.wait(days=8)
    assert len(await log(house, "input_closed")) == 1
    assert "1 of 2 groups spoke. Silent: Nairobi." in replies(house, "oakland")[-1]


async def test_a_group_that_is_asked_already_does_not_join_twice(open_window: House) -> None:
    house = open_window
    before = await ends(house)
    assert await happens(house, GroupAffected(about="D-1", group_id=2, number=1, by_id=1)) == ""
    assert await happens(house, GroupAffected(about="D-1", group_id=1, number=1, by_id=1)) == ""
    assert await ends(house) == before


async def test_a_review_opens_for_a_group_that_a_taken_decision_affects(house: House) -> None:
    await house.say("bilbao", "iker", "hello")
    await house.say("oakland", "ana", "/decide Meet on Tuesdays")
    answer = await affected(house, 3)
    assert "It stands; those affected can look at it until" in answer
    assert "Oakland took this already; it stands meanwhile." in head(house, "bilbao")
    await reply(house, "bilbao", "iker", "concern: we cannot on Tuesdays")
    await house.wait(days=15)
    assert "1 of 1 group spoke." in house.shown("oakland")


async def test_a_window_that_was_concluded_opens_again_and_keeps_its_outcome(open_window: House) -> None:
    house = open_window
    await reply(house, "nairobi", "wanjiku", "concern: no phones")
    await house.say("oakland", "ana", "/outcome D-1 adopted SMS stays")
    answer = await affected(house, 3)
    assert "Bilbao has its say on D-1 until" in answer
    await settle(house)
    assert "Oakland took this already; it stands meanwhile. Open for input until" in head(house, "nairobi")
    assert "Outcome on Mon 2 Nov 2026, 12:00 (Nairobi): adopted. It was opened again since.\n> SMS stays" in (
        house.shown("nairobi").replace("    ", "")
    )
    await reply(house, "bilbao", "iker", "concern: who pays?")
    await house.wait(days=30)
    closings = await log(house, "input_closed")
    assert [event.data["number"] for event in closings] == [1, 1]
    assert {event.group_id for event in await log(house, "group_reminded")} == set()
    assert "1 of 1 group spoke." in house.shown("oakland")
    await house.say("oakland", "ana", "/outcome D-1 adopted We pay")
    shown = plain(await house.say("oakland", "ana", "/show D-1"))
    assert "SMS stays" in shown
    assert "We pay" in shown
    assert "> no phones\n— C-1, Wanjiku (Nairobi): not answered" in shown
    for channel in ("oakland", "nairobi", "bilbao"):
        assert "Outcome on" in head(house, channel)
        assert "It stands" in house.shown(channel) or "it stands" in house.shown(channel)


async def test_a_paused_group_is_not_waited_for(house: House) -> None:
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi,bilbao --for 5bd")
    await change_group(house, 3, day_overrides=[["2026-11-05", False]])  # Bilbao ends last
    assert await pending(house, "input_close") == [(0, datetime(2026, 11, 10, 9, 0, tzinfo=UTC))]
    await change_state(house, 3, "paused")
    closes_at, _ = await ends(house)
    assert closes_at == datetime(2026, 11, 9, 9, 0, tzinfo=UTC)
    assert {group for group, _ in await pending(house, "input_reminder")} == {2}
    await settle(house)
    assert "Paused, not waited for: Bilbao" in head(house, "oakland")
    because = "D-1 ends at another time: the calendar of Bilbao, or its part in the window, has changed."
    assert because in replies(house, "nairobi")[-1]
    await reply(house, "nairobi", "wanjiku", "support: yes")
    assert "D-1 is closed" in plain(await house.say("oakland", "ana", "/close D-1"))
    assert "1 of 1 group spoke." in replies(house, "oakland")[-1]


async def test_a_group_that_comes_back_has_time_of_its_own(house: House) -> None:
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi,bilbao --for 10bd")
    await change_state(house, 3, "paused")
    await house.wait(days=11)
    await change_state(house, 3, "active")
    closes_at, own = await ends(house)
    assert (closes_at, own[3]) == (datetime(2026, 11, 20, 9, 0, tzinfo=UTC), "2026-11-20T10:00 Europe/Madrid")


async def test_a_window_whose_last_group_pauses_after_all_others_ended_closes_now(house: House) -> None:
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi,bilbao --for 2026-11-04")
    await house.wait(days=2, hours=7)
    await change_state(house, 3, "paused")
    await house.wait(minutes=1)
    (closed,) = await log(house, "input_closed")
    assert house.clock() - closed.at < timedelta(minutes=2)


async def test_a_group_that_leaves_is_gone_from_the_question_and_stays_on_the_record(house: House) -> None:
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi,bilbao --for 5bd")
    await reply(house, "bilbao", "iker", "concern: who pays?")
    await change_state(house, 3, "left")
    await settle(house)
    assert "Asked: Nairobi\n" in head(house, "oakland")
    assert "No longer there: Bilbao" in head(house, "oakland")
    assert "> who pays?" in head(house, "oakland")
    await house.wait(days=10)
    assert "0 of 1 group spoke. Silent: Nairobi." in replies(house, "oakland")[-1]
    await house.say("oakland", "ana", "/outcome D-1 adopted all the same")
    assert "> who pays?" in house.shown("nairobi")


async def test_a_group_merges_into_another_which_is_asked_in_its_place(open_window: House) -> None:
    house = open_window
    row = {"network_id": 1, "number": 1, "group_id": 3, "part": "affected"}
    await house.work.write(1, lambda tx: tx.db.execute(sa.insert(decision_groups), row))
    answer = await change_state(house, 2, "merged", into_id=3)
    assert "Bilbao has its say on D-1 until Mon 16 Nov 2026, 10:00 (Madrid)." in answer
    assert "Asked: Bilbao\n" in head(house, "bilbao")
    await house.wait(days=15)
    assert {event.group_id for event in await log(house, "group_reminded")} == {3}


async def test_what_a_group_said_before_it_joined_counts(house: House) -> None:
    await house.say("oakland", "ana", ONLY_NAIROBI)
    await house.say("bilbao", "iker", "hello")
    await change_state(house, 2, "paused")
    await reply(house, "nairobi", "wanjiku", "data: 12 kW")
    await change_state(house, 2, "active")
    await house.wait(days=20)
    assert await log(house, "group_reminded") == []
