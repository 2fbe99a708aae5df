"""What happens elsewhere and matters to a window: edits of the decision, calendars, people linked or forgotten."""

from datetime import UTC, datetime

import sqlalchemy as sa

from bot.core.events import ChannelBound, IdentityLinked, PersonForgotten
from storage import contributions, directory, events
from storage.network import Channel
from storage.network_tables import channels
from tests.features.input_windows.elsewhere import change_group, ends, happens, pending
from tests.features.input_windows.threads import head, propose, replies, reply, root, settle
from tests.support.house import House, plain


async def test_a_decision_that_is_edited_is_shown_anew(house: House) -> None:
    await propose(house)
    await house.say("oakland", "ana", '/edit D-1 --title "Use Signal for all alerts"')
    await settle(house)
    assert "D-1 Use Signal for all alerts" in head(house, "bilbao")


async def test_the_words_of_a_redacted_decision_leave_its_threads_and_the_concerns_stay(house: House) -> None:
    await propose(house, more='--why "Wanjiku was followed"')
    await reply(house, "nairobi", "wanjiku", "concern: no phones")
    await house.say("oakland", "ana", '/edit D-1 --why "Otieno was followed"')
    await house.say("oakland", "ana", "/redact D-1")
    await settle(house)
    for channel in ("oakland", "nairobi", "bilbao"):
        assert "followed" not in house.shown(channel)
        assert head(house, channel).startswith("D-1 (redacted)\nThe words of D-1 were redacted on")
        assert "> no phones\n— C-1, Wanjiku (Nairobi): open" in head(house, channel)
    assert len(replies(house, "bilbao")) == 1
    await house.wait(days=15)
    assert "Concerns that are not resolved\n> no phones" in replies(house, "bilbao")[-1]


async def test_a_changed_calendar_moves_the_end_of_its_group_and_of_the_window(house: House) -> None:
    await propose(house, length="5bd")
    assert await ends(house) == (
        datetime(2026, 11, 9, 9, 0, tzinfo=UTC),
        {2: "2026-11-09T12:00 Africa/Nairobi", 3: "2026-11-09T10:00 Europe/Madrid"},
    )
    answer = await change_group(house, 3, day_overrides=[["2026-11-05", False]])
    assert answer == "D-1 is now open for Bilbao until Tue 10 Nov 2026, 10:00 (Madrid)."
    closes_at = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
    assert await ends(house) == (
        closes_at,
        {2: "2026-11-09T12:00 Africa/Nairobi", 3: "2026-11-10T10:00 Europe/Madrid"},
    )
    assert await pending(house, "input_close") == [(0, closes_at)]
    await settle(house)
    assert "Your group's own time ends Mon 9 Nov 2026, 12:00 (Nairobi)." in head(house, "nairobi")
    await house.wait(days=7, hours=12)
    assert "Open for input" in head(house, "bilbao")
    await house.wait(days=1)
    assert "Closed on Tue 10 Nov 2026" in head(house, "bilbao")


async def test_a_changed_calendar_gives_no_reminder_twice(house: House) -> None:
    await propose(house)
    await house.wait(days=7, hours=1)
    assert len(replies(house, "bilbao")) == 1
    await change_group(house, 3, day_overrides=[["2026-11-12", False]])
    assert await pending(house, "input_reminder") == [
        (2, datetime(2026, 11, 13, 6, 0, tzinfo=UTC)),
        (3, datetime(2026, 11, 16, 8, 0, tzinfo=UTC)),
    ]
    await house.wait(days=9)
    logged = await house.work.read(lambda tx: events.about(tx.db, 1, "D-1"))
    assert len([e for e in logged if e.kind == "group_reminded" and e.group_id == 3]) == 2


async def test_an_end_that_is_over_stays_and_one_never_moves_into_the_past(house: House) -> None:
    await propose(house, length="2026-11-04 18:00")
    await house.wait(days=2, hours=7)  # 19:00 in Nairobi, 17:00 in Bilbao
    assert await change_group(house, 2, zone="America/New_York") == ""
    assert (await ends(house))[1][2] == "2026-11-04T18:00 Africa/Nairobi"
    now = house.clock()
    answer = await change_group(house, 3, zone="Asia/Tokyo")
    assert "D-1 is now open for Bilbao until Thu 5 Nov 2026, 01:00 (Tokyo)." in answer
    assert (await ends(house))[0] == now
    await house.wait(minutes=1)
    assert "Closed on" in head(house, "bilbao")


