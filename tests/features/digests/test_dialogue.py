"""What a group's weekly digest tells, when it comes, and how it is set."""

import pytest

from bot.core.message import Block, Picture, to_plain
from bot.core.replies import Answer, Invalid
from storage import circles, directory, pictures
from storage.circles import Circle
from storage.deadlines import deadlines
from storage.network import Channel
from storage.work import Tx
from tests.support.house import House, plain, rows

MONDAY_AFTER = """\
What concerns Bilbao, since Mon 2 Nov 2026, 10:00 (Madrid)
Open for your input
• D-1 Use Signal for alerts – Oakland, until Mon 16 Nov 2026, 10:00 (Madrid)
Decided
• D-3 Meet on Tuesdays – Nairobi
• D-2 Paint the door – Bilbao
[Why did I get this?] /why-told T-"""


def digests(house: House, channel: str) -> list[str]:
    """The digests of a channel as it shows them."""
    messages = house.channels.shown.get(channel, {})
    return [to_plain(message) for key, (_, message) in messages.items() if key.startswith("digest:")]


async def a_week(house: House) -> None:
    await house.say("oakland", "ana", "/propose Use Signal for alerts --affects nairobi,bilbao --for 10bd")
    await house.say("bilbao", "iker", "/decide Paint the door")
    await house.say("nairobi", "wanjiku", "/decide Meet on Tuesdays --tell bilbao")
    await house.say("nairobi", "wanjiku", "/input D-1 concern Half of us have no smartphone.")


async def test_the_most_relevant_to_the_group_comes_first(house: House) -> None:
    await a_week(house)
    await house.wait(days=7)
    assert [text[: len(MONDAY_AFTER)] for text in digests(house, "bilbao")] == [MONDAY_AFTER]
    assert digests(house, "oakland") == []  # it is one o'clock at night there
    await house.wait(hours=8)
    assert "Concerns that wait for your answer\n• C-1 on D-1: `/answer C-1 …`" in digests(house, "oakland")[0]


async def test_nothing_happened_is_one_line(house: House) -> None:
    await house.wait(days=7)
    assert digests(house, "nairobi") == ["Nothing new for Nairobi since Mon 2 Nov 2026, 12:00 (Nairobi)."]


async def test_what_closes_soon_and_who_was_silent(house: House) -> None:
    await house.say("oakland", "ana", "/propose Use Signal for alerts --affects nairobi,bilbao --for 2026-11-11")
    await house.say("nairobi", "wanjiku", "/pass D-1")
    await house.wait(days=8)
    assert "Closing soon, and you have not been heard\n• D-1 Use Signal" in digests(house, "bilbao")[0]
    assert "Closing soon" not in digests(house, "nairobi")[0]
    await house.wait(days=7)
    assert "Who was silent on yours\n• D-1: Bilbao" in digests(house, "oakland")[1]
    assert "Yours to finish: say what becomes of it\n• D-1 Use Signal" in digests(house, "oakland")[1]
    assert "Closed without you\n• D-1 Use Signal for alerts – Oakland" in digests(house, "bilbao")[1]


async def test_more_than_a_few_are_counted(house: House) -> None:
    for n in range(8):
        await house.say("oakland", "ana", f"/decide Number {n}")
        house.clock.move(minutes=3)
    await house.wait(days=8)
    text = digests(house, "bilbao")[0]
    assert text.count("Number") == 5
    assert "• D-8 Number 7 – Oakland" in text
    assert "and 3 more: /decisions --since 7d" in text


async def test_what_others_keep_to_themselves_is_not_in_it(house: House) -> None:
    await house.say("oakland", "ana", "/decide Secret plan --audience group")
    await house.say("oakland", "ana", "/decide For two --audience affected --tell nairobi")
    await house.wait(days=8)
    assert "Secret plan" in digests(house, "oakland")[0]
    assert "Secret plan" not in digests(house, "nairobi")[0]
    assert "For two" in digests(house, "nairobi")[0]
    assert digests(house, "bilbao")[0].startswith("Nothing new for Bilbao")


async def test_a_redaction_reaches_it(house: House) -> None:
    await a_week(house)
    await house.wait(days=8)
    assert "Paint the door" in digests(house, "nairobi")[0]
    await house.say("bilbao", "iker", "/redact D-2")
    await house.wait(seconds=5)
    assert "Paint the door" not in digests(house, "nairobi")[0]
    assert "D-2" in digests(house, "nairobi")[0]


async def test_it_is_set_and_stopped_and_set_again(house: House) -> None:
    answer = plain(await house.say("bilbao", "iker", "/digest"))
    assert answer.startswith(
        "Bilbao's digest comes every week on Monday at 09:00. The next one: Mon 9 Nov 2026, 09:00 (Madrid)."
    )
    answer = plain(await house.say("bilbao", "iker", "/digest fri 16:00"))
    assert "on Friday at 16:00. The next one: Fri 13 Nov 2026, 16:00 (Madrid)." in answer
    await house.wait(days=10)
    assert digests(house, "bilbao") == []
    await house.wait(days=2)
    assert len(digests(house, "bilbao")) == 1
    assert "gets no digest" in plain(await house.say("bilbao", "iker", "/digest off"))
    await house.wait(days=30)
    assert len(digests(house, "bilbao")) == 1
    await house.say("bilbao", "iker", "/digest on")
    await house.wait(days=7)
    assert len(digests(house, "bilbao")) == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/digest someday", "“someday” is no time of the week."),
        ("/digest 3d", "“3d” is no time of the week."),
        ("/digest mon 20:00", "20:00 is in your group's quiet hours (18:00-09:00)."),
    ],
)
async def test_what_is_no_time_is_said(house: House, typed: str, said: str) -> None:
    answer = await house.say("bilbao", "iker", typed)
    assert isinstance(answer, Invalid)
    assert said in plain(answer)
    assert "Mon 9 Nov 2026, 09:00" in plain(await house.say("bilbao", "iker", "/digest"))


