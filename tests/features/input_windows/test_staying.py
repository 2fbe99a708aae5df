"""Words stay home: what was said in an encrypted or restricted place leaves it by its author's choice alone."""

from dataclasses import replace

import pytest

from bot.core.conversation import CommandTyped, MessagePosted
from bot.core.replies import Form, Reply
from tests.features.input_windows.elsewhere import log
from tests.features.input_windows.threads import edit, head, propose, replies, reply, root, settle
from tests.support.house import House, plain

SECRET = "my brother hides in Westlands"


async def say_in_private(house: House, text: str, *, typed: bool = False) -> Reply:
    """Wanjiku says something in Nairobi's thread, which is encrypted."""
    place = replace(house.place("nairobi", root("nairobi")), is_restricted=True)
    key, actor, at = house.event_key(), house.actor("wanjiku"), house.clock()
    if typed:
        return await house.handle(CommandTyped(key, place, actor, at, text))
    return await house.handle(MessagePosted(key, place, actor, at, key, text))


@pytest.fixture
async def window(house: House) -> House:
    await house.say("bilbao", "iker", "/relay digest")
    await propose(house)
    return house


async def test_a_concern_leaves_as_kind_and_count(window: House) -> None:
    house = window
    answer = plain(await say_in_private(house, f"concern: {SECRET}"))
    assert "Other channels see only that it was said, and of which kind." in answer
    assert "[Let the words out] /let-out C-1" in answer
    await settle(house)
    assert f"> {SECRET}\n— C-1, Wanjiku (Nairobi): open" in head(house, "nairobi")
    for channel in ("oakland", "bilbao"):
        assert "C-1 (Nairobi): open (its words stay in the channel where they were said)" in head(house, channel)
        assert "Nairobi: 1 concern" in head(house, channel)
        assert replies(house, channel)[0].startswith("A concern on D-1:\nC-1 (Nairobi): open")
        assert SECRET not in house.shown(channel)
        assert "Wanjiku" not in house.shown(channel)


async def test_what_stays_is_told_to_nobody_elsewhere(window: House) -> None:
    house = window
    await say_in_private(house, f"concern: {SECRET}")
    await say_in_private(house, f"data: {SECRET}")
    await say_in_private(house, f"input D-1 question {SECRET}?", typed=True)
    await say_in_private(house, SECRET)
    form = await house.say("oakland", "ana", "/answer C-1")
    assert isinstance(form, Form)
    assert SECRET not in str(form)
    assert SECRET not in plain(await house.say("oakland", "ana", "/show D-1"))
    assert SECRET not in plain(await house.say("bilbao", "wanjiku", "/show D-1"))
    assert SECRET in plain(await house.say("nairobi", "wanjiku", "/show D-1"))
    await house.wait(days=15)
    asked = await house.say("oakland", "ana", "/outcome D-1 adopted")
    assert isinstance(asked, Form)
    assert SECRET not in str(asked)
    await house.say("oakland", "ana", "/outcome D-1 adopted --unanswered")
    for channel in ("oakland", "bilbao"):
        assert SECRET not in house.shown(channel)
        assert "Wanjiku" not in house.shown(channel)
    assert "New on D-1 from other groups:\n• data (Nairobi)\n• question (Nairobi)" in replies(house, "bilbao")
    assert len(await log(house, "contribution_given")) == 4


async def test_its_author_lets_the_words_out(window: House) -> None:
    house = window
    await say_in_private(house, f"concern: {SECRET}")
    refused = plain(await house.say("nairobi", "otieno", "/let-out C-1"))
    assert "the person who raised it" in refused
    answer = plain(await house.say("nairobi", "wanjiku", "/let-out C-1"))
    assert answer == "The words of C-1 are shown in all channels of its window now."
    await settle(house)
    for channel in ("oakland", "bilbao"):
        assert f"> {SECRET}\n— C-1, Wanjiku (Nairobi): open" in head(house, channel)
    house.clock.move(minutes=3)
    assert "already" in plain(await house.say("nairobi", "wanjiku", "/let-out C-1"))


async def test_an_edit_of_what_stays_stays(window: House) -> None:
    house = window
    await house.say("nairobi", "wanjiku", "/keep-words on")
    await reply(house, "nairobi", "wanjiku", "data: 12 kW", id="m1")
    await edit(house, "nairobi", "wanjiku", "m1", f"data: {SECRET}")
    await settle(house)
    assert SECRET not in house.shown("oakland")
    assert SECRET in head(house, "nairobi")


async def test_a_command_can_say_at_once_that_its_words_travel(window: House) -> None:
    house = window
    await say_in_private(house, "input D-1 concern --let-out no phones here", typed=True)
    await settle(house)
    assert "> no phones here" in head(house, "oakland")


async def test_a_channel_may_choose_that_words_stay(window: House) -> None:
    house = window
    assert "shown in the other channels" in plain(await house.say("nairobi", "wanjiku", "/keep-words"))
    assert "stays here" in plain(await house.say("nairobi", "wanjiku", "/keep-words on"))
    await reply(house, "nairobi", "wanjiku", f"concern: {SECRET}")
    await house.say("nairobi", "wanjiku", "/keep-words off")
    await reply(house, "nairobi", "wanjiku", "concern: no phones")
    await settle(house)
    assert SECRET not in house.shown("oakland")
    assert "no phones" in head(house, "oakland")


async def test_an_answer_to_what_stays_names_its_raiser_only_at_home(window: House) -> None:
    house = window
    await say_in_private(house, f"concern: {SECRET}")
    await house.say("oakland", "ana", "/answer C-1 We will call you")
    assert any("Wanjiku, your concern C-1 has an answer" in text for text in replies(house, "nairobi"))
    await settle(house)
    assert "Wanjiku" not in house.shown("oakland") + house.shown("bilbao")
