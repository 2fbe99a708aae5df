"""How a channel is kept in the picture: concerns one by one, the rest once a day, or nothing but the head."""

from storage import contributions
from tests.features.input_windows.elsewhere import log
from tests.features.input_windows.threads import delete, head, propose, replies, reply, settle
from tests.support.house import House, plain


async def test_by_itself_a_channel_gets_concerns(house: House) -> None:
    assert "Each new concern of others is a reply" in plain(await house.say("bilbao", "iker", "/relay"))
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "concern: no phones")
    await reply(house, "nairobi", "wanjiku", "data: 12 kW")
    await house.wait(days=2)
    assert len(replies(house, "bilbao")) == 1


async def test_off_leaves_the_head_alone(house: House) -> None:
    assert "in the head of each thread, and nowhere else" in plain(await house.say("bilbao", "iker", "/relay off"))
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "concern: no phones")
    await settle(house)
    assert replies(house, "bilbao") == []
    assert "> no phones" in head(house, "bilbao")
    assert len(replies(house, "oakland")) == 1


async def test_a_digest_is_one_reply_a_day_in_working_hours(house: House) -> None:
    await house.say("bilbao", "iker", "/relay digest")
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "data: 12 kW", id="m1")
    await reply(house, "nairobi", "wanjiku", "question: who pays?")
    await reply(house, "nairobi", "wanjiku", "talk of the weather")
    await reply(house, "bilbao", "iker", "context: we have three rooms")
    await house.wait(hours=22)
    assert replies(house, "bilbao") == []
    await house.wait(hours=2)  # 10:00 on Tuesday
    assert replies(house, "bilbao") == [
        "New on D-1 from other groups:\n• data, Wanjiku (Nairobi): 12 kW\n• question, Wanjiku (Nairobi): who pays?"
    ]
    await reply(house, "nairobi", "wanjiku", "support: yes")
    await house.wait(days=1)
    assert replies(house, "bilbao")[1:] == ["New on D-1 from other groups:\n• support, Wanjiku (Nairobi): yes"]
    await house.wait(days=1)
    assert len(replies(house, "bilbao")) == 2
    await delete(house, "nairobi", "wanjiku", "m1")
    assert "12 kW" not in replies(house, "bilbao")[0]
    assert len(replies(house, "oakland")) == 0


async def test_a_digest_of_nothing_is_not_said(house: House) -> None:
    await house.say("bilbao", "iker", "/relay digest")
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "data: 12 kW", id="m1")
    await delete(house, "nairobi", "wanjiku", "m1")
    await house.wait(days=2)
    assert replies(house, "bilbao") == []


async def test_a_window_that_closed_has_its_summary_instead(house: House) -> None:
    await house.say("bilbao", "iker", "/relay digest")
    await propose(house, length="8h")
    await reply(house, "nairobi", "wanjiku", "data: 12 kW")
    await house.wait(days=2)
    assert not any("New on D-1" in text for text in replies(house, "bilbao"))
    assert await log(house, "input_closed")


async def test_a_digest_says_at_most_twenty_and_how_many_more(house: House) -> None:
    await house.say("bilbao", "iker", "/relay digest")
    await propose(house)
    for n in range(23):
        await reply(house, "nairobi", "wanjiku", f"data: {n} kW")
    await house.wait(days=1)
    (digest,) = replies(house, "bilbao")
    assert digest.endswith("• and 3 more")
    assert len(await house.work.read(lambda tx: contributions.page(tx.db, 1, 1, 0, 99))) == 23
