"""Whose hand it is: names that are another's, messages changed by others, groups one does not belong to."""

import pytest

from bot.core.conversation import MessageEdited
from bot.core.replies import Invalid
from tests.support.house import House, plain


@pytest.mark.parametrize("typed", ["/group --rename Bilbao", "/group --rename bilbao", "/group --slug bilbao"])
async def test_a_group_takes_no_other_groups_name(house: House, typed: str) -> None:
    """Words meant for the one would go to the other."""
    answer = await house.say("nairobi", "wanjiku", typed)
    assert isinstance(answer, Invalid)
    assert "Bilbao" in plain(answer)


async def test_a_short_name_is_nobody_elses_name(house: House) -> None:
    await house.say("bilbao", "iker", "/group --slug bio")
    answer = await house.say("nairobi", "wanjiku", "/group --slug bilbao")
    assert isinstance(answer, Invalid)
    await house.say("oakland", "ana", "/decide Our plan --tell Bilbao --audience affected")
    assert "Our plan" in house.shown("bilbao")
    assert "Our plan" not in house.shown("nairobi")


async def test_a_group_may_change_how_its_own_name_is_written(house: House) -> None:
    answer = await house.say("bilbao", "iker", "/group --rename BILBAO")
    assert "BILBAO" in plain(answer)


async def test_who_passes_for_a_group_belongs_to_it(house: House) -> None:
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi,bilbao --for 3d")
    answer = await house.say("nairobi", "wanjiku", "/pass D-1 --as bilbao")
    assert isinstance(answer, Invalid)
    assert "Not heard yet: Nairobi, Bilbao" in house.shown("oakland") or "passed" not in house.shown("oakland")


async def test_only_its_author_changes_the_words_of_a_message(house: House) -> None:
    """Matrix carries an edit by whoever sends one."""
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi --for 3d")
    await house.say("nairobi", "wanjiku", "concern: no phones", thread="D-1:head:2", key="m1")
    edit = MessageEdited(
        "e-other", house.place("nairobi", "D-1:head:2"), house.actor("otieno"), house.clock(), "m1", "ok"
    )
    await house.handle(edit)
    assert "no phones" in house.shown("oakland")


async def test_a_redaction_is_done_once(house: House) -> None:
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi --for 3d")
    await house.say("nairobi", "wanjiku", "/input D-1 concern no phones")
    await house.say("nairobi", "wanjiku", "/redact C-1")
    again = await house.say("nairobi", "wanjiku", "/redact C-1")
    assert "already" in plain(again)
