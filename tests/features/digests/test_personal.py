"""What waits for somebody, once a week and alone with Mycel, by their own choice."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from bot.core.conversation import CommandTyped, Place
from bot.core.message import to_plain
from bot.core.replies import Reply
from storage.network_tables import channels
from storage.personal_digests import personal_digests
from tests.support.house import House, plain, rows

DIRECT = "direct-wanjiku"


async def alone(house: House, who: str, text: str, channel: str = DIRECT) -> Reply:
    place = Place("test", "w", channel, is_direct=True)
    return await house.handle(CommandTyped(house.event_key(), place, house.actor(who), house.clock(), text))


def came(house: House, channel: str = DIRECT) -> list[str]:
    return [to_plain(post.message) for post in house.channels.posts if post.channel.remote_id == channel]


async def test_it_is_off_until_somebody_asks_for_it(house: House) -> None:
    answer = plain(await alone(house, "wanjiku", "my-digest"))
    assert answer.startswith("You get no digest of your own. What you owe now: `/mine`")
    await house.wait(days=15)
    assert came(house) == []


async def test_it_comes_once_in_each_local_week_with_what_waits(house: House) -> None:
    answer = plain(await alone(house, "wanjiku", "my-digest on"))
    assert answer == (
        "What waits for you comes every week on Monday at 09:00. The next one: Mon 9 Nov 2026, 09:00 (Nairobi)."
    )
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi --for 10bd")
    await house.wait(days=6, hours=20)
    assert came(house) == []
    await house.wait(hours=1)
    [first] = came(house)
    assert first.startswith("What waits for you, Mon 9 Nov 2026, 09:00 (Nairobi)")
    assert "D-1 Use Signal, for Nairobi, until" in first
    assert first.endswith("You asked for this once a week. Change or stop it: `/my-digest`")
    await house.say("nairobi", "wanjiku", "/pass D-1")
    await house.wait(days=14)
    assert len(came(house)) == 3
    assert came(house)[1].startswith("You owe nobody an answer.")


async def test_its_time_is_chosen_and_it_can_be_stopped(house: House) -> None:
    answer = plain(await alone(house, "wanjiku", "my-digest fri 16:00"))
    assert "every week on Friday at 16:00. The next one: Fri 13 Nov 2026, 16:00 (Nairobi)." in answer
    assert "is no time of the week" in plain(await alone(house, "wanjiku", "my-digest sometimes"))
    assert "You get no digest" in plain(await alone(house, "wanjiku", "my-digest off"))
    await house.wait(days=15)
    assert came(house) == []
    assert await house.work.read(lambda tx: rows(tx.db, personal_digests)) == 0


async def test_after_days_of_downtime_it_comes_once(house: House) -> None:
    await alone(house, "wanjiku", "my-digest on")
    house.clock.now = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
    for _ in range(3):
        await house.clockwork.fire_due()
        await house.deliverer.drain()
    assert len(came(house)) == 1
    await house.wait(days=5)
    assert len(came(house)) == 2


async def test_it_is_for_nobody_else(house: House) -> None:
    assert "direct message to Mycel" in plain(await house.say("nairobi", "wanjiku", "/my-digest on"))
    await alone(house, "wanjiku", "my-digest on")
    answer = plain(await alone(house, "wanjiku", "decide Use Signal"))
    assert "Logged: D-1" in answer, "what is said alone comes from no channel, as before"
    await house.wait(days=8)
    assert all("D-1" not in shown for shown in came(house))


async def test_who_is_forgotten_leaves_no_trace_of_the_place(house: House) -> None:
    await alone(house, "wanjiku", "my-digest on")
    await house.wait(days=8)
    assert len(came(house)) == 1
    await alone(house, "wanjiku", "forget-me --yes")
    await house.wait(days=8)
    assert len(came(house)) == 1
    kept = sa.select(sa.func.count()).where(channels.c.remote_id == DIRECT)
    assert await house.work.read(lambda tx: tx.db.execute(kept).scalar_one()) == 0
    assert await house.work.read(lambda tx: rows(tx.db, personal_digests)) == 0


async def test_two_accounts_of_one_person_have_one(house: House) -> None:
    await alone(house, "wanjiku", "my-digest on")
    await house.say("nairobi", "otieno", "hello")
    code = plain(await alone(house, "otieno", "link-account")).split("`")[1].split()[-1]
    await alone(house, "wanjiku", f"link-account {code}")
    await house.wait(days=8)
    assert len(came(house)) == 1
