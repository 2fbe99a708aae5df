"""A window opens: one thread in every channel, one record, each group's own end."""

from datetime import UTC, datetime

from bot.core.replies import Answer
from storage import input_windows
from tests.features.input_windows.threads import head, propose, replies, root, settle
from tests.support.house import START, House, plain


async def test_a_proposal_opens_a_thread_in_every_home_channel(house: House) -> None:
    answer = await house.say("oakland", "ana", "/propose Use Signal for alerts --affects nairobi,bilbao --for 10bd")
    assert "Open for input until Mon 16 Nov 2026, 01:00 (Los Angeles)." in plain(answer)
    assert "Posted to Bilbao, Nairobi and Oakland (3 channels)." in plain(answer)
    assert {channel: [root(channel)] for channel in house.channels.shown} == {
        channel: list(shown) for channel, shown in house.channels.shown.items()
    }
    shown = head(house, "nairobi")
    assert "D-1 Use Signal for alerts" in shown
    assert "Open for input until Mon 16 Nov 2026, 12:00 (Nairobi)." in shown
    assert "Proposed by: Ana for Oakland" in shown
    assert "Asked: Nairobi and Bilbao" in shown
    assert "Can be read by: everyone in the network" in shown
    assert "Not heard yet: Nairobi and Bilbao" in shown
    assert "[Concern] /input D-1 concern" in shown
    assert "[Pass] /pass D-1" in shown


async def test_reactions_are_offered(house: House) -> None:
    await propose(house)
    message = house.channels.shown["bilbao"][root("bilbao")][1]
    assert message.reactions == ("👍", "❓", "✋")


async def test_each_group_has_its_own_working_days_and_the_window_ends_with_the_last(house: House) -> None:
    house.clock.now = datetime(2026, 12, 3, 9, 0, tzinfo=UTC)
    answer = await house.say("oakland", "ana", "/propose One newsletter --affects nairobi,bilbao --for 5bd")
    # Bilbao does not work on 8 December (Immaculate Conception), Nairobi does.
    assert "Nairobi: until Thu 10 Dec 2026, 12:00 (Nairobi)" in plain(answer)
    assert "Bilbao: until Fri 11 Dec 2026, 10:00 (Madrid)" in plain(answer)
    assert "Your group's own time ends Thu 10 Dec 2026, 12:00 (Nairobi)." in head(house, "nairobi")
    assert "own time" not in head(house, "bilbao")
    asked = await house.work.read(lambda tx: input_windows.asked(tx.db, 1, 1))
    assert [(group.group_id, group.closes_local, group.zone) for group in asked] == [
        (2, "2026-12-10T12:00", "Africa/Nairobi"),
        (3, "2026-12-11T10:00", "Europe/Madrid"),
    ]
    assert [day for day, _ in asked[1].holidays] == ["2026-12-08"]


async def test_a_date_that_has_passed_opens_nothing(house: House) -> None:
    answer = await house.say("oakland", "ana", "/propose X --affects nairobi --for 2026-10-01")
    assert "has passed" in plain(answer)
    assert house.channels.shown == {}


async def test_an_urgent_decision_stands_and_opens_a_review(house: House) -> None:
    answer = await house.say("oakland", "ana", '/decide Close the office --affects nairobi --urgent "no water"')
    assert isinstance(answer, Answer)
    assert "It stands; those affected can look at it until" in plain(answer)
    assert "Oakland took this already; it stands meanwhile. Open for input until" in head(house, "nairobi")
    window = await house.work.read(lambda tx: input_windows.window(tx.db, 1, 1))
    assert window is not None
    assert (window.is_review, window.length, window.opened_at) == (True, "10bd", START)
    assert root("bilbao") not in house.channels.shown.get("bilbao", {})


async def test_a_decision_that_affects_nobody_else_opens_nothing(house: House) -> None:
    await house.say("oakland", "ana", "/decide Buy coffee")
    assert await house.work.read(lambda tx: input_windows.window(tx.db, 1, 1)) is None


async def test_what_affected_groups_alone_may_read_is_not_found_by_others(house: House) -> None:
    command = "/propose Move the server --affects nairobi --audience affected --for 3d"
    await house.say("oakland", "ana", command)
    unknown = plain(await house.say("bilbao", "iker", "/input D-77 support")).replace("D-77", "D-1")
    assert plain(await house.say("bilbao", "iker", "/input D-1 support")) == unknown
    assert "There is no D-1 here." in unknown
    assert "bilbao" not in house.channels.shown


async def test_undo_takes_the_window_back(house: House) -> None:
    await propose(house)
    await house.say("oakland", "ana", "/undo D-1")
    await settle(house)
    assert head(house, "nairobi") == "D-1 was taken back by its author, and its window with it."
    assert "was taken back" in plain(await house.say("nairobi", "otieno", "/input D-1 support"))
    await house.wait(days=30)
    assert replies(house, "nairobi") == []
