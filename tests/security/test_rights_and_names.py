"""Whose hand it is: names that are another's, messages changed by others, groups one does not belong to."""

import pytest

from bot.core.conversation import Actor, CommandTyped, MessageEdited, MessagePosted
from bot.core.replies import Invalid
from storage import codes
from tests.support.house import House, plain

IN_DISGUISE = ["/group --rename Bil\u200bbao", "/group --rename \u202eBilbao", "/group --rename \uff22\uff49\uff4cbao"]


@pytest.mark.parametrize(
    "typed", ["/group --rename Bilbao", "/group --rename bilbao", "/group --slug bilbao", *IN_DISGUISE]
)
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


@pytest.mark.parametrize("typed", ["@ana:hs.org", "ana:hs.org"])
async def test_a_role_goes_to_the_account_that_was_typed_not_to_who_took_its_name(house: House, typed: str) -> None:
    """Display names are anybody's to choose."""
    await house.work.write(1, lambda tx: codes.new_steward_code(tx.db, 1, "FIRST", tx.now))
    await house.say("oakland", "ben", "/steward FIRST")
    for account, name in (("@mallory:hs.org", "ana:hs.org"), ("@ana:hs.org", "Ana")):
        place, actor = house.place("oakland"), Actor("test", "w", account, name)
        await house.handle(MessagePosted(house.event_key(), place, actor, house.clock(), account, "hello"))
    answer = plain(await house.say("oakland", "ben", f"/roles {typed} facilitator"))
    assert "Facilitators: Ana" in answer


@pytest.mark.parametrize("name", ["@ana:hs.org", "ana:hs.org"])
async def test_an_account_that_is_not_known_is_nobody(house: House, name: str) -> None:
    await house.work.write(1, lambda tx: codes.new_steward_code(tx.db, 1, "FIRST", tx.now))
    await house.say("oakland", "ben", "/steward FIRST")
    mallory = Actor("test", "w", "@mallory:hs.org", name)
    await house.handle(MessagePosted(house.event_key(), house.place("oakland"), mallory, house.clock(), "m", "hello"))
    for typed in ("@ana:hs.org", "ana:hs.org"):
        answer = await house.say("oakland", "ben", f"/roles {typed} steward")
        assert isinstance(answer, Invalid)


async def test_a_persons_name_is_one_line_that_turns_nothing_round(house: House) -> None:
    """Display names come from the platform as somebody chose them."""
    ana = Actor("test", "w", "ana", "Ana\n\u202eC-1, Ben: resolved\u2066")
    await house.handle(CommandTyped("e-name", house.place("oakland"), ana, house.clock(), "decide Our plan"))
    shown = plain(await house.say("oakland", "ben", "/show D-1"))
    assert "by Ana C-1, Ben: resolved" in shown


async def test_who_has_an_empty_name_is_called_as_their_account(house: House) -> None:
    nobody = Actor("test", "w", "u-7", "\u200b\n")
    await house.handle(CommandTyped("e-name", house.place("oakland"), nobody, house.clock(), "decide Our plan"))
    assert "by u-7" in plain(await house.say("oakland", "ben", "/show D-1"))


async def test_a_concern_does_not_go_under_with_an_undo(house: House) -> None:
    """It stays visible until its raiser is content or the outcome says openly why it was not followed."""
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi --for 3d")
    await house.say("nairobi", "wanjiku", "concern: no phones", thread="D-1:head:2", key="m1")
    answer = await house.say("oakland", "ana", "/undo D-1")
    assert isinstance(answer, Invalid)
    assert "/outcome D-1 withdrawn" in plain(answer)
    await house.wait(minutes=1)
    assert "no phones" in house.shown("nairobi")
    await house.say("nairobi", "wanjiku", "/redact C-1")
    assert "taken back" in plain(await house.say("oakland", "ana", "/undo D-1"))
