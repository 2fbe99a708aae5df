"""Giving input: replies with and without a leading word, commands, buttons, passing; the heads show it everywhere."""

import pytest

from bot.core.replies import Form, Nothing
from storage import contributions, input_windows
from storage.window_tables import contributions as table
from tests.features.input_windows.threads import CHANNELS, head, propose, replies, reply, settle
from tests.support.house import House, plain, rows


async def heard(house: House) -> dict[int, str]:
    asked = await house.work.read(lambda tx: input_windows.asked(tx.db, 1, 1))
    return {group.group_id: group.heard_how for group in asked if group.heard_at}


async def test_a_reply_with_a_leading_word_counts_everywhere(house: House) -> None:
    await propose(house)
    answer = await reply(house, "nairobi", "wanjiku", "Question: who pays for the phones?")
    assert answer == Nothing()
    await settle(house)
    for channel in CHANNELS:
        assert "Nairobi: 1 question" in head(house, channel)
        assert "question, Wanjiku (Nairobi): who pays for the phones?" in head(house, channel)
        assert "Not heard yet: Bilbao" in head(house, channel)
    assert await heard(house) == {2: "contribution"}


async def test_talk_is_kept_and_stops_no_reminder(house: House) -> None:
    await propose(house)
    assert await reply(house, "nairobi", "wanjiku", "we should talk about this on Friday") == Nothing()
    kept = await house.work.read(lambda tx: contributions.page(tx.db, 1, 1, 0, 10))
    assert [(c.stance, c.text, c.group_id) for c in kept] == [("talk", "we should talk about this on Friday", 2)]
    assert await heard(house) == {}


async def test_a_concern_is_told_its_number_and_is_one_reply_in_the_other_threads(house: House) -> None:
    await propose(house)
    answer = await reply(house, "nairobi", "wanjiku", "concern: half of us have no smartphone")
    assert "C-1: your concern on D-1, for Nairobi." in plain(answer)
    assert "/resolve C-1" in plain(answer)
    assert replies(house, "nairobi") == []
    assert len(replies(house, "bilbao")) == len(replies(house, "oakland")) == 1
    assert replies(house, "bilbao")[0] == (
        "A concern on D-1:\n> half of us have no smartphone\n— C-1, Wanjiku (Nairobi): open"
    )
    assert "[Answer] /answer C-1" in replies(house, "oakland")[0]
    await settle(house)
    assert "> half of us have no smartphone\n— C-1, Wanjiku (Nairobi): open" in head(house, "oakland")


async def test_other_input_is_no_reply_elsewhere(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "data: 41 of 80 members answered")
    await reply(house, "nairobi", "wanjiku", "context: the network is down on Sundays")
    assert replies(house, "oakland") == replies(house, "bilbao") == []


async def test_replies_elsewhere_are_not_taken_for_input(house: House) -> None:
    await propose(house)
    await house.say("nairobi", "wanjiku", "concern: I talk beside the thread")
    await house.say("nairobi", "wanjiku", "concern: and in another thread", thread="somebody-elses-message")
    assert await house.work.read(lambda tx: rows(tx.db, table)) == 0


async def test_the_head_is_edited_once_however_many_replies_come_in(house: House) -> None:
    await propose(house)
    for n in range(20):
        await reply(house, "nairobi", "wanjiku", f"data: number {n}")
    before = len(house.channels.edits)
    await settle(house)
    assert len(house.channels.edits) - before == len(CHANNELS)
    assert before <= len(CHANNELS)
    assert "Nairobi: 20 pieces of data" in head(house, "bilbao")


async def test_input_by_command(house: House) -> None:
    await propose(house)
    answer = await house.say("bilbao", "iker", "/input D-1 concern Our members are old")
    assert "C-1: your concern on D-1, for Bilbao." in plain(answer)
    assert len(replies(house, "bilbao")) == 1  # typed beside the thread, so that it is news there too
    answer = await house.say("bilbao", "iker", "/input D-1 question: who pays?")
    assert plain(answer) == "Noted as C-2: question on D-1, for Bilbao."


async def test_support_needs_no_words_and_all_else_asks_for_them(house: House) -> None:
    await propose(house)
    assert "Noted as C-1: support" in plain(await house.say("nairobi", "otieno", "/input D-1 support"))
    for kind in ("concern", "question", "data", "context"):
        form = await house.say("nairobi", "otieno", f"/input D-1 {kind}")
        assert isinstance(form, Form)
        assert (form.command, form.title) == ("input", f"{kind.capitalize()} on D-1")
        assert [(field.name, field.value) for field in form.fields] == [("text", "")]
        assert form.hidden == {"decision": "D-1", "stance": kind}
    answer = await house.submit("nairobi", "otieno", "input", decision="D-1", stance="data", text="41 of 80")
    assert plain(answer) == "Noted as C-2: data on D-1, for Nairobi."


