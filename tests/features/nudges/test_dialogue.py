"""What a silent channel is asked, who is asked after it, and how a group has quiet."""

import pytest
import sqlalchemy as sa

from bot.core.context import Context
from bot.core.events import DigestAsked
from bot.core.language import Words
from bot.core.message import Message, to_plain
from bot.core.replies import Invalid
from storage import directory
from storage.activity import channel_activity
from storage.events import events
from storage.work import Tx
from tests.support.house import House, plain, rows

NUDGE = """\
Nobody has said anything here for 5 working days.
D-1 Use Signal for alerts is open, and your group has not been heard.
[Pass on D-1] /pass D-1
[Not now: three days of quiet] /snooze 3d
[Why did I get this?] /why-told T-"""


async def propose(house: House, length: str = "1mo") -> None:
    await house.say("oakland", "ana", f"/propose Use Signal for alerts --affects nairobi,bilbao --for {length}")


async def days(house: House, count: int, *, silent: str = "nairobi") -> None:
    """Days on which all but one channel talk."""
    for _ in range(count):
        await house.wait(days=1)
        for channel, who in (("oakland", "ana"), ("bilbao", "iker"), ("nairobi", "wanjiku")):
            if channel != silent:
                await house.say(channel, who, "hello")


def nudges(house: House, channel: str) -> list[str]:
    """What was asked in a channel, as it was sent."""
    posts = [post for post in house.channels.posts if post.channel.remote_id == channel]
    return [to_plain(post.message) for post in posts if post.key.startswith("T-")]


async def test_a_silent_channel_is_asked_what_it_can_answer(house: House) -> None:
    await propose(house)
    await days(house, 8)
    assert [text[: len(NUDGE)] for text in nudges(house, "nairobi")] == [NUDGE]
    assert nudges(house, "oakland") == []
    assert nudges(house, "bilbao") == []


async def test_it_goes_when_it_is_answered(house: House) -> None:
    await propose(house)
    await days(house, 8)
    assert "Nobody has said anything here" in house.shown("nairobi")
    await house.say("nairobi", "wanjiku", "/pass D-1")
    assert "Nobody has said anything here" not in house.shown("nairobi")


async def test_nothing_to_answer_no_nudge(house: House) -> None:
    await days(house, 30)
    assert nudges(house, "nairobi") == []


async def test_it_is_dropped_if_the_channel_speaks_meanwhile(house: House) -> None:
    await propose(house)
    await house.wait(days=7, minutes=5)  # it is offered at 9:00 UTC and would be said at 9:10
    await house.say("nairobi", "wanjiku", "good morning")
    await house.wait(hours=4)
    assert nudges(house, "nairobi") == []
    assert "it was not needed any more" in plain(await house.say("nairobi", "wanjiku", "/why-told"))


async def test_quiet_hours_and_snooze_are_kept(house: House) -> None:
    await propose(house)
    answer = plain(await house.say("nairobi", "wanjiku", "/snooze 2w"))
    assert answer.startswith("No reminders and no questions here until Mon 16 Nov 2026, 12:00 (Nairobi).")
    await house.wait(days=13, hours=23)
    assert nudges(house, "nairobi") == []
    assert "usual" in plain(await house.say("nairobi", "wanjiku", "/snooze off"))


@pytest.mark.parametrize("typed", ["/snooze 3m", "/snooze 1y", "/snooze 2mo"])
async def test_what_is_no_quiet_is_said(house: House, typed: str) -> None:
    assert isinstance(await house.say("nairobi", "wanjiku", typed), Invalid)


async def test_then_the_contact_then_a_neighbour_then_the_circle(house: House) -> None:
    await propose(house, "6mo")
    await days(house, 70)
    asked = nudges(house, "nairobi")
    assert len(asked) == 3
    assert asked[2].startswith("To whoever keeps contact for Nairobi: two questions in this channel found no answer.")
    await days(house, 20)
    call = nudges(house, "bilbao")
    assert [text.splitlines()[0] for text in call] == [
        "Nairobi has been silent for 35 working days, and questions there found no answer."
        " Could somebody of you call them?"
    ]
    assert "You were both asked about D-1." in call[0]
    assert "working days" not in call[0].splitlines()[1]
    assert await circle(house) == "Groups that stay silent\n• Nairobi, for 62 working days (asked to call: Bilbao)"
    assert "Thank you." in plain(await house.say("bilbao", "iker", "/called nairobi"))
    assert "Bilbao has reached them." in house.shown("bilbao")
    assert "reached by Bilbao" in await circle(house)
    assert isinstance(await house.say("oakland", "ana", "/called nairobi"), Invalid)
    await house.say("nairobi", "wanjiku", "we are back")
    await house.dispatch.activity.flush()
    assert await circle(house) == ""


async def test_a_contact_with_a_name_is_addressed(house: House) -> None:
    assert "Wanjiku is the contact of Nairobi." in plain(
        await house.say("nairobi", "wanjiku", "/group --contact wanjiku")
    )
    await propose(house, "6mo")
    await days(house, 70)
    addressed = [text.splitlines()[0] for text in nudges(house, "nairobi")][2]
    assert addressed.startswith("@Wanjiku: two questions in this channel found no answer.")


async def circle(house: House) -> str:
    """What those who host are told of silence."""

    def ask(tx: Tx) -> str:
        registry = house.dispatch.registry
        network = directory.network(tx.db, 1)
        ctx = Context(tx.db, tx.now, tx.now, house.new_id, network, Words(), subscribers=registry.subscribers)
        return to_plain(Message(ctx.ask(DigestAsked(about="circle", since=tx.now, until=tx.now, is_circle=True))))

    return await house.work.read(ask)


async def test_what_nobody_answers_comes_more_rarely_and_says_so(house: House) -> None:
    await propose(house, "6mo")
    await days(house, 40)
    await house.say("nairobi", "wanjiku", "hello, but not on that")
    await days(house, 36)
    *before, last = nudges(house, "nairobi")
    line = "The last 3 questions of this kind found no answer here, so they come more rarely now."
    assert line in last
    assert not any(line in text for text in before)


async def test_talk_is_counted_not_kept(house: House) -> None:
    for _ in range(3):
        await house.say("nairobi", "wanjiku", "a secret word")
    await house.dispatch.activity.flush()

    def look(tx: Tx) -> tuple[list[object], int]:
        counted = tx.db.execute(sa.select(channel_activity.c.day, channel_activity.c.messages)).all()
        return [tuple(row) for row in counted], rows(tx.db, events)

    counted, logged = await house.work.read(look)
    assert ("2026-11-02", 4) in counted
    assert logged == 0


async def test_one_can_ask_why(house: House) -> None:
    await propose(house)
    await days(house, 8)
    answer = plain(await house.say("nairobi", "wanjiku", "/why-told"))
    assert "at most 5 things a week" in answer
    assert "a question, as nobody had said anything in your channel for 5 working days and D-1 waited" in answer
    assert isinstance(await house.say("bilbao", "iker", "/why-told T-1000"), Invalid)
