"""What of conflicts somebody owes an answer to, asked for by `mine`."""

import pytest

from bot.core import telling
from bot.core.feature import Feature
from bot.features import conflicts, decisions, digests, input_windows, network
from tests.features.conflicts.scenes import propose_end
from tests.support.house import House, plain


@pytest.fixture
def features() -> tuple[Feature, ...]:
    rooms = (decisions.FEATURE, input_windows.FEATURE, network.FEATURE, conflicts.FEATURE, digests.FEATURE)
    return (*rooms, telling.FEATURE)


async def test_an_end_waits_for_a_groups_word_and_a_conflict_for_its_host(house: House) -> None:
    await house.say("oakland", "ben", "/conflict D-1 D-2 Twice or never")
    title = "X-1: D-1 Use Signal for alerts and D-2 Send alerts by SMS"
    assert "X-1" not in plain(await house.say("oakland", "ana", "/mine"))
    await propose_end(house, "/settle X-1 Signal first")
    assert f"Conflicts\n• {title}: an end waits for your group’s word: `/confirm X-1`" in plain(
        await house.say("oakland", "ana", "/mine")
    )
    assert f"• {title}: you host it: `/log X-1 …`" in plain(await house.say("bilbao", "maite", "/mine"))
    assert "X-1" not in plain(await house.say("bilbao", "iker", "/mine"))
    await house.say("oakland", "ana", "/confirm X-1")
    assert "X-1" not in plain(await house.say("oakland", "ben", "/mine"))


async def test_a_suggestion_waits_for_a_look_and_what_is_in_confidence_is_left_out(house: House) -> None:
    await house.say("oakland", "ana", "/decide Alerts by Signal --tags alerts:signal")
    await house.say("nairobi", "otieno", "/decide Alerts by SMS --tags alerts:sms")
    owed = plain(await house.say("nairobi", "wanjiku", "/mine"))
    assert "D-3 Alerts by Signal: is it one? `/confirm X-1` or `/dismiss X-1 …`" in owed
    await house.say("nairobi", "otieno", "/conflict D-1 D-2 Softly --in-confidence")
    for channel, who in (("nairobi", "otieno"), ("bilbao", "maite")):
        assert "X-2" not in plain(await house.say(channel, who, "/mine"))
