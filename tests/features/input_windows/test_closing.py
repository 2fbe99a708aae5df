"""The end of a window: reminders on the way, the close, the summary, the outcome that is owed and given."""

from datetime import UTC, datetime, timedelta

from bot.core.replies import Form
from storage import contributions, decisions, directory, events, input_windows
from tests.features.input_windows.threads import delete, edit, head, propose, react, replies, reply, settle
from tests.support.house import START, House, plain


async def reminders(house: House) -> list[tuple[int | None, str, datetime]]:
    logged = await house.work.read(lambda tx: events.about(tx.db, 1, "D-1"))
    return [(e.group_id, e.data["step"], e.at) for e in logged if e.kind == "group_reminded"]


async def status(house: House) -> str:
    found = await house.work.read(lambda tx: decisions.find(tx.db, 1, 1))
    assert found is not None
    return found.status


async def test_groups_not_heard_are_reminded_in_their_working_hours(house: House) -> None:
    await propose(house)
    await reply(house, "bilbao", "iker", "data: we have 12 phones")
    await house.wait(days=7, hours=1)
    assert replies(house, "bilbao") == []
    assert replies(house, "nairobi") == [
        "Nairobi has not been heard on D-1 yet. There is time until Mon 16 Nov 2026, 12:00 (Nairobi).\n"
        "Reply in this thread – or say that you have nothing to add:\n[Pass] /pass D-1"
    ]
    await house.wait(days=4)
    assert [(group, step) for group, step, _ in await reminders(house)] == [(2, "half-way"), (2, "last-day")]
    assert [at.astimezone(UTC).hour + 3 for _, _, at in await reminders(house)] == [12, 9]


async def test_who_has_been_heard_meanwhile_is_not_reminded(house: House) -> None:
    await propose(house)
    await house.wait(days=7, hours=1)
    assert len(await reminders(house)) == 2
    await house.say("nairobi", "wanjiku", "/pass D-1")
    await reply(house, "bilbao", "iker", "support: yes")
    await house.wait(days=8)
    assert len(await reminders(house)) == 2
    assert "has not been heard" not in "".join(replies(house, "nairobi"))


async def test_a_window_closes_at_its_time_with_a_summary_in_every_thread(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "concern: half of us have no smartphone")
    await reply(house, "nairobi", "otieno", "support: it is safer")
    await house.wait(days=13, hours=23, minutes=59)
    assert "Open for input" in head(house, "oakland")
    await house.wait(minutes=2)
    for channel in ("oakland", "nairobi", "bilbao"):
        summary = replies(house, channel)[-1]
        assert "Input on D-1 closed on Mon 16 Nov 2026" in summary
        assert "1 of 2 groups spoke. Silent: Bilbao. Silence says neither yes nor no." in summary
        assert summary.count("Bilbao") == 1
        assert "> half of us have no smartphone\n— C-1, Wanjiku (Nairobi): open" in summary
        assert "consent" not in house.shown(channel).lower()
    assert "Oakland, it is yours" in replies(house, "oakland")[-1]
    assert "[Answer C-1] /answer C-1" in replies(house, "oakland")[-1]
    assert "[Adopted] /outcome D-1 adopted" in replies(house, "oakland")[-1]
    assert "/outcome" not in replies(house, "nairobi")[-1]
    await settle(house)
    assert "Oakland now says what becomes of it." in head(house, "nairobi")
    assert "[Support]" not in head(house, "nairobi")
    logged = await house.work.read(lambda tx: events.about(tx.db, 1, "D-1"))
    closed = [e.data for e in logged if e.kind == "input_closed"]
    assert closed == [{"number": 1, "silent_ids": [3], "open_concerns": [1]}]


async def test_the_summary_names_each_group_once(house: House) -> None:
    await propose(house, length="2d")
    await house.say("nairobi", "wanjiku", "/pass D-1")
    await house.wait(days=2, minutes=1)
    summary = replies(house, "nairobi")[-1]
    assert "0 of 2 groups spoke. Nothing to add: Nairobi. Silent: Bilbao." in summary
    assert (summary.count("Nairobi"), summary.count("Bilbao")) == (2, 1)  # once more as the zone of the close


async def test_a_window_that_closes_late_says_so_and_reminds_nobody(house: House) -> None:
    await propose(house, length="2d")
    house.clock.move(days=2, hours=3)
    await house.clockwork.fire_due()
    await house.deliverer.drain()
    assert "This comes late by 3 h" in replies(house, "bilbao")[-1]
    assert await reminders(house) == []
    assert len(replies(house, "bilbao")) == 1