async def test_support_given_twice_is_one_and_words_may_follow(house: House) -> None:
    await propose(house)
    await house.say("nairobi", "otieno", "/input D-1 support")
    await house.wait(minutes=5)
    assert "You have said so already" in plain(await house.say("nairobi", "otieno", "/input D-1 support"))
    assert await reply(house, "nairobi", "otieno", "support: it is safer") == Nothing()
    await settle(house)
    assert "Nairobi: 1 in support" in head(house, "oakland")
    kept = await house.work.read(lambda tx: contributions.page(tx.db, 1, 1, 0, 10))
    assert [(c.id, c.stance, c.text) for c in kept] == [(1, "support", "it is safer")]


async def test_words_for_a_sign_that_come_late_are_late(house: House) -> None:
    await propose(house, length="2d")
    await house.say("nairobi", "otieno", "/input D-1 support")
    await house.wait(days=3)
    assert "marked as late" in plain(await house.say("nairobi", "otieno", "/input D-1 support after all"))
    kept = await house.work.read(lambda tx: contributions.page(tx.db, 1, 1, 0, 10))
    assert [(c.text, c.is_late) for c in kept] == [("", False), ("after all", True)]


async def test_input_without_a_kind_is_talk_and_says_how_to_give_one(house: House) -> None:
    await propose(house)
    answer = plain(await house.say("nairobi", "otieno", "/input D-1 we meet on Friday"))
    assert "Kept as talk on D-1, C-1." in answer
    assert "/input D-1 question" in answer


async def test_who_belongs_to_no_asked_group_is_refused(house: House) -> None:
    await house.say("oakland", "ana", "/propose One newsletter --affects nairobi --for 3d")
    assert "This is for members of the affected groups." in plain(
        await house.say("bilbao", "iker", "/input D-1 support")
    )
    assert "This is for members of the affected groups." in plain(await house.say("bilbao", "iker", "/pass D-1"))


async def test_the_deciding_group_speaks_for_itself(house: House) -> None:
    await propose(house)
    await reply(house, "oakland", "ben", "data: we tried it for a month")
    await settle(house)
    assert "Oakland: 1 piece of data" in head(house, "nairobi")
    assert "Not heard yet: Nairobi and Bilbao" in head(house, "nairobi")


async def test_a_member_of_an_asked_group_may_speak_from_elsewhere(house: House) -> None:
    await propose(house)
    await house.say("nairobi", "otieno", "hello")
    answer = plain(await house.say("oakland", "otieno", "/input D-1 --as nairobi question: who pays?"))
    assert "Noted as C-1: question on D-1, for Nairobi." in answer
    assert "You are no member" in plain(await house.say("oakland", "ana", "/input D-1 --as bilbao data: no"))


async def test_a_group_passes(house: House) -> None:
    await propose(house)
    answer = plain(await house.say("bilbao", "maite", "/pass D-1"))
    assert "Bilbao passes on D-1 and is not reminded any more." in answer
    await settle(house)
    assert "Bilbao: passed" in head(house, "oakland")
    assert "Not heard yet: Nairobi" in head(house, "oakland")
    await house.wait(minutes=3)
    assert "has passed on D-1 already" in plain(await house.say("bilbao", "maite", "/pass D-1"))
    assert await heard(house) == {3: "pass"}


async def test_only_asked_groups_pass(house: House) -> None:
    await propose(house)
    assert "nothing to pass" in plain(await house.say("oakland", "ana", "/pass D-1"))
    assert "[Pass]" not in head(house, "oakland")
    assert "[Pass] /pass D-1" in head(house, "nairobi")


@pytest.mark.parametrize("who", ["wanjiku", "ana"])
async def test_what_people_write_is_data(house: House, who: str) -> None:
    await propose(house)
    await reply(house, "nairobi", who, "concern: {group} %s <!channel> @room {0}")
    await settle(house)
    assert "> {group} %s <!channel> @room {0}" in head(house, "bilbao")


async def test_many_concerns_are_quoted_shortly_and_all_are_named(house: House) -> None:
    await propose(house)
    for n in range(18):
        await reply(house, "nairobi", "wanjiku", f"concern: {'very ' * 100}long {n}")
    await settle(house)
    shown = head(house, "oakland")
    assert shown.count("> very") == 15
    assert "And C-16, C-17, C-18: see `/show D-1`." in shown
    assert max(len(line) for line in shown.splitlines()) < 400
    assert "very long 17" in plain(await house.say("oakland", "ana", "/show D-1 --page 4"))
