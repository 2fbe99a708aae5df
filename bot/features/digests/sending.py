"""The weekly digest of a group: set, sent once in each of its weeks, set again; in one transaction each."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from bot.core import telling
from bot.core.calendars import calendar_of
from bot.core.context import Context
from bot.core.events import (
    DecisionEdited,
    DecisionRedacted,
    DecisionUndone,
    GroupChanged,
    GroupRegistered,
    GroupStateChanged,
)
from bot.core.language import Words
from bot.core.message import Block
from bot.features.digests import loading, timeline
from bot.features.digests.choosing import as_args, choose
from bot.features.digests.schedule import Schedule, moment_of, next_at, week_of
from storage import attention, deadlines, directory
from storage.attention import Attention
from storage.deadlines import Deadline
from storage.network import Group

KIND, VIEW = "digest", "digest"
LATE_FROM = timedelta(hours=1)


def about(group_id: int) -> str:
    return f"digest:{group_id}"


def schedule_of(state: Attention) -> Schedule:
    return Schedule(state.digest_day, time.fromisoformat(state.digest_at))


def begin(ctx: Context) -> None:
    """Every active group has its digest set, also one that was given up."""
    for group_id in attention.groups_without(ctx.db, ctx.network.id):
        group = directory.groups_by_id(ctx.db, ctx.network.id, [group_id])[group_id]
        set_up(ctx, group)
    for group in directory.all_groups(ctx.db, ctx.network.id):
        state = attention.find(ctx.db, ctx.network.id, group.id)
        if state is not None and _is_wanted(group, state) and not _is_set(ctx, state):
            arm(ctx, group, state)


def _is_wanted(group: Group, state: Attention) -> bool:
    return group.state == "active" and not state.is_digest_off


def _is_set(ctx: Context, state: Attention) -> bool:
    ctx.flush()
    key = Deadline(ctx.network.id, about(state.group_id), KIND, state.group_id, ctx.now, {}, round=state.round)
    return deadlines.still_pending(ctx.db, key) is not None


def set_up(ctx: Context, group: Group) -> Attention:
    """A group's first digest is that of its next week: of this one it was there."""
    state = Attention(
        network_id=ctx.network.id,
        group_id=group.id,
        digest_day=Schedule().day,
        digest_at=f"{Schedule().at:%H:%M}",
        is_digest_off=False,
        last_week=week_of(ctx.now, group.zone),
        last_until=ctx.now,
        last_event=attention.last_event(ctx.db, ctx.network.id),
    )
    attention.add(ctx.db, state)
    return arm(ctx, group, state)


def arm(ctx: Context, group: Group, state: Attention) -> Attention:
    """Stores the settings and sets the next digest by them, or none."""
    ctx.undue(about(group.id), KIND, group_id=group.id)
    state = replace(state, round=state.round + 1)
    attention.save(ctx.db, state)
    deadlines.drop_ended(ctx.db, ctx.network.id, about(group.id), KIND, group.id, state.round)
    if _is_wanted(group, state):
        at = next_at(state.last_week, schedule_of(state), calendar_of(group), ctx.now)
        ctx.due(max(at, ctx.now), KIND, about(group.id), group_id=group.id, round=state.round)
    return state


def fire(ctx: Context, deadline: Deadline) -> None:
    """Sends the digest of this week, if it has had none and its group works; sets the next one in any case."""
    group = directory.groups_by_id(ctx.db, ctx.network.id, [deadline.group_id]).get(deadline.group_id)
    state = attention.find(ctx.db, ctx.network.id, deadline.group_id)
    if group is None or state is None or not _is_wanted(group, state):
        return
    if next_at(state.last_week, schedule_of(state), calendar_of(group), ctx.now) <= ctx.now:
        state = _send(ctx, group, state)
    arm(ctx, group, state)


def _send(ctx: Context, group: Group, state: Attention) -> Attention:
    week, until_event = week_of(ctx.now, group.zone), attention.last_event(ctx.db, ctx.network.id)
    shown = f"{about(group.id)}:{week}"
    telling.take_into_digest(ctx, group.id)
    args = content(ctx, group, state, until_event)
    regular_at = moment_of(week, schedule_of(state), calendar_of(group))
    if ctx.now - regular_at >= LATE_FROM:
        args["late_s"] = int((ctx.now - regular_at).total_seconds())
    args["told"] = telling.record(ctx, group.id, KIND, shown, "", shown)
    args |= timeline.keep(ctx, Words(group.language), args, shown)
    for channel in directory.homes(ctx.db, ctx.network.id, [group.id]):
        ctx.say(channel, VIEW, args, key=f"{shown}:{channel.id}", about=shown)
    return replace(state, last_week=week, last_until=ctx.now, last_event=until_event)


def content(ctx: Context, group: Group, state: Attention, until_event: int) -> dict[str, Any]:
    """What the message keeps of the time since the last digest; which decisions it shows is noted."""
    week = loading.week(
        ctx.db, ctx.network.id, group.id, after_event=state.last_event, until_event=until_event, now=ctx.now
    )
    chosen = choose(week)
    shown = f"{about(group.id)}:{week_of(ctx.now, group.zone)}"
    attention.mention(ctx.db, ctx.network.id, shown, chosen.numbers)
    return as_args(chosen, group_id=group.id, since=state.last_until.isoformat(), until=ctx.now.isoformat())


def group_registered(ctx: Context, fact: GroupRegistered) -> tuple[Block, ...]:
    return _again(ctx, fact.group_id)


def group_changed(ctx: Context, fact: GroupChanged) -> tuple[Block, ...]:
    """Another zone, quiet hours or working days: the next digest moves."""
    return _again(ctx, fact.group_id)


def group_state_changed(ctx: Context, fact: GroupStateChanged) -> tuple[Block, ...]:
    """A group that is paused or gone gets none; one that is back gets that of its next week."""
    return _again(ctx, fact.group_id)


def _again(ctx: Context, group_id: int | None) -> tuple[Block, ...]:
    group = directory.groups_by_id(ctx.db, ctx.network.id, [group_id or 0]).get(group_id or 0)
    if group is not None:
        state = attention.find(ctx.db, ctx.network.id, group.id)
        if state is None:
            set_up(ctx, group)
        else:
            arm(ctx, group, state)
    return ()


def decision_changed(ctx: Context, fact: DecisionRedacted | DecisionUndone | DecisionEdited) -> tuple[Block, ...]:
    """What becomes of a decision reaches the messages that show it among others."""
    for shown in attention.mentioned_in(ctx.db, ctx.network.id, fact.number):
        ctx.touch(shown)
    return ()
