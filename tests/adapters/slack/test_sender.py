"""Slack's way out: each message once, whatever happens to the connection; long ones in parts that stay together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.slack import own
from adapters.slack.errors import SlackError
from bot.core.errors import DeliveryError
from bot.core.message import Message, Quote, paragraph
from tests.adapters.slack.sending import LAG_S, Stage, now, open_stage
from tests.support.slack.faults import How
from tests.support.slack.server import Slack

LONG = Message((paragraph("It begins."), Quote("word " * 5000), paragraph("It ends.")))


@pytest.fixture
async def stage(slack: Slack, sqlite_url: str) -> AsyncIterator[Stage]:
    async with open_stage(slack, sqlite_url) as stage:
        yield stage


async def test_a_message_is_posted_changed_and_taken_back(stage: Stage) -> None:
    sender = await stage.sender()
    ts = await sender.post(stage.post())
    assert stage.shown() == ["Hello"]
    assert stage.own.keys[stage.garden.id, ts] == "D-1:card"
    await sender.edit(stage.post("Hello again", rev=2, remote_id=ts))
    assert stage.shown() == ["Hello again"]
    changed = stage.garden.messages[ts]
    assert changed.raw["blocks"]
    assert changed.metadata == own.metadata("D-1:card", 2)
    await sender.remove(stage.post(rev=3, remote_id=ts))
    await sender.remove(stage.post(rev=3, remote_id=ts))
    assert stage.shown() == []


@pytest.mark.parametrize("how", [How.RESET_AFTER, How.BROKEN_AFTER, How.HANG_AFTER])
@pytest.mark.parametrize("is_reply", [False, True])
async def test_what_arrived_although_its_answer_was_lost_is_not_posted_again(
    stage: Stage, how: How, is_reply: bool
) -> None:
    stage.slack.world.history_lag_s = LAG_S / 2
    sender = await stage.sender()
    thread = await sender.post(stage.post("Root", key="root")) if is_reply else None
    stage.slack.faults.add("chat.postMessage", how)
    with pytest.raises(SlackError) as lost:
        await sender.post(stage.post(thread=thread))
    assert lost.value.unclear
    ts = await sender.post(stage.post("Hello, newer", rev=2, thread=thread, is_unclear=True))
    assert stage.shown(thread)[-1] == "Hello, newer"
    assert len(stage.shown(thread)) == (2 if is_reply else 1)
    assert stage.garden.messages[ts].raw["text"] == "Hello, newer"


@pytest.mark.parametrize("how", [How.RESET_AFTER, How.RESET])
async def test_what_is_not_wanted_any_more_is_taken_back_if_it_arrived(stage: Stage, how: How) -> None:
    stage.slack.world.history_lag_s = LAG_S / 2
    sender = await stage.sender()
    stage.slack.faults.add("chat.postMessage", how)
    with pytest.raises(SlackError):
        await sender.post(stage.post(message=LONG))
    await sender.remove(stage.post("", rev=2, is_unclear=True))
    assert (stage.shown(), len(stage.garden.messages)) == ([], int(how is How.RESET_AFTER))


async def test_a_part_that_arrived_although_its_answer_was_lost_is_not_added_again(stage: Stage) -> None:
    stage.slack.world.history_lag_s = LAG_S / 2
    sender = await stage.sender()
    ts = await sender.post(stage.post())
    stage.slack.faults.add("chat.postMessage", How.RESET_AFTER)
    with pytest.raises(SlackError) as lost:
        await sender.edit(stage.post(rev=2, remote_id=ts, message=LONG))
    assert lost.value.unclear
    await sender.edit(stage.post(rev=3, remote_id=ts, message=LONG, is_unclear=True, unclear_by=now()))
    parts = stage.shown(ts)
    assert sum(part.count("word") for part in parts) == 5000
    assert len(set(parts)) == len(parts)


async def test_one_look_answers_for_all_that_was_in_doubt_before_it(stage: Stage) -> None:
    """Also for those that were sent by another process, and neither for what was tried since nor for older ones."""
    sent = {}
    for n in range(8):
        sent[n] = await (await stage.sender()).post(stage.post(f"No {n}", key=f"D-{n}:card"))
    sender, by = await stage.sender(), now()
    began = now()
    for n in range(8):
        doubtful = stage.post(f"No {n}", key=f"D-{n}:card", rev=2, is_unclear=True, unclear_by=by)
        assert await sender.post(doubtful) == sent[n]
    assert timedelta(seconds=LAG_S) <= now() - began
    assert len(stage.slack.called("conversations.history")) == 1
    assert len(stage.shown()) == 8
    again = stage.post("No 3", key="D-3:card", rev=3, is_unclear=True, unclear_by=now())
    assert await sender.post(again) == sent[3]
    older = replace(again, unclear_by=by, wanted_at=now() - timedelta(days=1))
    assert await sender.post(older) == sent[3]
    assert len(stage.slack.called("conversations.history")) == 3


@pytest.mark.parametrize("how", [How.RESET, How.BROKEN])
async def test_what_did_not_arrive_is_posted(stage: Stage, how: How) -> None:
    sender = await stage.sender()
    stage.slack.faults.add("chat.postMessage", how)
    with pytest.raises(SlackError) as lost:
        await sender.post(stage.post())
    assert lost.value.unclear
    assert len(stage.slack.called("chat.postMessage", with_errors=True)) == 1  # the SDK would try again by itself
    await sender.post(stage.post(is_unclear=True))
    assert stage.shown() == ["Hello"]


@pytest.mark.parametrize("is_reply", [False, True])
async def test_what_another_process_sent_just_now_is_found_again(stage: Stage, *, is_reply: bool) -> None:
    """However long this one has been running: what counts is when the other's last try had ended."""
    stage.slack.world.history_lag_s = LAG_S / 2
    here, there = await stage.sender(), await stage.sender()
    thread = await there.post(stage.post("Root", key="root")) if is_reply else None
    first = await there.post(stage.post(thread=thread))
    stage.own.learn(stage.garden.id, first, "forgotten")
    assert await here.post(stage.post(thread=thread, is_unclear=True, unclear_by=now())) == first
    assert stage.shown(thread)[-1] == "Hello"
    assert len(stage.shown(thread)) == (2 if is_reply else 1)
    assert stage.own.keys[stage.garden.id, first] == "D-1:card"


