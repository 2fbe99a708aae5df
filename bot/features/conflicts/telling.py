"""Who is told of a conflict, where and when: one message in each party's channels, and replies beneath it."""

from __future__ import annotations

from typing import Any

from bot.core.audience import channel_reader
from bot.core.context import Context
from bot.features.conflicts import rules
from bot.features.conflicts.loading import Case, is_readable
from storage import circles, directory
from storage.network import Channel

STEP, STEP_IN_GROUP, REVIEW = "conflict_step", "conflict_step_in_group", "conflict_review"
HEAD_VIEW = "conflict_head"
EDIT_GAP_S = 4
AGAIN = 1000
"""Rounds of deadlines: a conflict opened for the n-th time has those from n × 1000 on."""


def head_key(about: str, channel_id: int) -> str:
    """The delivery key of a conflict's message in a channel: the root of its thread there."""
    return f"{about}:head:{channel_id}"


def party_channels(ctx: Context, found: Case) -> list[Channel]:
    """The homes of its parties; never one whose group may not read it."""
    ids = [group.id for group in found.party_groups if is_readable(found, channel_reader(group))]
    return directory.homes(ctx.db, ctx.network.id, ids)


def meeting_places(ctx: Context) -> list[Channel]:
    """Where the circle meets; those with a domain of their own only where there is no other."""
    places = circles.meeting_places(ctx.db, ctx.network.id)
    of_all = {one.channel_id for one in circles.every(ctx.db, ctx.network.id) if not one.domain}
    return [place for place in places if place.id in of_all] or places


def post_heads(ctx: Context, found: Case) -> None:
    """The message about it in every party's channels, edited from then on; where the circle meets once it is open."""
    places = party_channels(ctx, found)
    if found.conflict.state == "open":
        places += meeting_places(ctx)
    for channel in places:
        ctx.say(
            channel,
            HEAD_VIEW,
            {"id": found.conflict.id},
            key=head_key(found.about, channel.id),
            about=found.about,
            edit_gap_s=EDIT_GAP_S,
        )
    ctx.touch(found.about)


def reply(ctx: Context, found: Case, channel: Channel, view: str, key: str, **args: Any) -> None:
    """A reply beneath the message about it in one channel."""
    ctx.say(
        channel,
        view,
        {"id": found.conflict.id, **args},
        key=f"{found.about}:{key}:{channel.id}",
        about=found.about,
        thread_of=head_key(found.about, channel.id),
    )


def tell_parties(ctx: Context, found: Case, view: str, key: str, **args: Any) -> None:
    """A reply in every party's channels: an edit alone notifies nobody."""
    for channel in party_channels(ctx, found):
        reply(ctx, found, channel, view, key, **args)


def tell_circle(ctx: Context, found: Case, view: str, key: str, **args: Any) -> None:
    """The same where the circle meets."""
    for channel in meeting_places(ctx):
        reply(ctx, found, channel, view, key, **args)


def start_clock(ctx: Context, found: Case) -> None:
    """The steps of escalation, from now on: to the parties, then to host and circle."""
    conflict = found.conflict
    stop_clock(ctx, found)
    opened = ctx.now.isoformat()
    for number, (step, at) in enumerate(rules.step_times(ctx.now), start=1):
        ctx.due(at, STEP, found.about, round=conflict.round * AGAIN + number, step=step, opened=opened)


def stop_clock(ctx: Context, found: Case) -> None:
    """Nothing more falls due."""
    ctx.undue(found.about, STEP, STEP_IN_GROUP, REVIEW)
