"""More time for a group or for all, an early close, and taking a proposal back."""

from datetime import UTC, datetime

import pytest

from bot.core.replies import Form, Invalid
from tests.features.input_windows.elsewhere import ends, log, pending
from tests.features.input_windows.threads import head, propose, replies, reply, settle
from tests.support.house import House, plain


@pytest.fixture
async def members(house: House) -> House:
    """The house, where somebody of each group has spoken at home."""
    for channel, who in (("oakland", "ana"), ("nairobi", "wanjiku"), ("bilbao", "iker")):
        await house.say(channel, who, "hello")
    return house


async def test_a_hold_moves_its_groups_own_end_and_the_window_with_it(members: House) -> None:
    house = members
    await propose(house)
    answer = plain(await house.say("bilbao", "iker", "/hold D-1 Our assembly meets on the 20th"))
    assert "Bilbao has time on D-1 until Mon 23 Nov 2026, 10:00 (Madrid)." in answer
    closes_at, own = await ends(house)
    assert closes_at == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert own == {2: "2026-11-16T12:00 Africa/Nairobi", 3: "2026-11-23T10:00 Europe/Madrid"}
    assert await pending(house, "input_close") == [(0, closes_at)]
    await settle(house)
    assert replies(house, "nairobi") == [
        "Bilbao asks for time on D-1. It is open until Mon 23 Nov 2026, 12:00 (Nairobi). "
        "Your group's own time ends Mon 16 Nov 2026, 12:00 (Nairobi).\n> Our assembly meets on the 20th"
    ]
    assert "Asked for time: Bilbao, until Mon 23 Nov 2026, 01:00 (Los Angeles): Our assembly" in head(house, "oakland")


async def test_a_group_holds_once_and_holds_do_not_add_up(members: House) -> None:
    house = members
    await propose(house)
    await house.say("bilbao", "iker", "/hold D-1 We meet on Friday")
    again = await house.say("bilbao", "iker", "/hold D-1 We meet on Saturday")
    assert isinstance(again, Invalid)
    assert "Bilbao has asked for time on D-1 already, and has it until Mon 23 Nov 2026, 10:00 (Madrid)" in plain(again)
    before, _ = await ends(house)
    await house.say("nairobi", "wanjiku", "/hold D-1 So do we")
    assert await ends(house) == (before, {2: "2026-11-23T12:00 Africa/Nairobi", 3: "2026-11-23T10:00 Europe/Madrid"})
    assert [event.group_id for event in await log(house, "group_held")] == [3, 2]


async def test_a_hold_gives_at_most_as_much_again(members: House) -> None:
    house = members
    await propose(house, length="2h")
    await house.say("bilbao", "iker", "/hold D-1 Lunch")
    assert (await ends(house))[0] == datetime(2026, 11, 2, 13, 0, tzinfo=UTC)


async def test_without_a_reason_a_hold_asks_for_one(members: House) -> None:
    house = members
    await propose(house)
    form = await house.say("bilbao", "iker", "/hold D-1")
    assert isinstance(form, Form)
    assert (form.title, [field.name for field in form.fields]) == ("Time for Bilbao on D-1", ["reason"])
    await house.submit("bilbao", "iker", "hold", **form.hidden, reason="We meet on Friday")
    assert "We meet on Friday" in house.shown("oakland")


async def test_who_may_not_hold(members: House) -> None:
    house = members
    await propose(house, length="2026-11-04 18:00")
    assert "not asked here" in plain(await house.say("oakland", "ana", "/hold D-1 wait"))
    await house.wait(days=2, hours=7)  # over in Nairobi, open until 18:00 in Bilbao
    late = plain(await house.say("nairobi", "wanjiku", "/hold D-1 wait"))
    assert "The time of Nairobi on D-1 ended Wed 4 Nov 2026, 18:00 (Nairobi)" in late
    await house.wait(days=1)
    assert "not open for input any more" in plain(await house.say("bilbao", "iker", "/hold D-1 wait"))


