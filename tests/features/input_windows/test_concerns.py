"""Concerns to their end: answered, resolved, taken over when the raiser is gone, carried into the outcome, at rest."""

import pytest
import sqlalchemy as sa

from bot.core.events import PersonForgotten
from bot.core.replies import Form, Invalid
from storage import contributions
from storage.network_tables import memberships
from tests.features.input_windows.elsewhere import happens, log
from tests.features.input_windows.threads import head, propose, replies, reply, settle
from tests.support.house import House, plain


async def forget_raiser(house: House, id: int = 1) -> None:
    """Who raised C-`id` asks to be forgotten."""
    given = await house.work.read(lambda tx: contributions.contribution(tx.db, 1, id))
    assert given is not None
    await happens(house, PersonForgotten(about="", person_id=given.raiser_id))
    await settle(house)


async def state(house: House, id: int = 1) -> str:
    given = await house.work.read(lambda tx: contributions.contribution(tx.db, 1, id))
    assert given is not None
    return given.state


@pytest.fixture
async def raised(house: House) -> House:
    """Wanjiku's concern C-1 for Nairobi on D-1; Otieno and Iker are members of Nairobi and Bilbao."""
    for channel, who in (("nairobi", "otieno"), ("bilbao", "iker")):
        await house.say(channel, who, "hello")
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "concern: my brother has no phone")
    return house


async def test_the_group_is_told_once_when_a_raiser_is_gone_and_can_take_it_over(raised: House) -> None:
    house = raised
    await forget_raiser(house)
    told = replies(house, "nairobi")[-1]
    assert "Who raised C-1 is gone, and the words with them." in told
    assert "it rests, on the record, from Mon 16 Nov 2026, 12:00 (Nairobi) on." in told
    assert "brother" not in house.shown("nairobi") + house.shown("oakland") + house.shown("bilbao")
    assert "Who raised" not in house.shown("bilbao")
    form = await house.say("nairobi", "otieno", "/take-over C-1")
    assert isinstance(form, Form)
    answer = plain(await house.submit("nairobi", "otieno", "take-over", concern="C-1", text="Half have no phone"))
    assert "You speak for C-1 on D-1 now" in answer
    await settle(house)
    assert "> Half have no phone\n— C-1, taken over by Otieno (Nairobi): open" in head(house, "bilbao")
    assert replies(house, "nairobi")[-1] == "Nairobi speaks for C-1 again."
    await house.say("nairobi", "otieno", "/resolve C-1")
    assert await state(house) == "resolved"
    await house.wait(days=20)
    assert await log(house, "concern_rested") == []


async def test_a_concern_that_nobody_takes_over_rests_on_the_record(raised: House) -> None:
    house = raised
    await forget_raiser(house)
    await house.wait(days=15)
    (rested,) = await log(house, "concern_rested")
    assert rested.data == {"number": 1, "contribution": 1}
    assert replies(house, "nairobi")[0].endswith("Nobody took it over: it rests, on the record.")
    await house.say("oakland", "ana", "/outcome D-1 adopted as it was")
    assert await state(house) == "rested"
    assert "C-1, Wanjiku (Nairobi): at rest: its raiser is gone, and nobody took it over" in house.shown("oakland")
    assert await log(house, "concern_left_unanswered") == []
    await house.say("nairobi", "otieno", "/take-over C-1 Half have no phone")
    assert await state(house) == "carried"
    assert "Half have no phone" in plain(await house.say("bilbao", "iker", "/show D-1"))


async def test_who_takes_a_concern_over_can_go_too(raised: House) -> None:
    house = raised
    await forget_raiser(house)
    await house.wait(days=2)
    await house.say("nairobi", "otieno", "/take-over C-1 Half have no phone")
    await forget_raiser(house)
    assert "Half have no phone" not in house.shown("nairobi") + house.shown("oakland")
    assert await state(house) == "open"
    await house.wait(days=20)
    assert await state(house) == "rested"


async def test_a_concern_of_who_left_the_group_keeps_its_words(raised: House) -> None:
    house = raised
    refused = await house.say("nairobi", "otieno", "/take-over C-1")
    assert isinstance(refused, Invalid)
    assert "C-1 has somebody who speaks for it" in plain(refused)
    said = await house.work.read(lambda tx: contributions.contribution(tx.db, 1, 1))
    assert said is not None
    leave = sa.delete(memberships).where(memberships.c.person_id == said.person_id)
    await house.work.write(1, lambda tx: tx.db.execute(leave))
    assert "its raiser's words, and they stay" in plain(await house.say("nairobi", "otieno", "/take-over C-1 mine"))
    await house.say("nairobi", "otieno", "/take-over C-1")
    await settle(house)
    assert "> my brother has no phone\n— C-1, taken over by Otieno (Nairobi): open" in head(house, "bilbao")


async def test_only_the_raisers_group_takes_over(raised: House) -> None:
    house = raised
    await forget_raiser(house)
    answer = await house.say("bilbao", "iker", "/take-over C-1 ours")
    assert isinstance(answer, Invalid)
    assert await state(house) == "open"


async def test_the_outcome_goes_from_concern_to_concern(raised: House) -> None:
    house = raised
    await reply(house, "bilbao", "iker", "concern: who pays?")
    await house.wait(days=15)
    form = await house.say("oakland", "ana", "/outcome D-1 adopted")
    assert isinstance(form, Form)
    assert [(f.name, f.label, f.is_required) for f in form.fields] == [
        ("answers:1", "Answer to C-1", False),
        ("answers:2", "Answer to C-2", False),
        ("text", "Text", False),
    ]
    assert form.fields[1].hint == "Left empty, it is shown as not answered. It says: who pays?"
    values = {**form.hidden, "answers:1": "SMS stays as well", "answers:2": "", "text": ""}
    answer = plain(await house.submit("oakland", "ana", "outcome", **values))
    assert "These concerns stay with it as dissent: C-1, C-2." in answer
    assert "Shown as not answered: C-2." in answer
    (left,) = await log(house, "concern_left_unanswered")
    assert left.data == {"number": 1, "contribution": 2}
    shown = house.shown("bilbao").replace("    ", "")
    assert "> my brother has no phone\n— C-1, Wanjiku (Nairobi): answered, not resolved\n> SMS stays as well" in shown
    assert "> who pays?\n— C-2, Iker (Bilbao): not answered" in shown
    assert any("your concern C-1 has an answer" in text for text in replies(house, "nairobi"))


async def test_an_outcome_may_leave_concerns_without_an_answer_and_says_so(raised: House) -> None:
    house = raised
    await house.wait(days=15)
    assert "Shown as not answered: C-1." in plain(
        await house.say("oakland", "ana", "/outcome D-1 adopted --unanswered")
    )
    assert [event.data["contribution"] for event in await log(house, "concern_left_unanswered")] == [1]


async def test_changes_are_asked_for_in_the_same_form(raised: House) -> None:
    house = raised
    await house.wait(days=15)
    form = await house.say("oakland", "ana", "/outcome D-1 adopted-with-changes")
    assert isinstance(form, Form)
    assert [(f.name, f.is_required) for f in form.fields] == [("answers:1", False), ("text", True)]


async def test_a_later_answer_and_a_later_resolve_still_count(raised: House) -> None:
    house = raised
    await house.wait(days=15)
    await house.say("oakland", "ana", "/outcome D-1 adopted as it was")
    await house.say("oakland", "ana", "/answer C-1 We bought phones")
    assert "C-1, Wanjiku (Nairobi): answered, not resolved" in house.shown("bilbao")
    await house.say("nairobi", "wanjiku", "/resolve C-1")
    assert await state(house) == "resolved"
