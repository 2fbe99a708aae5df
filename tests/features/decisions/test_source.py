"""A decision made from a message: its text is kept, shown to whom it was said, and goes when it is taken back."""

from dataclasses import replace

from bot.core.conversation import Actor, CommandTyped, MessageRedacted, Quoted
from bot.core.replies import Answer, Form, Reply
from storage.decision_life_tables import draft_sources
from tests.support.house import START, House, plain, rows

MESSAGE = Quoted("m1", Actor("test", "w", "ben", "Ben"), "Let us use Signal.\nIt hides our numbers.", START)


async def answer_to(house: House, typed: str, quoted: Quoted = MESSAGE, who: str = "ana") -> Reply:
    """Types a command in reply to a message in Oakland."""
    place = house.place("oakland", "m1")
    return await house.handle(
        CommandTyped(house.event_key(), place, house.actor(who), house.clock(), typed, "m1", quoted=quoted)
    )


async def test_the_message_becomes_the_source_with_its_text(house: House) -> None:
    await house.say("oakland", "ben", "hello")
    assert "Logged: D-1 Use Signal for alerts" in plain(await answer_to(house, "decide Use Signal for alerts"))
    whole = plain(await house.say("oakland", "ana", "/show D-1"))
    assert "Made from a message\n> Let us use Signal.\n> It hides our numbers.\n— Ben, Mon 2 Nov 2026, 01:00" in whole


async def test_without_a_title_its_first_line_is_the_title(house: House) -> None:
    assert "Logged: D-1 Let us use Signal." in plain(await answer_to(house, "decide"))
    assert "Already done, as D-1" in plain(await answer_to(house, "decide"))
    other = replace(MESSAGE, message_id="m2", text="Paint the door red")
    assert "Logged: D-2 Paint the door red" in plain(await answer_to(house, "decide", other))
    silent = replace(MESSAGE, message_id="m3", text="")
    assert isinstance(await answer_to(house, "decide", silent), Form)


async def test_somebody_elses_words_are_for_the_group_in_which_they_were_said(house: House) -> None:
    await house.say("oakland", "ben", "hello")
    await answer_to(house, "decide Use Signal for alerts")
    whole = plain(await house.say("nairobi", "otieno", "/show D-1"))
    assert "hides our numbers" not in whole
    assert "Its words are for the group in which it was said." in whole
    elsewhere = await house.say("nairobi", "ana", "/show D-1")
    assert isinstance(elsewhere, Answer)
    assert elsewhere.is_secret
    assert "hides our numbers" in plain(elsewhere)
    await answer_to(house, "decide Use Matrix", who="ben")
    assert "hides our numbers" in plain(await house.say("nairobi", "otieno", "/show D-2"))


async def test_a_message_that_is_taken_back_goes_from_the_record(house: House) -> None:
    await house.say("oakland", "ben", "hello")
    await answer_to(house, "decide Use Signal for alerts")
    gone = MessageRedacted("e-gone", house.place("oakland"), house.actor("ben"), house.clock(), "m1")
    await house.handle(gone)
    whole = plain(await house.say("oakland", "ana", "/show D-1"))
    assert "Made from a message\nIt was taken back, and its words are gone." in whole
    assert "hides our numbers" not in whole


async def test_a_redacted_decision_takes_its_source_along(house: House) -> None:
    await answer_to(house, "decide Use Signal for alerts")
    await house.say("oakland", "ana", "/redact D-1")
    assert "hides our numbers" not in plain(await house.say("oakland", "ana", "/show D-1"))


async def test_a_draft_keeps_its_source_until_it_is_sent_on_its_way(house: House) -> None:
    await house.say("oakland", "ben", "hello")
    await answer_to(house, "decide Use Signal for alerts --affects nairobi")
    await house.say("oakland", "ana", '/draft 1 now "the old one is gone"')
    assert "hides our numbers" in plain(await house.say("oakland", "ana", "/show D-1"))
    await answer_to(house, "decide Use Matrix for alerts --affects nairobi", replace(MESSAGE, message_id="m2"))
    gone = MessageRedacted("e-gone", house.place("oakland"), house.actor("ben"), house.clock(), "m2")
    await house.handle(gone)
    await house.say("oakland", "ana", "/draft 2 open")
    assert "Made from" not in plain(await house.say("oakland", "ana", "/show D-2"))
    await answer_to(house, "decide Use flags for alerts --affects nairobi", replace(MESSAGE, message_id="m3"))
    await house.say("oakland", "ana", "/draft 3 drop")
    assert await house.work.read(lambda tx: rows(tx.db, draft_sources)) == 0