async def test_of_several_late_reminders_only_the_last_is_said(house: House) -> None:
    await propose(house)
    house.clock.now = datetime(2026, 11, 13, 9, 30, tzinfo=UTC)
    await house.clockwork.fire_due()
    await house.wait(minutes=10)  # what is offered waits for what else there is to say
    assert [(group, step) for group, step, _ in await reminders(house)] == [(2, "last-day"), (3, "last-day")]


async def test_a_late_reminder_waits_for_working_hours(house: House) -> None:
    await propose(house)
    house.clock.now = datetime(2026, 11, 9, 20, 0, tzinfo=UTC)  # 23:00 in Nairobi
    await house.clockwork.fire_due()
    assert await reminders(house) == []
    await house.wait(hours=16)
    assert [(group, at) for group, _, at in await reminders(house)] == [
        (2, datetime(2026, 11, 10, 6, 10, tzinfo=UTC)),
        (3, datetime(2026, 11, 10, 8, 10, tzinfo=UTC)),
    ]


async def test_late_input_is_kept_and_marked_late(house: House) -> None:
    await propose(house, length="2d")
    await house.wait(days=3)
    answer = plain(await reply(house, "bilbao", "iker", "concern: too late?"))
    assert "The window had closed already: it is kept, and marked as late." in answer
    await settle(house)
    assert "— C-1, Iker (Bilbao): open, came late" in head(house, "oakland")
    assert "0 of 2 groups spoke." in replies(house, "oakland")[-2]


async def test_what_is_late_is_told_by_the_networks_clock(house: House) -> None:
    await propose(house, length="2d")
    await house.work.write(1, lambda tx: directory.set_clock(tx.db, 1, timedelta(days=3)))
    await house.clockwork.fire_due()
    assert "late" in plain(await reply(house, "bilbao", "iker", "concern: too late?"))


async def test_what_was_said_in_time_is_not_late_when_it_comes_after_the_close(house: House) -> None:
    await propose(house, length="2d")
    await house.wait(days=2, hours=1)
    await reply(house, "bilbao", "iker", "question: who pays?", at=START + timedelta(days=1))
    await settle(house)
    assert "1 of 2 groups spoke. Silent: Nairobi." in replies(house, "oakland")[-1]


async def test_an_answer_and_its_resolution(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "concern: half of us have no smartphone")
    refused = plain(await house.say("nairobi", "otieno", "/answer C-1 never mind"))
    assert "This is for members of the group whose decision it is." in refused
    await house.say("oakland", "ana", "/answer C-1 The old channel stays open for a month")
    assert "@Wanjiku, your concern C-1 has an answer:\n> The old channel stays open" in replies(house, "nairobi")[-1]
    assert "[That resolves it] /resolve C-1" in replies(house, "nairobi")[-1]
    assert "This is for the person who raised it." in plain(await house.say("oakland", "ana", "/resolve C-1"))
    assert "C-1 is resolved." in plain(await house.say("nairobi", "wanjiku", "/resolve C-1"))
    await settle(house)
    assert "— C-1, Wanjiku (Nairobi): resolved\n> The old channel stays open" in head(house, "bilbao")
    assert "[That resolves it]" not in replies(house, "nairobi")[-1]
    await house.wait(minutes=3)
    assert "C-1 is resolved already." in plain(await house.say("nairobi", "wanjiku", "/resolve C-1"))
    await house.wait(days=20)
    summary = next(text for text in replies(house, "bilbao") if "closed on" in text)
    assert "Resolved: C-1." in summary
    assert "half of us" not in summary


async def test_only_concerns_are_answered(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "data: 12 phones")
    assert "C-1 is no concern" in plain(await house.say("oakland", "ana", "/answer C-1 thanks"))
    assert "There is no C-9 here." in plain(await house.say("oakland", "ana", "/answer C-9 thanks"))


async def test_adopting_before_the_end_is_refused_with_the_date(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "support: yes")
    answer = plain(await house.say("oakland", "ana", "/outcome D-1 adopted"))
    assert "D-1 is open for input until Mon 16 Nov 2026, 01:00 (Los Angeles)" in answer
    assert await status(house) == "proposed"
    await house.say("bilbao", "iker", "/pass D-1")
    answer = plain(await house.say("oakland", "ana", "/outcome D-1 adopted"))
    assert "D-1: adopted." in answer
    assert await status(house) == "taken"
    await house.wait(days=30)
    assert [text for text in replies(house, "nairobi") if "closed on" in text or "still wait" in text] == []


