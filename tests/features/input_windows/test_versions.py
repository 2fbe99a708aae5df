"""A proposal changes while it is open: by wording, which asks nobody, or in substance, which asks its supporters."""

from datetime import UTC, datetime

import pytest

from bot.core.message import spans_to_plain
from bot.features.input_windows.versions import differences
from tests.features.input_windows.elsewhere import ends, log
from tests.features.input_windows.threads import head, propose, replies, reply, settle
from tests.support.house import House, plain

EDIT = '/edit D-1 --title "Use Matrix for alerts"'


@pytest.fixture
async def supported(house: House) -> House:
    """D-1, supported by Wanjiku in words and by Iker with a sign."""
    await propose(house)
    await reply(house, "nairobi", "wanjiku", "support: yes")
    await reply(house, "bilbao", "iker", "support:")
    return house


async def test_support_of_before_a_change_of_substance_is_marked_and_asked_about_once(supported: House) -> None:
    house = supported
    answer = plain(await house.say("oakland", "ana", EDIT))
    assert "Title: Use [– Signal] [+ Matrix] for alerts" in answer
    assert "All threads are told. 2 people supported the earlier version and are asked once." in answer
    await settle(house)
    assert "Nairobi: 1 in support of an earlier version" in head(house, "oakland")
    (asked,) = replies(house, "nairobi")
    assert "D-1 has changed in substance (version 2):\nTitle: Use [– Signal] [+ Matrix] for alerts" in asked
    assert "@Wanjiku: you supported the earlier version. Does your support still hold?" in asked
    assert "Iker" not in asked
    assert "Does your support" not in replies(house, "oakland")[0]
    again = plain(await house.say("nairobi", "wanjiku", "/input D-1 support"))
    assert again == "Your support holds for D-1 as it is now, C-1."
    await settle(house)
    assert "Nairobi: 1 in support\n" in head(house, "oakland")
    assert "Does your support" not in replies(house, "nairobi")[0]
    assert "Does your support" in replies(house, "bilbao")[0]


async def test_wording_asks_nobody(supported: House) -> None:
    house = supported
    answer = plain(await house.say("oakland", "ana", EDIT + " --wording"))
    assert "Title: Use [– Signal] [+ Matrix] for alerts" in answer
    assert "Only the wording: what was said on it stands, and nobody is asked again." in answer
    await settle(house)
    assert "D-1 Use Matrix for alerts" in head(house, "nairobi")
    assert "Nairobi: 1 in support\n" in head(house, "oakland")
    assert replies(house, "nairobi") == []


async def test_a_change_of_substance_in_the_last_two_days_moves_the_close(supported: House) -> None:
    house = supported
    await house.wait(days=12, hours=12)  # Saturday evening; it closes on Monday
    answer = plain(await house.say("oakland", "ana", EDIT))
    assert "As it was about to close, it is open until Wed 18 Nov 2026" in answer
    closes_at, own = await ends(house)
    assert own == {2: "2026-11-18T00:00 Africa/Nairobi", 3: "2026-11-18T22:00 Europe/Madrid"}
    assert closes_at == datetime(2026, 11, 18, 21, 0, tzinfo=UTC)
    await house.wait(days=3)
    assert "Open for input" in head(house, "nairobi")
    await house.wait(days=2)
    assert len(await log(house, "input_closed")) == 1


async def test_an_earlier_change_moves_nothing(supported: House) -> None:
    house = supported
    before = await ends(house)
    await house.say("oakland", "ana", EDIT)
    assert await ends(house) == before


async def test_support_that_is_worded_anew_is_given_to_the_proposal_as_it_is(supported: House) -> None:
    house = supported
    await house.say("oakland", "ana", EDIT)
    await reply(house, "nairobi", "wanjiku", "support: still, and more so")
    await settle(house)
    assert "Nairobi: 1 in support, 1 in support of an earlier version" in head(house, "oakland")
    assert "Does your support" not in replies(house, "nairobi")[0]


async def test_a_second_change_asks_again_and_the_first_question_is_over(supported: House) -> None:
    house = supported
    await house.say("oakland", "ana", EDIT)
    await house.say("oakland", "ana", '/edit D-1 --why "Everybody has it"')
    await settle(house)
    first, second = replies(house, "bilbao")
    assert "Does your support" not in first
    assert "Why: [+ Everybody has it]" in second
    assert "@Iker: you supported the earlier version." in second


async def test_after_a_redaction_no_version_says_what_was_there(supported: House) -> None:
    house = supported
    await house.say("oakland", "ana", '/edit D-1 --why "Wanjiku was followed"')
    await house.say("oakland", "ana", "/redact D-1")
    await settle(house)
    for channel in ("oakland", "nairobi", "bilbao"):
        assert "followed" not in house.shown(channel)


async def test_an_edit_after_the_close_shows_what_changed_and_moves_nothing(supported: House) -> None:
    house = supported
    await house.wait(days=15)
    assert "Title: Use [– Signal] [+ Matrix]" in plain(await house.say("oakland", "ana", EDIT))
    await house.wait(days=15)
    assert len(await log(house, "input_closed")) == 1


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("", "new words", "[+ new words]"),
        ("all gone", "", "[– all gone]"),
        ("a b c", "a x c", "a [– b] [+ x] c"),
        (
            "one two three four five six seven eight nine",
            "one two three four five six seven eight ten",
            "… three four five six seven eight [– nine] [+ ten]",
        ),
    ],
)
def test_differences_are_shown_word_by_word(before: str, after: str, shown: str) -> None:
    assert spans_to_plain(differences(before, after)) == shown
