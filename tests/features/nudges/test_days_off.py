"""What Mycel says of its own accord waits for a group's working day; what others do comes when its people are awake."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import FEATURES
from bot.core import telling
from bot.core.feature import Feature
from bot.core.working_time import WorkingTime, next_working_moment
from tests.features.nudges.test_why import NOW, WISH
from tests.support.house import House

MADRID = ZoneInfo("Europe/Madrid")


@pytest.fixture
def features() -> Sequence[Feature]:
    return FEATURES


@pytest.fixture
async def network(house: House) -> House:
    await house.begin()
    for channel, who in (("oakland", "ana"), ("nairobi", "wanjiku"), ("bilbao", "iker")):
        await house.say(channel, who, "hello")
    return house


def came_at(house: House, channel: str, since: int, words: str) -> list[str]:
    """When messages with these words came, on Bilbao's wall."""
    posts = [post for post in house.channels.posts[since:] if post.channel.remote_id == channel]
    return [
        f"{post.wanted_at.astimezone(MADRID):%a %d %H:%M}"
        for post in posts
        if post.wanted_at is not None and words in str(post.message)
    ]


@pytest.mark.parametrize(
    ("due", "came"),
    [("2026-12-05", "Mon 07 13:00"), ("2026-12-08", "Wed 09 09:10"), ("2026-12-25", "Mon 28 13:00")],
    ids=["a Saturday", "a holiday", "a holiday before a weekend"],
)
async def test_a_review_that_is_due_on_a_day_off_waits_for_the_next_working_day(
    network: House, due: str, came: str
) -> None:
    """On a Monday four hours after the digest, which says it too."""
    day = datetime.fromisoformat(due).replace(tzinfo=UTC)
    await network.wait(days=(day - network.clock.now).days - 1)
    await network.say("bilbao", "iker", f"/decide Meet on Mondays --review {due}")
    await network.wait(days=6)
    assert came_at(network, "bilbao", 0, "Time to look again") == [came]


async def test_who_is_not_heard_is_reminded_on_a_working_day(network: House) -> None:
    await network.wait(days=4, hours=1)  # Friday; half-way is on Saturday
    await network.say("oakland", "ana", "/propose One newsletter --affects bilbao --for 3d")
    await network.wait(days=8)
    assert came_at(network, "bilbao", 0, "you have not been heard") == ["Mon 09 09:00"]


async def test_what_others_do_is_shown_when_people_are_awake_on_a_day_off_too(network: House) -> None:
    network.have_nights()
    await network.wait(days=4, hours=14)  # Friday night in Bilbao
    before = len(network.channels.posts)
    await network.say("oakland", "ana", "/propose One newsletter --affects bilbao --for 2d")
    await network.wait(days=1)
    assert "One newsletter" in network.shown("bilbao"), "its end comes before Monday: it has to be shown before"
    shown = [p for p in network.channels.posts[before:] if p.channel.remote_id == "bilbao"]
    assert len(shown) == 1


def zones() -> st.SearchStrategy[WorkingTime]:
    return st.builds(
        WorkingTime,
        zone=st.sampled_from(["America/Los_Angeles", "Africa/Nairobi", "Europe/Madrid", "Asia/Kolkata"]),
        region=st.sampled_from([None, "KE", "ES-PV", "US-CA"]),
        working_days=st.sets(st.integers(0, 6), min_size=1).map(frozenset),
        quiet_from=st.just(time(18)),
        quiet_until=st.just(time(9)),
    )


@given(
    zones(),
    st.lists(st.integers(0, 24 * 8), max_size=7),
    st.one_of(st.none(), st.integers(-24, 24 * 9)),
    st.integers(0, 24 * 400),
    st.booleans(),
)
def test_nothing_is_said_outside_working_hours_whatever_else_holds(
    calendar: WorkingTime, before: list[int], snoozed: int | None, later: int, waits: bool
) -> None:
    now = NOW + timedelta(hours=later)
    told_at = [now - timedelta(hours=n) for n in before]
    until = now + timedelta(hours=snoozed) if snoozed is not None else None
    verdict = telling.decide(WISH, calendar, told_at, until, now, waits=waits)
    if verdict.do == telling.NOW:
        assert next_working_moment(calendar, now) == now
    if verdict.do == telling.LATER:
        assert verdict.at > now
        assert next_working_moment(calendar, verdict.at) == verdict.at


@given(zones(), st.integers(0, 24 * 400 * 6))
def test_what_is_offered_is_decided_upon_in_working_hours(calendar: WorkingTime, tens: int) -> None:
    at = telling.gathered_at(calendar, datetime(2026, 11, 2, tzinfo=UTC) + timedelta(minutes=10 * tens))
    assert next_working_moment(calendar, at) == at