async def test_withdrawing_is_possible_at_any_time(house: House) -> None:
    await propose(house)
    await house.say("oakland", "ana", "/outcome D-1 withdrawn Too early")
    assert await status(house) == "withdrawn"
    await settle(house)
    assert "withdrawn.\n> Too early" in head(house, "nairobi")
    assert replies(house, "nairobi")[-1].startswith("Oakland on D-1: withdrawn\n> Too early\n0 of 2 groups spoke.")


async def test_the_outcome_carries_what_is_not_resolved_as_dissent(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "concern: half of us have no smartphone")
    await reply(house, "bilbao", "iker", "concern: and who pays?")
    await reply(house, "bilbao", "maite", "concern: it is American")
    await house.say("oakland", "ana", "/answer C-2 Oakland pays")
    await house.say("bilbao", "maite", "/resolve C-3")
    await house.wait(days=15)
    form = await house.say("oakland", "ana", "/outcome D-1 adopted-with-changes")
    assert isinstance(form, Form)
    answer = plain(await house.say("oakland", "ana", "/outcome D-1 adopted-with-changes We keep the old channel"))
    assert "These concerns stay with it as dissent: C-1, C-2." in answer
    for channel in ("oakland", "nairobi", "bilbao"):
        outcome = replies(house, channel)[-1]
        assert outcome.startswith(
            "Oakland on D-1: adopted with changes\n> We keep the old channel\n2 of 2 groups spoke."
        )
        assert "> half of us have no smartphone\n— C-1, Wanjiku (Nairobi): not answered" in outcome
        assert "> and who pays?\n— C-2, Iker (Bilbao): answered, not resolved\n> Oakland pays" in outcome
        assert "American" not in outcome
    assert await status(house) == "taken"
    found = await house.work.read(lambda tx: contributions.concerns(tx.db, 1, 1))
    assert [concern.state for concern in found] == ["carried", "carried", "resolved"]
    await house.wait(minutes=3)
    assert "has its outcome already" in plain(await house.say("oakland", "ana", "/outcome D-1 adopted"))
    assert "[Adopted]" not in house.shown("oakland")


async def test_others_cannot_conclude(house: House) -> None:
    await propose(house)
    answer = plain(await house.say("nairobi", "wanjiku", "/outcome D-1 withdrawn"))
    assert "This is for members of the group whose decision it is." in answer


async def test_an_owed_outcome_is_reminded_twice(house: House) -> None:
    await propose(house, length="2d")
    await house.wait(days=2, minutes=1)
    await house.wait(days=30)
    owed = [text for text in replies(house, "oakland") if "still wait for the outcome" in text]
    assert len(owed) == 2
    assert not any("still wait" in text for text in replies(house, "nairobi"))
    await house.say("oakland", "ana", "/outcome D-1 adopted")
    assert not any("still wait" in text for text in replies(house, "oakland"))


async def test_a_review_ends_with_stands_changed_or_withdrawn(house: House) -> None:
    await house.say("oakland", "ana", '/decide Close the office --affects nairobi --urgent "no water"')
    await reply(house, "nairobi", "wanjiku", "concern: we meet there")
    await house.wait(days=20)
    assert "[It stands] /outcome D-1 adopted" in replies(house, "oakland")[-1]
    await house.say("oakland", "ana", "/outcome D-1 adopted The water is back")
    assert replies(house, "nairobi")[-1].startswith("Oakland on D-1: it stands\n> The water is back")
    assert await status(house) == "taken"


async def test_changes_after_the_close_do_not_reopen(house: House) -> None:
    await propose(house, length="2d")
    await reply(house, "nairobi", "wanjiku", "concern: no phones", id="m1")
    await react(house, "bilbao", "iker", "👍")
    await house.wait(days=3)
    await edit(house, "nairobi", "wanjiku", "m1", "concern: few phones", at=house.clock())
    await delete(house, "nairobi", "wanjiku", "m1")
    await settle(house)
    assert "no phones" not in house.shown("bilbao")
    assert "few phones" not in house.shown("bilbao")
    window = await house.work.read(lambda tx: input_windows.window(tx.db, 1, 1))
    assert window is not None
    assert window.state == "closed"