async def test_who_belongs_to_no_group_sets_none(house: House) -> None:
    assert isinstance(await house.say("elsewhere", "rosa", "/digest off"), Invalid)


async def test_now_is_for_oneself_and_does_not_replace_the_weeks_own(house: House) -> None:
    await a_week(house)
    assert "Decided\n• D-3 Meet on Tuesdays" in plain(await house.say("bilbao", "iker", "/digest now"))
    assert digests(house, "bilbao") == []
    await house.wait(days=7)
    assert len(digests(house, "bilbao")) == 1


async def test_late_after_days_of_downtime_once_and_saying_so(house: House) -> None:
    house.clock.move(days=9)  # Wednesday; nothing ran since Monday a week ago
    await house.say("bilbao", "iker", "/decide Paint the door")
    await house.wait(hours=1)
    assert "This comes late by 49 h." in digests(house, "bilbao")[0]
    house.clock.move(days=19)  # two weeks without any
    await house.wait(days=3)
    assert [text.splitlines()[0][:16] for text in digests(house, "bilbao")] == ["What concerns Bi", "Nothing new for "]


async def test_a_changed_zone_moves_it_and_never_doubles_it(house: House) -> None:
    await house.wait(days=7, hours=1)
    assert len(digests(house, "bilbao")) == 1
    await house.say("bilbao", "iker", "/group --tz America/Lima")
    await house.wait(days=1)
    assert len(digests(house, "bilbao")) == 1
    await house.wait(days=7)
    assert len(digests(house, "bilbao")) == 2


async def test_a_group_that_is_new_gets_its_first_in_its_next_week(house: House) -> None:
    await house.say("oakland", "ana", "/steward CODE")
    await house.work.write(1, lambda tx: directory.set_settings(tx.db, 1, {"groups": "all"}))
    await house.say("lima", "rosa", "/group Lima --tz America/Lima")
    await house.wait(days=7, hours=12)
    shown = digests(house, "lima")
    assert shown == [] or shown[0].startswith("Nothing new for Lima")


async def test_what_is_over_does_not_pile_up(house: House) -> None:
    before = await house.work.read(lambda tx: rows(tx.db, deadlines))
    await house.wait(days=140)
    assert await house.work.read(lambda tx: rows(tx.db, deadlines)) == before
    assert len(digests(house, "bilbao")) == 20


async def test_three_windows_are_a_picture_too(house: House) -> None:
    for n in range(3):
        await house.say("oakland", "ana", f"/propose Number {n} --affects nairobi,bilbao --for 1mo")
        house.clock.move(minutes=3)
    await house.say("bilbao", "iker", "/pass D-2")
    await house.say("nairobi", "wanjiku", "/input D-1 support")
    await house.wait(days=7)
    assert not any(isinstance(block, Picture) for block in digest_blocks(house, "bilbao"))  # two are read as they are
    await house.say("oakland", "ana", "/propose Number 3 --affects nairobi,bilbao --for 1mo")
    await house.wait(days=7)
    picture = next(block for block in digest_blocks(house, "bilbao") if isinstance(block, Picture))
    begins = "Open windows on a time line: D-1 until Wed 2 Dec 2026, 10:00 (Madrid), 1 of 2 heard; D-3 until"
    assert picture.alternative.startswith(begins)
    drawing = await house.work.read(lambda tx: pictures.find(tx.db, 1, picture.name))
    assert drawing is not None
    assert drawing["rows"][0]["groups"] == [["Nairobi", True], ["Bilbao", False]]
    assert drawing["legend"] == {"heard": "gave input", "silent": "not heard yet", "now": "now"}
    assert "Number" not in str(drawing)
    answer = await house.say("bilbao", "iker", "/digest now")
    assert isinstance(answer, Answer)
    own = next(block for block in answer.message.blocks if isinstance(block, Picture))
    assert own.name == "digest:3:now:20261116"
    assert await house.work.read(lambda tx: pictures.find(tx.db, 1, own.name)) is not None


def digest_blocks(house: House, channel: str) -> list[Block]:
    """The blocks of a channel's newest digest."""
    messages = house.channels.shown[channel]
    newest = [message for key, (_, message) in messages.items() if key.startswith("digest:")][-1]
    return list(newest.blocks)


async def test_the_circle_is_told_once_a_week_what_waits(house: House) -> None:
    """In a circle's own channel; a group sees there only that it is waited for."""
    await house.say("oakland", "ana", "/propose Use Signal for alerts --affects nairobi,bilbao --for 3d")
    await house.say("nairobi", "wanjiku", "/input D-1 concern Half of us have no smartphone.")

    def meet(tx: Tx) -> None:
        directory.add_channel(tx.db, Channel(1, 50, "test", "w", "hosts", None, False, "", "active"))
        circle = Circle(1, 7, "hosts", "Hosts", "", (), False, False, 3, "6mo", 50, tx.now, None)
        circles.store(tx.db, circle)

    await house.work.write(1, meet)
    await house.wait(days=22)
    shown = [to_plain(message) for _, message in house.channels.shown["hosts"].values()]
    assert len(shown) == 3
    assert shown[0].startswith("What waits for the circle, Mon 9 Nov 2026, 12:00 (UTC)")
    assert "– without an answer for" in shown[0]
    assert "smartphone" not in "".join(shown)
