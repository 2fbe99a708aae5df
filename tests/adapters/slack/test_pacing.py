"""Slack's limits on our side: never more within a minute than a tier allows, channels beside each other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.errors import SlackError
from adapters.slack.pacing import LONGEST_WAIT_S, METHODS, Pace

TIERS = {"chat.update": 50, "conversations.history": 50, "users.info": 100, "views.open": 100}


class Time:
    """Goes on only while somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def call(pace: Pace, time: Time, method: str, channel: str = "") -> float:
    """When the call was made; whoever is told to come back later does."""
    while True:
        try:
            await pace.turn(method, "T1", channel)
        except SlackError as error:
            await time.sleep((error.retry_after or timedelta()).total_seconds())
        else:
            return time.now


@settings(max_examples=30)
@given(st.sampled_from(sorted(TIERS)), st.lists(st.floats(0, 5), min_size=60, max_size=110))
async def test_no_minute_has_more_calls_than_the_tier(method: str, pauses: list[float]) -> None:
    time = Time()
    pace = Pace(time, time.sleep)
    made = []
    for pause in pauses:
        time.now += pause if pause > 4.5 else 0.0
        made.append(await call(pace, time, method))
    for at in made:
        assert sum(at <= other < at + 60 for other in made) <= TIERS[method]


async def test_a_channel_gets_about_one_post_a_second_and_others_do_not_wait_for_it() -> None:
    time = Time()
    pace = Pace(time, time.sleep)
    made = [await call(pace, time, "chat.postMessage", "C1") for _ in range(10)]
    assert made[2] == 1000.0
    assert made[-1] == pytest.approx(1007.0)
    before = time.now
    assert await call(pace, time, "chat.postMessage", "C2") == before


async def test_nobody_waits_long_inside_a_send() -> None:
    time = Time()
    pace = Pace(time, time.sleep)
    pace.hold("chat.postMessage", "T1", "C1", timedelta(seconds=40))
    with pytest.raises(SlackError) as refused:
        await pace.turn("chat.postMessage", "T1", "C1")
    assert refused.value.retry_after == timedelta(seconds=40)
    assert LONGEST_WAIT_S < 20
    await pace.turn("chat.postMessage", "T1", "C2")
    assert time.now == 1000.0


async def test_what_slack_said_holds_for_the_method_in_that_workspace() -> None:
    time = Time()
    pace = Pace(time, time.sleep)
    pace.hold("chat.update", "T1", "C1", timedelta(seconds=3))
    await pace.turn("chat.update", "T2", "C1")
    assert time.now == 1000.0
    await pace.turn("chat.update", "T1", "C9")
    assert time.now == 1003.0


def test_every_rate_allows_something() -> None:
    assert all(rate.at_once >= 1 and rate.a_minute > 0 for rate in METHODS.values())