async def test_a_429_is_no_unclear_send_and_says_when_to_come_back(stage: Stage) -> None:
    sender = await stage.sender()
    stage.slack.faults.add("chat.postMessage", How.LIMITED, retry_after=7)
    with pytest.raises(SlackError) as limited:
        await sender.post(stage.post())
    assert (limited.value.unclear, limited.value.permanent) == (False, False)
    assert limited.value.retry_after == timedelta(seconds=7)
    assert stage.shown() == []


async def test_a_long_message_goes_on_in_its_thread_and_stays_together(stage: Stage) -> None:
    sender = await stage.sender()
    ts = await sender.post(stage.post(message=LONG))
    parts = stage.shown(ts)
    assert len(parts) > 1
    assert sum(part.count("word") for part in parts) == 5000
    assert len(stage.shown()) == 1
    again = await stage.sender()
    await again.edit(stage.post("Short now", rev=2, remote_id=ts))
    assert stage.shown(ts) == ["Short now"]
    await again.edit(stage.post(rev=3, remote_id=ts, message=LONG))
    assert sum(part.count("word") for part in stage.shown(ts)) == 5000
    await again.remove(stage.post(rev=4, remote_id=ts))
    assert stage.shown(ts) == []


async def test_a_long_message_that_broke_off_is_completed_once(stage: Stage) -> None:
    sender = await stage.sender()
    thread = await sender.post(stage.post("Root", key="root"))
    stage.slack.faults.add("chat.postMessage", How.RESET_AFTER)
    with pytest.raises(DeliveryError):
        await sender.post(stage.post(message=LONG, thread=thread))
    await sender.post(stage.post(message=LONG, thread=thread, is_unclear=True))
    parts = stage.shown(thread)
    assert sum(part.count("word") for part in parts) == 5000
    assert len({part for part in parts}) == len(parts)


async def test_a_public_channel_is_entered_by_itself_and_a_private_one_waits(stage: Stage) -> None:
    sender = await stage.sender()
    stage.garden.members.discard(stage.team.bot)
    await sender.post(stage.post())
    assert stage.shown() == ["Hello"]
    stage.garden = stage.team.channel("cellar", kind="group", is_in=False)
    with pytest.raises(SlackError) as kept_out:
        await sender.post(stage.post())
    assert (kept_out.value.permanent, kept_out.value.unclear, kept_out.value.cause) == (False, False, "absent")


async def test_an_archived_channel_is_given_up(stage: Stage) -> None:
    sender = await stage.sender()
    stage.slack.faults.add("chat.postMessage", How.REFUSED, error="is_archived")
    with pytest.raises(SlackError) as refused:
        await sender.post(stage.post())
    assert (refused.value.permanent, refused.value.cause) == (True, "gone")


async def test_a_message_that_somebody_deleted_cannot_be_changed(stage: Stage) -> None:
    sender = await stage.sender()
    with pytest.raises(SlackError) as gone:
        await sender.edit(stage.post(rev=2, remote_id="1700000000.000001"))
    assert gone.value.permanent


async def test_nobody_is_mentioned_by_accident(stage: Stage) -> None:
    sender = await stage.sender()
    await sender.post(stage.post("<!channel> @here <@U1> & <https://x.example|y>"))
    assert stage.shown() == ["<!channel> @here <@U1> & <https://x.example|y>"]