async def test_an_extension_moves_every_groups_end(members: House) -> None:
    house = members
    await propose(house)
    answer = plain(await house.say("oakland", "ana", "/extend D-1 3d"))
    assert "D-1 is open for input until Thu 19 Nov 2026, 01:00 (Los Angeles) now." in answer
    await house.say("oakland", "ana", "/extend D-1 2bd")
    closes_at, own = await ends(house)
    assert closes_at == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert own == {2: "2026-11-23T12:00 Africa/Nairobi", 3: "2026-11-23T10:00 Europe/Madrid"}
    assert len(replies(house, "nairobi")) == 2
    await house.wait(days=20, hours=12)
    assert "Open for input" in head(house, "bilbao")
    await house.wait(days=1)
    assert "Closed on" in head(house, "bilbao")
    assert len(await log(house, "input_closed")) == 1


async def test_a_reminder_that_was_given_is_not_given_again_when_the_end_moves(members: House) -> None:
    house = members
    await propose(house)
    await house.wait(days=7, hours=1)
    await house.say("oakland", "ana", "/extend D-1 5bd")
    await house.wait(days=14)
    steps = [(event.group_id, event.data["step"]) for event in await log(house, "group_reminded")]
    assert len(steps) == len(set(steps)) == 4


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/extend D-1 2026-12-01", "Say by how much: a length such as 3d or 5bd."),
        ("/extend D-1 2y", "“y” is no unit of time"),
        ("/extend D-1 730d", "more than two years after it was opened"),
    ],
)
async def test_what_is_no_extension(members: House, typed: str, said: str) -> None:
    house = members
    await propose(house)
    before = await ends(house)
    answer = await house.say("oakland", "ana", typed)
    assert isinstance(answer, Invalid)
    assert said in plain(answer)
    assert await ends(house) == before


async def test_it_closes_early_only_when_every_group_was_heard(members: House) -> None:
    house = members
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "data: 12 kW")
    refused = plain(await house.say("oakland", "ana", "/close D-1"))
    assert "and these were not: Bilbao. It closes by itself Mon 16 Nov 2026, 01:00 (Los Angeles)" in refused
    assert "Open for input" in head(house, "oakland")
    await house.say("bilbao", "iker", "/pass D-1")
    answer = plain(await house.say("oakland", "ana", "/close D-1"))
    assert "D-1 is closed: every affected group was heard." in answer
    assert "/outcome D-1 adopted" in answer
    await house.wait(days=20)
    assert len(await log(house, "input_closed")) == 1
    assert "1 of 2 groups spoke. Nothing to add: Bilbao." in replies(house, "nairobi")[0]


async def test_only_the_deciding_group_extends_and_closes(members: House) -> None:
    house = members
    await propose(house)
    for typed in ("/extend D-1 3d", "/close D-1", "/withdraw D-1 no"):
        assert "members of the group whose decision it is" in plain(await house.say("bilbao", "iker", typed))


async def test_a_proposal_is_withdrawn_with_a_reason(members: House) -> None:
    house = members
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "concern: no phones")
    form = await house.say("oakland", "ana", "/withdraw D-1")
    assert isinstance(form, Form)
    assert form.title == "Withdraw D-1"
    answer = plain(await house.say("oakland", "ana", "/withdraw D-1 Nairobi showed us a better way"))
    assert "D-1: withdrawn. All threads are told." in answer
    assert "> Nairobi showed us a better way" in house.shown("bilbao")
    assert await log(house, "concern_left_unanswered") == []
    assert "has its outcome already" in plain(await house.say("oakland", "ana", "/withdraw D-1 again"))
    await house.wait(days=20)
    assert await log(house, "group_reminded") == []


async def test_an_outcome_that_stays_owed_is_shown_to_the_circle_at_last(members: House) -> None:
    house = members
    await propose(house, length="2d")
    await house.wait(days=12)
    assert await log(house, "outcome_overdue") == []
    await house.wait(days=10)
    (overdue,) = await log(house, "outcome_overdue")
    assert overdue.data == {"number": 1, "since": "2026-11-04T09:00:00+00:00"}
    assert len([text for text in replies(house, "oakland") if "still wait for the outcome" in text]) == 2
