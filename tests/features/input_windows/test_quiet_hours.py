"""Nobody is disturbed in their quiet hours by what others do elsewhere: it waits, and shows then what holds then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import telling
from bot.core.conversation import CommandTyped
from bot.core.errors import UserError
from bot.core.feature import Feature
from bot.core.working_time import WorkingTime, is_quiet, quiet_ends
from bot.features import decisions, input_windows, network
from bot.features.input_windows import ends
from storage.input_windows import OPEN, Window
from tests.features.input_windows.threads import head, replies, reply
from tests.support.house import House, plain

ZONES = ("Africa/Nairobi", "America/Los_Angeles", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia")
AT_TEN_IN_NAIROBI = datetime(2026, 11, 3, 7, 0, tzinfo=UTC)
AT_NINE_IN_OAKLAND = datetime(2026, 11, 3, 17, 0, tzinfo=UTC)


@pytest.fixture
def features() -> Sequence[Feature]:
    return (decisions.FEATURE, input_windows.FEATURE, network.FEATURE, telling.FEATURE)


@pytest.fixture
async def night(house: House) -> House:
    """Tuesday, 10:00 in Nairobi; it is 23:00 on Monday in Oakland. Ana and Otieno are members of their groups."""
    await house.say("oakland", "ana", "hello")
    await house.say("nairobi", "otieno", "hello")
    house.have_nights()
    house.clock.now = AT_TEN_IN_NAIROBI
    return house


def at_of(house: House, channel: str) -> list[str]:
    return [post.key for post in house.channels.posts if post.channel.remote_id == channel]


async def until_morning(house: House) -> None:
    left = AT_NINE_IN_OAKLAND - house.clock.now
    await house.wait(seconds=left.total_seconds())


async def test_a_window_is_shown_to_who_sleeps_when_their_day_begins(night: House) -> None:
    answer = plain(await night.say("nairobi", "otieno", "/propose Meet on Mondays --affects oakland --for 5bd"))
    assert "These have quiet hours now, and are shown it when those end:" in answer
    assert "• Oakland: Tue 3 Nov 2026, 09:00 (Los Angeles)" in answer
    assert "D-1 Meet on Mondays" in night.shown("nairobi")
    await night.wait(hours=9, minutes=59)
    assert night.shown("oakland") == ""
    await night.wait(minutes=1)
    assert "D-1 Meet on Mondays" in night.shown("oakland")
    assert "Open for input until" in head(night, "oakland")


async def test_what_happened_in_the_night_is_in_what_is_shown_in_the_morning(night: House) -> None:
    await night.say("nairobi", "otieno", "/propose Meet on Mondays --affects oakland,bilbao --for 5bd")
    await reply(night, "bilbao", "iker", "concern: Monday is a holiday here")
    await night.say("nairobi", "otieno", "/edit D-1 --title “Meet on Tuesdays”")
    await until_morning(night)
    assert at_of(night, "oakland")[0] == "D-1:head:1"
    assert "Meet on Tuesdays" in head(night, "oakland")
    assert "Bilbao: 1 concern" in head(night, "oakland")
    assert "Monday is a holiday here" in head(night, "oakland")


async def test_a_reply_in_the_night_does_not_come_before_its_thread(night: House) -> None:
    await night.say("nairobi", "otieno", "/propose Meet on Mondays --affects oakland,bilbao --for 5bd")
    await night.wait(hours=1)
    await reply(night, "bilbao", "iker", "concern: Monday is a holiday here")
    await until_morning(night)
    shown = at_of(night, "oakland")
    assert shown[0] == "D-1:head:1"
    assert [key for key in shown if key.startswith("C-1")] in ([], ["C-1:raised:1"])


async def test_what_is_urgent_comes_at_once_and_says_so(night: House) -> None:
    text = '/decide Cut the power --affects oakland --urgent "the cellar is under water"'
    answer = plain(await night.say("nairobi", "otieno", text))
    assert "quiet hours" not in answer
    assert head(night, "oakland").splitlines()[:2] == ["D-1 Cut the power", "Urgent"]


async def test_who_is_told_of_something_urgent_is_told_at_once_and_of_other_things_in_the_morning(night: House) -> None:
    await night.say("nairobi", "otieno", "/decide Paint the hall --tell oakland")
    assert night.shown("oakland") == ""
    text = '/decide Cut the power --affects bilbao --tell oakland --urgent "the cellar is under water"'
    await night.say("nairobi", "otieno", text)
    assert "D-2 Cut the power\nUrgent" in night.shown("oakland")
    assert "Paint the hall" not in night.shown("oakland")
    await until_morning(night)
    assert "D-1 Paint the hall" in night.shown("oakland")


async def test_who_is_awake_sees_what_they_act_upon(night: House) -> None:
    await night.say("nairobi", "otieno", "/propose Meet on Mondays --affects oakland --for 5bd")
    await night.say("nairobi", "otieno", "/propose Meet at noon --affects oakland --for 5bd")
    assert "for Oakland" in plain(await night.say("oakland", "ana", "/input D-1 concern We sleep then"))
    assert "We sleep then" in head(night, "oakland")
    assert replies(night, "nairobi") != []
    assert "D-2" not in night.shown("oakland")
    await until_morning(night)
    assert "D-2 Meet at noon" in night.shown("oakland")


async def test_what_somebody_does_at_home_in_the_night_is_shown_there_at_once(night: House) -> None:
    await night.say("oakland", "ana", "/propose Meet on Mondays --affects nairobi --for 5bd")
    assert "D-1 Meet on Mondays" in head(night, "oakland")
    await reply(night, "nairobi", "otieno", "concern: We have no room on Mondays")
    assert "We have no room" not in "\n".join(replies(night, "oakland"))
    await night.wait(seconds=5)
    assert "We have no room" in head(night, "oakland"), "a change in place notifies nobody"
    await until_morning(night)
    assert "We have no room" in "\n".join(replies(night, "oakland"))


async def test_other_quiet_hours_hold_for_what_waits_too(night: House) -> None:
    await night.say("nairobi", "otieno", "/decide Paint the hall --tell oakland")
    await night.say("oakland", "ana", "/group --quiet 20:00-06:00")
    assert "Paint the hall" not in night.shown("oakland")
    await night.wait(hours=7)
    assert "Paint the hall" in night.shown("oakland")


async def test_without_quiet_hours_everything_comes_at_once(night: House) -> None:
    await night.say("nairobi", "otieno", "/decide Paint the hall --tell oakland")
    await night.say("oakland", "ana", "/group --quiet off")
    assert "Paint the hall" in night.shown("oakland")


async def test_an_hour_is_an_hour_in_which_the_group_can_read_it(night: House) -> None:
    answer = plain(await night.say("nairobi", "otieno", "/propose Lunch at one --affects oakland,bilbao --for 2h"))
    assert "• Bilbao: until Tue 3 Nov 2026, 11:00 (Madrid)" in answer
    assert "• Oakland: until Tue 3 Nov 2026, 11:00 (Los Angeles)" in answer
    await until_morning(night)
    assert "Open for input until Tue 3 Nov 2026, 11:00 (Los Angeles)" in head(night, "oakland")
    await night.wait(hours=2)
    assert "Closed on" in head(night, "oakland")


async def test_what_was_held_while_mycel_was_down_does_not_come_in_the_next_night(night: House) -> None:
    await night.say("nairobi", "otieno", "/propose Meet on Mondays --affects oakland --for 5bd")
    night.clock.move(hours=24)
    await night.begin()
    await night.deliverer.drain()
    assert night.shown("oakland") == ""
    await night.wait(hours=10)
    assert "Meet on Mondays" in head(night, "oakland")


async def test_who_did_something_long_ago_may_be_asleep_by_now(night: House) -> None:
    """A platform hands over later what was said while Mycel was down."""
    place, ana = night.place("oakland"), night.actor("ana")
    typed_at = night.clock() - timedelta(hours=8)
    await night.handle(CommandTyped(night.event_key(), place, ana, typed_at, "decide Paint the hall"))
    assert night.shown("oakland") == ""
    await night.say("oakland", "ana", "/decide Sweep the hall")
    assert "D-2 Sweep the hall" in night.shown("oakland")
    assert "D-1" not in night.shown("oakland")
    await until_morning(night)
    assert "D-1 Paint the hall" in night.shown("oakland")


lengths = st.sampled_from(("30min", "2h", "12h", "1d", "3d", "1bd", "fri 03:00", "eod", "2026-11-07 02:00"))


@given(st.sampled_from(ZONES), lengths, st.integers(0, 60 * 48))
def test_no_group_has_its_end_before_it_could_read_it(zone: str, length: str, minutes: int) -> None:
    calendar = WorkingTime(zone, None, quiet_from=time(18), quiet_until=time(9))
    opened_at = datetime(2026, 11, 2, tzinfo=UTC) + timedelta(minutes=minutes)
    window = Window(1, 1, False, OPEN, length, opened_at, opened_at)
    try:
        end = ends.own_end(window, ends.new_group(window, 1), calendar)
    except UserError:
        return  # a date that has passed
    shown_at = quiet_ends(calendar, opened_at)
    assert not is_quiet(calendar, shown_at)
    assert end >= shown_at + timedelta(minutes=30)