async def test_a_closed_window_does_not_move(house: House) -> None:
    await propose(house, length="2d")
    await house.wait(days=3)
    before = await ends(house)
    assert await change_group(house, 3, zone="Asia/Tokyo") == ""
    assert await ends(house) == before


async def test_a_paused_group_is_not_reminded(house: House) -> None:
    await propose(house)
    await change_group(house, 3, state="paused")
    await house.wait(days=13)
    assert replies(house, "bilbao") == []
    assert len(replies(house, "nairobi")) == 2


async def test_a_new_home_gets_a_thread_of_every_open_window_that_asks_its_group(house: House) -> None:
    await propose(house)
    new = Channel(1, 9, "test", "w", "nairobi-two", 2, True, "", "active")
    await house.work.write(1, lambda tx: directory.add_channel(tx.db, new))
    await happens(house, ChannelBound(about="G-2", group_id=2, channel_id=9))
    assert "Open for input until" in house.shown("nairobi-two")
    await reply(house, "bilbao", "iker", "concern: who pays?")
    assert "who pays?" in house.shown("nairobi-two")


async def test_linked_people_are_one(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "support: yes")
    await reply(house, "nairobi", "wanjiku2", "support: yes, from the other account")
    await settle(house)
    assert "Nairobi: 2 in support" in head(house, "oakland")
    said = await house.work.read(lambda tx: contributions.page(tx.db, 1, 1, 0, 10))
    await happens(house, IdentityLinked(about="", person_id=said[0].person_id, from_id=said[1].person_id))
    await house.work.write(1, lambda tx: None)
    assert {c.person_id for c in await house.work.read(lambda tx: contributions.page(tx.db, 1, 1, 0, 10))} == {
        said[0].person_id
    }


async def test_a_forgotten_person_leaves_no_words(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "concern: my brother is in hiding")
    await reply(house, "bilbao", "iker", "concern: who pays?")
    await house.say("oakland", "ana", "/answer C-2 Ana's aunt pays")
    said = await house.work.read(lambda tx: contributions.page(tx.db, 1, 1, 0, 10))
    author = await house.work.read(lambda tx: contributions.answers(tx.db, 1, [2]))
    forgotten = [said[0].person_id, author[2][0].by_id]
    await happens(house, *(PersonForgotten(about="", person_id=id) for id in forgotten))
    await settle(house)
    for channel in ("oakland", "nairobi", "bilbao"):
        assert "hiding" not in house.shown(channel)
        assert "aunt" not in house.shown(channel)
    assert "(its raiser is gone, and the words with them)" in head(house, "oakland")
    assert "> who pays?\n— C-2, Iker (Bilbao): answered\n> (redacted)" in head(house, "oakland")


async def test_a_channel_that_may_not_read_it_any_more_shows_only_the_id(house: House) -> None:
    command = "/propose Move the server --affects nairobi --tell bilbao --audience affected --for 3d"
    await house.say("oakland", "ana", command)
    await reply(house, "nairobi", "wanjiku", "concern: the power is weak")
    other = sa.update(channels).where(channels.c.id == 2).values(group_id=None, is_home=False)
    await house.work.write(1, lambda tx: tx.db.execute(other))
    await reply(house, "oakland", "ana", "data: 12 kW")
    await settle(house)
    assert head(house, "nairobi") == "D-1 is not open to this channel."
    assert "the power is weak" in head(house, "oakland")


async def test_what_is_said_in_a_thread_that_outlived_its_channels_part_counts_for_nobody(house: House) -> None:
    await propose(house)
    other = sa.update(channels).where(channels.c.id == 2).values(group_id=None, is_home=False)
    await house.work.write(1, lambda tx: tx.db.execute(other))
    await reply(house, "nairobi", "stranger", "concern: who are you?")
    said = await house.work.read(lambda tx: contributions.page(tx.db, 1, 1, 0, 10))
    assert [(c.stance, c.group_id) for c in said] == [("talk", 1)]


async def test_show_tells_the_whole_story(house: House) -> None:
    await propose(house)
    await reply(house, "nairobi", "wanjiku", f"concern: {'no ' * 300}phones")
    await reply(house, "nairobi", "otieno", "just talking")
    shown = plain(await house.say("bilbao", "iker", "/show D-1"))
    assert "no phones" in shown
    assert "C-2 talk, Otieno (Nairobi): just talking" in shown
    assert root("nairobi") not in shown
